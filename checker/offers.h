#pragma once
/// Offers: what the calls open at one step of a timeline can do, looked up once for each state.

#include <span>
#include <unordered_map>

#include "checker/timeline.h"

namespace plumbline {

class Offers {
 public:
  using Word = std::uint32_t;
  static constexpr std::uint32_t k_bits = 32;

  /// An update or overwrite that may come next.
  struct Option {
    StateId to = 0;
    std::uint32_t move = 0;  ///< item, or class with k_class
    std::uint32_t slot = 0;  ///< Cursor::k_free of a class
  };
  static constexpr std::uint32_t k_class = 1U << 31;

  struct Offer {
    std::uint32_t masks = 0;  ///< where they are
    std::uint32_t first_update = 0, last_update = 0;
    StateId after_returning = k_illegal;  ///< if the returning call comes next
    bool awaited = false;  ///< some open call, or class, that is no overwrite is legal here
  };

  Offers(const Timeline& timeline, Machine& machine);
  /// Gets ready for the cursor's step. Requires: called before what is below, whenever it moved.
  void load(const Cursor& cursor);
  std::size_t mask_words() const { return mask_words_; }

  std::uint32_t returning() const { return returning_; }  ///< the slot
  Role returning_role() const { return returning_role_; }
  std::span<const Word> observers() const { return observers_; }
  std::span<const Word> overwrites() const { return overwrites_; }

  Offer at(StateId state);
  const Option& update(std::uint32_t index) const { return updates_[index]; }
  /// The open calls that leave the offer's state as it is: observers, overwrites, updates.
  const Word* idle_observers(const Offer& offer) const { return masks_.data() + offer.masks; }
  const Word* idle_overwrites(const Offer& o) const { return idle_observers(o) + mask_words_; }
  const Word* idle_updates(const Offer& o) const { return idle_overwrites(o) + mask_words_; }
  /// Overwrites after which some open call that is none might come (rule 4 of moves.h).
  std::span<const Option> useful_overwrites() const { return useful_; }

 private:
  const Timeline& timeline_;
  Machine& machine_;
  std::size_t mask_words_;
  std::size_t step_ = SIZE_MAX;
  std::uint32_t returning_ = 0;
  Role returning_role_ = Role::update;
  EffectId returning_effect_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open_;  ///< slot, item
  std::vector<std::uint32_t> update_classes_;
  std::vector<Word> observers_, overwrites_, masks_;
  std::vector<Option> useful_, updates_;
  std::unordered_map<StateId, Offer> offers_;
};

}  // namespace plumbline
