#pragma once
/// Timeline: one object's calls laid out for a search. A search acts only when a required call
/// returns; step k is the k-th such return. Between steps calls begin: a required one takes a slot
/// (a bit in a configuration), given back when it returns; an indeterminate one joins its class:
/// those with the same effect are interchangeable, so a count stands for them.

#include <cstdint>
#include <span>
#include <vector>

#include "checker/machine.h"
#include "checker/normalise.h"

namespace plumbline {

struct Timeline {
  struct Item {
    std::int64_t invoked = 0;
    std::int64_t returned = k_open;
    EffectId effect = 0;
    CellEffect cell{};  ///< of a cell
    Role role = Role::update;
    bool required = false;
    std::uint32_t step = UINT32_MAX;  ///< at which a required call returns
    std::uint32_t place = 0;          ///< slot of a required call, class of an indeterminate one
  };
  struct Class {
    EffectId effect = 0;
    CellEffect cell{};
    Role role = Role::update;
    std::uint32_t slot = 0;  ///< of its count in a configuration
    std::int64_t last_use = k_open;
    std::vector<std::uint32_t> members;  ///< items, earliest first
  };

  Timeline(const std::vector<NormalCall>& calls, Machine& machine);

  std::size_t steps() const { return returns.size(); }
  /// Position in the history of step k.
  std::int64_t position(std::size_t k) const { return items[returns[k]].returned; }
  std::size_t bytes() const;

  bool of_cell = false;
  std::vector<Item> items;  ///< as the calls: in order of invocation
  std::vector<Class> classes;
  std::vector<std::uint32_t> returns;  ///< step -> the item that returns
  std::vector<std::uint32_t> begun;    ///< step -> how many items were invoked before it
  /// Classes by the step after which they are useless, ascending.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> expiries;
  std::uint32_t slots = 0;        ///< most required calls open at once
  std::uint32_t class_slots = 0;  ///< most classes alive at once
};

/// The calls that are open at one step; moves forth and back.
class Cursor {
 public:
  explicit Cursor(const Timeline& timeline);
  std::size_t step() const { return step_; }
  void forth();
  void back();
  /// Item in each slot, or k_free.
  static constexpr std::uint32_t k_free = UINT32_MAX;
  const std::vector<std::uint32_t>& open() const { return open_; }
  /// Classes with a member invoked before this step that are still useful.
  const std::vector<std::uint32_t>& classes() const { return classes_; }
  std::uint32_t available(std::uint32_t cls) const { return available_[cls]; }

 private:
  void begin_items(std::size_t step);
  void unbegin_items(std::size_t step);
  void revive(std::uint32_t cls);
  void retire(std::uint32_t cls);

  const Timeline& timeline_;
  std::size_t step_ = 0;
  std::size_t expired_ = 0;  ///< how many of timeline.expiries lie behind
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> classes_;
  std::vector<std::uint32_t> where_;  ///< class -> its index in classes_, or k_free
  std::vector<std::uint32_t> available_;
};

}  // namespace plumbline
