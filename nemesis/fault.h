#pragma once
/// Fault: one thing that can go wrong: how to inject it, and how to undo it. A new one is one file
/// in nemesis/faults/ and one line in all.cc.

#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/base/rng.h"
#include "core/history/value.h"
#include "nemesis/cluster.h"

namespace plumbline {

/// The fault is in force; `targets` is what was really chosen, e.g. ["n3"] or [["n1"] ["n2" "n3"]].
struct Installed {
  Value targets;
};
/// Nothing was done, and why: "no node leads".
struct Skipped {
  std::string why;
};
using Injection = std::variant<Installed, Skipped>;

struct Fault {
  std::string name;  ///< as asked for on the command line; also the `f` of its events
  std::string summary;
  /// Faults of one family share what they change (the cut, the processes), so that healing one
  /// heals all: at most one of a family is in force at a time.
  std::string family;
  int heal_order = 0;  ///< at the end of a run the lowest is healed first: resume, start, network
  /// What can be asked of it: shapes or selectors. The schedule picks one each time.
  std::vector<std::string> specs;
  std::set<Ability> needs{};  ///< of the target
  /// Injected and healed this often in the time of one: links that come and go.
  int flaps = 1;

  /// Fails: as the Cluster's calls do; the fault may then be half in force, so heal it.
  std::function<Result<Injection>(Cluster&, const std::string& spec, Rng&)> inject;
  /// Undoes it on every node, whatever came of inject. Idempotent. Gives what was acted on.
  std::function<Result<Value>(Cluster&)> heal;
};

}  // namespace plumbline
