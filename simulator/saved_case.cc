#include "simulator/saved_case.h"

#include <array>
#include <charconv>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/json_fields.h"
#include "core/history/json_reader.h"

namespace plumbline::simulator {

namespace {

constexpr int k_most_nodes = 99;
constexpr int k_most_threads = 10'000;

const Verdict* first_invalid(const Verdict& verdict) {
  for (const Verdict& part : verdict.parts)
    if (const Verdict* found = first_invalid(part)) return found;
  return verdict.validity == Validity::invalid ? &verdict : nullptr;
}

/// Of an invariant's violation what does not change from run to run: the words before its details.
std::string kind_of(const std::string& violation) {
  return violation.substr(0, violation.find_first_of(":0123456789"));
}

std::string name_of(Cadence cadence) {
  for (const std::string& name : all_cadences())
    if (const auto parsed = parse_cadence(name); parsed && *parsed == cadence) return name;
  return {};
}

std::string decimal(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string options_json(const Options& options) {
  const Value defects(Value::List(options.defects.begin(), options.defects.end()));
  std::string text = str(
      "{\"seed\":", options.seed, ",\"workload\":", to_json_text(options.workload),
      ",\"faults\":", to_json_text(options.faults), ",\"nodes\":", options.nodes,
      ",\"concurrency\":", options.concurrency, ",\"rate\":", decimal(options.rate),
      ",\"ops_per_key\":", options.ops_per_key, ",\n  \"time_limit\":", options.time_limit.count(),
      ",\"fault_interval\":", options.fault_interval.count(),
      ",\"quiet_start\":", options.quiet_start.count(),
      ",\"recovery_limit\":", options.recovery_limit.count(),
      ",\"cadence\":", to_json_text(name_of(options.cadence)),
      ",\n  \"reads\":", to_json_text(options.reads), ",\"defects\":", to_json_text(defects),
      ",\"invariants\":", options.invariants ? "true" : "false");
  if (options.stop_on_violation) text += ",\"stop_on_violation\":true";
  if (options.weather) text += ",\"weather\":" + to_json_text(to_text(*options.weather));
  return text + "}";
}

/// A number that JsonReader gave as an integer, or as its text where it is none.
template <class Number>
plumbline::Result<Number> any_number(const JsonFields& fields, const std::string& name) {
  const Value value = fields.get(name);
  const std::string text = value.is_int()    ? std::to_string(value.as_int())
                           : value.is_text() ? value.as_text()
                                             : "";
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    return fields.wrong(name, "a number");
  return number;
}

plumbline::Result<int> bounded(const JsonFields& fields, const std::string& name, int most) {
  TRY_ASSIGN(const std::int64_t number, fields.number(name));
  if (number < 1 || number > most) return fields.wrong(name, str("from 1 to ", most));
  return static_cast<int>(number);
}

plumbline::Result<Nanos> span(const JsonFields& fields, const std::string& name) {
  TRY_ASSIGN(const std::int64_t nanos, fields.number(name));
  return Nanos(nanos);
}

plumbline::Result<Options> options_of(const Value& value) {
  TRY_ASSIGN(const JsonFields fields, JsonFields::of(value, "options"));
  Options options;
  TRY_ASSIGN(options.seed, any_number<std::uint64_t>(fields, "seed"));
  TRY_ASSIGN(options.workload, fields.text("workload"));
  TRY_ASSIGN(options.faults, fields.text("faults"));
  TRY_ASSIGN(options.nodes, bounded(fields, "nodes", k_most_nodes));
  TRY_ASSIGN(options.concurrency, bounded(fields, "concurrency", k_most_threads));
  TRY_ASSIGN(options.rate, any_number<double>(fields, "rate"));
  TRY_ASSIGN(options.ops_per_key, bounded(fields, "ops_per_key", 1'000'000));
  TRY_ASSIGN(options.time_limit, span(fields, "time_limit"));
  TRY_ASSIGN(options.fault_interval, span(fields, "fault_interval"));
  TRY_ASSIGN(options.quiet_start, span(fields, "quiet_start"));
  TRY_ASSIGN(options.recovery_limit, span(fields, "recovery_limit"));
  TRY_ASSIGN(const std::string cadence, fields.text("cadence"));
  TRY_ASSIGN(options.cadence, parse_cadence(cadence));
  TRY_ASSIGN(options.reads, fields.text("reads"));
  TRY_ASSIGN(options.invariants, fields.boolean("invariants"));
  TRY_ASSIGN(const Value::List defects, fields.list("defects"));
  for (const Value& defect : defects) {
    if (!defect.is_text()) return fields.wrong("defects", "a list of names");
    options.defects.insert(defect.as_text());
  }
  if (fields.has("stop_on_violation")) {
    TRY_ASSIGN(options.stop_on_violation, fields.boolean("stop_on_violation"));
  }
  if (fields.has("weather")) {
    TRY_ASSIGN(const std::string weather, fields.text("weather"));
    TRY_ASSIGN(options.weather, parse_weather(weather));
  }
  return options;
}

plumbline::Result<FoundBy> found_by_of(const JsonFields& fields) {
  TRY_ASSIGN(const std::string name, fields.text("found_by"));
  for (const FoundBy found :
       {FoundBy::nothing, FoundBy::history, FoundBy::progress, FoundBy::death, FoundBy::invariant})
    if (name == to_string(found)) return found;
  return fields.wrong("found_by", "nothing, history, progress, death or invariant");
}

}  // namespace

Failure failure_of(const Result& result) {
  Failure failure{.found_by = result.found_by, .check = {}};
  if (result.found_by == FoundBy::invariant)
    failure.check = kind_of(result.violation);
  else if (const Verdict* check = first_invalid(result.verdict);
           check && result.found_by != FoundBy::nothing)
    failure.check = check->check;
  return failure;
}

std::string to_string(const Failure& failure) {
  return str(to_string(failure.found_by),
             failure.check.empty() ? "" : str(" (", trim(failure.check), ")"));
}

std::string to_json(const SavedCase& saved) {
  std::string text = str("{\"options\":", options_json(saved.options),
                         ",\n\"found_by\":", to_json_text(to_string(saved.failure.found_by)),
                         ",\"check\":", to_json_text(saved.failure.check));
  if (saved.options.replay)
    text += ",\n\"replay\":" + std::string(trim(to_json(Script{*saved.options.replay, {}})));
  if (saved.options.script)
    text += ",\n\"script\":" + std::string(trim(to_json(*saved.options.script)));
  return text + "}\n";
}

plumbline::Result<SavedCase> parse_saved_case(std::string_view json) {
  JsonReader reader(json);
  TRY_ASSIGN(const Value value, reader.value());
  if (reader.peek() != '\0') return reader.bad("more after the case's end");
  TRY_ASSIGN(const JsonFields fields, JsonFields::of(value, "case"));
  SavedCase saved;
  TRY_ASSIGN(saved.options, options_of(fields.get("options")));
  TRY_ASSIGN(saved.failure.found_by, found_by_of(fields));
  TRY_ASSIGN(saved.failure.check, fields.text("check"));
  if (fields.has("replay")) {
    TRY_ASSIGN(Script replay, read_script(fields.get("replay")));
    saved.options.replay = std::move(replay.faults);
  }
  if (fields.has("script")) {
    TRY_ASSIGN(saved.options.script, read_script(fields.get("script")));
  }
  return saved;
}

}  // namespace plumbline::simulator
