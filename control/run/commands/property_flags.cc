#include "control/run/commands/property_flags.h"

#include "control/run/commands/commands.h"

namespace plumbline {

void add_property_flags(CLI::App& command, PropertyFlags& flags) {
  command
      .add_option("--property", flags.names,
                  "Judges these instead of linearizability (see plumbline list properties)")
      ->delimiter(',');
  command
      .add_option("--consistency", flags.consistency,
                  "What transactions promise (with --property transactions)")
      ->check(CLI::IsMember(consistency_models()))
      ->capture_default_str();
  command.add_option("--max-staleness", flags.max_staleness,
                     "Reads may be as old as this (with --property stale-reads)");
  command
      .add_option("--max-versions", flags.max_versions,
                  "Reads may be as many versions behind (with --property stale-reads)")
      ->check(CLI::NonNegativeNumber);
}

Result<Verdict> judge_properties(const History& history, const PropertyFlags& flags,
                                 Nanos time_budget) {
  PropertyOptions options{.max_versions = flags.max_versions,
                          .consistency = flags.consistency,
                          .time_budget = time_budget};
  if (!flags.max_staleness.empty()) {
    TRY_ASSIGN(options.max_staleness, duration_of("--max-staleness", flags.max_staleness));
  }
  std::vector<Verdict> verdicts;
  for (const std::string& name : flags.names) {
    auto verdict = check_property(name, history, options);
    // A name that is not there is a slip of whoever typed it, not a missing file.
    if (!verdict && verdict.error().code == Error::Code::not_found)
      return fail(Error::Code::invalid, verdict.error().what);
    if (!verdict) return context(verdict.error(), name);
    verdicts.push_back(*std::move(verdict));
  }
  return compose("properties", std::move(verdicts));
}

}  // namespace plumbline
