#pragma once
/// Dependencies between calls, and the cycles among them.
/// Source: Adya 1999 (the kinds of dependency); Alvaro & Kingsbury, Elle, VLDB 2020 (to look for
/// the cycles of each anomaly within strongly connected components).

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace plumbline::properties {

using Kinds = std::uint8_t;
inline constexpr Kinds k_ww = 1;          ///< overwrites what the other wrote
inline constexpr Kinds k_wr = 2;          ///< read what the other wrote
inline constexpr Kinds k_rw = 4;          ///< overwrites what the other read
inline constexpr Kinds k_process = 8;     ///< follows it in the same process
inline constexpr Kinds k_real_time = 16;  ///< was invoked after the other had returned

/// nodes[i] -> nodes[i + 1] by kinds[i]; the last one leads back to nodes[0].
struct Cycle {
  std::vector<std::uint32_t> nodes{};
  std::vector<Kinds> kinds{};  ///< one kind each
  Kinds all() const;
};

class Dependencies {
 public:
  explicit Dependencies(std::size_t nodes) : edges_(nodes) {}
  /// Of one kind; an edge from a node to itself is none.
  void add(std::uint32_t from, std::uint32_t to, Kinds kind);
  std::size_t size() const { return edges_.size(); }

  using Component = std::vector<std::uint32_t>;
  /// Strongly connected components of more than one node, over the edges of `kinds`. Linear.
  std::vector<Component> components(Kinds kinds) const;

  struct Wanted {
    Kinds first = 0;        ///< the cycle has an edge of these
    Kinds rest = 0;         ///< and all others are of these
    bool rw_apart = false;  ///< no two rw edges next to each other (first must be k_rw)
  };
  /// A short one within `component`; nothing if there is none, or if `enough()` says so first.
  /// Cost: a breadth-first search for each node that has an edge of `first`.
  std::optional<Cycle> cycle(const Component& component, Wanted wanted,
                             const std::function<bool()>& enough) const;

 private:
  struct Edge {
    std::uint32_t to;
    Kinds kind;
  };
  class Search;

  std::vector<std::vector<Edge>> edges_;
};

}  // namespace plumbline::properties
