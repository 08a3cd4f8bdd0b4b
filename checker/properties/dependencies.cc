#include "checker/properties/dependencies.h"

#include <algorithm>

namespace plumbline::properties {
namespace {

constexpr std::uint32_t k_none = UINT32_MAX;

}  // namespace

Kinds Cycle::all() const {
  Kinds all = 0;
  for (const Kinds kind : kinds) all = static_cast<Kinds>(all | kind);
  return all;
}

void Dependencies::add(std::uint32_t from, std::uint32_t to, Kinds kind) {
  if (from != to) edges_[from].push_back({.to = to, .kind = kind});
}

/// Tarjan 1972, without recursion.
std::vector<Dependencies::Component> Dependencies::components(Kinds kinds) const {
  struct Frame {
    std::uint32_t node;
    std::size_t next_edge;
  };
  std::vector<Component> found;
  std::vector<std::uint32_t> number(edges_.size(), k_none), low(edges_.size(), 0), stack;
  std::vector<bool> on_stack(edges_.size(), false);
  std::vector<Frame> frames;
  std::uint32_t next = 0;
  const auto enter = [&](std::uint32_t node) {
    number[node] = low[node] = next++;
    stack.push_back(node);
    on_stack[node] = true;
    frames.push_back({.node = node, .next_edge = 0});
  };
  const auto leave = [&](std::uint32_t node) {
    frames.pop_back();
    if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[node]);
    if (low[node] != number[node]) return;
    Component component;
    do {
      component.push_back(stack.back());
      on_stack[stack.back()] = false;
      stack.pop_back();
    } while (component.back() != node);
    if (component.size() > 1) found.push_back(std::move(component));
  };
  for (std::uint32_t root = 0; root < edges_.size(); ++root) {
    if (number[root] != k_none) continue;
    enter(root);
    while (!frames.empty()) {
      const std::uint32_t node = frames.back().node;
      if (frames.back().next_edge == edges_[node].size()) {
        leave(node);
        continue;
      }
      const Edge& edge = edges_[node][frames.back().next_edge++];
      if ((edge.kind & kinds) == 0) continue;
      if (number[edge.to] == k_none)
        enter(edge.to);
      else if (on_stack[edge.to])
        low[node] = std::min(low[node], number[edge.to]);
    }
  }
  return found;
}

/// Breadth first over (node, whether the last edge was rw) within one component.
class Dependencies::Search {
 public:
  Search(const Dependencies& graph, const Component& component)
      : graph_(graph), within_(graph.size(), false), came_(2 * graph.size()) {
    for (const std::uint32_t node : component) within_[node] = true;
  }
  bool within(std::uint32_t node) const { return within_[node]; }

  /// The shortest cycle that begins with `start`'s edge to `first.to`.
  std::optional<Cycle> from(std::uint32_t start, const Edge& first, Wanted wanted) {
    for (const std::uint32_t state : seen_) came_[state] = {};
    seen_.clear();
    reach(place(first.to, first.kind == k_rw), {.from = k_none, .kind = first.kind});
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const std::uint32_t state = seen_[i];
      const std::uint32_t node = state / 2;
      const bool after_rw = (state & 1) != 0;
      if (node == start) {
        if (!wanted.rw_apart || !after_rw) return path(start, state);
        continue;
      }
      for (const Edge& edge : graph_.edges_[node]) {
        if ((edge.kind & wanted.rest) == 0 || !within_[edge.to]) continue;
        if (wanted.rw_apart && after_rw && edge.kind == k_rw) continue;
        reach(place(edge.to, edge.kind == k_rw), {.from = state, .kind = edge.kind});
      }
    }
    return std::nullopt;
  }

 private:
  struct Step {
    std::uint32_t from = k_none;
    Kinds kind = 0;  // 0: not reached
  };
  static std::uint32_t place(std::uint32_t node, bool after_rw) {
    return 2 * node + (after_rw ? 1 : 0);
  }
  void reach(std::uint32_t state, Step step) {
    if (came_[state].kind != 0) return;
    came_[state] = step;
    seen_.push_back(state);
  }
  Cycle path(std::uint32_t start, std::uint32_t last) const {
    Cycle cycle;
    for (std::uint32_t state = last; state != k_none; state = came_[state].from) {
      cycle.kinds.push_back(came_[state].kind);
      const std::uint32_t before = came_[state].from;
      cycle.nodes.push_back(before == k_none ? start : before / 2);
    }
    std::ranges::reverse(cycle.nodes);
    std::ranges::reverse(cycle.kinds);
    return cycle;
  }

  const Dependencies& graph_;
  std::vector<bool> within_;
  std::vector<Step> came_;
  std::vector<std::uint32_t> seen_;
};

std::optional<Cycle> Dependencies::cycle(const Component& component, Wanted wanted,
                                         const std::function<bool()>& enough) const {
  Search search(*this, component);
  std::optional<Cycle> best;
  for (const std::uint32_t node : component) {
    for (const Edge& edge : edges_[node]) {
      if ((edge.kind & wanted.first) == 0 || !search.within(edge.to)) continue;
      if (enough()) return best;
      auto found = search.from(node, edge, wanted);
      if (found && (!best || found->nodes.size() < best->nodes.size())) best = std::move(found);
      if (best && best->nodes.size() == 2) return best;
    }
  }
  return best;
}

}  // namespace plumbline::properties
