#include "control/run/campaign_run.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "control/run/sim_run.h"
#include "core/base/text.h"
#include "simulator/guide.h"

namespace plumbline {

namespace {

using simulator::Case;
using simulator::CaseRecord;
using simulator::Ending;
using SteadyClock = std::chrono::steady_clock;

/// The live line on standard error, once a second.
class CampaignProgress {
 public:
  explicit CampaignProgress(std::uint64_t total) : total_(total) {}
  ~CampaignProgress() { clear(); }
  CampaignProgress(const CampaignProgress&) = delete;
  CampaignProgress& operator=(const CampaignProgress&) = delete;

  void draw_if_due(const simulator::CampaignTally& tally) {
    const auto now = SteadyClock::now();
    if (now - drawn_at_ < 1s) return;
    const double since = seconds(now - drawn_at_);
    const double elapsed = seconds(now - started_);
    char line[200];
    std::snprintf(
        line, sizeof line,
        "%.0fs  %llu/%llu runs  %.1f/s  %.0f simulated s a CPU s  %zu states  failures %llu",
        elapsed, static_cast<unsigned long long>(tally.runs),
        static_cast<unsigned long long>(total_),
        static_cast<double>(tally.runs - runs_before_) / since, tally.simulated_per_cpu(),
        tally.states_reached(), static_cast<unsigned long long>(tally.of(Ending::failed)));
    clear();
    std::fputs(line, stderr);
    if (!terminal_) std::fputc('\n', stderr);
    on_line_ = terminal_;
    drawn_at_ = now;
    runs_before_ = tally.runs;
  }
  /// Makes room for a line of output.
  void clear() {
    if (on_line_) std::fputs("\r\x1b[K", stderr);
    on_line_ = false;
  }

 private:
  const std::uint64_t total_;
  const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  const SteadyClock::time_point started_ = SteadyClock::now();
  SteadyClock::time_point drawn_at_ = started_;
  std::uint64_t runs_before_ = 0;
  bool on_line_ = false;
};

class Campaign {
 public:
  Campaign(const CampaignPlan& plan, const simulator::Simulate& simulate, const Stop& stop,
           const std::function<void(const std::string&)>& tell)
      : plan_(plan), simulate_(simulate), stop_(stop), tell_(tell), progress_(plan.seeds.size()) {}

  Result<CampaignOutcome> run() {
    std::error_code code;
    std::filesystem::create_directories(plan_.file.parent_path(), code);
    out_.open(plan_.file);
    write(simulator::ShardHeader{campaign_command(plan_), plan_.seeds, plan_.versions});
    TRY(written());
    TRY(plan_.guided ? run_guided() : run_drawn());
    if (!outcome_.interrupted && !outcome_.stopped)
      write(simulator::ShardEnd{SteadyClock::now() - started_});
    TRY(written());
    return std::move(outcome_);
  }

 private:
  std::optional<Case> case_at(std::uint64_t n) const {
    if (n >= plan_.seeds.size()) return std::nullopt;
    const std::uint64_t index = plan_.seeds.index(n);
    return Case{index, simulator::draw_case(plan_.seeds.first + index, plan_.options)};
  }
  CaseRecord run_one(const Case& which) const { return simulator::run_case(which, simulate_); }

  /// False: the campaign is to end.
  bool tick() {
    progress_.draw_if_due(outcome_.tally);
    outcome_.interrupted = stop_.asked();
    return !outcome_.interrupted;
  }

  bool take(CaseRecord record, const simulator::Options& options) {
    const bool failed = record.ending != Ending::valid && record.ending != Ending::vacuous;
    if (failed || plan_.guided) record.command = sim_command(options);
    outcome_.tally.add(record);
    write(record);
    if (failed) {
      progress_.clear();
      tell_(describe_failure(record));
    }
    outcome_.stopped = plan_.stop_on_failure && record.ending == Ending::failed;
    return out_.good() && !outcome_.stopped;
  }

  Status run_drawn() {
    std::uint64_t next = 0;
    simulator::PoolCalls calls;
    calls.next = [&] { return case_at(next++); };
    calls.run = [this](const Case& which) { return run_one(which); };
    calls.done = [&](CaseRecord record) {
      const auto options = simulator::draw_case(record.seed, plan_.options);
      return take(std::move(record), options);
    };
    calls.tick = [this] { return tick(); };
    return simulator::run_cases(plan_.pool, calls);
  }

  Status run_guided() {
    simulator::Guide guide(plan_.options);
    for (std::uint64_t n = 0; n < plan_.seeds.size();) {
      std::vector<Case> generation;
      for (; n < plan_.seeds.size() && generation.size() < simulator::Guide::k_generation; ++n) {
        const std::uint64_t index = plan_.seeds.index(n);
        generation.push_back({index, guide.choose(plan_.seeds.first + index)});
      }
      TRY_ASSIGN(const std::vector<CaseRecord> records,
                 simulator::run_batch(
                     plan_.pool, generation, [this](const Case& which) { return run_one(which); },
                     [this] { return tick(); }));
      for (std::size_t i = 0; i < records.size(); ++i) {
        guide.learn(generation[i].options, records[i]);
        if (!take(records[i], generation[i].options)) return {};
      }
      if (outcome_.interrupted) return {};
    }
    return {};
  }

  void write(const simulator::ShardLine& line) {
    out_ << simulator::to_line(line) << "\n" << std::flush;
  }
  Status written() const {
    if (out_.good()) return {};
    return fail(Error::Code::io, plan_.file.string() + " cannot be written");
  }

  const CampaignPlan& plan_;
  const simulator::Simulate& simulate_;
  const Stop& stop_;
  const std::function<void(const std::string&)>& tell_;
  const SteadyClock::time_point started_ = SteadyClock::now();
  std::ofstream out_;
  CampaignProgress progress_;
  CampaignOutcome outcome_;
};

}  // namespace

std::string campaign_command(const CampaignPlan& plan) {
  const simulator::CampaignOptions& options = plan.options;
  std::vector<std::string> nodes;
  for (const int count : options.nodes) nodes.push_back(str(count));
  std::string text =
      str("plumbline sim --seeds ", plan.seeds.first, "..", plan.seeds.last, " --workload ",
          join(options.workloads, ","), " --faults ", join(options.faults, ","), " --nodes ",
          join(nodes, ","), " --reads ", join(options.reads, ","), " --time-limit ",
          format_duration(options.time_limit));
  if (!options.weather.empty()) text += " --weather " + shell_quote(options.weather);
  for (const std::string& defect : options.defects) text += " --defect=" + shell_quote(defect);
  if (!options.invariants) text += " --no-invariants";
  if (plan.guided) text += " --guided";
  return text;
}

Result<CampaignOutcome> run_campaign(const CampaignPlan& plan, const simulator::Simulate& simulate,
                                     const Stop& stop,
                                     const std::function<void(const std::string&)>& tell) {
  return Campaign(plan, simulate, stop, tell).run();
}

}  // namespace plumbline
