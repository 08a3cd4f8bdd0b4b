#include "report/summary.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "report/faults.h"
#include "report/text.h"

namespace plumbline::report {
namespace {

using Json = nlohmann::json;

constexpr std::size_t k_text_limit = 4000;  // bytes of one value, reason or state
constexpr std::size_t k_core_limit = 200;   // calls of one counterexample that are drawn
constexpr std::size_t k_prefix_tail = 12;   // last calls of a linearizable prefix that are shown

std::string shown(const Value& value) {
  return value.is_nil() ? "" : clip(to_string(value), k_text_limit);
}

class Summary {
 public:
  Summary(const History& history, const std::vector<Call>& calls, const TimeAxis& axis)
      : history_(history), calls_(calls), axis_(axis) {}

  Json verdict(const Verdict& verdict) const {
    Json figures = Json::array();
    for (const auto& [name, value] : verdict.figures)
      figures.push_back({clip(name, k_text_limit), clip(value, k_text_limit)});
    Json parts = Json::array();
    for (const Verdict& part : verdict.parts) parts.push_back(this->verdict(part));
    return {{"check", clip(verdict.check, k_text_limit)},
            {"validity", to_string(verdict.validity)},
            {"reason", clip(verdict.reason, k_text_limit)},
            {"figures", figures},
            {"parts", parts}};
  }

  /// Of the parts; a composed verdict may repeat theirs, so its own count only if they have none.
  Json counterexamples(const Verdict& verdict) const {
    Json all = Json::array();
    for (const Verdict& part : verdict.parts)
      for (Json& one : counterexamples(part)) all.push_back(std::move(one));
    if (!all.empty()) return all;
    for (const Counterexample& one : verdict.counterexamples)
      all.push_back(counterexample(verdict.check, one));
    return all;
  }

  /// Counts and latencies by f and completion type, in order of first use.
  Json statistics() const {
    struct Row {
      std::size_t count = 0;
      std::vector<double> latencies;  // microseconds
    };
    std::vector<std::string> order;
    std::map<std::string, std::map<EventType, Row>> rows;
    for (const Call& call : calls_) {
      if (!rows.contains(call.f)) order.push_back(call.f);
      Row& row = rows[call.f][call.type];
      ++row.count;
      if (call.return_time != k_never && !axis_.by_position())
        row.latencies.push_back(static_cast<double>((call.return_time - call.invoke_time).count()) /
                                1e3);
    }
    Json all = Json::array();
    for (const std::string& f : order)
      for (auto& [type, row] : rows[f]) {
        Json item = {{"f", clip(f, k_text_limit)}, {"type", to_string(type)}, {"count", row.count}};
        if (!row.latencies.empty()) item["latency"] = quantiles(row.latencies);
        all.push_back(item);
      }
    return all;
  }

  Json faults() const {
    Json all = Json::array();
    for (const FaultSpan& span : fault_spans(history_)) {
      const bool open = span.to == FaultSpan::k_not_healed;
      all.push_back({{"name", clip(span.name, k_text_limit)},
                     {"asked", clip(span.asked, k_text_limit)},
                     {"done", clip(span.done, k_text_limit)},
                     {"error", clip(span.error, k_text_limit)},
                     {"start", axis_.at(span.from)},
                     {"end", open ? axis_.end() : axis_.at(span.to)},
                     {"healed", !open},
                     {"took_hold", span.took_hold}});
    }
    return all;
  }

 private:
  /// Nearest-rank quantiles.
  static Json quantiles(std::vector<double>& latencies) {
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](std::size_t percent) {
      const std::size_t rank = (latencies.size() * percent + 99) / 100;
      return latencies[rank == 0 ? 0 : rank - 1];
    };
    return {{"p50", at(50)}, {"p95", at(95)}, {"p99", at(99)}, {"max", latencies.back()}};
  }

  Json call(const Call& call) const {
    Json json = {{"id", call.id},
                 {"process", call.process},
                 {"f", clip(call.f, k_text_limit)},
                 {"key", clip(key_text(call.key), k_text_limit)},
                 {"arguments", shown(call.arguments)},
                 {"result", ""},
                 {"type", to_string(call.type)},
                 {"error", clip(call.error, k_text_limit)},
                 {"node", clip(call.node, k_text_limit)},
                 {"line", clip(trim(describe(call)), k_text_limit)},
                 {"start", time(call.invoked)},
                 {"end", nullptr}};
    const bool repeats = !call.arguments.is_nil() && call.result == call.arguments;
    if (call.type == EventType::ok && !repeats)
      json["result"] = clip(to_string(call.result), k_text_limit);
    if (call.returned != k_open) json["end"] = time(call.returned);
    return json;
  }

