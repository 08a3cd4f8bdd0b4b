#include "simulator/campaign_record.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "checker/check.h"
#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/json_fields.h"
#include "core/history/json_reader.h"
#include "workloads/all.h"

namespace plumbline::simulator {

namespace {

constexpr std::array k_endings = {Ending::valid, Ending::vacuous, Ending::undecided, Ending::failed,
                                  Ending::refused};

Nanos cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

bool gave_up(const Verdict& verdict) {
  if (verdict.parts.empty())
    return verdict.validity == Validity::unknown && verdict.check.starts_with("linearizable");
  return std::ranges::any_of(verdict.parts, gave_up);
}

/// Why a run says nothing, if so little happened in it; else empty.
std::string too_little(const Options& options, const Result& result) {
  if (options.faults != "none" && result.script.faults.empty()) return "no fault took hold";
  const auto workload = make_workload(options.workload, {});
  if (!workload) return workload.error().what;
  Expectations expected;
  expected.operations = workload->operations;
  return check_vacuity(result.history, expected).reason;
}

/// Sets ending and found.
void end(CaseRecord& record, const Options& options, const Result& result) {
  record.found = result.found;
  if (result.found_by != FoundBy::nothing) {
    record.ending = Ending::failed;
    record.found_by = to_string(result.found_by);
  } else if (gave_up(result.verdict)) {
    record.ending = Ending::undecided;
    record.found = result.verdict.reason;
  } else if (std::string why = too_little(options, result); !why.empty()) {
    record.ending = Ending::vacuous;
    record.found = std::move(why);
  }
}

/// Writes one JSON object, leaving out what says nothing.
class Line {
 public:
  void text(const char* name, const std::string& value) {
    if (!value.empty()) put(name, to_json_text(Value(value)));
  }
  void number(const char* name, std::uint64_t value) { put(name, str(value)); }
  void micros(const char* name, Nanos value) { put(name, str(value.count() / 1000)); }
  void raw(const char* name, const std::string& json) { put(name, json); }
  std::string done() { return text_ + "}"; }

