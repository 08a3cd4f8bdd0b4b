#include <algorithm>
#include <cstdio>
#include <map>
#include <span>

#include "checker/check.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

struct Counts {
  std::size_t ok = 0, failed = 0, indeterminate = 0;
  std::span<Nanos> latencies{};  // of the ok ones
};

/// The least value that `share` of them do not exceed (the nearest-rank quantile). Moves them
/// about.
Nanos quantile(std::span<Nanos> all, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(all.size()));
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(std::min(rank, all.size() - 1));
  std::nth_element(all.begin(), at, all.end());
  return *at;
}

std::string quantiles(std::span<Nanos> latencies) {
  if (latencies.empty()) return "";
  char text[96];
  const Nanos median = quantile(latencies, 0.5), most_of_them = quantile(latencies, 0.99);
  std::snprintf(text, sizeof text, "; ms: median %.3g, 99%% %.3g, most %.3g", millis(median),
                millis(most_of_them), millis(*std::ranges::max_element(latencies)));
  return text;
}

}  // namespace

Verdict check_statistics(const CallTable& table) {
  Verdict verdict{.check = "statistics"};
  std::vector<Counts> by_number(table.fs());
  std::size_t ok = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    Counts& counts = by_number[table.f(row)];
    const EventType type = table.type(row);
    ok += type == EventType::ok;
    ++(type == EventType::fail ? counts.failed
       : type == EventType::ok ? counts.ok
                               : counts.indeterminate);
  }
  // All latencies in one block, those of one operation side by side.
  std::vector<Nanos> latencies(ok);
  std::vector<Nanos*> next;
  Nanos* free = latencies.data();
  for (Counts& counts : by_number) {
    counts.latencies = {free, counts.ok};
    next.push_back(free);
    free += counts.ok;
  }
  for (std::size_t row = 0; row < table.size(); ++row)
    if (table.type(row) == EventType::ok)
      *next[table.f(row)]++ = table.return_time(row) - table.invoke_time(row);
  std::map<std::string, Counts> by_f;
  for (std::size_t f = 0; f < by_number.size(); ++f)
    by_f[table.f_name(static_cast<std::uint16_t>(f))] = by_number[f];
  std::vector<std::string> never;
  for (const auto& [f, counts] : by_f) {
    verdict.figures.emplace_back(
        f, str(counts.ok, " ok, ", counts.failed, " fail, ", counts.indeterminate, " info",
               quantiles(counts.latencies)));
    if (counts.ok == 0) never.push_back(f);
  }
  if (never.empty()) return verdict;
  verdict.validity = Validity::unknown;
  verdict.reason = "never ok: " + join(never, ", ") + "; nothing was learned about it";
  return verdict;
}

Verdict check_statistics(const History& history) {
  const auto table = table_of(history);
  if (table) return check_statistics(*table);
  return {.check = "statistics",
          .validity = Validity::unknown,
          .reason = "the history is damaged: " + table.error().what};
}

}  // namespace plumbline
