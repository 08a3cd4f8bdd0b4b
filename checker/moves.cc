#include "checker/moves.h"

#include <algorithm>
#include <bit>

namespace plumbline {

void Moves::Successors::clear() {
  configs.clear();
  paths.clear();
  list.clear();
  limited = false;
}

Moves::Moves(const Timeline& timeline, Machine& machine, Budget& budget,
             const std::vector<bool>* counted, bool thrifty)
    : timeline_(timeline),
      machine_(machine),
      budget_(budget),
      share_(budget),
      offers_(timeline, machine),
      needs_(timeline),
      thrifty_(thrifty),
      mask_words_(offers_.mask_words()),
      words_(k_head + 2 * mask_words_) {
  for (std::size_t c = 0; c < timeline.classes.size(); ++c) {
    if (counted == nullptr)
      count_of_.push_back(timeline.classes[c].slot);
    else
      count_of_.push_back((*counted)[c] ? static_cast<std::uint32_t>(counts_++) : k_none);
  }
  if (counted == nullptr) counts_ = timeline.class_slots;
  words_ += counts_;
}

std::vector<Word> Moves::start() const {
  std::vector<Word> config(words_, 0);
  config[0] = machine_.initial();
  return config;
}

void Moves::load(const Cursor& cursor) {
  if (cursor.step() == step_) return;
  step_ = cursor.step();
  offers_.load(cursor);
  needs_.load(cursor);
  find_free(cursor);
  expiring_.clear();
  const auto key = std::pair<std::uint32_t, std::uint32_t>(static_cast<std::uint32_t>(step_), 0);
  for (auto at = std::lower_bound(timeline_.expiries.begin(), timeline_.expiries.end(), key);
       at != timeline_.expiries.end() && at->first == step_; ++at)
    if (count_of_[at->second] != k_none) expiring_.push_back(count_of_[at->second]);
}

bool Moves::dominates_masks(const Word* a, const Word* b) const {
  if (a[1] > b[1]) return false;
  const Word *done_a = a + k_head, *done_b = b + k_head;
  const Word *optional_a = done_a + mask_words_, *optional_b = done_b + mask_words_;
  for (std::size_t c = k_head + 2 * mask_words_; c < words_ && !thrifty_; ++c)
    if (a[c] > b[c]) return false;
  for (std::size_t w = 0; w < mask_words_; ++w) {
    const Word see = offers_.observers()[w];
    if (done_b[w] & ~done_a[w] & see) return false;
    if ((done_b[w] | optional_b[w]) & ~(done_a[w] | optional_a[w]) & ~see) return false;
    Word gone = done_a[w] & ~done_b[w] & ~see;
    for (std::size_t i = 0; gone != 0 && i < needs_.closing_count(); ++i) {
      const Needs::Closing c = needs_.closing(i);
      if ((gone & c.writers[w]) != 0 && covers(done_a, c.readers)) gone &= ~c.writers[w];
    }
    if (gone != 0) return false;
  }
  return true;
}

bool Moves::covers(const Word* mask, const Word* part) const {
  for (std::size_t w = 0; w < mask_words_; ++w)
    if ((part[w] & ~mask[w]) != 0) return false;
  return true;
}

/// Rule 6: what an overwriting call is about to hide, and can be finished; not the value that the
/// call leaves itself.
void Moves::finish(const Cursor& cursor, Word* config) {
  for (std::size_t i = 0; i < needs_.closing_count(); ++i) {
    const Needs::Closing c = needs_.closing(i);
    if (c.value == config[0] || !c.only_readers || covers(done(config), c.writers)) continue;
    if (!covers(done(config), c.readers))
      for (std::size_t w = 0; w < mask_words_; ++w)
        if (const Word free = c.writers[w] & ~done(config)[w]; free != 0) {
          const std::size_t slot =
              w * Offers::k_bits + static_cast<std::size_t>(std::countr_zero(free));
          trail_now_.push_back(cursor.open()[slot]);
          break;
        }
    for (std::size_t w = 0; w < mask_words_; ++w) {
      const Word finished = c.writers[w] | c.readers[w];
      done(config)[w] |= finished;
      optional(config)[w] &= ~finished;
    }
  }
}

/// Rule 7, for the value `left` that the object has no more.
bool Moves::hopeless(const Cursor& cursor, StateId left, Word* config) {
  return needs_.hopeless(cursor, left, done(config), [&](std::uint32_t c) {
    return count_of_[c] == k_none ? 0U : counts(config)[count_of_[c]];
  });
}

/// Rule 9: the values that are free at this step.
void Moves::find_free(const Cursor& cursor) {
  free_.clear();
  free_observers_.assign(mask_words_, 0);
  for (const std::uint32_t c : cursor.classes()) {
    const auto& cls = timeline_.classes[c];
    if (count_of_[c] != k_none || cls.role != Role::overwrite) continue;
    const StateId value = machine_.step(machine_.initial(), cls.effect);
    free_.push_back({.value = value, .move = k_class | c});
    const Word* observers = offers_.idle_observers(offers_.at(value));
    for (std::size_t w = 0; w < mask_words_; ++w) free_observers_[w] |= observers[w];
  }
}

/// Rule 9, before an overwriting call.
void Moves::expose_free(Word* config) {
  if (free_.empty() || covers(done(config), free_observers_.data())) return;
  for (const Free& free : free_) {
    const Word* observers = offers_.idle_observers(offers_.at(free.value));
    if (free.value == config[0] || covers(done(config), observers)) continue;
    trail_now_.push_back(free.move);
    ++uses_now_;
    for (std::size_t w = 0; w < mask_words_; ++w) done(config)[w] |= observers[w];
  }
}

/// Rule 9, in a state that is free.
void Moves::settle(Word* config) {
  const auto free = std::ranges::find(free_, config[0], &Free::value);
  if (free == free_.end()) return;
  bool changed = false;
  for (std::size_t w = 0; w < mask_words_; ++w) {
    const Word open = offers_.overwrites()[w] & ~done(config)[w] & ~optional(config)[w];
    optional(config)[w] |= open;
    changed = changed || open != 0;
  }
  changed = changed || !covers(done(config), free_observers_.data());
  if (!changed) return;
  expose_free(config);
  trail_now_.push_back(free->move);
  ++uses_now_;
}

bool Moves::dominates(const Cursor& cursor, const Word* a, const Word* b) {
  load(cursor);
  return a[0] == b[0] && dominates_masks(a, b);
}

/// Rules 1 and 3 in the configuration's state. Gives: the first step at which somebody returns who
/// was waiting for this state, or k_none.
std::uint32_t Moves::saturate(const Cursor& cursor, Word* config) {
  const Offers::Offer offer = offers_.at(config[0]);
  const Word *observers = offers_.idle_observers(offer), *updates = offers_.idle_updates(offer);
  const Word* overwrites = offers_.idle_overwrites(offer);
  std::uint32_t first = k_none;
  for (std::size_t w = 0; w < mask_words_; ++w) {
    Word &is_done = done(config)[w], &is_optional = optional(config)[w];
    Word seen = (observers[w] & ~is_done) | (updates[w] & ~is_done & ~is_optional);
    for (; seen != 0; seen &= seen - 1) {
      const std::size_t slot =
          w * Offers::k_bits + static_cast<std::size_t>(std::countr_zero(seen));
      first = std::min(first, timeline_.items[cursor.open()[slot]].step);
    }
    is_done |= observers[w];
    is_optional |= (updates[w] | overwrites[w]) & ~is_done;
  }
  return first;
}

/// A copy of `node` at the arena's end, after a call in `slot` (k_free: of a class) that leads
/// `to`.
Word* Moves::applied(const Cursor& cursor, std::uint32_t node, StateId to, bool overwrites,
                     std::uint32_t slot) {
  const std::size_t at = arena_.size();
  arena_.resize(at + words_);
  Word* config = arena_.data() + at;
  std::copy_n(node_config(node), words_, config);
  config[0] = to;
  trail_now_.clear();
  uses_now_ = nodes_[node].uses;
  if (overwrites) {
    if (nodes_[node].overwrote) *hold(config) = std::max(*hold(config), nodes_[node].due + 1);
    finish(cursor, config);
    expose_free(config);
    for (std::size_t w = 0; w < mask_words_; ++w)
      optional(config)[w] |= offers_.overwrites()[w] & ~done(config)[w];
  }
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
  buckets_.fill(k_none);
  buckets_[config[0] % k_buckets] = 0;
  arena_.assign(config.begin(), config.end());
  saturate(cursor, node_config(0));
  trail_now_.clear();
  uses_now_ = 0;
  settle(node_config(0));
  trail_ = trail_now_;
  nodes_.assign(
      1,
      {.uses = uses_now_, .same = k_none, .trail_to = static_cast<std::uint32_t>(trail_.size())});
  if (has(done(node_config(0)), offers_.returning())) {
    emit(cursor, 0, false, out);
    return true;
  }
  if (has(optional(node_config(0)), offers_.returning())) emit(cursor, 0, false, out);
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
      !(last_overwrites && (unseen || !may_overwrite(node)))) {
    Word* config =
        applied(cursor, node, offer.after_returning, last_overwrites, offers_.returning());
    const StateId left = node_config(node)[0];
    if (config[0] == left || !hopeless(cursor, left, config)) emit(cursor, node, true, out);
    arena_.resize(nodes_.size() * words_);
  }
  try_options(cursor, node, offers_.updates(offer), false, limits, out);
  if (!unseen && may_overwrite(node))
    try_options(cursor, node, offers_.useful_overwrites(), true, limits, out);
}

