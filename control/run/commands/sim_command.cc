/// plumbline sim: a campaign of simulated runs, and the report of its shards.

#include <fstream>
#include <iostream>
#include <thread>

#include "control/run/campaign_run.h"
#include "control/run/commands/commands.h"
#include "control/run/run_folder.h"
#include "core/base/text.h"
#include "nemesis/all.h"
#include "node/replica/defects.h"
#include "workloads/all.h"

namespace plumbline {

namespace {

constexpr int k_most_jobs = 1024;

struct SimFlags {
  std::string seeds = "1..1000";
  std::string shard;
  std::string name;
  std::string results = "results";
  std::vector<std::string> workloads = {"all"};
  std::vector<std::string> faults = {"everything"};
  std::vector<int> nodes = {3, 5};
  std::vector<std::string> reads = {"linearizable", "lease"};
  std::vector<std::string> defects;
  std::string time_limit = "20s";
  std::string weather;
  int jobs = 0;
  bool no_invariants = false;
  bool guided = false;
  bool compare_random = false;
  bool stop_on_failure = false;
};

void add_campaign_flags(CLI::App& app, SimFlags& flags) {
  app.add_option("--seeds", flags.seeds, "Which: a range like 1..10000")->capture_default_str();
  app.add_option("--jobs", flags.jobs, "Worker processes (default: one a processor)")
      ->check(CLI::Range(1, k_most_jobs));
  app.add_option("--shard", flags.shard, "Every n-th seed, of a campaign over n machines: 1/n");
  app.add_option("--workload", flags.workloads, "Drawn from these; all is every one there is")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--faults", flags.faults, "A run has some of these; everything is all there are")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--nodes", flags.nodes, "Drawn from these numbers")
      ->delimiter(',')
      ->check(CLI::Range(1, 15))
      ->capture_default_str();
  app.add_option("--reads", flags.reads, "Drawn from linearizable, lease, stale")
      ->delimiter(',')
      ->check(CLI::IsMember({"linearizable", "lease", "stale"}))
      ->capture_default_str();
  app.add_option("--time-limit", flags.time_limit, "How long the load of each run lasts")
      ->capture_default_str();
  app.add_option("--weather", flags.weather, "What of the world is the same in all runs");
  app.add_option("--defect", flags.defects,
                 "Switches on a planted bug (see plumbline list defects)")
      ->allow_extra_args(false);
  app.add_flag("--no-invariants", flags.no_invariants, "Judges what clients saw, and no more");
  app.add_flag("--guided", flags.guided, "Steers by the states that runs have reached");
  app.add_flag("--compare-random", flags.compare_random,
               "The same number of runs at random first, then guided; says what was gained");
  app.add_flag("--stop-on-failure", flags.stop_on_failure, "Ends with the first failure");
  app.add_option("--name", flags.name, "Of the campaign's folder (default: the time)");
  app.add_option("--results", flags.results, "Where campaigns/<name>/ goes")
      ->envname("PLUMBLINE_RESULTS")
      ->capture_default_str();
}

Result<std::vector<std::string>> workloads_of(const std::vector<std::string>& asked) {
  if (asked != std::vector<std::string>{"all"}) {
    for (const std::string& name : asked) TRY(make_workload(name, {}));
    return asked;
  }
  std::vector<std::string> all;
  for (const WorkloadEntry& entry : all_workloads()) all.push_back(entry.name);
  return all;
}

/// "everything" is every single fault here, since a run has only some of them; but for those that
/// may rightly stop the system for good.
Result<std::vector<std::string>> faults_of(const std::vector<std::string>& asked) {
  std::vector<std::string> names;
  if (asked == std::vector<std::string>{"everything"}) {
    for (const Fault& fault : all_faults())
      if (!fault.name.ends_with("-unsafe")) names.push_back(fault.name);  // no alarm if it stalls
    return names;
  }
  TRY_ASSIGN(const std::vector<Fault> faults, parse_faults(join(asked, ",")));
  for (const Fault& fault : faults) names.push_back(fault.name);
  return names.empty() ? std::vector<std::string>{"none"} : names;
}

Result<CampaignPlan> plan_of(const SimFlags& flags) {
  CampaignPlan plan;
  TRY_ASSIGN(plan.seeds, simulator::parse_seeds(flags.seeds, flags.shard));
  TRY_ASSIGN(plan.options.workloads, workloads_of(flags.workloads));
  TRY_ASSIGN(plan.options.faults, faults_of(flags.faults));
  plan.options.nodes = flags.nodes;
  plan.options.reads = flags.reads;
  TRY_ASSIGN(plan.options.time_limit, duration_of("--time-limit", flags.time_limit));
  plan.options.weather = flags.weather;
  if (const auto weather = simulator::parse_weather(flags.weather); !weather)
    return context(weather.error(), "--weather");
  plan.options.defects = {flags.defects.begin(), flags.defects.end()};
  if (const Status known = replica::check_defects(plan.options.defects); !known)
    return fail(Error::Code::invalid, "--defect: " + known.error().what);
  plan.options.invariants = !flags.no_invariants;
  plan.guided = flags.guided;
  plan.stop_on_failure = flags.stop_on_failure;
  plan.versions = program_version();
  plan.pool.jobs = flags.jobs > 0
                       ? flags.jobs
                       : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (!flags.shard.empty() && flags.name.empty())
    return fail(Error::Code::invalid, "--shard needs --name: the same for all shards");
  if (flags.name.find('/') != std::string::npos)
    return fail(Error::Code::invalid, "--name: without a /");
  const std::string name = flags.name.empty() ? date_for_names() : flags.name;
  plan.file = std::filesystem::path(flags.results) / "campaigns" / name /
              str("shard-", plan.seeds.shard, "-of-", plan.seeds.shards, ".jsonl");
  return plan;
}

void tell(const std::string& what) { std::cout << what << std::flush; }

Result<std::string> text_of_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Error::Code::not_found, "cannot open " + printable(file));
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

