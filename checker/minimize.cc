#include "checker/minimize.h"

#include <algorithm>

#include "checker/model_spec.h"
#include "checker/verify/leave_out.h"

namespace plumbline {
namespace {

/// The first proof may take no longer: there are others to try.
Nanos first_try(std::size_t calls, const Budget& budget) {
  if (budget.forever()) return Budget::k_forever;
  constexpr Nanos k_least = 200ms, k_each_call = 20us;
  constexpr int k_share = 8;
  return std::max(k_least + k_each_call * static_cast<std::int64_t>(calls),
                  budget.remaining() / k_share);
}
/// Nor may one of many that are tried in turn.
constexpr Nanos k_near_try = 30ms;
/// Nor may a try with less, when the last proof took `took`: a few hard ones must not use up the
/// time of all others, and what is hard to decide is no good as evidence.
Nanos next_try(Nanos took, const Budget& budget) {
  if (budget.forever()) return Budget::k_forever;
  constexpr Nanos k_least = 20ms;
  constexpr int k_times = 20;
  return k_least + k_times * took;
}
/// How long a core of so many calls may be made smaller.
Nanos all_tries(std::size_t calls, const Budget& budget) {
  if (budget.forever()) return Budget::k_forever;
  constexpr Nanos k_least = 500ms, k_each_call = 300us;
  return std::min(k_least + k_each_call * static_cast<std::int64_t>(calls), budget.remaining());
}

/// How many calls, and how many of them are required.
using Size = std::pair<std::size_t, std::size_t>;
constexpr Size k_any_size{SIZE_MAX, 0};

Size size_of(const KeyCore& core) {
  return {core.required.size() + core.optional.size(), core.required.size()};
}

/// `ids` without those of `out`, which is sorted.
void remove(std::vector<std::int64_t>& ids, std::span<const std::int64_t> out) {
  std::erase_if(ids, [&](std::int64_t id) { return std::ranges::binary_search(out, id); });
}

class Minimizing {
 public:
  Minimizing(const std::vector<Call>& calls, std::int64_t end, const ModelEntry& model,
             const Value& initial, Budget& budget)
      : end_(end),
        model_(model),
        initial_(initial),
        budget_(&budget),
        specs_(specs_of(model)),
        spec_(specs_(initial)) {
    for (const Call& call : calls)
      if (call.type != EventType::fail && call.invoked < end) calls_.push_back(call);
    if (!calls_.empty()) key_ = calls_.front().key;
  }

  /// `blamed_ids`: some may not be of the calls before the end.
  std::optional<Core> run(const std::vector<std::int64_t>& blamed_ids) {
    const std::set<std::int64_t> ids(blamed_ids.begin(), blamed_ids.end());
    std::vector<std::int64_t> blamed;  // in order
    for (const Call& call : calls_)
      if (ids.contains(call.id)) blamed.push_back(call.id);
    if (!start_from_count()) {
      const auto few = [&] {
        return best_ && size_of(best_->ids).second <= k_most * blamed.size();
      };
      start_from_few_parts(blamed);
      if (!few()) start_after_first(blamed);
      if (!few()) start_from(blamed);
      if (!few() && !start_from_any_state(blamed)) start_from_late_call();
    }
    if (!best_) return std::nullopt;
    Budget reducing(all_tries(calls_.size(), *budget_), budget_->memory(), budget_->stop());
    budget_ = &reducing;
    if (best_->ids.only) reduce_parts();
    reduce_calls();
    try_without_after();
    return std::move(best_);
  }

 private:
  /// A core that requires this many times the calls that were blamed is none that they made. (What
  /// may have happened at any time has to be in most cores.)
  static constexpr std::size_t k_most = 4;
  /// Which kept call may see which optional one takes a second or so to tell of this many pairs,
  /// and asks no budget.
  static constexpr std::size_t k_most_pairs = 100'000'000;

  Size best_size() const { return best_ ? size_of(best_->ids) : k_any_size; }

