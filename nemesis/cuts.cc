#include "nemesis/cuts.h"

#include <algorithm>

#include "nemesis/quorum.h"

namespace plumbline {

namespace {

Nodes shuffled(Nodes nodes, Rng& rng) {
  rng.shuffle(nodes);
  return nodes;
}

/// The first `count` nodes against the others.
Cut split_at(const Nodes& nodes, std::size_t count) {
  const auto middle = nodes.begin() + static_cast<std::ptrdiff_t>(count);
  return complete_cut({Nodes(nodes.begin(), middle), Nodes(middle, nodes.end())});
}

}  // namespace

Cut complete_cut(const std::vector<Nodes>& components) {
  Cut cut;
  for (const Nodes& mine : components)
    for (const Nodes& other : components) {
      if (&mine == &other) continue;
      for (const NodeName& node : mine) cut[node].insert(other.begin(), other.end());
    }
  std::erase_if(cut, [](const auto& entry) { return entry.second.empty(); });
  return cut;
}

Cut cut_halves(const Nodes& nodes, Rng& rng) {
  return split_at(shuffled(nodes, rng), nodes.size() / 2);
}

Cut cut_one(const Nodes& nodes, Rng& rng) {
  if (nodes.size() < 2) return {};
  return cut_off(nodes, rng.pick(nodes));
}

Cut cut_minority(const Nodes& nodes, Rng& rng) {
  if (nodes.size() < 3) return {};
  const std::size_t most = (nodes.size() - 1) / 2;
  return split_at(shuffled(nodes, rng), 1 + rng.below(most));
}

Cut cut_off(const Nodes& nodes, const NodeName& node) {
  Nodes rest = nodes;
  std::erase(rest, node);
  return complete_cut({{node}, rest});
}

Cut cut_ring(const Nodes& nodes, Rng& rng) {
  const Nodes ring = shuffled(nodes, rng);
  const std::size_t count = ring.size();
  const std::size_t peers = majority_of(ring.size()) - 1;
  // An odd number of peers cannot be split evenly between both neighbours: up to 5 nodes one link
  // then goes one way only (3 nodes: a hears b hears c hears a), above that one more is heard.
  const std::size_t before = count <= 5 ? peers / 2 : (peers + 1) / 2;
  const std::size_t after = count <= 5 ? peers - before : before;
  Cut cut;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t distance = after + 1; distance + before < count; ++distance)
      cut[ring[i]].insert(ring[(i + distance) % count]);
  return cut;
}

Cut cut_bridge(const Nodes& nodes, Rng& rng) {
  if (nodes.size() < 3) return {};
  Nodes sides = shuffled(nodes, rng);
  sides.pop_back();  // the bridge
  return split_at(sides, sides.size() / 2);
}

Cut cut_one_way(const Nodes& nodes, Rng& rng) {
  if (nodes.size() < 2) return {};
  Nodes peers = shuffled(nodes, rng);
  const NodeName node = peers.back();
  peers.pop_back();
  peers.resize(std::min(peers.size(), majority_of(nodes.size())));
  Cut cut;
  if (rng.chance(0.5)) {
    cut[node].insert(peers.begin(), peers.end());
  } else {
    for (const NodeName& peer : peers) cut[peer].insert(node);
  }
  return cut;
}

Value heard_sets(const Nodes& nodes, const Cut& cut) {
  Value::List sets;
  for (const NodeName& listener : nodes) {
    const auto dropped = cut.find(listener);
    Value::List heard;
    for (const NodeName& speaker : nodes)
      if (dropped == cut.end() || !dropped->second.contains(speaker)) heard.emplace_back(speaker);
    if (std::ranges::find(sets, Value(heard)) == sets.end()) sets.emplace_back(std::move(heard));
  }
  return Value(std::move(sets));
}

}  // namespace plumbline
