// Sequential consistency (Lamport 1979) of registers whose values are written but once: is there
// one order of all calls, of all keys, in which every process's calls stand as it made them and
// every read finds what it read?
//
// What is forced: a process's calls in its order; a write before those who read its value. Let r
// read what w wrote, and x be another write of that key. If x must precede r, it must precede w
// (between w and r nothing may write); if w must precede x, r must. These rules are applied until
// nothing new follows. A cycle: there is no order (each step was forced). No cycle: not enough to
// know, as the question is NP-complete for several keys (Gibbons & Korach 1997), so an order is
// looked for, depth first, and remembered where it failed. One that is found is the proof; if all
// are tried there is none; beyond the budget the answer is unknown.
//
// What is linearizable is sequentially consistent, and that is quick to see: it is asked first.
//
// That x must precede r is seen from clocks: for each call and process, how many of the process's
// calls must precede it. Of a process only the last write of the key before r counts for the first
// rule, and the first one after w for the second: the others follow by the process's order.

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <unordered_set>

#include "checker/decide.h"
#include "checker/properties/properties.h"
#include "checker/properties/register_versions.h"
#include "core/base/text.h"

namespace plumbline::properties {
namespace {

using Node = std::uint32_t;
constexpr Node k_nobody = UINT32_MAX;

/// The forced order, as it grows.
class Forced {
 public:
  explicit Forced(const RegisterVersions& history)
      : history_(history), edges_(history.accesses.size()), readers_(history.versions.size()) {
    std::map<ProcessId, std::uint32_t> numbers;
    for (Node n = 0; n < size(); ++n) {
      const Access& access = history.accesses[n];
      const auto [at, fresh] = numbers.try_emplace(access.call->process, processes_.size());
      if (fresh) processes_.emplace_back();
      process_.push_back(at->second);
      place_.push_back(static_cast<std::uint32_t>(processes_[at->second].size()));
      if (!processes_[at->second].empty()) add(processes_[at->second].back(), n, k_process);
      processes_[at->second].push_back(n);
      if (access.writes) writes_[{access.register_id, at->second}].push_back(n);
      if (access.reads) readers_[*access.reads].push_back(n);
    }
    for (Node n = 0; n < size(); ++n)
      if (const auto reads = history.accesses[n].reads)
        if (const Node writer = history.versions[*reads].writer; writer != k_nobody)
          add(writer, n, k_wr);
  }

  Node size() const { return static_cast<Node>(history_.accesses.size()); }
  std::size_t clock_cells() const { return std::size_t{size()} * processes_.size(); }
  const std::vector<std::vector<Node>>& processes() const { return processes_; }
  const std::vector<Node>& readers(std::uint32_t version) const { return readers_[version]; }

  /// Gives false if there is a cycle. `enough()`: time is over, the rest may be missing.
  bool saturate(const std::function<bool()>& enough) {
    for (bool grown = true; grown && !enough();) {
      if (!count()) return false;
      const std::size_t before = known_.size();
      for (std::uint32_t v = 0; v < readers_.size(); ++v)
        for (const Node reader : readers_[v]) apply(v, reader);
      grown = known_.size() > before;
    }
    return true;
  }

  Dependencies dependencies() const {
    Dependencies graph(size());
    for (Node n = 0; n < size(); ++n)
      for (const auto& [to, kind] : edges_[n]) graph.add(n, to, kind);
    return graph;
  }
  std::vector<std::uint32_t> predecessors() const {
    std::vector<std::uint32_t> counts(size(), 0);
    for (const auto& of : edges_)
      for (const auto& [to, kind] : of) ++counts[to];
    return counts;
  }
  const std::vector<std::pair<Node, Kinds>>& edges(Node n) const { return edges_[n]; }

 private:
  void add(Node from, Node to, Kinds kind) {
    if (from == to || !known_.insert(std::uint64_t{from} << 32 | to).second) return;
    edges_[from].emplace_back(to, kind);
  }
  std::uint32_t& clock(Node n, std::size_t process) {
    return clocks_[std::size_t{n} * processes_.size() + process];
  }
  /// The clocks, in a topological order. False: there is none.
  bool count() {
    clocks_.assign(clock_cells(), 0);
    std::vector<std::uint32_t> missing = predecessors();
    std::vector<Node> ready;
    for (Node n = 0; n < size(); ++n)
      if (missing[n] == 0) ready.push_back(n);
    for (std::size_t i = 0; i < ready.size(); ++i) {
      const Node n = ready[i];
      for (const auto& [to, kind] : edges_[n]) {
        for (std::size_t p = 0; p < processes_.size(); ++p)
          clock(to, p) = std::max(clock(to, p), clock(n, p));
        auto& mine = clock(to, process_[n]);
        mine = std::max(mine, place_[n] + 1);
        if (--missing[to] == 0) ready.push_back(to);
      }
    }
    return ready.size() == size();
  }
  bool precedes(Node a, Node b) { return clock(b, process_[a]) > place_[a]; }

