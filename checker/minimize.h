#pragma once
/// minimize: the smallest offending part of one object's history.
///
/// It only leaves out what verify/leave_out.h allows, so that whoever reads the certificate can
/// check both that it may be left out and that what remains is impossible. The engines only say
/// which remainders are invalid.
///   1. What the decision blamed (Decision::core): as what it is to few parts; or after the first
///      of those calls that tells the state; or as it is. Or else all, from an ever longer stretch
///      before the end: the latest call that tells the state, such that what follows it is invalid,
///      is where the proof starts.
///      Where blamed calls are impossible from any state, they need no such call.
///   2. If the object has parts, the parts are tried by halves (Zeller's delta debugging).
///   3. The calls too; what must stay because a kept call may have seen it becomes optional.
///   4. Last each call alone: left out, or made optional.
/// Gives:  a core of which no call can be left out or made optional, unless the budget ran out
///         before that was known; each try gets a share of it, so that a few hard ones do not use
///         up the time of all. A budget without a limit of time gives the same core anywhere.

#include <optional>

#include "checker/decide.h"

namespace plumbline {

struct Core {
  KeyCore ids{};
  Value initial{};            ///< the state that `calls` start from, or one of those
  std::vector<Call> calls{};  ///< as they are to the parts looked at; optional ones are info
  bool smallest = false;      ///< known to be: no call of it can be left out or made optional
};

/// Takes: calls of one object that are not linearizable by decide(), all of them before `end`;
///        `blamed`: those that a decision blamed, if any.
/// Gives: nothing if not even all calls can be shown to be invalid within the budget.
std::optional<Core> minimize(const std::vector<Call>& calls, std::int64_t end,
                             const std::vector<std::int64_t>& blamed, const ModelEntry& model,
                             const Value& initial, Budget& budget);

}  // namespace plumbline
