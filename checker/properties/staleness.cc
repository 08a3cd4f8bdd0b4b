// How stale reads were, at least: from below, and certain.
//
// A write has taken effect when it returns, or when anybody has read its value: at f(w), the least
// of those returns, at the latest. A value v of the write w is overwritten for certain once some
// write w' that was invoked after f(w) has taken effect. So a read of v that is invoked after f(w')
// is stale by at least its invocation minus f(w'), and by at least as many versions as there are
// such w'. Source: Golab, Li & Shah 2011 (delta-atomicity), 2-atomicity by zones 2013; these
// bounds are the part of them that needs no search.

#include <algorithm>
#include <map>

#include "checker/properties/properties.h"
#include "checker/properties/register_versions.h"
#include "core/base/text.h"

namespace plumbline::properties {
namespace {

/// A write as the rule sees it.
struct Span {
  std::int64_t invoked = -1;
  std::int64_t in_force = k_open;  ///< f: the position
  Nanos in_force_time = k_never;
  const Call* write = nullptr;
};

struct Stale {
  const Call* read = nullptr;
  const Call* write = nullptr;        ///< of the value read; null: it was there at the start
  const Call* overwritten = nullptr;  ///< the write that took its place first
  Nanos by{};
  std::int64_t versions = 0;
};

/// Counts of positions, added one by one and asked for "how many before".
class Counts {
 public:
  explicit Counts(std::size_t size) : tree_(size + 1, 0) {}
  void add(std::size_t at) {
    for (++at; at < tree_.size(); at += at & (~at + 1)) ++tree_[at];
  }
  std::int64_t before(std::size_t at) const {
    std::int64_t sum = 0;
    for (; at > 0; at -= at & (~at + 1)) sum += tree_[at];
    return sum;
  }

 private:
  std::vector<std::int64_t> tree_;
};

class OneRegister {
 public:
  OneRegister(const RegisterVersions& history, const std::vector<const Access*>& accesses)
      : history_(history), accesses_(accesses) {
    for (const Access* access : accesses) {
      if (access->writes) {
        Span& span = spans_[*access->writes];
        span.invoked = access->call->invoked;
        span.write = access->call;
        take_effect(span, *access->call);
      }
      if (access->reads) take_effect(spans_[*access->reads], *access->call);
    }
    for (auto& [version, span] : spans_)
      if (history.versions[version].initial) span.in_force = -1;
  }

  std::vector<Stale> find() {
    std::vector<const Span*> writes;  // the latest invoked first
    for (const auto& [version, span] : spans_)
      if (span.write != nullptr && span.in_force != k_open) writes.push_back(&span);
    std::ranges::sort(writes, std::ranges::greater{}, &Span::invoked);
    std::vector<std::int64_t> in_force;
    for (const Span* write : writes) in_force.push_back(write->in_force);
    std::ranges::sort(in_force);
    const auto rank = [&](std::int64_t position) {
      return static_cast<std::size_t>(std::ranges::lower_bound(in_force, position) -
                                      in_force.begin());
    };
    std::vector<const Access*> reads;
    for (const Access* access : accesses_)
      if (access->reads && access->call->type == EventType::ok) reads.push_back(access);
    std::ranges::sort(reads, std::ranges::greater{},
                      [&](const Access* a) { return spans_[*a->reads].in_force; });

    Counts counts(writes.size());
    const Span* first = nullptr;  // of those added: the one in force first
    std::size_t added = 0;
    std::vector<Stale> stale;
    for (const Access* read : reads) {
      const Span& of = spans_[*read->reads];
      for (; added < writes.size() && writes[added]->invoked > of.in_force; ++added) {
        counts.add(rank(writes[added]->in_force));
        if (first == nullptr || writes[added]->in_force < first->in_force) first = writes[added];
      }
      if (first == nullptr || first->in_force >= read->call->invoked) continue;
      stale.push_back({.read = read->call,
                       .write = of.write,
                       .overwritten = first->write,
                       .by = read->call->invoke_time - first->in_force_time,
                       .versions = counts.before(rank(read->call->invoked))});
    }
    return stale;
  }

 private:
  static void take_effect(Span& span, const Call& call) {
    if (call.type != EventType::ok || call.returned >= span.in_force) return;
    span.in_force = call.returned;
    span.in_force_time = call.return_time;
  }

  const RegisterVersions& history_;
  const std::vector<const Access*>& accesses_;
  std::map<std::uint32_t, Span> spans_;  // by version
};

Counterexample explain(const Stale& stale) {
  Counterexample example{.key = stale.read->key};
  if (stale.write != nullptr) example.core.push_back(*stale.write);
  example.core.push_back(*stale.overwritten);
  example.core.push_back(*stale.read);
  std::ranges::sort(example.core, {}, &Call::invoked);
  example.explanation =
      str("a read (call ", stale.read->id, ") answered ",
          to_string(stale.read->f == "read" ? stale.read->result : stale.read->arguments),
          ", overwritten at the latest ", millis(stale.by), " ms before it began (by call ",
          stale.overwritten->id, "): ", stale.versions,
          stale.versions == 1 ? " version" : " versions", " behind at least");
  return example;
}

Nanos quantile(const std::vector<Stale>& by_age, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(by_age.size()));
  return by_age[std::min(rank, by_age.size() - 1)].by;
}

}  // namespace

Result<Verdict> check_stale_reads(const Calls& calls, const Options& options) {
  TRY_ASSIGN(const RegisterVersions history, gather_versions(calls, options.initial));
  std::vector<std::vector<const Access*>> of_register(history.keys.size());
  std::size_t reads = 0;
  for (const Access& access : history.accesses) {
    of_register[access.register_id].push_back(&access);
    reads += access.reads && access.call->type == EventType::ok ? 1 : 0;
  }
  std::vector<Stale> stale;
  for (const auto& accesses : of_register) {
    const std::vector<Stale> found = OneRegister(history, accesses).find();
    stale.insert(stale.end(), found.begin(), found.end());
  }
  std::ranges::sort(stale, {}, &Stale::by);

  Verdict verdict;
  verdict.figures = {{"reads", std::to_string(reads)},
                     {"stale reads", std::to_string(stale.size())}};
  if (stale.empty()) return verdict;
  const auto most = std::ranges::max_element(stale, {}, &Stale::versions);
  verdict.figures.emplace_back("stale by, median", str(millis(quantile(stale, 0.5)), " ms"));
  verdict.figures.emplace_back("stale by, most", str(millis(stale.back().by), " ms"));
  verdict.figures.emplace_back("versions behind, most", std::to_string(most->versions));
  verdict.counterexamples.push_back(explain(stale.back()));
  if (most->versions > stale.back().versions) verdict.counterexamples.push_back(explain(*most));
  const bool too_old = stale.back().by > options.max_staleness;
  const bool too_far = most->versions > options.max_versions;
  if (too_old || too_far) verdict.validity = Validity::invalid;
  verdict.reason = str(stale.size(), " of ", reads, " reads were stale; the worst: ",
                       explain(too_far && !too_old ? *most : stale.back()).explanation);
  return verdict;
}

}  // namespace plumbline::properties
