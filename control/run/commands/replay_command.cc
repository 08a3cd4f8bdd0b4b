/// plumbline replay: does a run again: a simulated one to the byte, a real one with the same faults
/// at the same times, or a real one's faults in the simulator, over many seeds.

#include <algorithm>
#include <iostream>

#include "control/run/commands/commands.h"
#include "control/run/judge.h"
#include "control/run/run_folder.h"
#include "control/run/run_record.h"
#include "control/run/sim_replay.h"
#include "control/run/sim_run.h"
#include "core/base/text.h"
#include "core/history/codec.h"
#include "nemesis/script_names.h"

namespace plumbline {

namespace {

namespace fs = std::filesystem;

struct ReplayFlags {
  std::string run;
  std::string target;
  std::string seeds = "1..200";
  std::string results = "results";
};

/// The words of a command line that shell_quote() made. Fails: corrupt.
Result<std::vector<std::string>> words_of(const std::string& command) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false, quoted = false;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quoted ? c != '\'' : c != ' ' && c != '\'' && c != '\\') {
      word += c;
      inside = true;
    } else if (c == '\'') {
      quoted = !quoted;
      inside = true;
    } else if (c == '\\' && i + 1 < command.size()) {
      word += command[++i];
      inside = true;
    } else if (inside) {
      words.push_back(std::exchange(word, {}));
      inside = false;
    }
  }
  if (quoted) return fail(Error::Code::corrupt, "run.json: the command has an open quote");
  if (inside) words.push_back(word);
  if (words.size() < 2 || words[0] != "plumbline" || words[1] != "test")
    return fail(Error::Code::corrupt, "run.json: the command is no plumbline test");
  words.erase(words.begin(), words.begin() + 2);
  return words;
}

std::string lines_of(const History& history) {
  std::string lines;
  for (const Event& event : history) lines += to_json_line(event) + "\n";
  return lines;
}

/// Where the two differ first, in words; empty: nowhere.
std::string difference(const std::string& before, const std::string& now) {
  if (before == now) return {};
  const auto [old_at, new_at] = std::ranges::mismatch(before, now);
  const auto line = std::count(before.begin(), old_at, '\n') + 1;
  return str("it differs from line ", line, " on: another version of the program, or of the case");
}

Result<int> simulate_again(const fs::path& run) {
  TRY_ASSIGN(const simulator::SavedCase saved, load_saved_case(run));
  TRY_ASSIGN(const simulator::Result result, simulator::simulate(saved.options));
  std::cout << in_words(result.verdict);
  if (!result.violation.empty()) std::cout << "  invariant: " << result.violation << "\n";
  const bool as_before = failure_of(result) == saved.failure;
  std::cout << "found by " << to_string(failure_of(result))
            << (as_before ? ", as before" : str(", before by ", to_string(saved.failure))) << "\n";
  bool same = as_before;
  if (fs::is_directory(run)) {
    TRY_ASSIGN(const std::string before, read_whole(run / "history.jsonl"));
    const std::string changed = difference(before, lines_of(result.history));
    same = same && changed.empty();
    std::cout << (changed.empty() ? str("the same history to the byte: ", result.history.size(),
                                        " events, ", before.size(), " bytes")
                                  : "the history is another: " + changed)
              << std::endl;
  }
  if (!same) return fail(Error::Code::failed, "the run does not come out as it did");
  return result.found_by == simulator::FoundBy::nothing ? k_exit_ok : k_exit_invalid;
}

/// The run of `record` as the simulator takes it: the same load, the same faults at the same times.
Result<simulator::Options> hunted(const fs::path& run, const RunRecord& record) {
  TRY_ASSIGN(const std::vector<std::string> words, words_of(record.info.command));
  TRY_ASSIGN(const Script script, load_script(run / "script.json"));
  TRY_ASSIGN(RunOptions options, options_of_words(words, {}));
  if (options.system != RunOptions{}.system)
    return fail(Error::Code::invalid, "the simulator has no " + options.system);
  options.target = {};
  options.target.name = "sim";
  options.target.nodes = static_cast<int>(record.nodes.size());
  options.node_binary.clear();
  options.node_flags.clear();
  options.leave_running = false;
  TRY_ASSIGN(simulator::Options sim, sim_options(options));
  std::map<NodeName, NodeName> names;
  for (std::size_t i = 0; i < record.nodes.size(); ++i) names[record.nodes[i]] = str("n", i + 1);
  sim.replay = with_nodes_named(script.faults, names);
  return sim;
}

