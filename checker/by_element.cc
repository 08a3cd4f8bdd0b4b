#include "checker/by_element.h"

#include <algorithm>
#include <map>

#include "checker/models/set.h"

namespace plumbline {
namespace {

/// The calls of one element, as calls of a set of this element alone.
struct Element {
  std::vector<const NormalCall*> originals{};
  std::vector<Call> calls{};

  void add(const NormalCall& c) {
    originals.push_back(&c);
    calls.push_back(Set::of_element(*c.call));
    Call& copy = calls.back();
    copy.id = static_cast<std::int64_t>(calls.size()) - 1;
    copy.invoked = c.call->invoked;
    copy.returned = c.returned;
  }
  std::vector<const NormalCall*> original(const std::vector<const NormalCall*>& copies) const {
    std::vector<const NormalCall*> all;
    for (const NormalCall* c : copies)
      all.push_back(originals[static_cast<std::size_t>(c->call->id)]);
    return all;
  }
};

std::optional<DirectAnswer> decide(const Element& element, const ModelEntry& model, bool in,
                                   Budget& budget) {
  const std::vector<NormalCall> normal = normalise(element.calls, model);
  for (const DirectDecider& decider : model.deciders) {
    auto answer = decider.decide(normal, model, Value(in), budget);
    if (!answer) continue;
    return DirectAnswer{.linearizable = answer->linearizable,
                        .order = element.original(answer->order),
                        .core = element.original(answer->core)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<DirectAnswer> decide_by_element(const std::vector<NormalCall>& calls,
                                              const ModelEntry& model, const Value& initial,
                                              Budget& budget) {
  std::map<Value, Element> elements;
  for (const NormalCall& c : calls) elements[c.call->arguments].add(c);
  const Value start = Set::initial(initial);
  std::vector<std::pair<std::int64_t, const NormalCall*>> placed;
  bool unknown = false;
  for (const auto& [name, element] : elements) {
    const bool in = std::binary_search(start.as_list().begin(), start.as_list().end(), name);
    auto answer = decide(element, *model.narrower, in, budget);
    if (!answer) {
      unknown = true;
      continue;
    }
    if (!answer->linearizable) {
      if (answer->core.empty()) answer->core = element.originals;
      return answer;
    }
    std::int64_t point = -1;
    for (const NormalCall* c : answer->order) {
      point = std::max(point, c->call->invoked);
      placed.emplace_back(point, c);
    }
  }
  if (unknown) return std::nullopt;
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  DirectAnswer answer{.linearizable = true};
  for (const auto& [point, c] : placed) answer.order.push_back(c);
  return answer;
}

}  // namespace plumbline
