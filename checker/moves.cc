#include "checker/moves.h"

#include <algorithm>

namespace plumbline {

void Moves::Successors::clear() {
  configs.clear();
  paths.clear();
  list.clear();
  limited = false;
}

Moves::Moves(const Timeline& timeline, Machine& machine, Budget& budget)
    : timeline_(timeline),
      machine_(machine),
      budget_(budget),
      share_(budget),
      offers_(timeline, machine),
      mask_words_(offers_.mask_words()),
      words_(1 + 2 * mask_words_ + timeline.class_slots) {}

std::vector<Word> Moves::start() const {
  std::vector<Word> config(words_, 0);
  config[0] = machine_.initial();
  return config;
}

void Moves::load(const Cursor& cursor) {
  if (cursor.step() == step_) return;
  step_ = cursor.step();
  offers_.load(cursor);
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
    const Word see = offers_.observers()[w];
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
  const Offers::Offer offer = offers_.at(config[0]);
  const Word *observers = offers_.idle_observers(offer), *updates = offers_.idle_updates(offer);
  const Word* overwrites = offers_.idle_overwrites(offer);
  Word seen = 0;
  for (std::size_t w = 0; w < mask_words_; ++w) {
    Word &is_done = done(config)[w], &is_optional = optional(config)[w];
    seen |= (observers[w] & ~is_done) | (updates[w] & ~is_done & ~is_optional);
    is_done |= observers[w];
    is_optional |= (updates[w] | overwrites[w]) & ~is_done;
  }
  return seen != 0;
}

/// Would an overwrite hide no call (rule 3) that is not done or optional already?
bool Moves::absorbs_nothing(const Word* config, std::uint32_t except) const {
  for (std::size_t w = 0; w < mask_words_; ++w) {
    Word fresh = offers_.overwrites()[w] & ~config[1 + w] & ~config[1 + mask_words_ + w];
    if (except != Cursor::k_free && except / Offers::k_bits == w)
      fresh &= ~(Word{1} << except % Offers::k_bits);
    if (fresh != 0) return false;
  }
  return true;
}

/// A copy of `node` at the arena's end, after a call in `slot` (k_free: of a class) that leads
/// `to`.
Word* Moves::applied(std::uint32_t node, StateId to, bool overwrites, std::uint32_t slot) {
  const std::size_t at = arena_.size();
  arena_.resize(at + words_);
  Word* config = arena_.data() + at;
  std::copy_n(node_config(node), words_, config);
  config[0] = to;
  if (overwrites)
    for (std::size_t w = 0; w < mask_words_; ++w)
      optional(config)[w] |= offers_.overwrites()[w] & ~done(config)[w];
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
  if (has(done(node_config(0)), offers_.returning())) {
    emit(0, false, out);
    return true;
  }
  if (has(optional(node_config(0)), offers_.returning())) emit(0, false, out);
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
    if (nodes_.size() > k_most_nodes) return false;
    visit(cursor, n, limits, out);
    if (n % k_look_every != k_look_every - 1) continue;
    measure();
    if (budget_.exhausted()) return false;
  }
  std::stable_sort(out.list.begin(), out.list.end(),
                   [](const Successor& a, const Successor& b) { return a.uses < b.uses; });
  return true;
}

void Moves::visit(const Cursor& cursor, std::uint32_t node, Limits limits, Successors& out) {
  const Offers::Offer offer = offers_.at(node_config(node)[0]);
  const bool unseen = nodes_[node].unseen;
  const bool last_overwrites = offers_.returning_role() == Role::overwrite;
  if (offers_.returning_role() != Role::observer && offer.after_returning != k_illegal &&
      !(unseen && last_overwrites)) {
    applied(node, offer.after_returning, last_overwrites, offers_.returning());
    emit(node, true, out);
    arena_.resize(nodes_.size() * words_);
  }
  // By index: looking at a new state may move what the spans point to.
  for (std::uint32_t i = offer.first_update; i < offer.last_update; ++i)
    try_option(cursor, node, offers_.update(i), false, limits, out);
  if (unseen) return;
  for (const Offers::Option& option : offers_.useful_overwrites()) {
    // Writing the value that is there can only hide others (which is why it is not useless).
    if (option.to == node_config(node)[0] && absorbs_nothing(node_config(node), option.slot))
      continue;
    try_option(cursor, node, option, true, limits, out);
  }
}

void Moves::try_option(const Cursor& cursor, std::uint32_t node, const Offers::Option& option,
                       bool overwrites, Limits limits, Successors& out) {
  std::uint32_t uses = nodes_[node].uses;
  const bool of_class = option.slot == Cursor::k_free;
  if (!of_class && has(done(node_config(node)), option.slot)) return;
  const std::uint32_t c = option.move & ~k_class;
  const std::uint32_t count = of_class ? timeline_.classes[c].slot : 0;
  if (of_class) {
    if (!limits.inexhaustible && counts(node_config(node))[count] >= cursor.available(c)) return;
    if (uses >= limits.uses) {
      out.limited = true;
      return;
    }
    ++uses;
  }
  Word* config = applied(node, option.to, overwrites, option.slot);
  if (of_class && !limits.inexhaustible) ++counts(config)[count];
  keep(node, option.move, uses, overwrites, out);
}

/// Makes the configuration at the arena's end a node, unless another one serves in its place.
void Moves::keep(std::uint32_t parent, std::uint32_t move, std::uint32_t uses, bool overwrote,
                 Successors& out) {
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  Word* config = node_config(number);
  const bool seen = saturate(config);
  const bool unseen = overwrote && !seen;
  std::uint32_t& bucket = buckets_[config[0] % k_buckets];
  for (std::uint32_t n = bucket; n != k_none; n = nodes_[n].same)
    if ((unseen || !nodes_[n].unseen) && node_config(n)[0] == config[0] &&
        dominates_masks(node_config(n), config)) {
      arena_.resize(number * words_);
      return;
    }
  nodes_.push_back(
      {.parent = parent, .move = move, .uses = uses, .same = bucket, .unseen = unseen});
  if (!has(done(config), offers_.returning())) {
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
  reset(done(next), offers_.returning());
  reset(optional(next), offers_.returning());
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
