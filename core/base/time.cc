#include "core/base/time.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace plumbline {
namespace {

struct Unit {
  std::string_view name;
  double nanos;
};
// Longest names first where one is the head of another ("ms" before "m").
constexpr std::array<Unit, 6> k_units = {
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
constexpr double k_longest_nanos = 365.0 * 24 * 3600e9;

std::unexpected<Error> bad_duration(std::string_view text) {
  return fail(Error::Code::invalid, "bad duration '" + std::string(text) +
                                        "': write a number and a unit, like 250ms, 5s or 1m30s");
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  const std::string_view whole = text;
  if (text.empty()) return bad_duration(whole);
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || !std::isfinite(number)) return bad_duration(whole);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const Unit* found = nullptr;
    for (const Unit& unit : k_units)
      if (text.starts_with(unit.name) && (!found || unit.name.size() > found->name.size()))
        found = &unit;
    if (!found) return bad_duration(whole);
    text.remove_prefix(found->name.size());
    total += number * found->nanos;
    if (total > k_longest_nanos) return bad_duration(whole);
  }
  return Nanos(static_cast<std::int64_t>(std::llround(total)));
}

std::string format_duration(Nanos duration) {
  const double nanos = static_cast<double>(duration.count());
  const Unit* unit = &k_units[0];
  for (const Unit& candidate : k_units)
    if (std::abs(nanos) >= candidate.nanos && candidate.nanos <= 1e9) unit = &candidate;
  char text[32];
  std::snprintf(text, sizeof text, "%.4g%.*s", nanos / unit->nanos,
                static_cast<int>(unit->name.size()), unit->name.data());
  // %g turns to exponents at 1e4 seconds and more; whole seconds read better there.
  if (nanos / unit->nanos >= 1e4) std::snprintf(text, sizeof text, "%.0fs", nanos / 1e9);
  return text;
}

}  // namespace plumbline