Result<int> keep_found(const ReplayFlags& flags, const simulator::Options& found, Stop& stop) {
  RunOptions options = run_options(found);
  options.results = flags.results;
  SimParts parts;
  parts.started = date_for_people();
  parts.stamp = date_for_names();
  parts.versions = program_version();
  parts.exactly = found;
  TRY_ASSIGN(const SimOutcome kept, run_simulated(options, parts, stop));
  if (kept.run.failure) return std::unexpected(*kept.run.failure);
  const std::string folder = shell_quote(kept.run.folder.string());
  std::cout << in_words(kept.run.verdict)
            << "report: " << (kept.run.folder / "report.html").string() << "\nplumbline replay "
            << folder << "\nplumbline shrink " << folder << std::endl;
  return kept.run.exit_code;
}

/// Seed after seed, until one fails as the run did: at its first failed check, or if nothing was
/// wrong with it, in any way.
Result<int> hunt(const ReplayFlags& flags) {
  const fs::path run = flags.run;
  TRY_ASSIGN(const RunRecord record, load_run_record(run));
  TRY_ASSIGN(simulator::Options options, hunted(run, record));
  TRY_ASSIGN(const std::string wanted, failed_check(run));
  TRY_ASSIGN(const simulator::Seeds seeds, simulator::parse_seeds(flags.seeds, ""));
  Stop stop;
  const SignalsTo signals(stop);
  std::cout << "looking for " << (wanted.empty() ? "any failure" : "a failed '" + wanted + "'")
            << " under the run's " << options.replay->size() << " calls of faults" << std::endl;
  for (std::uint64_t seed = seeds.first; seed <= seeds.last && !stop.asked(); ++seed) {
    options.seed = seed;
    TRY_ASSIGN(const simulator::Result result, simulator::simulate(options));
    const simulator::Failure failure = failure_of(result);
    if (failure.found_by == simulator::FoundBy::nothing) continue;
    if (!wanted.empty() && failure.check != wanted) continue;
    std::cout << "seed " << seed << " fails: " << printable(result.found, 400) << std::endl;
    return keep_found(flags, options, stop);
  }
  if (stop.by_signal()) return k_exit_interrupted;
  std::cout << "none of the " << seeds.total() << " seeds fails like that; --seeds gives more"
            << std::endl;
  return k_exit_unknown;
}

Result<int> carry_out(const ReplayFlags& flags, const Invocation& invocation) {
  const fs::path run = flags.run;
  if (!fs::is_directory(run) || was_simulated(run)) {
    if (!flags.target.empty() && flags.target != "sim")
      return fail(Error::Code::invalid, "a simulated run is replayed on --target sim alone");
    return simulate_again(run);
  }
  if (flags.target == "sim") return hunt(flags);
  TRY_ASSIGN(const RunRecord record, load_run_record(run));
  if (!flags.target.empty() && flags.target != record.info.target)
    return fail(Error::Code::invalid,
                str("the run was on ", record.info.target, ": it is replayed there, or on sim"));
  TRY_ASSIGN(const std::vector<std::string> words, words_of(record.info.command));
  if (!fs::exists(run / "script.json"))
    return fail(Error::Code::not_found,
                run.string() + " has no script.json: the run did not come as far");
  return test_again(words, run / "script.json", invocation);
}

}  // namespace

Command add_replay_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("replay", "Does a run again, with the same faults at the same times");
  auto flags = std::make_shared<ReplayFlags>();
  command->add_option("run", flags->run, "A run's folder, or the sim.json of a simulated one")
      ->required();
  command->add_option("--target", flags->target,
                      "sim: looks for a real run's failure in the simulator (default: as it was)");
  command->add_option("--seeds", flags->seeds, "of that search")->capture_default_str();
  command->add_option("--results", flags->results, "Where the folder of what is found goes")
      ->envname("PLUMBLINE_RESULTS")
      ->capture_default_str();
  return {command, [flags](const Invocation& invocation) { return carry_out(*flags, invocation); }};
}

}  // namespace plumbline
