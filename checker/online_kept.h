#pragma once
/// OnlineKept: judges one object of any model while its history grows, by judging all of it again
/// whenever it has grown by a share. Exact: its answers are check_linearizable's. Once a longer
/// history is known not to be linearizable, bisection finds the shortest such one: linearizability
/// is prefix-closed.
/// Cost:   a constant times that of judging the whole once, for deciders whose cost is linear.
/// Memory: the object's events.

#include <cstdint>
#include <vector>

#include "checker/check.h"

namespace plumbline {

class OnlineKept {
 public:
  /// `how`: of each judgement; `share` of the completions that are judged already must be new for
  /// another one; 0: after each completion.
  OnlineKept(CheckOptions how, double share);

  /// Keeps an event that `position` tells from all others.
  void add(const Event& event, std::int64_t position);
  bool due() const;
  /// The last judgement ran out of its budget, and the history has not doubled since.
  bool hard() const { return !why_.empty() && !due(); }
  /// Somebody else has judged what came before this position.
  void skip_to(std::int64_t position);
  /// Judges what is there. Gives false once it is invalid. What ran out of its budget counts as
  /// valid so far, is not `judged`, and is not due again before it has doubled.
  bool judge(Nanos time_budget);

  /// The first position at which the history is not linearizable; k_open if there is none so far.
  std::int64_t violation() const { return violation_; }
  /// The position of the first event that no judgement has seen; k_open if there is none.
  std::int64_t first_unjudged() const;
  const std::string& why_not() const { return why_; }  ///< of the last judgement: what ran out
  const std::string& means() const { return means_; }
  std::size_t events() const { return events_.size(); }
  std::size_t bytes() const { return bytes_; }

  static std::size_t bytes_of(const Event& event);

 private:
  Validity judge_first(std::size_t events, Nanos time_budget);
  void find_violation(Nanos time_budget);

  CheckOptions how_;
  double share_;
  History events_;
  std::vector<std::int64_t> positions_;
  std::size_t bytes_ = 0;
  std::size_t judged_ = 0;  ///< so many events are linearizable
  std::size_t completions_ = 0, judged_completions_ = 0, due_at_ = 1;
  std::int64_t violation_ = k_open;
  std::string why_, means_;
};

}  // namespace plumbline