  /// Evidence of another history than this one must not bring the report down.
  double time(std::int64_t position) const {
    if (history_.empty() || position < 0) return 0;
    return axis_.at(std::min(static_cast<std::size_t>(position), history_.size() - 1));
  }

  const Call* find(std::int64_t id) const {
    const auto found = std::lower_bound(calls_.begin(), calls_.end(), id,
                                        [](const Call& one, std::int64_t x) { return one.id < x; });
    return found != calls_.end() && found->id == id ? &*found : nullptr;
  }

  Json counterexample(const std::string& check, const Counterexample& one) const {
    Json core = Json::array();
    for (const Call& member : one.core)
      if (core.size() < k_core_limit) core.push_back(call(member));
    // A call that cannot be placed belongs in the picture even if the core does without it.
    Json beside = Json::array();
    for (const std::int64_t id : one.unplaceable) {
      const bool in_core =
          std::any_of(one.core.begin(), one.core.end(), [&](const Call& c) { return c.id == id; });
      if (const Call* found = find(id); found && !in_core && beside.size() < k_core_limit)
        beside.push_back(call(*found));
    }
    Json tail = Json::array();
    const std::size_t length = one.prefix.size();
    for (std::size_t i = length - std::min(length, k_prefix_tail); i < length; ++i)
      if (const Call* found = find(one.prefix[i])) tail.push_back(call(*found));
    Json places = Json::object();  // call id -> its place in the prefix, for the calls drawn
    for (std::size_t i = 0; i < length; ++i)
      for (const Call& member : one.core)
        if (member.id == one.prefix[i]) places[std::to_string(member.id)] = i + 1;
    return {{"check", clip(check, k_text_limit)},
            {"key", clip(key_text(one.key), k_text_limit)},
            {"explanation", clip(one.explanation, k_text_limit)},
            {"state", clip(one.state, k_text_limit)},
            {"core", core},
            {"core_size", one.core.size()},
            {"may_be_smaller", one.may_be_smaller},
            {"beside", beside},
            {"unplaceable", one.unplaceable},
            {"prefix_length", length},
            {"prefix_tail", tail},
            {"places", places},
            {"explained_up_to", one.explained_up_to}};
  }

  const History& history_;
  const std::vector<Call>& calls_;
  const TimeAxis& axis_;
};

Json run_json(const RunInfo& run) {
  return {{"title", clip(run.title, k_text_limit)},
          {"command", clip(run.command, k_text_limit)},
          {"seed", clip(run.seed, k_text_limit)},
          {"system", clip(run.system, k_text_limit)},
          {"target", clip(run.target, k_text_limit)},
          {"workload", clip(run.workload, k_text_limit)},
          {"faults", clip(run.faults, k_text_limit)},
          {"started", clip(run.started, k_text_limit)},
          {"versions", clip(run.versions, k_text_limit)},
          {"duration", run.duration == Nanos::zero() ? "" : format_duration(run.duration)}};
}

/// Markup characters occur in JSON only inside strings, where an escape means the same.
std::string escape_markup(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string summary_json(const RunInfo& run, const History& history, const std::vector<Call>& calls,
                         const Verdict& verdict, const TimeAxis& axis, const Columns& columns) {
  const Summary summary(history, calls, axis);
  Json sections = Json::array();
  for (const auto& [name, size] : columns.sections) sections.push_back({name, size});
  const Json all = {{"run", run_json(run)},
                    {"verdict", summary.verdict(verdict)},
                    {"counterexamples", summary.counterexamples(verdict)},
                    {"statistics", summary.statistics()},
                    {"faults", summary.faults()},
                    {"events", history.size()},
                    {"calls", calls.size()},
                    {"end", axis.end()},
                    {"by_position", axis.by_position()},
                    {"sections", sections}};
  constexpr int k_one_line = -1;
  constexpr bool k_ascii_only = true;
  return escape_markup(all.dump(k_one_line, ' ', k_ascii_only, Json::error_handler_t::replace));
}

}  // namespace plumbline::report
