/// plumbline zoo: hunts each planted defect until it is found, and the clean build for false
/// alarms.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>

#include "control/run/commands/commands.h"
#include "control/run/judge.h"
#include "control/run/local_hunts.h"
#include "control/run/run_folder.h"
#include "control/run/sim_run.h"
#include "control/run/zoo_local.h"
#include "control/run/zoo_record.h"
#include "core/base/text.h"
#include "node/replica/defects.h"
#include "simulator/zoo.h"

namespace plumbline {

namespace {

constexpr int k_most_jobs = 1024;
constexpr std::uint64_t k_budget_sim = 1000;
constexpr std::uint64_t k_budget_local = 5;

struct ZooFlags {
  std::vector<std::string> defects;
  std::string target = "sim";
  std::uint64_t budget = 0;
  std::uint64_t first_seed = 1;
  std::uint64_t clean_seeds = 0;
  std::string time_limit;
  std::string results = "results";
  std::string write;
  int jobs = 0;
  bool only_clean = false;
};

void add_flags(CLI::App& app, ZooFlags& flags) {
  app.add_option("--defect", flags.defects, "Only this one (repeatable); default: all")
      ->allow_extra_args(false);
  app.add_option("--target", flags.target, "sim, or local: real processes on this machine")
      ->check(CLI::IsMember({"sim", "local"}))
      ->capture_default_str();
  app.add_option("--budget-seeds", flags.budget,
                 "Runs until a defect counts as not found (default: 1000 on sim, 5 on local)")
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--first-seed", flags.first_seed, "Of each hunt")->capture_default_str();
  app.add_option("--clean-seeds", flags.clean_seeds, "As many runs of sim without any defect");
  app.add_flag("--only-clean", flags.only_clean, "Those alone");
  app.add_option("--time-limit", flags.time_limit,
                 "How long the load of each run lasts (default: 20s on sim, 40s on local)");
  app.add_option("--jobs", flags.jobs, "Worker processes of sim (default: one a processor)")
      ->check(CLI::Range(1, k_most_jobs));
  app.add_option("--write", flags.write, "Writes the tables of all hunts so far into this page");
  app.add_option("--results", flags.results, "Where zoo/ goes, and the runs of local")
      ->envname("PLUMBLINE_RESULTS")
      ->capture_default_str();
}

simulator::Prey prey_of(const replica::PlantedDefect& defect) {
  const auto faults = parse_faults(std::string(defect.hunt.faults));
  CHECK(faults.has_value(), "a hunt names faults that there are");
  simulator::Prey prey;
  prey.defect = std::string(defect.name);
  prey.workload = std::string(defect.hunt.workload);
  for (const Fault& fault : *faults) prey.faults.push_back(fault.name);
  if (prey.faults.empty()) prey.faults = {"none"};
  prey.reads = std::string(defect.hunt.reads);
  prey.weather = std::string(defect.hunt.weather);
  prey.nodes = defect.hunt.nodes;
  prey.fault_interval = defect.hunt.fault_interval;
  prey.time_limit = defect.hunt.time_limit;
  prey.rate = defect.hunt.rate;
  prey.clients_per_node = defect.hunt.clients_per_node;
  return prey;
}

/// Of the flags, looked through.
struct ZooPlan {
  std::vector<const replica::PlantedDefect*> defects{};
  simulator::HuntOptions hunt{};
  std::filesystem::path folder;
};

Result<ZooPlan> plan_of(const ZooFlags& flags) {
  const std::set<std::string> named(flags.defects.begin(), flags.defects.end());
  if (const Status known = replica::check_defects(named); !known)
    return fail(Error::Code::invalid, "--defect: " + known.error().what);
  ZooPlan plan;
  for (const replica::PlantedDefect& defect : replica::all_planted_defects())
    if (named.empty() ? flags.target == "sim" || hunted_on_local(defect.name)
                      : named.contains(std::string(defect.name)))
      plan.defects.push_back(&defect);
  if (plan.defects.empty())
    return fail(Error::Code::invalid, "this build has no defects in it (PLUMBLINE_DEFECTS)");
  const bool on_sim = flags.target == "sim";
  plan.hunt.first_seed = flags.first_seed;
  plan.hunt.budget = flags.budget > 0 ? flags.budget : on_sim ? k_budget_sim : k_budget_local;
  plan.hunt.time_limit = on_sim ? 20s : 40s;
  if (!flags.time_limit.empty()) {
    TRY_ASSIGN(plan.hunt.time_limit, duration_of("--time-limit", flags.time_limit));
  }
  plan.hunt.pool.jobs = flags.jobs > 0
                            ? flags.jobs
                            : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  plan.folder = std::filesystem::path(flags.results) / "zoo";
  return plan;
}

void tell(const ZooEntry& entry) {
  std::cout << entry.defect << "  ";
  if (entry.found)
    std::cout << "found by " << entry.found_by << " in run " << entry.runs << ": " << entry.what
              << "\n  " << entry.command << std::endl;
  else
    std::cout << "not found in " << entry.runs << " runs" << std::endl;
}

Result<ZooEntry> hunt_simulated(const replica::PlantedDefect& defect, const ZooPlan& plan,
                                const Stop& stop) {
  TRY_ASSIGN(const simulator::Catch caught,
             simulator::hunt(prey_of(defect), plan.hunt, simulator::simulate,
                             [&] { return !stop.asked(); }));
  ZooEntry entry{.defect = std::string(defect.name), .target = "sim", .found = caught.found};
  entry.found_by = caught.record.found_by;
  entry.what = caught.record.found;
  entry.inside = caught.inside;
  if (caught.found) entry.command = sim_command(caught.options);
  entry.runs = caught.seeds;
  entry.run_time = caught.virtual_time;
  entry.cpu = caught.cpu;
  return entry;
}

Result<ZooEntry> hunt_clean(std::uint64_t seeds, const ZooPlan& plan, const Stop& stop) {
  std::vector<simulator::Prey> preys;
  for (const replica::PlantedDefect* defect : plan.defects) preys.push_back(prey_of(*defect));
  ZooEntry entry{.defect = k_clean, .target = "sim"};
  TRY_ASSIGN(const simulator::CampaignTally tally,
             simulator::hunt_nothing(
                 preys, seeds, plan.hunt, simulator::simulate, [&] { return !stop.asked(); },
                 [&](const simulator::CaseRecord& record, const simulator::Options& options) {
                   entry.found = true;
                   entry.found_by = record.found_by;
                   entry.what = record.found;
                   entry.inside = record.violation;
                   entry.command = sim_command(options);
                   std::cout << k_clean << "  seed " << record.seed << "  " << record.found_by
                             << ": " << record.found << "\n  " << entry.command << std::endl;
                 }));
  entry.runs = tally.runs;
  entry.run_time = tally.virtual_time;
  entry.cpu = tally.cpu;
  std::cout << k_clean << "  " << in_words(tally) << std::flush;
  return entry;
}

Status write_page(const std::filesystem::path& page, const std::filesystem::path& folder) {
  std::ifstream in(page);
  if (!in) return fail(Error::Code::not_found, "cannot open " + page.string());
  std::ostringstream text;
  text << in.rdbuf();
  std::vector<ZooName> names;
  for (const replica::PlantedDefect& defect : replica::all_planted_defects())
    names.push_back({.name = std::string(defect.name),
                     .group = to_string(defect.kind),
                     .model = std::string(defect.model),
                     .note = {}});
  TRY_ASSIGN(const std::vector<ZooEntry> entries, load_zoo(folder));
  auto whole = between_marks(text.str(), zoo_tables(names, entries));
  if (!whole) return context(whole.error(), page.string());
  return write_whole(page, *whole);
}

/// Gives whether all is as it should be.
Result<bool> hunt_all(const ZooFlags& flags, const ZooPlan& plan, const Stop& stop) {
  bool well = true;
  for (const replica::PlantedDefect* defect : plan.defects) {
    if (flags.only_clean) break;
    TRY_ASSIGN(ZooEntry entry, flags.target == "sim"
                                   ? hunt_simulated(*defect, plan, stop)
                                   : hunt_on_local(*defect, plan.hunt, flags.results, stop));
    entry.versions = program_version();
    TRY(save(entry, plan.folder));
    tell(entry);
    well = well && entry.found;
  }
  if (flags.clean_seeds == 0) return well;
  TRY_ASSIGN(ZooEntry clean, hunt_clean(flags.clean_seeds, plan, stop));
  clean.versions = program_version();
  TRY(save(clean, plan.folder));
  return well && !clean.found;
}

Result<int> carry_out(const ZooFlags& flags) {
  TRY_ASSIGN(const ZooPlan plan, plan_of(flags));
  Stop stop;
  const SignalsTo signals(stop);
  const Result<bool> well = hunt_all(flags, plan, stop);
  if (!well && well.error().code != Error::Code::interrupted) return std::unexpected(well.error());
  // What was hunted until then is kept, and told.
  if (!flags.write.empty()) TRY(write_page(flags.write, plan.folder));
  if (!well) return k_exit_interrupted;
  return *well ? k_exit_ok : k_exit_invalid;
}

}  // namespace

Command add_zoo_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("zoo", "Hunts the planted defects, and says how soon each was found");
  auto flags = std::make_shared<ZooFlags>();
  add_flags(*command, *flags);
  return {command, [flags](const Invocation&) { return carry_out(*flags); }};
}

}  // namespace plumbline
