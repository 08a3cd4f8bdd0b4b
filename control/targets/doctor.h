#pragma once
/// Doctor: what of this machine and of the nodes a target needs, tried for real, one by one.
/// Takes:    a target's options; with an empty name, it looks at this machine for all targets.
/// Gives:    a probe for each thing, in the order in which to put them right; what does not work
/// says
///           what to do. A node that does not answer is given up after 10 s; all are asked at once.
/// Requires: one thread when called for this machine (name local or empty): it tries namespaces in
///           child processes. Nothing is left behind.

#include <string>
#include <vector>

#include "control/targets/targets.h"

namespace plumbline {

struct Probe {
  std::string name;
  bool works = false;
  std::string detail = {};  ///< what was seen
  std::string remedy = {};  ///< what to do; empty when it works
};

std::vector<Probe> doctor(const TargetOptions& options);

}  // namespace plumbline