void Moves::try_options(const Cursor& cursor, std::uint32_t node,
                        std::span<const Offers::Option> options, bool overwrite, Limits limits,
                        Successors& out) {
  // Rule 5: of calls with one effect, which of them were tried.
  bool required = false, absorbed = false;
  // A copy: looking at a new state may move what the span points to.
  options_.assign(options.begin(), options.end());
  for (const Offers::Option& option : options_) {
    if (option.first) required = absorbed = false;
    if (required) continue;
    if (option.slot == Cursor::k_free) {
      if (!absorbed) try_class(cursor, node, option, overwrite, limits, out);
      continue;
    }
    if (has(done(node_config(node)), option.slot)) continue;
    const bool is_optional = has(optional(node_config(node)), option.slot);
    if (is_optional && absorbed) continue;
    (is_optional ? absorbed : required) = true;
    applied(cursor, node, option.to, overwrite, option.slot);
    keep(cursor, node, {.move = option.move, .overwrites = overwrite}, out);
  }
}

void Moves::try_class(const Cursor& cursor, std::uint32_t node, const Offers::Option& option,
                      bool overwrite, Limits limits, Successors& out) {
  const std::uint32_t c = option.move & ~k_class;
  const std::uint32_t count = count_of_[c];
  if (count != k_none && counts(node_config(node))[count] >= cursor.available(c)) return;
  if (nodes_[node].uses >= limits.uses) {
    out.limited = true;
    return;
  }
  Word* config = applied(cursor, node, option.to, overwrite, option.slot);
  if (count != k_none) ++counts(config)[count];
  ++uses_now_;
  keep(cursor, node, {.move = option.move, .overwrites = overwrite}, out);
}

