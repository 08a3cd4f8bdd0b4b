/// plumbline report: writes a run's report.html, verdict.json and junit.xml anew from its history.

#include <iostream>

#include "control/run/commands/commands.h"
#include "control/run/judge_again.h"
#include "control/run/run_folder.h"
#include "control/run/sim_replay.h"

namespace plumbline {

namespace {

Result<int> rewrite(const std::filesystem::path& folder) {
  TRY_ASSIGN(const JudgedAgain again, judge_again(folder, CheckOptions{}));
  if (!again.warning.empty()) std::cerr << "warning: " << again.warning << "\n";
  TRY(write_whole(folder / "verdict.json", to_json(again.verdict) + "\n"));
  MessageDiagram diagram;  // of a simulated run in which something is wrong
  if (was_simulated(folder) && again.verdict.validity == Validity::invalid) {
    TRY_ASSIGN(const simulator::SavedCase saved, load_saved_case(folder));
    diagram = diagram_of(saved.options, simulator::simulate);
  }
  TRY(write_report(folder / "report.html", again.record.info, again.history, again.verdict,
                   diagram));
  TRY(write_junit(folder / "junit.xml", again.record.info, again.verdict));
  std::cout << (folder / "report.html").string() << std::endl;
  return k_exit_ok;
}

}  // namespace

Command add_report_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("report", "Writes a run's report anew");
  auto folder = std::make_shared<std::string>();
  command->add_option("folder", *folder, "A run's folder, such as results/latest")->required();
  return {command, [folder](const Invocation&) { return rewrite(*folder); }};
}

}  // namespace plumbline
