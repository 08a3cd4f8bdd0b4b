#pragma once
/// The words of the command line: each file here adds one subcommand and says how it is carried
/// out.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "control/targets/targets.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

/// Exit codes of the program; docs say the same.
inline constexpr int k_exit_ok = 0;
inline constexpr int k_exit_invalid = 1;
inline constexpr int k_exit_interrupted = 130;
inline constexpr int k_exit_usage = 254;
inline constexpr int k_exit_harness = 255;

/// The program's own arguments: the local target starts it again with them.
struct Invocation {
  int argc = 0;
  char** argv = nullptr;
};
/// Carries the subcommand out and gives the exit code.
using Carry = std::function<Result<int>(const Invocation&)>;
struct Command {
  CLI::App* parsed_by = nullptr;
  Carry carry;
};

Command add_test_command(CLI::App& app);
Command add_check_command(CLI::App& app);
Command add_report_command(CLI::App& app);
Command add_list_command(CLI::App& app);
Command add_heal_command(CLI::App& app);
Command add_doctor_command(CLI::App& app);

/// --target, --nodes, --user, --key, --known-hosts: as they are written.
struct TargetFlags {
  std::string target = "local";
  std::vector<std::string> nodes = {"5"};
  std::string user;
  std::string key;
  std::string known_hosts;
};
void add_target_flags(CLI::App& app, TargetFlags& flags);
/// Fails: invalid.
Result<TargetOptions> target_options(const TargetFlags& flags);

/// A duration of the command line. Fails: invalid, naming `flag`.
Result<Nanos> duration_of(const std::string& flag, const std::string& text);

}  // namespace plumbline
