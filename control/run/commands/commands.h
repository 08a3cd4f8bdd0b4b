#pragma once
/// The words of the command line: each file here adds one subcommand and says how it is carried
/// out.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "control/run/exit_codes.h"
#include "control/run/run_options.h"
#include "control/targets/targets.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

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
Command add_verify_command(CLI::App& app);
Command add_report_command(CLI::App& app);
Command add_list_command(CLI::App& app);
Command add_heal_command(CLI::App& app);
Command add_doctor_command(CLI::App& app);
Command add_sim_command(CLI::App& app);
Command add_replay_command(CLI::App& app);
Command add_shrink_command(CLI::App& app);
Command add_zoo_command(CLI::App& app);

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

/// The run that the words of a `plumbline test` command (run.json has them) ask for, with the
/// faults of `script` in place of a schedule. Fails: invalid.
Result<RunOptions> options_of_words(const std::vector<std::string>& words,
                                    const std::filesystem::path& script);
/// Makes that run on the target that it names, as `plumbline test` does.
Result<int> test_again(const std::vector<std::string>& words, const std::filesystem::path& script,
                       const Invocation& invocation);

/// "plumbline 0.1.0".
std::string program_version();
/// The date, for people and for the name of a folder: the one use of a wall clock.
std::string date_for_people();
std::string date_for_names();

/// A duration of the command line. Fails: invalid, naming `flag`.
Result<Nanos> duration_of(const std::string& flag, const std::string& text);

}  // namespace plumbline