 private:
  void put(const char* name, const std::string& json) {
    text_ += str(text_.size() > 1 ? ",\"" : "\"", name, "\":", json);
  }
  std::string text_ = "{";
};

std::string states_of(const Coverage& coverage) {
  Line line;
  for (std::size_t i = 0; i < coverage.times.size(); ++i)
    if (coverage.times[i] > 0) line.number(to_string(static_cast<State>(i)), coverage.times[i]);
  return line.done();
}

std::string line_of(const CaseRecord& record) {
  Line line;
  line.number("index", record.index);
  line.number("seed", record.seed);
  line.text("workload", record.workload);
  line.text("faults", record.faults);
  line.number("nodes", static_cast<std::uint64_t>(record.nodes));
  line.text("ending", to_string(record.ending));
  line.text("found_by", record.found_by);
  line.text("found", record.found);
  line.text("violation", record.violation);
  line.text("command", record.command);
  line.text("weather", record.weather);
  line.micros("virtual_us", record.virtual_time);
  line.micros("cpu_us", record.cpu);
  line.number("steps", record.steps);
  line.raw("states", states_of(record.coverage));
  return line.done();
}

std::string line_of(const ShardHeader& header) {
  Line line;
  line.text("campaign", header.command);
  line.number("first_seed", header.seeds.first);
  line.number("last_seed", header.seeds.last);
  line.number("shard", header.seeds.shard);
  line.number("shards", header.seeds.shards);
  line.text("versions", header.versions);
  return line.done();
}

std::string line_of(const ShardEnd& end) {
  Line line;
  line.micros("ended_after_us", end.real_time);
  return line.done();
}

Status read_number(const JsonFields& fields, const char* name, std::uint64_t& into) {
  TRY_ASSIGN(const std::int64_t number, fields.number(name));
  into = static_cast<std::uint64_t>(number);
  return {};
}

Status read_micros(const JsonFields& fields, const char* name, Nanos& into) {
  TRY_ASSIGN(const std::int64_t count, fields.number(name));
  into = std::chrono::microseconds(count);
  return {};
}

/// Empty if it is not there.
std::string text_of(const JsonFields& fields, const char* name) {
  return fields.text(name).value_or("");
}

Status read_states(const Value& value, Coverage& coverage) {
  TRY_ASSIGN(const JsonFields states, JsonFields::of(value, "states"));
  for (std::size_t i = 0; i < coverage.times.size(); ++i) {
    const char* name = to_string(static_cast<State>(i));
    std::uint64_t times = 0;
    if (states.has(name)) TRY(read_number(states, name, times));
    coverage.times[i] = static_cast<std::uint32_t>(times);
  }
  return {};
}

plumbline::Result<ShardLine> read_record(const JsonFields& fields) {
  CaseRecord record;
  std::uint64_t nodes = 0;
  TRY(read_number(fields, "index", record.index));
  TRY(read_number(fields, "seed", record.seed));
  TRY(read_number(fields, "nodes", nodes));
  TRY(read_number(fields, "steps", record.steps));
  TRY(read_micros(fields, "virtual_us", record.virtual_time));
  TRY(read_micros(fields, "cpu_us", record.cpu));
  TRY(read_states(fields.get("states"), record.coverage));
  record.nodes = static_cast<int>(nodes);
  record.workload = text_of(fields, "workload");
  record.faults = text_of(fields, "faults");
  record.found_by = text_of(fields, "found_by");
  record.found = text_of(fields, "found");
  record.violation = text_of(fields, "violation");
  record.command = text_of(fields, "command");
  record.weather = text_of(fields, "weather");
  const std::string ending = text_of(fields, "ending");
  const auto known = std::ranges::find(k_endings, ending, [](Ending e) { return to_string(e); });
  if (known == k_endings.end())
    return fail(Error::Code::corrupt, "unknown ending '" + printable(ending) + "'");
  record.ending = *known;
  return record;
}

plumbline::Result<ShardLine> read_header(const JsonFields& fields) {
  ShardHeader header;
  header.command = text_of(fields, "campaign");
  header.versions = text_of(fields, "versions");
  TRY(read_number(fields, "first_seed", header.seeds.first));
  TRY(read_number(fields, "last_seed", header.seeds.last));
  TRY(read_number(fields, "shard", header.seeds.shard));
  TRY(read_number(fields, "shards", header.seeds.shards));
  if (header.seeds.last < header.seeds.first || header.seeds.shard < 1 ||
      header.seeds.shard > header.seeds.shards)
    return fail(Error::Code::corrupt, "seeds or shard make no sense");
  return header;
}

}  // namespace

const char* to_string(Ending ending) {
  switch (ending) {
    case Ending::valid:
      return "valid";
    case Ending::vacuous:
      return "vacuous";
    case Ending::undecided:
      return "undecided";
    case Ending::failed:
      return "failed";
    case Ending::refused:
      return "refused";
  }
  return "?";
}

std::string to_line(const ShardLine& line) {
  return std::visit([](const auto& kind) { return line_of(kind); }, line);
}

plumbline::Result<ShardLine> parse_line(std::string_view line) {
  JsonReader reader(line);
  TRY_ASSIGN(const Value object, reader.value());
  if (reader.peek() != '\0') return reader.bad("more than one object");
  TRY_ASSIGN(const JsonFields fields, JsonFields::of(object, "line"));
  if (fields.has("campaign")) return read_header(fields);
  if (fields.has("index")) return read_record(fields);
  ShardEnd end;
  TRY(read_micros(fields, "ended_after_us", end.real_time));
  return end;
}

CaseRecord record_of(const Case& which) {
  CaseRecord record;
  record.index = which.index;
  record.seed = which.options.seed;
  record.workload = which.options.workload;
  record.faults = which.options.faults;
  record.nodes = which.options.nodes;
  return record;
}

CaseRecord run_case(const Case& which, const Simulate& simulate) {
  CaseRecord record = record_of(which);
  const Nanos before = cpu_time();
  const auto result = simulate(which.options);
  record.cpu = cpu_time() - before;
  if (!result) {
    record.ending = Ending::refused;
    record.found = result.error().what;
    return record;
  }
  end(record, which.options, *result);
  record.violation = result->violation;
  record.weather = to_text(result->weather);
  record.virtual_time = result->end;
  record.steps = result->steps;
  record.coverage = result->coverage;
  return record;
}

}  // namespace plumbline::simulator