  bool certain(const Call& call) const {
    return call.type == EventType::ok && call.returned < end_;
  }

  /// Takes it as the best if it is invalid, with what has to stay besides, and if that is less
  /// than `bound`.
  bool take(KeyCore core, Size bound = k_any_size) {
    for (;;) {
      std::ranges::sort(core.required);
      std::ranges::sort(core.optional);
      if (size_of(core) >= bound) return false;
      if (core.optional.size() * size_of(core).first > k_most_pairs) {
        undecided_ = true;
        return false;
      }
      const auto& calls = core.counted ? calls_ : calls_since(core.after);
      auto rest = verifying::leave_out(specs_, initial_, calls, core);
      if (rest) return take(std::move(core), std::move(*rest));
      if (rest.error().missing.empty()) return false;
      for (const std::int64_t id : rest.error().missing)
        (may_require(id, core) ? core.required : core.optional).push_back(id);
    }
  }
  /// The calls but those that ended before `after` began: a core after it has no use for them, and
  /// to look at them again and again is what would take the time.
  const std::vector<Call>& calls_since(std::optional<std::int64_t> after) {
    if (!after) return calls_;
    if (since_ != after) {
      const std::int64_t began = call_of(*after).invoked;
      since_ = after;
      calls_since_.clear();
      std::ranges::copy_if(calls_, std::back_inserter(calls_since_), [&](const Call& call) {
        return call.type != EventType::ok || call.returned >= began;
      });
    }
    return calls_since_;
  }
  bool may_require(std::int64_t id, const KeyCore& core) const {
    const Call& call = call_of(id);
    if (core.any_state) return false;
    return certain(call) &&
           (!core.after || core.counted || call.invoked > call_of(*core.after).returned);
  }
  bool take(KeyCore core, verifying::Remainder rest) {
    const bool one_of_many = near_ && !budget_->forever();
    const Nanos most = best_         ? next_try(took_, *budget_)
                       : one_of_many ? k_near_try
                                     : first_try(rest.calls.size(), *budget_);
    Budget small(most, budget_->memory(), budget_->stop());
    rest.or_else.push_back(rest.initial);
    for (const Value& start : rest.or_else) {
      const Validity validity = decide(rest.calls, model_, start, small).validity;
      undecided_ = undecided_ || validity == Validity::unknown;
      if (validity != Validity::invalid) return false;
    }
    took_ = most - small.remaining();
    best_ = Core{
        .ids = std::move(core), .initial = std::move(rest.initial), .calls = std::move(rest.calls)};
    return true;
  }

  /// The calls that `keep` holds for, and all parts that they name.
  template <class Keep>
  KeyCore core_with(const Keep& keep) const {
    KeyCore core{.key = key_};
    std::set<Value> only;
    for (const Call& call : calls_) {
      if (!keep(call)) continue;
      (certain(call) ? core.required : core.optional).push_back(call.id);
      const std::vector<Value> parts = spec_->parts(call);
      only.insert(parts.begin(), parts.end());
    }
    if (spec_->has_parts()) core.only.emplace(only.begin(), only.end());
    return core;
  }