Result<simulator::MergedCampaign> read_shards(const std::vector<std::string>& files) {
  std::vector<std::pair<std::string, std::string>> shards;
  for (const std::string& file : files) {
    TRY_ASSIGN(std::string text, text_of_file(file));
    shards.emplace_back(file, std::move(text));
  }
  return simulator::merge_shards(shards);
}

/// Writes campaign.json and campaign.html beside the first of `files`, and says what is in them.
Result<int> report_on(const std::vector<std::string>& files, bool with_failures) {
  TRY_ASSIGN(const simulator::MergedCampaign merged, read_shards(files));
  const auto folder = std::filesystem::path(files.front()).parent_path();
  TRY(write_whole(folder / "campaign.json", to_json(merged)));
  TRY(write_whole(folder / "campaign.html", to_html(merged)));
  for (const std::string& warning : merged.warnings) std::cerr << "warning: " << warning << "\n";
  if (with_failures)
    for (const auto& [index, record] : merged.tally.failures) tell(describe_failure(record));
  tell(str(in_words(merged.tally), "report: ", (folder / "campaign.html").string(), "\n"));
  const int code = exit_code_of(merged.tally);
  // Shards that are not there may have failures in them.
  return code == k_exit_ok && !merged.warnings.empty() ? k_exit_unknown : code;
}

Result<int> carry_out_campaign(const SimFlags& flags) {
  TRY_ASSIGN(CampaignPlan plan, plan_of(flags));
  Stop stop;
  const SignalsTo signals(stop);
  std::optional<simulator::CampaignTally> at_random;
  if (flags.compare_random) {
    CampaignPlan random = plan;
    random.guided = false;
    random.file.replace_filename("random-" + plan.file.filename().string());
    tell(campaign_command(random) + "\n");
    TRY_ASSIGN(CampaignOutcome outcome, run_campaign(random, simulator::simulate, stop, tell));
    if (outcome.interrupted) return k_exit_interrupted;
    at_random = std::move(outcome.tally);
    plan.guided = true;
  }
  tell(campaign_command(plan) + "\n");
  TRY_ASSIGN(const CampaignOutcome outcome, run_campaign(plan, simulator::simulate, stop, tell));
  if (at_random) tell(compare("random", *at_random, "guided", outcome.tally));
  if (outcome.interrupted || outcome.stopped) {
    tell(in_words(outcome.tally));
    return outcome.interrupted ? k_exit_interrupted : exit_code_of(outcome.tally);
  }
  if (plan.seeds.shards == 1) return report_on({plan.file.string()}, false);
  tell(str(in_words(outcome.tally), "merge with: plumbline sim merge ",
           (plan.file.parent_path() / "shard-*.jsonl").string(), "\n"));
  return exit_code_of(outcome.tally);
}

}  // namespace

Command add_sim_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("sim", "Runs a campaign of simulated runs, seed by seed");
  auto flags = std::make_shared<SimFlags>();
  add_campaign_flags(*command, *flags);
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* merge = command->add_subcommand("merge", "Makes one report of a campaign's shards");
  merge->add_option("files", *files, "The shards' files")->required();
  return {command, [flags, files, merge](const Invocation&) {
            return merge->parsed() ? report_on(*files, true) : carry_out_campaign(*flags);
          }};
}

}  // namespace plumbline
