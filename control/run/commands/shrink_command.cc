/// plumbline shrink: from a failing simulated run to a smallest one that fails in the same way.

#include <iostream>

#include "control/run/commands/commands.h"
#include "control/run/run_folder.h"
#include "control/run/run_record.h"
#include "control/run/sim_replay.h"
#include "control/run/sim_run.h"
#include "core/base/text.h"
#include "simulator/shrink.h"
#include "simulator/story.h"

namespace plumbline {

namespace {

namespace fs = std::filesystem;

struct ShrinkFlags {
  std::string run;
  std::string output;
  std::string golden;
  std::string results = "results";
  std::uint64_t budget = simulator::ShrinkOptions{}.budget;
};

Result<simulator::SavedCase> case_of(const std::string& run) {
  if (fs::is_directory(run) && !was_simulated(run))
    return fail(Error::Code::invalid,
                str(printable(run), " was not simulated: plumbline replay ", shell_quote(run),
                    " --target sim looks for the same failure there"));
  return load_saved_case(run);
}

/// Tells of progress once a second at most, by the number of runs where that is slower.
class Teller {
 public:
  explicit Teller(const Stop& stop) : stop_(stop) {}
  bool operator()(const simulator::ShrinkProgress& now) {
    const auto time = std::chrono::steady_clock::now();
    if (time - last_ >= 1s) {
      last_ = time;
      std::cerr << now.runs << " runs, " << now.doing << ": " << to_string(now.size) << std::endl;
    }
    return !stop_.asked();
  }

 private:
  const Stop& stop_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// What is said of the smallest case must be what its replay shows.
Result<simulator::Result> seen_again(const simulator::SavedCase& smallest) {
  simulator::Options options = smallest.options;
  options.trace = true;
  TRY_ASSIGN(simulator::Result again, simulator::simulate(options));
  if (failure_of(again) != smallest.failure)
    return fail(Error::Code::failed, "the shrunk run does not fail when it is replayed");
  return again;
}

Result<SimOutcome> keep(const ShrinkFlags& flags, const simulator::SavedCase& smallest,
                        Stop& stop) {
  RunOptions options = run_options(smallest.options);
  options.results = flags.results;
  SimParts parts;
  parts.started = date_for_people();
  parts.stamp = date_for_names() + "-shrunk";
  parts.versions = program_version();
  parts.exactly = smallest.options;
  parts.folder = flags.output;
  TRY_ASSIGN(SimOutcome kept, run_simulated(options, parts, stop));
  if (kept.run.failure) return std::unexpected(*kept.run.failure);
  return kept;
}

std::string quoted(const fs::path& path) { return shell_quote(path.string()); }

Result<int> carry_out(const ShrinkFlags& flags) {
  TRY_ASSIGN(const simulator::SavedCase from, case_of(flags.run));
  Stop stop;
  const SignalsTo signals(stop);
  simulator::ShrinkOptions how;
  how.budget = flags.budget;
  how.progress = Teller(stop);
  TRY_ASSIGN(const simulator::Shrunk shrunk,
             simulator::shrink(from.options, how, simulator::simulate));
  TRY_ASSIGN(const simulator::Result again, seen_again(shrunk.smallest));
  TRY_ASSIGN(const SimOutcome kept, keep(flags, shrunk.smallest, stop));
  if (!flags.golden.empty()) TRY(write_whole(flags.golden, to_json(shrunk.smallest)));
  const simulator::Options& smallest = shrunk.smallest.options;
  const std::string weather = to_text(*smallest.weather);
  std::cout << "found by " << to_string(shrunk.smallest.failure) << ": "
            << printable(again.found, 400) << "\n"
            << "from   " << to_string(shrunk.before) << "\n"
            << "to     " << to_string(shrunk.after) << "\n"
            << "after  " << shrunk.runs << " runs"
            << (shrunk.complete ? "" : "; the budget ended it, less may do") << "\n"
            << "seed " << smallest.seed << ", weather " << (weather.empty() ? "calm" : weather)
            << "\n\n"
            << simulator::story(again) << "\nreport: " << (kept.run.folder / "report.html").string()
            << "\nplumbline replay " << quoted(kept.run.folder) << std::endl;
  return stop.by_signal() ? k_exit_interrupted : k_exit_ok;
}

}  // namespace

Command add_shrink_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("shrink", "Reduces a failing simulated run to a smallest one");
  auto flags = std::make_shared<ShrinkFlags>();
  command->add_option("run", flags->run, "A simulated run's folder, or its sim.json")->required();
  command->add_option("-o,--output", flags->output,
                      "The folder for the small run (default: one in --results)");
  command->add_option(
      "--golden", flags->golden,
      "Also writes it as a test of the simulator (simulator/testdata/shrunk/*.json)");
  command->add_option("--budget", flags->budget, "Runs at most")->capture_default_str();
  command->add_option("--results", flags->results, "Where the run's folder goes")
      ->envname("PLUMBLINE_RESULTS")
      ->capture_default_str();
  return {command, [flags](const Invocation&) { return carry_out(*flags); }};
}

}  // namespace plumbline