  /// The blamed calls as what they are to few parts: those that the updates among them name, one
  /// that one of the observers shows and another one does not, and one that no update names at all.
  void start_from_few_parts(const std::vector<std::int64_t>& blamed) {
    constexpr std::size_t k_most_blamed = 16;
    if (!spec_->has_parts() || blamed.size() > k_most_blamed) return;
    std::set<Value> only, named;
    for (const Call& call : calls_) {
      if (spec_->observes(call)) continue;
      const std::vector<Value> parts = spec_->parts(call);
      named.insert(parts.begin(), parts.end());
    }
    std::vector<std::set<Value>> shown;
    for (const std::int64_t id : blamed) {
      const std::vector<Value> parts = spec_->parts(call_of(id));
      if (spec_->observes(call_of(id)))
        shown.emplace_back(parts.begin(), parts.end());
      else
        only.insert(parts.begin(), parts.end());
    }
    const auto add_one_not_in = [&only](const std::set<Value>& these,
                                        const std::set<Value>& those) {
      const auto found =
          std::ranges::find_if(these, [&](const Value& part) { return !those.contains(part); });
      if (found != these.end()) only.insert(*found);
    };
    for (const auto& these : shown) {
      add_one_not_in(these, named);
      for (const auto& those : shown) add_one_not_in(these, those);
    }
    if (only.empty()) return;
    KeyCore core{.key = key_};
    core.only.emplace(only.begin(), only.end());
    for (const std::int64_t id : blamed) {
      Call narrowed = call_of(id);
      if (spec_->narrow(narrowed, only))
        (certain(call_of(id)) ? core.required : core.optional).push_back(id);
    }
    if (!core.required.empty()) take(std::move(core));
  }

  /// The blamed calls after the first to return of those that tell the state: what that one itself
  /// needed does not matter then.
  void start_after_first(const std::vector<std::int64_t>& blamed) {
    const Call* first = nullptr;
    for (const std::int64_t id : blamed) {
      const Call& call = call_of(id);
      if (certain(call) && spec_->settles(call) &&
          (first == nullptr || call.returned < first->returned))
        first = &call;
    }
    if (first != nullptr)
      start_after(*first, [&](const Call& c) { return std::ranges::binary_search(blamed, c.id); });
  }

  /// The blamed calls; or else all that touches the parts which they name.
  void start_from(const std::vector<std::int64_t>& blamed) {
    if (blamed.empty()) return;
    KeyCore core =
        core_with([&](const Call& c) { return std::ranges::binary_search(blamed, c.id); });
    if (core.required.empty()) return;
    const Value::List parts = core.only.value_or(Value::List{});
    if (!take(std::move(core), best_size()) && !parts.empty()) take_parts(parts, best_size());
  }

  /// The blamed calls, whatever the state was before. Of those that leave one state, none need have
  /// happened: it is the others that lack them.
  bool start_from_any_state(const std::vector<std::int64_t>& blamed) {
    for (const Value& left : spec_->states()) {
      KeyCore core{.key = key_, .any_state = true};
      for (const std::int64_t id : blamed) {
        const Call& call = call_of(id);
        const bool lacked = !spec_->observes(call) && spec_->settles(call) == left;
        (certain(call) && !lacked ? core.required : core.optional).push_back(id);
      }
      if (!core.required.empty() && take(std::move(core), best_size())) return true;
    }
    return false;
  }

  /// All calls, as far as they touch `parts`.
  bool take_parts(const Value::List& parts, Size bound = k_any_size) {
    const std::set<Value> only(parts.begin(), parts.end());
    const Call* after = best_ && best_->ids.after ? &call_of(*best_->ids.after) : nullptr;
    KeyCore core{.key = key_};
    core.only = parts;
    for (const Call& call : calls_) {
      Call narrowed = call;
      const bool ok = certain(call);
      if (after != nullptr && ok && (&call == after || call.returned < after->invoked)) continue;
      const bool required = ok && (after == nullptr || call.invoked > after->returned);
      if (!required) narrowed.type = EventType::info;
      if (spec_->narrow(narrowed, only))
        (required ? core.required : core.optional).push_back(call.id);
    }
    if (after != nullptr) core.after = after->id;
    return !core.required.empty() && take(std::move(core), bound);
  }

  const Call& call_of(std::int64_t id) const {
    return *std::ranges::lower_bound(calls_, id, {}, &Call::id);
  }