/// Makes the configuration at the arena's end a node, unless another one serves in its place.
void Moves::keep(const Cursor& cursor, std::uint32_t parent, Move move, Successors& out) {
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  Word* config = node_config(number);
  const StateId left = node_config(parent)[0];
  std::uint32_t due = saturate(cursor, config);
  const bool of_class = (move.move & k_class) != 0;
  const bool unseen = (move.overwrites || of_class) && due == k_none;
  if (!of_class) due = std::min(due, timeline_.items[move.move].step);
  if (config[0] != left && hopeless(cursor, left, config)) {
    arena_.resize(number * words_);
    return;
  }
  trail_now_.push_back(move.move);
  settle(config);
  std::uint32_t& bucket = buckets_[config[0] % k_buckets];
  for (std::uint32_t n = bucket; n != k_none; n = nodes_[n].same)
    if ((unseen || !nodes_[n].unseen) && node_config(n)[0] == config[0] &&
        (!thrifty_ || nodes_[n].uses <= uses_now_) && dominates_masks(node_config(n), config)) {
      arena_.resize(number * words_);
      return;
    }
  const auto trail_from = static_cast<std::uint32_t>(trail_.size());
  trail_.insert(trail_.end(), trail_now_.begin(), trail_now_.end());
  nodes_.push_back({.parent = parent,
                    .uses = uses_now_,
                    .same = bucket,
                    .trail_from = trail_from,
                    .trail_to = static_cast<std::uint32_t>(trail_.size()),
                    .due = due,
                    .overwrote = move.overwrites,
                    .unseen = unseen});
  if (!has(done(config), offers_.returning())) {
    bucket = number;
    return;
  }
  emit(cursor, number, false, out);  // an observer that is done: nothing may follow it in this step
  nodes_.pop_back();
  arena_.resize(number * words_);
}

