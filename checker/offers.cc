#include "checker/offers.h"

#include <algorithm>
#include <tuple>

namespace plumbline {

Offers::Offers(const Timeline& timeline, Machine& machine)
    : timeline_(timeline),
      machine_(machine),
      mask_words_((timeline.slots + k_bits - 1) / k_bits),
      observers_(mask_words_),
      overwrites_(mask_words_) {}

/// What is interchangeable has the same kind.
void Offers::add(const Candidate& call) {
  constexpr std::uint64_t k_overwrite = std::uint64_t{1} << 32;
  open_.push_back(call);
  std::uint64_t& kind = open_.back().kind;
  // An overwrite leaves the same state behind wherever it is applied.
  kind = call.role == Role::overwrite ? k_overwrite | machine_.step(machine_.initial(), call.effect)
                                      : call.effect;
}

void Offers::load(const Cursor& cursor) {
  if (cursor.step() == step_) return;
  step_ = cursor.step();
  const auto& last = timeline_.items[timeline_.returns[step_]];
  returning_ = last.place;
  returning_role_ = last.role;
  returning_effect_ = last.effect;
  open_.clear();
  masks_.clear();
  updates_.clear();
  offers_.clear();
  std::fill(observers_.begin(), observers_.end(), 0);
  std::fill(overwrites_.begin(), overwrites_.end(), 0);
  for (std::uint32_t slot = 0; slot < cursor.open().size(); ++slot) {
    const std::uint32_t number = cursor.open()[slot];
    if (number == Cursor::k_free) continue;
    const auto& item = timeline_.items[number];
    const Word bit = Word{1} << slot % k_bits;
    if (item.role == Role::observer) observers_[slot / k_bits] |= bit;
    if (item.role == Role::overwrite) overwrites_[slot / k_bits] |= bit;
    add({.returned = item.returned,
         .effect = item.effect,
         .move = number,
         .slot = slot,
         .role = item.role});
    if (slot == returning_) returning_kind_ = open_.back().kind;
  }
  for (const std::uint32_t c : cursor.classes())
    add({.effect = timeline_.classes[c].effect,
         .move = k_class | c,
         .slot = Cursor::k_free,
         .role = timeline_.classes[c].role});
  std::sort(open_.begin(), open_.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.kind, a.returned, a.move) < std::tie(b.kind, b.returned, b.move);
  });
  find_useful_overwrites();
}

void Offers::find_useful_overwrites() {
  useful_.clear();
  std::uint64_t kind = UINT64_MAX;
  for (const Candidate& call : open_) {
    if (call.role != Role::overwrite || call.kind == returning_kind_) continue;
    const auto to = static_cast<StateId>(call.kind);
    if (!at(to).awaited) continue;
    useful_.push_back({.to = to, .move = call.move, .slot = call.slot, .first = call.kind != kind});
    kind = call.kind;
  }
}

Offers::Offer Offers::at(StateId state) {
  if (const auto known = offers_.find(state); known != offers_.end()) return known->second;
  Offer offer{.masks = static_cast<std::uint32_t>(masks_.size()),
              .first_update = static_cast<std::uint32_t>(updates_.size()),
              .after_returning = machine_.step(state, returning_effect_)};
  masks_.resize(masks_.size() + 3 * mask_words_, 0);
  std::uint64_t kind = UINT64_MAX;
  StateId to = k_illegal;
  for (const Candidate& call : open_) {
    const bool first = call.kind != kind;
    if (first) to = machine_.step(state, call.effect);
    kind = call.kind;
    if (to == k_illegal) continue;
    offer.awaited = offer.awaited || call.role != Role::overwrite;
    if (to == state && call.slot != Cursor::k_free) {
      const std::size_t sort = call.role == Role::observer    ? 0
                               : call.role == Role::overwrite ? 1
                                                              : 2;
      masks_[offer.masks + sort * mask_words_ + call.slot / k_bits] |= Word{1}
                                                                       << call.slot % k_bits;
    }
    if (to != state && call.role == Role::update && kind != returning_kind_)
      updates_.push_back({.to = to, .move = call.move, .slot = call.slot, .first = first});
  }
  offer.last_update = static_cast<std::uint32_t>(updates_.size());
  offers_.emplace(state, offer);
  return offer;
}

}  // namespace plumbline