  /// The call that tells the state and returned last, or the one before it, and so on; at some
  /// distance one twice as far back, and so on; all calls at last. What is open during such a call
  /// may take effect at any time after it, so it matters much which one it is, and near the end it
  /// costs little to try them all.
  void start_from_late_call() {
    constexpr std::size_t k_near = 128;
    constexpr auto k_all = [](const Call&) { return true; };
    std::vector<const Call*> telling;
    for (const Call& call : calls_)
      if (certain(call) && spec_->settles(call)) telling.push_back(&call);
    std::ranges::sort(telling, std::greater(), &Call::returned);
    const Nanos near_ends = budget_->remaining() / 4 * 3;
    near_ = true;
    for (std::size_t i = 0; i < std::min(telling.size(), k_near); ++i) {
      if (budget_->remaining() < near_ends) break;
      if (start_after(*telling[i], k_all)) return;
    }
    near_ = false;
    for (std::size_t back = 1; back <= telling.size() && !budget_->exhausted(); back *= 2)
      if (start_after(*telling[back - 1], k_all)) return;
    if (!best_) take(core_with(k_all));
  }
  template <class Keep>
  bool start_after(const Call& after, const Keep& keep) {
    const auto kept = [&](const Call& c) {
      return &c != &after && keep(c) && (!certain(c) || c.returned > after.invoked);
    };
    KeyCore core = core_with(kept);
    core.after = after.id;
    if (core.only) {
      const std::vector<Value> seen = spec_->parts(after);
      std::set<Value> only(core.only->begin(), core.only->end());
      only.insert(seen.begin(), seen.end());
      core.only.emplace(only.begin(), only.end());
    }
    // What need not have happened comes back if it may matter: take() sees to that.
    core.optional.clear();
    std::erase_if(core.required,
                  [&](std::int64_t id) { return call_of(id).invoked < after.returned; });
    return !core.required.empty() && take(std::move(core), best_size());
  }

  /// Of the instants at which a count of the calls tells the state, the latest such that what comes
  /// after it is invalid (and what is so after one instant is so after an earlier one): sought
  /// among the ends of updates, ever farther from the last, then by halves.
  bool start_from_count() {
    if (!spec_->countable()) return false;
    std::vector<const Call*> ends;
    for (const Call& call : calls_)
      if (certain(call) && !spec_->observes(call)) ends.push_back(&call);
    std::ranges::sort(ends, std::greater(), &Call::returned);
    std::size_t low = 0, high = 0;  // none before `low` will do; `high`: one that does
    for (std::size_t from = 0; !best_; from = low + low / 2) {
      const auto at = counted_from(ends, from);
      if (!at || budget_->exhausted()) return false;
      high = *at;
      if (!start_at_end_of(*ends[*at])) low = *at + 1;
    }
    while (low < high && !budget_->exhausted()) {
      const std::size_t middle = low + (high - low) / 2;
      const auto at = counted_from(ends, middle);
      if (!at || *at >= high || start_at_end_of(*ends[*at]))
        high = middle;
      else
        low = *at + 1;
    }
    return true;
  }
  /// The first of `ends` from number `from` on at which a count tells the state.
  std::optional<std::size_t> counted_from(const std::vector<const Call*>& ends, std::size_t from) {
    for (std::size_t i = from; i < ends.size() && !budget_->exhausted(); ++i)
      if (instant_at(*ends[i])) return i;
    return std::nullopt;
  }
  std::optional<verifying::Instant> instant_at(const Call& end) const {
    std::vector<const Call*> ended, open;
    for (const Call& call : calls_) {
      if (call.invoked >= end.returned || spec_->observes(call)) continue;
      const bool has_ended = call.type == EventType::ok && call.returned <= end.returned;
      (has_ended ? ended : open).push_back(&call);
    }
    return spec_->at_instant(ended, open);
  }
  bool start_at_end_of(const Call& end) {
    const auto before = instant_at(end)->before;
    KeyCore core{.key = key_, .after = end.id, .counted = true};
    for (const Call& call : calls_)
      if (certain(call) &&
          (call.invoked > end.returned ||
           (call.returned > end.returned && !spec_->observes(call) && !before.contains(call.id))))
        core.required.push_back(call.id);
    return !core.required.empty() && take(std::move(core));
  }

