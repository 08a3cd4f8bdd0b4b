#include "simulator/campaign_tally.h"

#include <algorithm>
#include <cstdio>
#include <iomanip>

#include "core/base/text.h"

namespace plumbline::simulator {

namespace {

constexpr int k_exit_refused = 255;
constexpr std::array k_all_endings = {Ending::valid, Ending::vacuous, Ending::undecided,
                                      Ending::failed, Ending::refused};

std::string rounded(double number, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

std::string share_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return rounded(100.0 * static_cast<double>(part) / static_cast<double>(whole), 1) + "%";
}

/// Columns of texts, the first to the left and the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::ostringstream out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      out << "  " << (i == 0 ? std::left : std::right) << std::setw(static_cast<int>(widths[i]))
          << row[i];
    out << "\n";
  }
  return std::move(out).str();
}

std::string name_of_state(std::size_t place) { return to_string(static_cast<State>(place)); }
std::string first_of(const StateFigures& state) {
  return state.runs == 0 ? "never" : str(state.first + 1);
}

}  // namespace

void CampaignTally::add(const CaseRecord& record) {
  ++runs;
  ++endings[record.ending];
  ++by_workload[{record.workload, record.ending}];
  if (record.ending != Ending::valid && record.ending != Ending::vacuous)
    failures.emplace(record.index, record);
  virtual_time += record.virtual_time;
  cpu += record.cpu;
  steps += record.steps;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::uint32_t times = record.coverage.times[i];
    if (times == 0) continue;
    states[i].times += times;
    ++states[i].runs;
    states[i].first = std::min(states[i].first, record.index);
  }
}

std::uint64_t CampaignTally::of(Ending ending) const {
  const auto found = endings.find(ending);
  return found == endings.end() ? 0 : found->second;
}

std::size_t CampaignTally::states_reached() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(states, [](const StateFigures& state) { return state.runs > 0; }));
}

double CampaignTally::simulated_per_cpu() const {
  return cpu == Nanos::zero() ? 0 : seconds(virtual_time) / seconds(cpu);
}

int exit_code_of(const CampaignTally& tally) {
  if (tally.of(Ending::refused) > 0) return k_exit_refused;
  if (tally.of(Ending::failed) > 0) return 1;
  return tally.of(Ending::undecided) > 0 || tally.of(Ending::valid) == 0 ? 2 : 0;
}

std::string in_words(const CampaignTally& tally) {
  std::vector<std::string> counts;
  for (const Ending ending : k_all_endings)
    if (tally.of(ending) > 0) counts.push_back(str(tally.of(ending), " ", to_string(ending)));
  std::string text =
      str(tally.runs, " runs: ", join(counts, ", "), "\n", rounded(seconds(tally.virtual_time), 0),
          " s simulated in ", rounded(seconds(tally.cpu), 1),
          " s of CPU: ", rounded(tally.simulated_per_cpu(), 0), " simulated seconds a second, ",
          tally.steps, " steps\n");
  std::vector<std::vector<std::string>> rows = {
      {"state", "runs", "of all", "times", "first in run"}};
  for (std::size_t i = 0; i < tally.states.size(); ++i) {
    const StateFigures& state = tally.states[i];
    rows.push_back({name_of_state(i), str(state.runs), share_of(state.runs, tally.runs),
                    str(state.times), first_of(state)});
  }
  return text + str(tally.states_reached(), " of ", tally.states.size(), " states reached\n") +
         table(rows);
}

std::string describe_failure(const CaseRecord& record) {
  const std::string by = record.found_by.empty() ? to_string(record.ending) : record.found_by;
  return str("seed ", record.seed, "  ", by, ": ", record.found, "\n  ", record.command, "\n");
}

std::string compare(const std::string& name_a, const CampaignTally& a, const std::string& name_b,
                    const CampaignTally& b) {
  std::vector<std::vector<std::string>> rows = {{"state", name_a + ": runs", "first in run",
                                                 name_b + ": runs", "first in run", "runs, ratio"}};
  std::size_t sooner_a = 0;
  std::size_t sooner_b = 0;
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    const StateFigures& of_a = a.states[i];
    const StateFigures& of_b = b.states[i];
    sooner_a += of_a.first < of_b.first ? 1 : 0;
    sooner_b += of_b.first < of_a.first ? 1 : 0;
    rows.push_back(
        {name_of_state(i), str(of_a.runs), first_of(of_a), str(of_b.runs), first_of(of_b),
         of_a.runs == 0
             ? (of_b.runs == 0 ? "-" : "new")
             : rounded(static_cast<double>(of_b.runs) / static_cast<double>(of_a.runs), 2)});
  }
  return str(table(rows), name_a, ": ", a.states_reached(), " states in ", a.runs, " runs; ",
             name_b, ": ", b.states_reached(), " states in ", b.runs, " runs\n",
             "reached sooner by ", name_a, ": ", sooner_a, ", by ", name_b, ": ", sooner_b, "\n");
}

}  // namespace plumbline::simulator
