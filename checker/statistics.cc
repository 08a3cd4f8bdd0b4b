#include <algorithm>
#include <cstdio>
#include <map>

#include "checker/check.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

struct Counts {
  int ok = 0, failed = 0, indeterminate = 0;
  std::vector<Nanos> latencies{};  // of the ok ones
};

/// The least value that `share` of the sorted ones do not exceed (the nearest-rank quantile).
Nanos quantile(const std::vector<Nanos>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

std::string quantiles(std::vector<Nanos> latencies) {
  if (latencies.empty()) return "";
  std::sort(latencies.begin(), latencies.end());
  char text[96];
  std::snprintf(text, sizeof text, "; ms: median %.3g, 99%% %.3g, most %.3g",
                millis(quantile(latencies, 0.5)), millis(quantile(latencies, 0.99)),
                millis(latencies.back()));
  return text;
}

}  // namespace

Verdict check_statistics(const CallTable& table) {
  Verdict verdict{.check = "statistics"};
  std::vector<Counts> by_number(table.fs());
  for (std::size_t row = 0; row < table.size(); ++row) {
    Counts& counts = by_number[table.f(row)];
    if (table.type(row) == EventType::fail)
      ++counts.failed;
    else if (table.type(row) == EventType::info)
      ++counts.indeterminate;
    else {
      ++counts.ok;
      counts.latencies.push_back(table.return_time(row) - table.invoke_time(row));
    }
  }
  std::map<std::string, Counts> by_f;
  for (std::size_t f = 0; f < by_number.size(); ++f)
    by_f[table.f_name(static_cast<std::uint16_t>(f))] = std::move(by_number[f]);
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
