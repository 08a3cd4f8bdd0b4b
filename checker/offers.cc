#include "checker/offers.h"

#include <algorithm>

namespace plumbline {

Offers::Offers(const Timeline& timeline, Machine& machine)
    : timeline_(timeline),
      machine_(machine),
      mask_words_((timeline.slots + k_bits - 1) / k_bits),
      observers_(mask_words_),
      overwrites_(mask_words_) {}

void Offers::load(const Cursor& cursor) {
  if (cursor.step() == step_) return;
  step_ = cursor.step();
  const auto& last = timeline_.items[timeline_.returns[step_]];
  returning_ = last.place;
  returning_role_ = last.role;
  returning_effect_ = last.effect;
  open_.clear();
  update_classes_.clear();
  masks_.clear();
  updates_.clear();
  useful_.clear();
  offers_.clear();
  std::fill(observers_.begin(), observers_.end(), 0);
  std::fill(overwrites_.begin(), overwrites_.end(), 0);
  for (std::uint32_t slot = 0; slot < cursor.open().size(); ++slot) {
    const std::uint32_t item = cursor.open()[slot];
    if (item == Cursor::k_free) continue;
    open_.emplace_back(slot, item);
    const Word bit = Word{1} << slot % k_bits;
    const Role role = timeline_.items[item].role;
    if (role == Role::observer) observers_[slot / k_bits] |= bit;
    if (role == Role::overwrite) overwrites_[slot / k_bits] |= bit;
  }
  for (const std::uint32_t c : cursor.classes())
    if (timeline_.classes[c].role == Role::update) update_classes_.push_back(c);

  const auto add_overwrite = [&](EffectId effect, std::uint32_t move, std::uint32_t slot) {
    // It leaves the same state behind wherever it is applied.
    const StateId to = machine_.step(machine_.initial(), effect);
    if (at(to).awaited) useful_.push_back({.to = to, .move = move, .slot = slot});
  };
  for (const auto& [slot, item] : open_)
    if (slot != returning_ && timeline_.items[item].role == Role::overwrite)
      add_overwrite(timeline_.items[item].effect, item, slot);
  for (const std::uint32_t c : cursor.classes())
    if (timeline_.classes[c].role == Role::overwrite)
      add_overwrite(timeline_.classes[c].effect, k_class | c, Cursor::k_free);
}

Offers::Offer Offers::at(StateId state) {
  if (const auto known = offers_.find(state); known != offers_.end()) return known->second;
  Offer offer{.masks = static_cast<std::uint32_t>(masks_.size()),
              .first_update = static_cast<std::uint32_t>(updates_.size()),
              .after_returning = machine_.step(state, returning_effect_)};
  masks_.resize(masks_.size() + 3 * mask_words_, 0);
  for (const auto& [slot, item] : open_) {
    const auto& call = timeline_.items[item];
    const StateId to = machine_.step(state, call.effect);
    if (to == k_illegal) continue;
    offer.awaited = offer.awaited || call.role != Role::overwrite;
    if (to == state) {
      const std::size_t kind = call.role == Role::observer    ? 0
                               : call.role == Role::overwrite ? 1
                                                              : 2;
      masks_[offer.masks + kind * mask_words_ + slot / k_bits] |= Word{1} << slot % k_bits;
    } else if (call.role == Role::update && slot != returning_) {
      updates_.push_back({.to = to, .move = item, .slot = slot});
    }
  }
  for (const std::uint32_t c : update_classes_) {
    const StateId to = machine_.step(state, timeline_.classes[c].effect);
    if (to == k_illegal) continue;
    offer.awaited = true;
    if (to != state) updates_.push_back({.to = to, .move = k_class | c, .slot = Cursor::k_free});
  }
  offer.last_update = static_cast<std::uint32_t>(updates_.size());
  offers_.emplace(state, offer);
  return offer;
}

}  // namespace plumbline
