#include "checker/gaps.h"

#include <algorithm>
#include <map>
#include <queue>

#include "core/base/check.h"

namespace plumbline {
namespace {

using ValueNumber = std::uint32_t;
constexpr ValueNumber k_no_value = UINT32_MAX;
/// A proof of more calls is of use to nobody, and takes long to gather.
constexpr std::size_t k_most_calls = 1'000;

/// A call as what it does to the cell.
struct CellCall {
  const NormalCall* call = nullptr;
  ValueNumber needs = k_no_value;   ///< what the cell must hold
  ValueNumber leaves = k_no_value;  ///< what it holds afterwards, if the call tells

  std::int64_t invoked() const { return call->call->invoked; }
  std::int64_t returned() const { return call->returned; }
};

struct Gap {
  const CellCall* off = nullptr;  ///< W; null: the start
  const CellCall* needing = nullptr;

  std::int64_t begins() const { return off == nullptr ? -1 : off->invoked(); }
  std::int64_t ends() const { return needing->returned(); }
};

class FewValues {
 public:
  FewValues(const std::vector<NormalCall>& calls, const ModelEntry& model, const Value& initial)
      : start_(number(initial)) {
    calls_.reserve(calls.size());
    for (const NormalCall& call : calls) {
      const Transition t = model.transition(*call.call);
      CellCall c{.call = &call};
      if (t.from) c.needs = number(*t.from);
      c.leaves = t.to ? number(*t.to) : c.needs;
      calls_.push_back(c);
    }
  }

  /// Of each value, the gaps chosen, in order.
  std::vector<std::vector<Gap>> gaps() const;
  /// Of each value, its makers in order of invocation.
  std::vector<std::vector<const CellCall*>> makers() const {
    std::vector<std::vector<const CellCall*>> makers(numbers_.size());
    for (const CellCall& c : calls_)
      if (c.leaves != k_no_value && c.leaves != c.needs) makers[c.leaves].push_back(&c);
    return makers;
  }

 private:
  ValueNumber number(const Value& value) {
    return numbers_.emplace(value, static_cast<ValueNumber>(numbers_.size())).first->second;
  }

  std::map<Value, ValueNumber> numbers_;
  const ValueNumber start_;
  std::vector<CellCall> calls_;
};

/// Of the calls it was given, the one that began last among those that do not leave `value`: so the
/// one that began last, or the one that began last of those that leave another value than that.
class LatestOff {
 public:
  void add(const CellCall* call) {
    if (latest_ == nullptr || call->invoked() > latest_->invoked()) {
      if (latest_ != nullptr && latest_->leaves != call->leaves) other_ = latest_;
      latest_ = call;
    } else if (call->leaves != latest_->leaves &&
               (other_ == nullptr || call->invoked() > other_->invoked())) {
      other_ = call;
    }
  }
  const CellCall* of(ValueNumber value) const {
    return latest_ != nullptr && latest_->leaves == value ? other_ : latest_;
  }

 private:
  const CellCall *latest_ = nullptr, *other_ = nullptr;
};

std::vector<std::vector<Gap>> FewValues::gaps() const {
  std::vector<const CellCall*> ended, needing;
  for (const CellCall& c : calls_) {
    if (!c.call->required) continue;
    if (c.leaves != k_no_value) ended.push_back(&c);
    if (c.needs != k_no_value) needing.push_back(&c);
  }
  std::ranges::sort(ended, {}, &CellCall::returned);
  std::vector<Gap> all;
  LatestOff off;
  auto next = ended.begin();
  for (const CellCall* c : needing) {  // in order of invocation
    for (; next != ended.end() && (*next)->returned() < c->invoked(); ++next) off.add(*next);
    const Gap gap{.off = off.of(c->needs), .needing = c};
    if (gap.off != nullptr || c->needs != start_) all.push_back(gap);
  }
  std::ranges::sort(all, {}, &Gap::ends);
  std::vector<std::vector<Gap>> chosen(numbers_.size());
  for (const Gap& gap : all) {
    std::vector<Gap>& of_value = chosen[gap.needing->needs];
    if (of_value.empty() || of_value.back().ends() < gap.begins()) of_value.push_back(gap);
  }
  return chosen;
}

/// The assignment of one value's makers to its gaps.
class Assignment {
 public:
  Assignment(const std::vector<Gap>& gaps, const std::vector<const CellCall*>& makers)
      : gaps_(gaps), makers_(makers), gap_of_(makers.size(), k_none) {}

  /// The first gap that gets none.
  std::optional<std::size_t> without() {
    const auto later = [&](std::size_t a, std::size_t b) {
      return makers_[a]->returned() > makers_[b]->returned();
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> begun(later);
    std::size_t next = 0;
    for (std::size_t gap = 0; gap < gaps_.size(); ++gap) {
      while (next < makers_.size() && makers_[next]->invoked() < gaps_[gap].ends())
        begun.push(next++);
      while (!begun.empty() && makers_[begun.top()]->returned() < gaps_[gap].begins()) begun.pop();
      if (begun.empty()) return gap;
      gap_of_[begun.top()] = gap;
      begun.pop();
    }
    return std::nullopt;
  }

  /// The gaps and makers that prove that `gap` can get none; empty if they are too many.
  std::vector<const NormalCall*> proof(std::size_t gap) const {
    std::vector<bool> in_proof(gaps_.size(), false);
    std::vector<bool> used(makers_.size(), false);
    std::vector<const NormalCall*> core;
    in_proof[gap] = true;
    for (std::vector<std::size_t> open{gap}; !open.empty();) {
      const Gap& g = gaps_[open.back()];
      open.pop_back();
      if (core.size() > k_most_calls) return {};
      core.push_back(g.needing->call);
      if (g.off != nullptr) core.push_back(g.off->call);
      for (std::size_t m = 0; m < makers_.size() && makers_[m]->invoked() < g.ends(); ++m) {
        if (used[m] || makers_[m]->returned() < g.begins()) continue;
        CHECK(gap_of_[m] != k_none, "a maker that nobody has could have been in the gap");
        used[m] = true;
        core.push_back(makers_[m]->call);
        if (in_proof[gap_of_[m]]) continue;
        in_proof[gap_of_[m]] = true;
        open.push_back(gap_of_[m]);
      }
    }
    std::ranges::sort(core, {}, [](const NormalCall* c) { return c->call->invoked; });
    return core;
  }

 private:
  static constexpr std::size_t k_none = SIZE_MAX;
  const std::vector<Gap>& gaps_;
  const std::vector<const CellCall*>& makers_;
  std::vector<std::size_t> gap_of_;  ///< maker -> the gap that has it
};

}  // namespace

std::optional<DirectAnswer> refute_by_gaps(const std::vector<NormalCall>& calls,
                                           const ModelEntry& model, const Value& initial,
                                           Budget& /*budget*/) {
  const FewValues cell(calls, model, model.initial(initial));
  const auto gaps = cell.gaps();
  const auto makers = cell.makers();
  bool refuted = false;
  std::vector<const NormalCall*> least;
  for (std::size_t value = 0; value < gaps.size(); ++value) {
    Assignment assignment(gaps[value], makers[value]);
    const auto without = assignment.without();
    if (!without) continue;
    refuted = true;
    auto core = assignment.proof(*without);
    if (!core.empty() && (least.empty() || core.size() < least.size())) least = std::move(core);
  }
  if (!refuted) return std::nullopt;
  return DirectAnswer{.core = std::move(least)};
}

}  // namespace plumbline
