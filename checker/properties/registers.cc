// The session guarantees (Terry et al. 1994), register by register.
//
// A guarantee holds if the versions of each register have one order that agrees with real time
// (a write that had ended stands before one that began later), with each cas (the version that it
// needed stands before the one that it left), and with what the guarantee says of each process. An
// order exists iff these relations together have no cycle; a cycle is the counterexample.

#include <algorithm>
#include <map>
#include <set>

#include "checker/properties/properties.h"
#include "checker/properties/register_versions.h"
#include "core/base/text.h"

namespace plumbline::properties {
namespace {

/// What a process did first, and what it did later.
struct Guarantee {
  bool earlier_read;
  bool later_read;
};

class VersionOrder {
 public:
  VersionOrder(const RegisterVersions& history, const Guarantee& guarantee)
      : history_(history),
        guarantee_(guarantee),
        order_(history.versions.size()),
        initial_(history.keys.size()) {
    for (std::uint32_t v = 0; v < history.versions.size(); ++v)
      if (history.versions[v].initial) initial_[history.versions[v].register_id] = v;
    std::vector<std::vector<const Access*>> of_register(history.keys.size());
    for (const Access& access : history.accesses)
      of_register[access.register_id].push_back(&access);
    for (const auto& accesses : of_register) {
      add_real_time(accesses);
      add_sessions(accesses);
    }
    for (const Access& access : history.accesses)
      if (access.reads && access.writes) order_.add(*access.reads, *access.writes, k_ww);
  }

  std::vector<Cycle> cycles() const {
    std::vector<Cycle> found;
    const auto never = [] { return false; };
    for (const auto& component : order_.components(k_ww | k_process | k_real_time))
      if (auto cycle = order_.cycle(component, {.first = k_process, .rest = k_all}, never))
        found.push_back(std::move(*cycle));
    return found;
  }

  Counterexample explain(const Cycle& cycle) const {
    std::set<const Call*> calls;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < cycle.nodes.size(); ++i) {
      const std::uint32_t a = cycle.nodes[i], b = cycle.nodes[(i + 1) % cycle.nodes.size()];
      for (const std::uint32_t version : {a, b})
        if (const std::uint32_t w = history_.versions[version].writer; w != UINT32_MAX)
          calls.insert(history_.accesses[w].call);
      words.push_back(explain_edge(a, b, cycle.kinds[i], calls));
    }
    Counterexample example{.key = history_.keys[history_.versions[cycle.nodes[0]].register_id],
                           .explanation = join(words, "; ") + ": a contradiction."};
    for (const Call* call : calls) example.core.push_back(*call);
    std::ranges::sort(example.core, {}, &Call::invoked);
    return example;
  }

 private:
  static constexpr Kinds k_all = k_ww | k_process | k_real_time;

  std::string name(std::uint32_t version) const {
    return to_string(history_.versions[version].value);
  }

  std::string explain_edge(std::uint32_t a, std::uint32_t b, Kinds kind,
                           std::set<const Call*>& calls) const {
    if (kind == k_ww) return str("a cas turned ", name(a), " into ", name(b));
    if (kind == k_real_time)
      return history_.versions[a].initial
                 ? str(name(a), " was there before ", name(b))
                 : str("the write of ", name(a), " ended before that of ", name(b), " began");
    const auto& [first, later] = sessions_.at({a, b});
    calls.insert(first);
    calls.insert(later);
    return str("process ", first->process, " ", guarantee_.earlier_read ? "read " : "wrote ",
               name(a), " and later ", guarantee_.later_read ? "read " : "wrote ", name(b));
  }