  void apply(std::uint32_t version, Node reader) {
    const Node writer = history_.versions[version].writer;
    const std::uint32_t reg = history_.versions[version].register_id;
    for (std::uint32_t p = 0; p < processes_.size(); ++p) {
      const auto found = writes_.find({reg, p});
      if (found == writes_.end()) continue;
      const std::vector<Node>& writes = found->second;
      const auto after = std::ranges::partition_point(
          writes, [&](Node x) { return place_[x] < clock(reader, p); });
      if (after != writes.begin()) {
        const Node x = *std::prev(after);
        if (writer == k_nobody)
          add(reader, x, k_rw);  // the initial value was overwritten: a cycle
        else
          add(x, writer, k_ww);
      }
      const auto later = std::ranges::partition_point(
          writes, [&](Node x) { return writer != k_nobody && !precedes(writer, x); });
      for (auto x = later; x != writes.end() && x != later + 2; ++x)  // the first may be `reader`
        if (*x != writer) add(reader, *x, k_rw);
    }
  }

  const RegisterVersions& history_;
  std::vector<std::vector<std::pair<Node, Kinds>>> edges_;
  std::unordered_set<std::uint64_t> known_;
  std::vector<std::vector<Node>> readers_;  // by version
  std::vector<std::vector<Node>> processes_;
  std::vector<std::uint32_t> process_, place_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Node>>
      writes_;  // register, process
  std::vector<std::uint32_t> clocks_;
};

/// Looks for an order, given what is forced.
class Scheduler {
 public:
  Scheduler(const RegisterVersions& history, const Forced& forced)
      : history_(history),
        forced_(forced),
        missing_(forced.predecessors()),
        unread_(history.versions.size(), 0),
        current_(history.keys.size(), 0),
        ended_(forced.processes().size(), 0) {
    for (std::uint32_t v = 0; v < history.versions.size(); ++v) {
      unread_[v] = static_cast<std::uint32_t>(forced.readers(v).size());
      if (history.versions[v].initial) current_[history.versions[v].register_id] = v;
    }
    for (Node n = 0; n < forced.size(); ++n)
      if (missing_[n] == 0) ready_.insert(n);
  }

  enum class Found : std::uint8_t { an_order, none, out_of_budget };
  Found run(const std::function<bool()>& enough) {
    struct Choice {
      std::vector<Node> candidates;
      std::size_t next = 0;
      std::size_t trail = 0;
    };
    std::vector<Choice> choices;
    for (;;) {
      read_all();
      if (trail_.size() == forced_.size()) return Found::an_order;
      if (enough() || failed_.size() > k_most_failures) return Found::out_of_budget;
      choices.push_back({.candidates = candidates(), .trail = trail_.size()});
      if (!failed_.insert(position()).second) choices.back().candidates.clear();
      while (choices.back().next == choices.back().candidates.size()) {
        choices.pop_back();
        if (choices.empty()) return Found::none;
        while (trail_.size() > choices.back().trail) undo();
      }
      Choice& choice = choices.back();
      execute(choice.candidates[choice.next++]);
    }
  }

 private:
  static constexpr std::size_t k_most_failures = 200'000;

  /// A read that can come now is best now: it changes nothing, and its value may go.
  void read_all() {
    for (bool more = true; more;) {
      more = false;
      for (const Node n : std::vector<Node>(ready_.begin(), ready_.end())) {
        const Access& access = history_.accesses[n];
        if (access.writes || (access.reads && *access.reads != current_[access.register_id]))
          continue;
        execute(n);
        more = true;
      }
    }
  }
  /// Writes that may come now: nobody waits for the value that they replace.
  std::vector<Node> candidates() const {
    std::vector<Node> found;
    for (const Node n : ready_) {
      const Access& access = history_.accesses[n];
      if (!access.writes) continue;
      const std::uint32_t now = current_[access.register_id];
      const bool own = access.reads.has_value();
      if (own && *access.reads != now) continue;
      if (unread_[now] == (own ? 1U : 0U)) found.push_back(n);
    }
    return found;
  }
  void execute(Node n) {
    const Access& access = history_.accesses[n];
    trail_.emplace_back(n, current_[access.register_id]);
    ready_.erase(n);
    ++ended_[process_of(n)];
    if (access.reads) --unread_[*access.reads];
    if (access.writes) current_[access.register_id] = *access.writes;
    for (const auto& [to, kind] : forced_.edges(n))
      if (--missing_[to] == 0) ready_.insert(to);
  }
  void undo() {
    const auto [n, before] = trail_.back();
    trail_.pop_back();
    const Access& access = history_.accesses[n];
    for (const auto& [to, kind] : forced_.edges(n))
      if (missing_[to]++ == 0) ready_.erase(to);
    current_[access.register_id] = before;
    if (access.reads) ++unread_[*access.reads];
    --ended_[process_of(n)];
    ready_.insert(n);
  }
  std::size_t process_of(Node n) {
    if (process_.empty()) {
      process_.resize(forced_.size());
      for (std::size_t p = 0; p < forced_.processes().size(); ++p)
        for (const Node each : forced_.processes()[p]) process_[each] = p;
    }
    return process_[n];
  }
  /// What the rest depends on: how far each process is, and what each register holds.
  std::string position() const {
    std::string bytes(reinterpret_cast<const char*>(ended_.data()),
                      ended_.size() * sizeof(std::uint32_t));
    bytes.append(reinterpret_cast<const char*>(current_.data()),
                 current_.size() * sizeof(std::uint32_t));
    return bytes;
  }

