#include "report/columns.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/base/check.h"
#include "report/text.h"

namespace plumbline::report {
namespace {

constexpr std::size_t k_value_limit = 160;  // bytes of a value's text that the timeline shows
constexpr std::int64_t k_exact_in_js = std::int64_t{1} << 50;  // a value code stays below 2^53

void append_varint(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(number | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

std::uint64_t zigzag(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}

/// Distinct texts, numbered in order of first use.
class TextTable {
 public:
  std::uint64_t place(const std::string& text) {
    const auto [found, is_new] = places_.try_emplace(text, places_.size());
    if (is_new) append(text);
    return found->second;
  }
  std::string encoded() const {
    std::string out;
    append_varint(out, places_.size());
    return out + bytes_;
  }

 private:
  void append(const std::string& text) {
    append_varint(bytes_, text.size());
    bytes_ += text;
  }

  std::unordered_map<std::string, std::uint64_t> places_;
  std::string bytes_;
};

class Encoder {
 public:
  explicit Encoder(const TimeAxis& axis) : axis_(axis) { texts_.place(""); }

  void add(const Call& call, std::size_t completed) {
    append_varint(id_, zigzag(call.id - last_id_));
    last_id_ = call.id;
    add_times(static_cast<std::size_t>(call.invoked), completed);
    const std::uint64_t process = processes_.place(std::to_string(call.process));
    append_varint(process_, process);
    append_varint(f_type_, fs_.place(clip(call.f, k_value_limit)) * 4 +
                               static_cast<std::uint64_t>(call.type));
    add_node(process, nodes_.place(clip(call.node, k_value_limit)));
    append_varint(key_, keys_.place(clip(key_text(call.key), k_value_limit)));
    append_varint(arguments_, call.arguments.is_nil() ? 0 : code(call.arguments));
    append_varint(result_, result_code(call));
    append_varint(error_, errors_.place(clip(call.error, k_value_limit)));
  }

  Columns finish() {
    Columns columns;
    const auto section = [&](const char* name, const std::string& bytes) {
      columns.sections.emplace_back(name, bytes.size());
      columns.bytes += bytes;
    };
    section("processes", processes_.encoded());
    section("fs", fs_.encoded());
    section("nodes", nodes_.encoded());
    section("keys", keys_.encoded());
    section("errors", errors_.encoded());
    section("texts", texts_.encoded());
    section("id", id_);
    section("start", start_);
    section("span", span_);
    section("process", process_);
    section("f_type", f_type_);
    section("node", node_);
    section("key", key_);
    section("arguments", arguments_);
    section("result", result_);
    section("error", error_);
    return columns;
  }

 private:
  void add_times(std::size_t invoked, std::size_t completed) {
    const auto start = static_cast<std::int64_t>(std::llround(axis_.at(invoked)));
    append_varint(start_, static_cast<std::uint64_t>(start - last_start_));
    last_start_ = start;
    if (completed == 0) {  // no completion can be the first event
      append_varint(span_, 0);
      return;
    }
    const auto end = static_cast<std::int64_t>(std::llround(axis_.at(completed)));
    append_varint(span_, static_cast<std::uint64_t>(end - start) + 1);
  }

  void add_node(std::uint64_t process, std::uint64_t node) {
    std::uint64_t& last = last_node_[process];  // node + 1; 0 at first
    append_varint(node_, last == node + 1 ? 0 : node + 1);
    last = node + 1;
  }

  std::uint64_t code(const Value& value) {
    if (value.is_int() && value.as_int() > -k_exact_in_js && value.as_int() < k_exact_in_js)
      return zigzag(value.as_int()) * 2 + 1;
    return texts_.place(clip(to_string(value), k_value_limit)) * 2;
  }

  /// A result that says nothing new is left out: a write answers with what it wrote.
  std::uint64_t result_code(const Call& call) {
    const bool repeats = !call.arguments.is_nil() && call.result == call.arguments;
    return call.type != EventType::ok || repeats ? 0 : code(call.result);
  }

  const TimeAxis& axis_;
  TextTable processes_, fs_, nodes_, keys_, errors_, texts_;
  std::string id_, start_, span_, process_, f_type_, node_, key_, arguments_, result_, error_;
  std::unordered_map<std::uint64_t, std::uint64_t> last_node_;
  std::int64_t last_id_ = 0;
  std::int64_t last_start_ = 0;
};

/// For each invocation's position, the position of the event that completed it (info too), or 0.
std::vector<std::uint32_t> completions(const History& history) {
  std::vector<std::uint32_t> completed(history.size());
  std::unordered_map<ProcessId, std::size_t> open;
  for (std::size_t position = 0; position < history.size(); ++position) {
    const Event& event = history[position];
    if (event.process == k_nemesis) continue;
    if (event.type == EventType::invoke) {
      open[event.process] = position;
    } else if (const auto found = open.find(event.process); found != open.end()) {
      completed[found->second] = static_cast<std::uint32_t>(position);
      open.erase(found);
    }
  }
  return completed;
}

}  // namespace

TimeAxis::TimeAxis(const History& history) {
  constexpr double k_position_micros = 1000;
  at_.reserve(history.size());
  by_position_ = !history.empty() &&
                 std::all_of(history.begin(), history.end(),
                             [](const Event& event) { return event.time == Nanos::zero(); });
  double latest = 0;
  for (const Event& event : history) {
    const double micros = static_cast<double>(event.time.count()) / 1e3;
    latest = by_position_ ? static_cast<double>(at_.size()) * k_position_micros
                          : std::max(latest, micros);
    at_.push_back(latest);
  }
}

double TimeAxis::at(std::size_t position) const {
  CHECK(position < at_.size(), "no such event");
  return at_[position];
}

Columns encode_columns(const History& history, const std::vector<Call>& calls,
                       const TimeAxis& axis) {
  const std::vector<std::uint32_t> completed = completions(history);
  Encoder encoder(axis);
  for (const Call& call : calls)
    encoder.add(call, completed[static_cast<std::size_t>(call.invoked)]);
  return encoder.finish();
}

}  // namespace plumbline::report
