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

  /// An update or overwrite that may come next. Those with the same effect stand together, in the
  /// order in which they return, a class at last (rule 5 of moves.h).
  struct Option {
    StateId to = 0;
    std::uint32_t move = 0;  ///< item, or class with k_class
    std::uint32_t slot = 0;  ///< Cursor::k_free of a class
    bool first = false;      ///< of its effect
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
  /// The open calls that leave the offer's state as it is: observers, overwrites, updates.
  const Word* idle_observers(const Offer& offer) const { return masks_.data() + offer.masks; }
  const Word* idle_overwrites(const Offer& o) const { return idle_observers(o) + mask_words_; }
  const Word* idle_updates(const Offer& o) const { return idle_overwrites(o) + mask_words_; }
  std::span<const Option> updates(const Offer& offer) const {
    return {updates_.data() + offer.first_update, updates_.data() + offer.last_update};
  }
  /// Overwrites after which some open call that is none might come (rule 4 of moves.h).
  std::span<const Option> useful_overwrites() const { return useful_; }

 private:
  /// An open call or a class.
  struct Candidate {
    std::uint64_t kind = 0;  ///< the effect; of an overwrite, the state that it leaves
    std::int64_t returned = k_open;
    EffectId effect = 0;
    std::uint32_t move = 0, slot = 0;
    Role role = Role::update;
  };
  void add(const Candidate& call);
  void find_useful_overwrites();

  const Timeline& timeline_;
  Machine& machine_;
  std::size_t mask_words_;
  std::size_t step_ = SIZE_MAX;
  std::uint32_t returning_ = 0;
  Role returning_role_ = Role::update;
  EffectId returning_effect_ = 0;
  std::uint64_t returning_kind_ = 0;
  std::vector<Candidate> open_;  ///< and the classes; those with the same kind together
  std::vector<Word> observers_, overwrites_, masks_;
  std::vector<Option> useful_, updates_;
  std::unordered_map<StateId, Offer> offers_;
};

}  // namespace plumbline