  const RegisterVersions& history_;
  const Forced& forced_;
  std::vector<std::uint32_t> missing_, unread_, current_;
  std::vector<std::uint32_t> ended_;
  std::vector<std::size_t> process_;
  std::set<Node> ready_;                               // by number: in order of invocation
  std::vector<std::pair<Node, std::uint32_t>> trail_;  // with what the register held before
  std::unordered_set<std::string> failed_;
};

bool is_linearizable(const Calls& calls, const Options& options) {
  std::map<Value, std::vector<Call>> keys;
  for (const Call& call : calls) keys[call.key].push_back(call);
  Budget budget(options.time_budget / 4, std::size_t{1} << 30, nullptr);
  return std::ranges::all_of(keys, [&](const auto& of_key) {
    return decide(of_key.second, *find_model("cas-register"), options.initial, budget).validity ==
           Validity::valid;
  });
}

std::string in_words(const RegisterVersions& history, const Cycle& cycle) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < cycle.nodes.size(); ++i) {
    const std::int64_t a = history.accesses[cycle.nodes[i]].call->id;
    const std::int64_t b = history.accesses[cycle.nodes[(i + 1) % cycle.nodes.size()]].call->id;
    const char* how = cycle.kinds[i] == k_process ? " precedes it in its process"
                      : cycle.kinds[i] == k_wr    ? " wrote what it read"
                      : cycle.kinds[i] == k_ww    ? " must be overwritten by it"
                                                  : " read what it replaces";
    words.push_back(str("call ", b, " after call ", a, ", which", how));
  }
  return "no order of all calls: " + join(words, "; ");
}

void explain(const RegisterVersions& history, const Forced& forced,
             const std::function<bool()>& enough, Verdict& verdict) {
  const Dependencies graph = forced.dependencies();
  const Kinds all = k_process | k_wr | k_ww | k_rw;
  const auto components = graph.components(all);
  if (components.empty()) return;
  const auto cycle = graph.cycle(components.front(), {.first = all, .rest = all}, enough);
  if (!cycle) return;
  Counterexample example{.explanation = in_words(history, *cycle)};
  for (const Node n : cycle->nodes) example.core.push_back(*history.accesses[n].call);
  std::ranges::sort(example.core, {}, &Call::invoked);
  verdict.reason = example.explanation;
  verdict.counterexamples.push_back(std::move(example));
}

}  // namespace

Result<Verdict> check_sequential(const Calls& calls, const Options& options) {
  // Clocks of more calls times processes than this do not fit into memory.
  constexpr std::size_t k_most_clock_cells = std::size_t{1} << 28;
  TRY_ASSIGN(const RegisterVersions history, gather_versions(calls, options.initial));
  const auto end = std::chrono::steady_clock::now() + options.time_budget;
  const auto enough = [end] { return std::chrono::steady_clock::now() >= end; };
  Verdict verdict;
  verdict.figures = {{"calls", std::to_string(history.accesses.size())},
                     {"keys", std::to_string(history.keys.size())}};
  if (!history.phantoms.empty()) {
    verdict.validity = Validity::invalid;
    const Call& read = *history.phantoms.front();
    verdict.reason = str("call ", read.id, " read ", to_string(read.result),
                         ", which nobody wrote for certain or perhaps");
    verdict.counterexamples.push_back(
        {.key = read.key, .core = {read}, .explanation = verdict.reason});
    return verdict;
  }
  if (is_linearizable(calls, options)) return verdict;
  Forced forced(history);
  if (forced.clock_cells() > k_most_clock_cells) {
    verdict.validity = Validity::unknown;
    verdict.reason = "too many calls and processes for this property";
    return verdict;
  }
  if (!forced.saturate(enough)) {
    verdict.validity = Validity::invalid;
    verdict.reason = "no order of all calls";
    explain(history, forced, enough, verdict);
    return verdict;
  }
  const auto found = Scheduler(history, forced).run(enough);
  if (found == Scheduler::Found::none) {
    verdict.validity = Validity::invalid;
    verdict.reason = "all orders of the calls were tried, and none explains all reads";
  } else if (found == Scheduler::Found::out_of_budget) {
    verdict.validity = Validity::unknown;
    verdict.reason = "what is forced is no contradiction, but no order was found within the budget";
  }
  return verdict;
}

}  // namespace plumbline::properties
