#pragma once
/// OnlineKept: judges one object of any model while its history grows, by judging all of it again
/// whenever it has grown by a share. Exact: its answers are check_linearizable's. Once a longer
/// history is known not to be linearizable, bisection finds the shortest such one: linearizability
/// is prefix-closed.
///
/// A quiet moment is one in which no call is open and none has ended indeterminate that may change
/// the object. What follows it depends only on the state then. If the object can be read, the
/// states that are possible then are those that a read right behind could answer; of these the
/// history up to there is forgotten for good, and what follows is linearizable if it is so from one
/// of them.
/// Cost:   a constant times that of judging the whole once, for deciders whose cost is linear.
/// Memory: the object's events since the last quiet moment that was used.

#include <cstdint>
#include <vector>

#include "checker/check.h"

namespace plumbline {

class OnlineKept {
 public:
  /// `how`: of each judgement; `share` of the completions that are judged already must be new for
  /// another one; 0: after each completion.
  OnlineKept(CheckOptions how, double share);

  /// Keeps an event that `position` tells from all others. `lasting`: of a call that ends
  /// indeterminate, whether it may still change the object.
  void add(const Event& event, std::int64_t position, bool lasting = false);
  bool due() const;
  /// The last judgement ran out of its budget, and the history has not doubled since.
  bool hard() const { return !why_.empty() && !due(); }
  /// Somebody else has judged what came before this position.
  void skip_to(std::int64_t position);
  /// Judges what is there. Gives false once it is invalid. What ran out of its budget counts as
  /// valid so far, is not `judged`, and is not due again before it has doubled.
  bool judge(Nanos time_budget);

  /// Is this a quiet moment, with enough to forget to be worth the time?
  bool may_forget() const;
  /// Forgets what came before it, if it can tell which states are possible. Requires: may_forget().
  void forget(Nanos time_budget);

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
  Validity judge_from_all(const History& history, Nanos time_budget, Verdict& last);
  void find_violation(Nanos time_budget);

  CheckOptions how_;
  double share_;
  std::vector<Value> initials_;  ///< the history is linearizable if it is so from one of them
  History events_;
  std::size_t open_ = 0, lasting_ = 0;
  std::size_t forget_at_;  ///< events
  std::vector<std::int64_t> positions_;
  std::size_t bytes_ = 0;
  std::size_t judged_ = 0;  ///< so many events are linearizable
  std::size_t completions_ = 0, judged_completions_ = 0, due_at_ = 1;
  std::int64_t violation_ = k_open;
  std::string why_, means_;
};

}  // namespace plumbline
