#pragma once
/// The flags of `plumbline check` that ask for properties other than linearizability.

#include <CLI/CLI.hpp>

#include "checker/properties/property.h"

namespace plumbline {

struct PropertyFlags {
  std::vector<std::string> names;
  std::string consistency = PropertyOptions{}.consistency;
  std::string max_staleness;
  std::int64_t max_versions = PropertyOptions{}.max_versions;
};

void add_property_flags(CLI::App& command, PropertyFlags& flags);

/// Each property that was asked for, composed.
/// Fails: invalid, if a name or an option makes no sense; else as check_property().
Result<Verdict> judge_properties(const History& history, const PropertyFlags& flags,
                                 Nanos time_budget);

}  // namespace plumbline