  /// Edges to each write from those that had ended when it began, but for what follows from others:
  /// only the ended ones that nobody who ended since began after.
  void add_real_time(const std::vector<const Access*>& accesses) {
    std::vector<const Access*> writes, by_end;
    for (const Access* access : accesses)
      if (access->writes) writes.push_back(access);
    if (writes.empty()) return;
    by_end = writes;
    std::ranges::sort(by_end, {}, [](const Access* a) { return a->call->returned; });
    const std::uint32_t initial = initial_[writes.front()->register_id];
    std::vector<const Access*> frontier;
    std::size_t ended = 0;
    for (const Access* write : writes) {
      for (; ended < by_end.size() && by_end[ended]->call->returned < write->call->invoked;
           ++ended) {
        const std::int64_t began = by_end[ended]->call->invoked;
        std::erase_if(frontier, [&](const Access* f) { return f->call->returned < began; });
        frontier.push_back(by_end[ended]);
      }
      if (frontier.empty()) order_.add(initial, *write->writes, k_real_time);
      for (const Access* before : frontier)
        order_.add(*before->writes, *write->writes, k_real_time);
    }
  }

  /// Edges from the earlier to the later accesses of each process, but for those that follow from
  /// others: a process's writes are in order by real time, and its reads by the guarantee if it is
  /// about two reads. So of these only the latest counts; and of several reads before a write all
  /// do, but only for the first write after them.
  void add_sessions(const std::vector<const Access*>& accesses) {
    std::map<ProcessId, std::vector<const Access*>> before;
    for (const Access* access : accesses) {
      const auto later = guarantee_.later_read ? access->reads : access->writes;
      auto& earlier = before[access->call->process];
      if (later)
        for (const Access* first : earlier) {
          const auto from = guarantee_.earlier_read ? first->reads : first->writes;
          order_.add(*from, *later, k_process);
          sessions_.try_emplace({*from, *later}, first->call, access->call);
        }
      const bool reads_before_write = guarantee_.earlier_read && !guarantee_.later_read;
      const bool counts =
          guarantee_.earlier_read ? access->reads.has_value() : access->writes.has_value();
      if (reads_before_write ? later.has_value() : counts) earlier.clear();
      if (counts) earlier.push_back(access);
    }
  }

  const RegisterVersions& history_;
  const Guarantee guarantee_;
  Dependencies order_;
  std::vector<std::uint32_t> initial_;  // register -> its initial version
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<const Call*, const Call*>> sessions_;
};

Result<Verdict> check_guarantee(const Calls& calls, const Options& options,
                                const Guarantee& guarantee) {
  TRY_ASSIGN(const RegisterVersions history, gather_versions(calls, options.initial));
  const VersionOrder order(history, guarantee);
  const std::vector<Cycle> cycles = order.cycles();
  Verdict verdict;
  verdict.figures = {{"calls", std::to_string(history.accesses.size())},
                     {"keys", std::to_string(history.keys.size())},
                     {"violations", std::to_string(cycles.size())}};
  if (!history.phantoms.empty())
    verdict.figures.emplace_back("reads of what nobody wrote",
                                 std::to_string(history.phantoms.size()));
  if (cycles.empty()) return verdict;
  verdict.validity = Validity::invalid;
  for (std::size_t i = 0; i < std::min(cycles.size(), k_max_counterexamples); ++i)
    verdict.counterexamples.push_back(order.explain(cycles[i]));
  verdict.reason = verdict.counterexamples[0].explanation;
  return verdict;
}

}  // namespace

Result<Verdict> check_monotonic_reads(const Calls& calls, const Options& options) {
  return check_guarantee(calls, options, {.earlier_read = true, .later_read = true});
}
Result<Verdict> check_monotonic_writes(const Calls& calls, const Options& options) {
  return check_guarantee(calls, options, {.earlier_read = false, .later_read = false});
}
Result<Verdict> check_read_your_writes(const Calls& calls, const Options& options) {
  return check_guarantee(calls, options, {.earlier_read = false, .later_read = true});
}
Result<Verdict> check_writes_follow_reads(const Calls& calls, const Options& options) {
  return check_guarantee(calls, options, {.earlier_read = true, .later_read = false});
}

}  // namespace plumbline::properties
