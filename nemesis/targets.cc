#include "nemesis/targets.h"

#include <algorithm>

#include "nemesis/quorum.h"

namespace plumbline {

namespace {

Nodes random_nodes(const Nodes& nodes, std::size_t low, std::size_t high, Rng& rng) {
  const std::size_t count = low + rng.below(high - low + 1);
  std::vector<std::size_t> places(nodes.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  rng.shuffle(places);
  places.resize(count);
  std::ranges::sort(places);
  Nodes chosen;
  for (const std::size_t place : places) chosen.push_back(nodes[place]);
  return chosen;
}

bool is_among(const NodeName& node, const Nodes& nodes) {
  return std::ranges::find(nodes, node) != nodes.end();
}

}  // namespace

const std::vector<std::string>& all_selectors() {
  static const std::vector<std::string> k_selectors = {"one", "minority", "majority", "all",
                                                       "leader"};
  return k_selectors;
}

std::optional<Nodes> select(const std::string& selector, Cluster& cluster, Rng& rng) {
  const Nodes& nodes = cluster.nodes();
  const std::size_t count = nodes.size();
  if (count == 0) return std::nullopt;
  if (selector == "all") return nodes;
  if (selector == "one") return random_nodes(nodes, 1, 1, rng);
  if (selector == "majority") return random_nodes(nodes, majority_of(count), count, rng);
  if (selector == "minority") {
    if (count < 3) return std::nullopt;
    return random_nodes(nodes, 1, (count - 1) / 2, rng);
  }
  CHECK(selector == "leader", "an unknown selector reached select(): " + selector);
  const Nodes leaders = cluster.leaders();
  if (leaders.empty()) return std::nullopt;
  return Nodes{rng.pick(leaders)};
}

Nodes without(Nodes nodes, const Nodes& others) {
  std::erase_if(nodes, [&](const NodeName& node) { return is_among(node, others); });
  return nodes;
}

std::optional<NodeName> leader_among(Cluster& cluster, const Nodes& candidates) {
  for (const NodeName& node : cluster.leaders())
    if (is_among(node, candidates)) return node;
  return std::nullopt;
}

Value to_value(const Nodes& nodes) { return Value(Value::List(nodes.begin(), nodes.end())); }

}  // namespace plumbline