  /// Calls `try_without(from, to)` for ever smaller stretches of `size()` things, until no single
  /// one can go; it says whether they went. Gives whether that is known of each.
  template <class Size, class TryWithout>
  bool by_halves(const Size& size, const TryWithout& try_without) {
    std::size_t chunk = std::max<std::size_t>(size() / 2, 1);
    for (bool again = true; again && !budget_->exhausted();) {
      bool changed = false;
      undecided_ = false;
      for (std::size_t from = 0; from < size() && !budget_->exhausted();) {
        if (try_without(from, std::min(from + chunk, size())))
          changed = true;
        else
          from += chunk;
      }
      again = chunk > 1 || changed;
      if (chunk > 1) chunk = std::max<std::size_t>(std::min(chunk / 2, size() / 2), 1);
    }
    return !undecided_ && !budget_->exhausted();
  }

  void reduce_parts() {
    by_halves([&] { return best_->ids.only->size(); },
              [&](std::size_t from, std::size_t to) {
                Value::List parts = *best_->ids.only;
                const std::size_t had = parts.size();
                parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(from),
                            parts.begin() + static_cast<std::ptrdiff_t>(to));
                return parts.size() < had && take_parts(parts);
              });
  }

  void reduce_calls() {
    const bool known =
        by_halves([&] { return best_->ids.required.size() + best_->ids.optional.size(); },
                  [&](std::size_t from, std::size_t to) {
                    std::vector<std::int64_t> ids = best_->ids.required;
                    ids.insert(ids.end(), best_->ids.optional.begin(), best_->ids.optional.end());
                    std::ranges::sort(ids);
                    const auto out = std::span<const std::int64_t>(ids).subspan(from, to - from);
                    KeyCore core = best_->ids;
                    remove(core.required, out);
                    remove(core.optional, out);
                    if (!core.required.empty() && take(core, size_of(best_->ids))) return true;
                    if (out.size() > 1 || !std::ranges::binary_search(best_->ids.required, out[0]))
                      return false;
                    core = best_->ids;
                    remove(core.required, out);
                    core.optional.push_back(out[0]);
                    return !core.required.empty() && take(std::move(core), size_of(best_->ids));
                  });
    best_->smallest = known;
  }

  /// Calls that are impossible by themselves are easier to understand than what is impossible after
  /// a state that some call told, as long as they are few.
  void try_without_after() {
    if (!best_->ids.after || budget_->exhausted()) return;
    constexpr std::size_t k_few = 8;
    KeyCore core = best_->ids;
    bool taken = false;
    if (core.counted) {  // the call may tell the state by itself
      core.counted = false;
      taken = take(core, Size{size_of(core).first + 1, 0});
    }
    core.after.reset();
    if (take(core, Size{k_few, 0})) {
      taken = true;
    } else {
      core.required.push_back(*best_->ids.after);
      taken = take(std::move(core), Size{k_few, 0}) || taken;
    }
    if (taken) reduce_calls();
  }

  const std::int64_t end_;
  const ModelEntry& model_;
  const Value& initial_;
  Budget* budget_;
  const verifying::SpecSource specs_;
  const std::unique_ptr<verifying::Spec> spec_;
  Value key_;
  std::vector<Call> calls_;
  std::optional<std::int64_t> since_;  ///< of calls_since_
  std::vector<Call> calls_since_;
  std::optional<Core> best_;
  Nanos took_{};            ///< to prove it
  bool undecided_ = false;  ///< some try was given up
  bool near_ = false;       ///< many starts near the end are being tried
};

}  // namespace

std::optional<Core> minimize(const std::vector<Call>& calls, std::int64_t end,
                             const std::vector<std::int64_t>& blamed, const ModelEntry& model,
                             const Value& initial, Budget& budget) {
  return Minimizing(calls, end, model, initial, budget).run(blamed);
}

}  // namespace plumbline