/// Rule 8: some call that overwrites would have to, before it may.
bool Moves::stuck(const Cursor& cursor, Word* config) {
  if (*hold(config) == 0) return false;
  for (std::size_t w = 0; w < mask_words_; ++w) {
    Word left = offers_.overwrites()[w] & ~done(config)[w] & ~optional(config)[w];
    for (; left != 0; left &= left - 1) {
      const std::size_t slot =
          w * Offers::k_bits + static_cast<std::size_t>(std::countr_zero(left));
      const auto& item = timeline_.items[cursor.open()[slot]];
      if (slot == offers_.returning() || item.step >= *hold(config)) continue;
      foreseen_ = std::max(foreseen_, item.returned);
      return true;
    }
  }
  return false;
}

/// Adds `node`, or with_returning the configuration behind the nodes that the returning call made
/// of it.
void Moves::emit(const Cursor& cursor, std::uint32_t node, bool with_returning, Successors& out) {
  const Word* config = with_returning ? arena_.data() + nodes_.size() * words_ : node_config(node);
  const std::size_t at = out.configs.size();
  out.configs.insert(out.configs.end(), config, config + words_);
  Word* next = out.configs.data() + at;
  // A call that vanishes will not make its value any more.
  const auto& returned = timeline_.items[timeline_.returns[step_]];
  if (!with_returning && returned.cell.to != k_illegal && returned.cell.to != next[0]) {
    set(done(next), offers_.returning());
    if (hopeless(cursor, returned.cell.to, next)) {
      out.configs.resize(at);
      return;
    }
  }
  if (*hold(next) <= step_ + 1) *hold(next) = 0;
  if (stuck(cursor, next)) {
    out.configs.resize(at);
    return;
  }
  reset(done(next), offers_.returning());
  reset(optional(next), offers_.returning());
  for (const std::uint32_t slot : expiring_) counts(next)[slot] = 0;
  const std::uint32_t uses = with_returning ? uses_now_ : nodes_[node].uses;
  for (const Successor& s : out.list) {
    const Word* other = out.configs.data() + s.config;
    if (other[0] == next[0] && s.uses <= uses && dominates_masks(other, next)) {
      out.configs.resize(at);
      return;
    }
  }
  const auto from = static_cast<std::uint32_t>(out.paths.size());
  for (std::uint32_t n = node;; n = nodes_[n].parent) {  // backwards
    for (std::uint32_t t = nodes_[n].trail_to; t-- > nodes_[n].trail_from;)
      out.paths.push_back(trail_[t]);
    if (n == 0) break;
  }
  std::reverse(out.paths.begin() + from, out.paths.end());
  if (with_returning) {
    out.paths.insert(out.paths.end(), trail_now_.begin(), trail_now_.end());
    out.paths.push_back(timeline_.returns[step_]);
  }
  out.list.push_back({.config = static_cast<std::uint32_t>(at),
                      .path_from = from,
                      .path_to = static_cast<std::uint32_t>(out.paths.size()),
                      .uses = uses});
}

}  // namespace plumbline
