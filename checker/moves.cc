#include "checker/moves.h"

#include <algorithm>

namespace plumbline {

void Moves::Successors::clear() {
  configs.clear();
  paths.clear();
  list.clear();
  limited = false;
}

Moves::Moves(const Timeline& timeline, Machine& machine)
    : timeline_(timeline),
      machine_(machine),
      mask_words_((timeline.slots + k_bits - 1) / k_bits),
      words_(1 + 2 * mask_words_ + timeline.class_slots),
      observers_(mask_words_),
      overwrites_(mask_words_) {}

std::vector<Word> Moves::start() const {
  std::vector<Word> config(words_, 0);
  config[0] = machine_.initial();
  return config;
}

void Moves::load(const Cursor& cursor) {
  if (cursor.step() == step_) return;
  step_ = cursor.step();
  returning_ = timeline_.items[timeline_.returns[step_]].place;
  open_.clear();
  std::fill(observers_.begin(), observers_.end(), 0);
  std::fill(overwrites_.begin(), overwrites_.end(), 0);
  for (std::uint32_t slot = 0; slot < cursor.open().size(); ++slot) {
    const std::uint32_t item = cursor.open()[slot];
    if (item == Cursor::k_free) continue;
    open_.emplace_back(slot, item);
    const Role role = timeline_.items[item].role;
    if (role == Role::observer) set(observers_.data(), slot);
    if (role == Role::overwrite) set(overwrites_.data(), slot);
  }
  expiring_.clear();
  const auto key = std::pair<std::uint32_t, std::uint32_t>(static_cast<std::uint32_t>(step_), 0);
  for (auto at = std::lower_bound(timeline_.expiries.begin(), timeline_.expiries.end(), key);
       at != timeline_.expiries.end() && at->first == step_; ++at)
    expiring_.push_back(timeline_.classes[at->second].slot);
}

bool Moves::dominates_masks(const Word* a, const Word* b) const {
  const Word *done_a = a + 1, *done_b = b + 1;
  const Word *optional_a = done_a + mask_words_, *optional_b = done_b + mask_words_;
  for (std::size_t w = 0; w < mask_words_; ++w) {
    const Word see = observers_[w];
    if (done_b[w] & ~done_a[w] & see) return false;
    if (done_a[w] & ~done_b[w] & ~see) return false;
    if ((done_b[w] | optional_b[w]) & ~(done_a[w] | optional_a[w]) & ~see) return false;
  }
  for (std::size_t c = 1 + 2 * mask_words_; c < words_; ++c)
    if (a[c] > b[c]) return false;
  return true;
}

bool Moves::dominates(const Cursor& cursor, const Word* a, const Word* b) {
  load(cursor);
  return a[0] == b[0] && dominates_masks(a, b);
}

/// Rules 1 and 3 in the configuration's state. True if somebody was waiting for this state.
bool Moves::saturate(Word* config) {
  bool seen = false;
  for (const auto& [slot, item] : open_) {
    if (has(done(config), slot) || has(optional(config), slot)) continue;
    const auto& call = timeline_.items[item];
    const StateId next = machine_.step(config[0], call.effect);
    if (next != config[0]) continue;
    const bool observer = call.role == Role::observer;
    set(observer ? done(config) : optional(config), slot);
    seen = seen || call.role != Role::overwrite;
  }
  return seen;
}

void Moves::absorb(Word* config, std::uint32_t except) const {
  for (std::size_t w = 0; w < mask_words_; ++w)
    optional(config)[w] |= overwrites_[w] & ~done(config)[w];
  if (except != Cursor::k_free) reset(optional(config), except);
}

bool Moves::absorbs_nothing(const Word* config, std::uint32_t except) const {
  for (std::size_t w = 0; w < mask_words_; ++w) {
    Word fresh = overwrites_[w] & ~config[1 + w] & ~config[1 + mask_words_ + w];
    if (except != Cursor::k_free && except / k_bits == w) fresh &= ~(Word{1} << except % k_bits);
    if (fresh != 0) return false;
  }
  return true;
}

Word* Moves::applied(std::uint32_t node, EffectId effect, Role role, std::uint32_t slot) {
  const StateId from = node_config(node)[0];
  const StateId to = machine_.step(from, effect);
  if (to == k_illegal) return nullptr;
  const bool returning = slot == returning_;
  // What leaves the state as it is has been made optional; only what it would hide is new.
  if (to == from && !returning &&
      (role != Role::overwrite || absorbs_nothing(node_config(node), slot)))
    return nullptr;
  const std::size_t at = arena_.size();
  arena_.resize(at + words_);
  Word* config = arena_.data() + at;
  std::copy_n(node_config(node), words_, config);
  config[0] = to;
  if (role == Role::overwrite) absorb(config, slot);
  if (slot != Cursor::k_free) {
    set(done(config), slot);
    reset(optional(config), slot);
  }
  return config;
}

bool Moves::expand(const Cursor& cursor, std::span<const Word> config, Limits limits,
                   Successors& out) {
  load(cursor);
  out.clear();
  nodes_.assign(1, {.parent = 0, .move = 0, .uses = 0, .same = k_none, .unseen = false});
  buckets_.fill(k_none);
  buckets_[config[0] % k_buckets] = 0;
  arena_.assign(config.begin(), config.end());
  saturate(node_config(0));
  if (has(done(node_config(0)), returning_)) {
    emit(0, false, out);
    return true;
  }
  if (has(optional(node_config(0)), returning_)) emit(0, false, out);
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
    if (nodes_.size() > k_most_nodes) return false;
    visit(cursor, n, limits, out);
  }
  std::stable_sort(out.list.begin(), out.list.end(),
                   [](const Successor& a, const Successor& b) { return a.uses < b.uses; });
  return true;
}

