/// plumbline: the program. Each of its words is a file in commands/.

#include <algorithm>
#include <iostream>

#include "control/run/commands/commands.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr const char* k_examples = R"(Examples:
  plumbline test --workload register --faults partition,kill --time-limit 60s
  plumbline check results/latest
  plumbline list faults
Exit codes: 0 valid, 1 invalid, 2 unknown, 130 interrupted, 254 usage, 255 the harness failed.)";

int complain(const std::string& what, int code) {
  std::string line = what;
  std::ranges::replace(line, '\n', ' ');
  std::cerr << "plumbline: " << line << std::endl;
  return code;
}

/// "unknown flag --tim-limit: did you mean --time-limit?"
std::string name_unknown(const CLI::App& app, const std::string& word) {
  const auto chosen = app.get_subcommands();
  const bool flag = word.starts_with("-");
  std::vector<std::string> known;
  if (!chosen.empty()) {
    for (const CLI::Option* option : chosen.front()->get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  } else {
    for (const CLI::App* command : app.get_subcommands(nullptr))
      known.push_back(command->get_name());
  }
  const auto close = nearest(word.substr(0, word.find('=')), known);
  const char* kind = flag             ? "unknown flag "
                     : chosen.empty() ? "unknown command "
                                      : "unexpected word ";
  return str(kind, printable(word),
             close ? str(": did you mean ", *close, "?") : str(": see plumbline --help"));
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (app.get_subcommands().empty() && app.remaining(true).empty())
    return complain("say what to do: test, check, verify, report, list, heal or doctor; see --help",
                    k_exit_usage);
  const std::vector<std::string> left = app.remaining(true);
  if (!left.empty()) return complain(name_unknown(app, left.front()), k_exit_usage);
  return complain(error.what(), k_exit_usage);
}

int exit_code_of(const Error& error) {
  const bool usage = error.code == Error::Code::invalid || error.code == Error::Code::not_found;
  return complain(error.what, usage ? k_exit_usage : k_exit_harness);
}

int run_program_line(int argc, char** argv) {
  CLI::App app("Tests whether a replicated system is consistent while its world fails.",
               "plumbline");
  app.set_version_flag("--version", "plumbline " PLUMBLINE_VERSION);
  app.footer(k_examples);
  app.require_subcommand(1);
  std::vector<Command> commands;
  for (auto* add : {add_test_command, add_check_command, add_report_command, add_list_command,
                    add_heal_command, add_doctor_command, add_replay_command, add_shrink_command,
                    add_sim_command, add_zoo_command, add_verify_command})
    commands.push_back(add(app));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  for (const Command& command : commands) {
    if (!command.parsed_by->parsed()) continue;
    const Result<int> code = command.carry({argc, argv});
    return code ? *code : exit_code_of(code.error());
  }
  return k_exit_usage;
}

}  // namespace

}  // namespace plumbline

int main(int argc, char** argv) {
  if (const int code = plumbline::run_node_host_if_asked(argc, argv); code >= 0) return code;
  return plumbline::run_program_line(argc, argv);
}
