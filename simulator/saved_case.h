#pragma once
/// SavedCase: one simulated run as a text: all that decides it, and what came of it. sim.json of a
/// run's folder, and the golden tests in simulator/testdata/.

#include <string>
#include <string_view>

#include "simulator/simulate.h"

namespace plumbline::simulator {

/// How a run failed, as far as two runs fail in the same way: what found it, and which check or
/// invariant it was.
struct Failure {
  FoundBy found_by = FoundBy::nothing;
  std::string check{};  ///< "linearizable cas-register", or an invariant's first words
  bool operator==(const Failure&) const = default;
};
Failure failure_of(const Result& result);
/// "history (linearizable cas-register)"; "nothing".
std::string to_string(const Failure& failure);

struct SavedCase {
  Options options{};  ///< trace, judge and judge_budget are not kept
  Failure failure{};
};

std::string to_json(const SavedCase& saved);
/// Fails: corrupt, naming the field; invalid, if a name in it is none of ours.
plumbline::Result<SavedCase> parse_saved_case(std::string_view json);

}  // namespace plumbline::simulator