void Moves::visit(const Cursor& cursor, std::uint32_t node, Limits limits, Successors& out) {
  const auto& last = timeline_.items[timeline_.returns[step_]];
  const bool unseen = nodes_[node].unseen;
  if (last.role != Role::observer && !(unseen && last.role == Role::overwrite) &&
      applied(node, last.effect, last.role, returning_) != nullptr) {
    emit(node, true, out);
    arena_.resize(nodes_.size() * words_);
  }
  for (const auto& [slot, item] : open_) {
    const auto& call = timeline_.items[item];
    if (slot == returning_ || call.role == Role::observer) continue;
    if (unseen && call.role == Role::overwrite) continue;
    if (has(done(node_config(node)), slot)) continue;
    if (applied(node, call.effect, call.role, slot) != nullptr)
      keep(node, item, nodes_[node].uses, call.role, out);
  }
  for (const std::uint32_t c : cursor.classes()) {
    const auto& cls = timeline_.classes[c];
    if (unseen && cls.role == Role::overwrite) continue;
    if (!limits.inexhaustible && counts(node_config(node))[cls.slot] >= cursor.available(c))
      continue;
    if (nodes_[node].uses >= limits.uses) {
      out.limited = true;
      continue;
    }
    Word* config = applied(node, cls.effect, cls.role, Cursor::k_free);
    if (config == nullptr) continue;
    if (!limits.inexhaustible) ++counts(config)[cls.slot];
    keep(node, k_class | c, nodes_[node].uses + 1, cls.role, out);
  }
}

/// Makes the configuration at the arena's end a node, unless another one serves in its place.
void Moves::keep(std::uint32_t parent, std::uint32_t move, std::uint32_t uses, Role role,
                 Successors& out) {
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  Word* config = node_config(number);
  const bool seen = saturate(config);
  const bool unseen = role == Role::overwrite && !seen;
  std::uint32_t& bucket = buckets_[config[0] % k_buckets];
  for (std::uint32_t n = bucket; n != k_none; n = nodes_[n].same)
    if ((unseen || !nodes_[n].unseen) && node_config(n)[0] == config[0] &&
        dominates_masks(node_config(n), config)) {
      arena_.resize(number * words_);
      return;
    }
  nodes_.push_back(
      {.parent = parent, .move = move, .uses = uses, .same = bucket, .unseen = unseen});
  if (!has(done(config), returning_)) {
    bucket = number;
    return;
  }
  emit(number, false, out);  // an observer that is done: nothing may follow it in this step
  nodes_.pop_back();
  arena_.resize(number * words_);
}

/// Adds `node`, or with_returning the configuration behind the nodes that the returning call made
/// of it.
void Moves::emit(std::uint32_t node, bool with_returning, Successors& out) {
  const Word* config = with_returning ? arena_.data() + nodes_.size() * words_ : node_config(node);
  const std::size_t at = out.configs.size();
  out.configs.insert(out.configs.end(), config, config + words_);
  Word* next = out.configs.data() + at;
  reset(done(next), returning_);
  reset(optional(next), returning_);
  for (const std::uint32_t slot : expiring_) counts(next)[slot] = 0;
  for (const Successor& s : out.list) {
    const Word* other = out.configs.data() + s.config;
    if (other[0] == next[0] && s.uses <= nodes_[node].uses && dominates_masks(other, next)) {
      out.configs.resize(at);
      return;
    }
  }
  const auto from = static_cast<std::uint32_t>(out.paths.size());
  for (std::uint32_t n = node; n != 0; n = nodes_[n].parent) out.paths.push_back(nodes_[n].move);
  std::reverse(out.paths.begin() + from, out.paths.end());
  if (with_returning) out.paths.push_back(timeline_.returns[step_]);
  out.list.push_back({.config = static_cast<std::uint32_t>(at),
                      .path_from = from,
                      .path_to = static_cast<std::uint32_t>(out.paths.size()),
                      .uses = nodes_[node].uses});
}

}  // namespace plumbline
