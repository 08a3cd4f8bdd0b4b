#include "checker/zones.h"

#include <algorithm>
#include <unordered_map>

#include "checker/models/list_append.h"
#include "checker/order.h"

namespace plumbline {
namespace {

/// Everything that concerns one value of a cell.
struct Cluster {
  const NormalCall* writer = nullptr;
  bool update = false;  ///< the writer needs another value
  std::vector<const NormalCall*> observers{};
  const Value* next = nullptr;  ///< what the update of this value leaves
  bool initial = false;
};
using Clusters = std::unordered_map<Value, Cluster>;

enum class Gathered { unique, ambiguous, impossible };

Gathered gather(const std::vector<NormalCall>& calls, const std::vector<Transition>& transitions,
                const Value& initial, Clusters& clusters) {
  bool impossible = false;
  clusters[initial].initial = true;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Transition& t = transitions[i];
    if (calls[i].role == Role::observer) {
      if (t.from) clusters[*t.from].observers.push_back(&calls[i]);
      continue;
    }
    Cluster& written = clusters[*t.to];
    if (written.writer != nullptr || written.initial) return Gathered::ambiguous;
    written.writer = &calls[i];
    written.update = t.from.has_value();
    if (!t.from) continue;
    Cluster& taken = clusters[*t.from];
    impossible = impossible || taken.next != nullptr;
    taken.next = &*t.to;
  }
  for (const auto& [value, c] : clusters)
    impossible = impossible || (c.writer == nullptr && !c.initial);
  return impossible ? Gathered::impossible : Gathered::unique;
}

struct Chain {
  std::int64_t key = 0;  ///< min(f, s)
  std::vector<const NormalCall*> calls{};
};

Chain follow(const Cluster& root, const Clusters& clusters) {
  Chain chain;
  // The initial value was there before every call.
  std::int64_t first_return = root.initial ? -1 : k_open, last_invoked = -1;
  for (const Cluster* c = &root; c != nullptr;
       c = c->next == nullptr ? nullptr : &clusters.at(*c->next)) {
    if (c->writer != nullptr) chain.calls.push_back(c->writer);
    chain.calls.insert(chain.calls.end(), c->observers.begin(), c->observers.end());
  }
  for (const NormalCall* c : chain.calls) {
    first_return = std::min(first_return, c->returned);
    last_invoked = std::max(last_invoked, c->call->invoked);
  }
  chain.key = std::min(first_return, last_invoked);
  return chain;
}

DirectAnswer answer(std::vector<const NormalCall*> order) {
  if (!respects_real_time(order)) return {};
  return {.linearizable = true, .order = std::move(order)};
}

}  // namespace

std::optional<DirectAnswer> decide_by_zones(const std::vector<NormalCall>& calls,
                                            const ModelEntry& model, const Value& given,
                                            Budget& /*budget*/) {
  const Value initial = model.initial(given);
  std::vector<Transition> transitions;
  transitions.reserve(calls.size());
  for (const NormalCall& c : calls) transitions.push_back(model.transition(*c.call));
  Clusters clusters;
  const Gathered gathered = gather(calls, transitions, initial, clusters);
  if (gathered == Gathered::ambiguous) return std::nullopt;
  if (gathered == Gathered::impossible) return DirectAnswer{};

  std::vector<Chain> chains;
  std::size_t placed = 0;
  for (const auto& [value, cluster] : clusters) {
    if (cluster.update) continue;  // not where a chain starts
    chains.push_back(follow(cluster, clusters));
    placed += chains.back().calls.size();
  }
  if (placed < calls.size()) return DirectAnswer{};  // a cycle: nobody wrote its first value
  std::sort(chains.begin(), chains.end(),
            [](const Chain& a, const Chain& b) { return a.key < b.key; });
  std::vector<const NormalCall*> order;
  order.reserve(calls.size());
  for (const Chain& chain : chains)
    order.insert(order.end(), chain.calls.begin(), chain.calls.end());
  return answer(std::move(order));
}

std::optional<DirectAnswer> decide_by_append_order(const std::vector<NormalCall>& calls,
                                                   const ModelEntry& /*model*/,
                                                   const Value& initial, Budget& /*budget*/) {
  const Value start = ListAppend::initial(initial);
  const Value::List* longest = &start.as_list();
  std::unordered_map<Value, const NormalCall*> appends;
  for (const NormalCall& c : calls) {
    if (c.role != Role::observer) {
      if (!appends.emplace(c.call->arguments, &c).second) return std::nullopt;
    } else if (c.call->result.is_list() && c.call->result.as_list().size() > longest->size()) {
      longest = &c.call->result.as_list();
    }
  }
  std::vector<std::vector<const NormalCall*>> reads(longest->size() + 1);  // by length
  for (const NormalCall& c : calls) {
    if (c.role != Role::observer) continue;
    const Value list = ListAppend::initial(c.call->result);
    const Value::List& read = list.as_list();
    if (!std::equal(read.begin(), read.end(), longest->begin())) return DirectAnswer{};
    reads[read.size()].push_back(&c);
  }
  const std::size_t first = start.as_list().size();
  for (std::size_t length = 0; length < first; ++length)
    if (!reads[length].empty()) return DirectAnswer{};
  if (!std::equal(start.as_list().begin(), start.as_list().end(), longest->begin()))
    return DirectAnswer{};

  std::vector<const NormalCall*> order = reads[first];
  for (std::size_t i = first; i < longest->size(); ++i) {
    const auto append = appends.find((*longest)[i]);
    if (append == appends.end()) return DirectAnswer{};  // never appended, or seen twice
    order.push_back(append->second);
    appends.erase(append);
    order.insert(order.end(), reads[i + 1].begin(), reads[i + 1].end());
  }
  for (const NormalCall& c : calls)
    if (c.role != Role::observer && appends.contains(c.call->arguments)) order.push_back(&c);
  return answer(std::move(order));
}

}  // namespace plumbline
