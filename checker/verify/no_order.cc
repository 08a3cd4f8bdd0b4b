#include "checker/verify/no_order.h"

#include <algorithm>
#include <unordered_set>

namespace plumbline::verifying {
namespace {

/// Beyond these a proof is none that can be checked in reasonable time and memory.
constexpr std::size_t k_most_calls = 1'000;
constexpr std::size_t k_most_tried = 1'000'000;

class Orders {
 public:
  explicit Orders(const Remainder& remainder)
      : calls_(remainder.calls),
        by_process_(remainder.start->by_process()),
        placed_(calls_.size(), '0') {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      same_before_.push_back(i);
      for (std::size_t j = 0; j < i && !required(i); ++j)
        if (!required(j) && same(calls_[i], calls_[j])) same_before_.back() = j;
    }
  }

  NoOrder try_from(const Spec& state) {
    if (tried_.size() >= k_most_tried) return NoOrder::too_large;
    if (!tried_.insert(placed_ + state.show()).second) return NoOrder::proven;
    std::int64_t bound = k_open;  // nothing that began later can be next
    bool complete = true;
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (required(i) && placed_[i] == '0') {
        bound = std::min(bound, calls_[i].returned);
        complete = false;
      }
    if (complete) return NoOrder::found;
    if (const std::size_t i = observer_for_now(state, bound); i < calls_.size())
      return place(i, state);
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (placed_[i] != '0' || calls_[i].invoked > bound || !its_turn(i)) continue;
      const auto next = state.copy();
      // An optional call that changes nothing may as well not have happened.
      if (!next->step(calls_[i]) || (!required(i) && next->show() == state.show())) continue;
      if (const NoOrder answer = place(i, *next); answer != NoOrder::proven) return answer;
    }
    return NoOrder::proven;
  }

 private:
  bool same(const Call& a, const Call& b) const {
    return a.f == b.f && a.arguments == b.arguments && a.result == b.result &&
           (!by_process_ || a.process == b.process);
  }
  bool required(std::size_t i) const { return calls_[i].type == EventType::ok; }
  bool its_turn(std::size_t i) const {
    return same_before_[i] == i || placed_[same_before_[i]] != '0';
  }
  /// A required observer that is legal now: if there is an order, there is one in which it is next,
  /// as it may change places with what comes before it.
  std::size_t observer_for_now(const Spec& state, std::int64_t bound) const {
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (required(i) && placed_[i] == '0' && calls_[i].invoked < bound &&
          state.observes(calls_[i]) && state.copy()->step(calls_[i]))
        return i;
    return calls_.size();
  }
  NoOrder place(std::size_t i, const Spec& next) {
    placed_[i] = '1';
    const NoOrder answer = try_from(next);
    placed_[i] = '0';
    return answer;
  }

  const std::vector<Call>& calls_;
  const bool by_process_;
  std::string placed_;                    ///< '1' at each call that is placed
  std::vector<std::size_t> same_before_;  ///< the call that must go first; itself: none
  std::unordered_set<std::string> tried_;
};

}  // namespace

NoOrder find_no_order(const Remainder& remainder) {
  if (remainder.calls.size() > k_most_calls) return NoOrder::too_large;
  NoOrder answer = Orders(remainder).try_from(*remainder.start);
  for (const auto& start : remainder.other_starts)
    if (answer == NoOrder::proven) answer = Orders(remainder).try_from(*start);
  return answer;
}

}  // namespace plumbline::verifying
