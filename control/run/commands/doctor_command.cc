/// plumbline doctor: what this machine and the nodes can do, and what to do about the rest.

#include <algorithm>
#include <iomanip>
#include <iostream>

#include "control/run/commands/commands.h"
#include "control/targets/doctor.h"

namespace plumbline {

namespace {

Result<int> examine(const TargetFlags& flags) {
  TRY_ASSIGN(const TargetOptions options, target_options(flags));
  if (options.name == "sim") {
    std::cout << "ok    sim  needs nothing but this program" << std::endl;
    return k_exit_ok;
  }
  const std::vector<Probe> probes = doctor(options);
  std::size_t width = 0;
  for (const Probe& probe : probes) width = std::max(width, probe.name.size());
  for (const Probe& probe : probes) {
    std::cout << (probe.works ? "ok    " : "FAILS ") << std::left
              << std::setw(static_cast<int>(width)) << probe.name << "  " << probe.detail << "\n";
    if (!probe.works && !probe.remedy.empty()) std::cout << "      -> " << probe.remedy << "\n";
  }
  std::cout << std::flush;
  return std::ranges::all_of(probes, &Probe::works) ? k_exit_ok : k_exit_invalid;
}

}  // namespace

Command add_doctor_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("doctor", "Says what works here, and mends by words");
  auto flags = std::make_shared<TargetFlags>();
  add_target_flags(*command, *flags);
  return {command, [flags](const Invocation&) { return examine(*flags); }};
}

}  // namespace plumbline
