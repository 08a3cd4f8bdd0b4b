#include "checker/properties/transactions.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "checker/properties/transaction_history.h"
#include "core/base/text.h"

namespace plumbline::properties {
namespace {

struct Level {
  std::string name;
  std::vector<std::string> adds;  ///< what it forbids beyond the weaker ones
};

const std::vector<Level>& levels() {
  static const std::vector<Level> k_levels = {
      {"read-uncommitted",
       {"G0", "duplicate-elements", "incompatible-order", "phantom", "duplicate-write"}},
      {"read-committed", {"G1a", "G1b", "G1c"}},
      {"snapshot-isolation", {"internal", "G-single", "G-nonadjacent"}},
      {"serializable", {"G2-item"}},
      {"strong-session-serializable",
       {"G0-process", "G1c-process", "G-single-process", "G-nonadjacent-process",
        "G2-item-process"}},
      {"strict-serializable",
       {"G0-realtime", "G1c-realtime", "G-single-realtime", "G-nonadjacent-realtime",
        "G2-item-realtime"}},
  };
  return k_levels;
}

const char* suffix_of(const Cycle& cycle) {
  if ((cycle.all() & k_real_time) != 0) return "-realtime";
  if ((cycle.all() & k_process) != 0) return "-process";
  return "";
}

/// Each kind of cycle, in the order in which the simpler ones come first.
struct Shape {
  const char* name;
  Dependencies::Wanted wanted;
};
constexpr Kinds k_known = k_ww | k_wr;
constexpr Shape k_shapes[] = {
    {"G0", {.first = k_ww, .rest = k_ww}},
    {"G1c", {.first = k_wr, .rest = k_known}},
    {"G-single", {.first = k_rw, .rest = k_known}},
    {"G-nonadjacent", {.first = k_rw, .rest = k_known | k_rw, .rw_apart = true}},
    {"G2-item", {.first = k_rw, .rest = k_known | k_rw}},
};

class Cycles {
 public:
  Cycles(const TransactionHistory& history, const Dependencies& dependencies,
         std::function<bool()> enough)
      : history_(history), dependencies_(dependencies), enough_(std::move(enough)) {}

  std::vector<Anomaly> find() {
    for (const Kinds order : {Kinds{0}, k_process, Kinds{k_process | k_real_time}})
      for (const Shape& shape : k_shapes) look_for(shape, order);
    return std::move(found_);
  }

 private:
  void look_for(const Shape& shape, Kinds order) {
    Dependencies::Wanted wanted = shape.wanted;
    wanted.rest = static_cast<Kinds>(wanted.rest | order);
    const auto all = static_cast<Kinds>(wanted.rest | wanted.first);
    for (const auto& component : dependencies_.components(all)) {
      const auto cycle = dependencies_.cycle(component, wanted, enough_);
      if (!cycle) continue;
      // What a simpler shape has found already keeps its simpler name.
      if (is_new(*cycle)) found_.push_back(describe(str(shape.name, suffix_of(*cycle)), *cycle));
    }
  }
  bool is_new(const Cycle& cycle) {
    std::vector<std::uint32_t> nodes = cycle.nodes;
    std::ranges::sort(nodes);
    return seen_.insert(std::move(nodes)).second;
  }

  Anomaly describe(const std::string& name, const Cycle& cycle) const {
    Anomaly anomaly{.name = name};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < cycle.nodes.size(); ++i) {
      const Call* from = history_.transactions[cycle.nodes[i]].call;
      const Call* to = history_.transactions[cycle.nodes[(i + 1) % cycle.nodes.size()]].call;
      anomaly.calls.push_back(from);
      words.push_back(str("call ", to->id, in_words(cycle.kinds[i]), from->id));
    }
    anomaly.words = str(name, ": ", join(words, "; "), ": a cycle");
    return anomaly;
  }
  static const char* in_words(Kinds kind) {
    switch (kind) {
      case k_ww:
        return " overwrote what was written by call ";
      case k_wr:
        return " read what was written by call ";
      case k_rw:
        return " overwrote what was read by call ";
      case k_process:
        return " followed, in the same process, call ";
      default:
        return " began after the end of call ";
    }
  }

  const TransactionHistory& history_;
  const Dependencies& dependencies_;
  const std::function<bool()> enough_;
  std::set<std::vector<std::uint32_t>> seen_;
  std::vector<Anomaly> found_;
};

Counterexample counterexample_of(const Anomaly& anomaly) {
  Counterexample example{.key = anomaly.key, .explanation = anomaly.words};
  if (!anomaly.words.starts_with(anomaly.name))
    example.explanation = anomaly.name + ": " + anomaly.words;
  for (const Call* call : anomaly.calls) example.core.push_back(*call);
  std::ranges::sort(example.core, {}, &Call::invoked);
  return example;
}

Verdict judge(const std::vector<Anomaly>& anomalies, const Options& options, bool cut_short) {
  Verdict verdict;
  std::map<std::string, std::size_t> counts;
  for (const Anomaly& anomaly : anomalies) {
    ++counts[anomaly.name];
    if (!forbids(options.consistency, anomaly.name)) continue;
    verdict.validity = Validity::invalid;
    if (verdict.counterexamples.size() >= k_max_counterexamples) continue;
    verdict.counterexamples.push_back(counterexample_of(anomaly));
    if (verdict.reason.empty())
      verdict.reason = "not " + options.consistency + ": " + verdict.counterexamples[0].explanation;
  }
  for (const auto& [name, count] : counts)
    verdict.figures.emplace_back(name + (forbids(options.consistency, name) ? "" : " (allowed)"),
                                 std::to_string(count));
  if (cut_short && verdict.validity == Validity::valid) {
    verdict.validity = Validity::unknown;
    verdict.reason = "the time budget ran out: not every cycle was looked for";
  }
  return verdict;
}

}  // namespace

const std::vector<std::string>& consistency_names() {
  static const std::vector<std::string> k_names = [] {
    std::vector<std::string> names;
    for (const Level& level : levels()) names.push_back(level.name);
    return names;
  }();
  return k_names;
}

bool forbids(const std::string& consistency, const std::string& anomaly) {
  for (const Level& level : levels()) {
    if (std::ranges::find(level.adds, anomaly) != level.adds.end()) return true;
    if (level.name == consistency) return false;
  }
  return false;
}

Result<Verdict> check_transactions(const Calls& calls, const Options& options) {
  if (std::ranges::find(consistency_names(), options.consistency) == consistency_names().end())
    return fail(Error::Code::invalid, str("no consistency model '", options.consistency,
                                          "'; there are ", join(consistency_names(), ", ")));
  TRY_ASSIGN(const TransactionHistory history, gather_transactions(calls));
  Inferred inferred = infer(history);
  add_orders(history, inferred.dependencies);
  const auto end = std::chrono::steady_clock::now() + options.time_budget;
  const auto enough = [end] { return std::chrono::steady_clock::now() >= end; };
  std::vector<Anomaly> anomalies = std::move(inferred.anomalies);
  for (Anomaly& cycle : Cycles(history, inferred.dependencies, enough).find())
    anomalies.push_back(std::move(cycle));
  Verdict verdict = judge(anomalies, options, enough());
  verdict.figures.insert(verdict.figures.begin(),
                         {{"transactions", std::to_string(history.transactions.size())},
                          {"consistency", options.consistency}});
  return verdict;
}

}  // namespace plumbline::properties
