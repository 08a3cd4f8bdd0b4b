#include "simulator/availability.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"
#include "nemesis/quorum.h"

namespace plumbline::simulator {
namespace {

// Elections may fail a few times, the more so where messages get lost.
constexpr int k_election_timeouts = 10;
constexpr Nanos k_least_limit = 6s;

/// Whether `chosen`, and as many as it takes of the nodes from `next` on, all hear one another.
bool completes(const Network& network, std::vector<std::size_t>& chosen, std::size_t next,
               std::size_t nodes, std::size_t needed) {
  if (chosen.size() == needed) return true;
  for (std::size_t node = next; node + needed <= nodes + chosen.size(); ++node) {
    const bool fits = std::ranges::all_of(chosen, [&](std::size_t other) {
      return !network.is_cut(node, other) && !network.is_cut(other, node);
    });
    if (!fits) continue;
    chosen.push_back(node);
    if (completes(network, chosen, node + 1, nodes, needed)) return true;
    chosen.pop_back();
  }
  return false;
}

}  // namespace

Availability::Availability(const Network& network, std::size_t nodes, Nanos election_max)
    : network_(network),
      nodes_(nodes),
      limit_(std::max(k_least_limit, k_election_timeouts * election_max)) {}

void Availability::cut_changed(Nanos now) {
  must_serve_ = majority_talks();
  start_over(now);
}

bool Availability::majority_talks() const {
  std::vector<std::size_t> chosen;
  return completes(network_, chosen, 0, nodes_, majority_of(nodes_));
}

void Availability::start_over(Nanos now) {
  since_ = now;
  homes_.clear();
}

void Availability::asked(std::size_t home) {
  if (must_serve_) homes_.insert(home);
}

std::string Availability::look(Nanos now) const {
  if (!must_serve_ || now - since_ < limit_ || homes_.size() < nodes_) return {};
  return str("nobody was served for ", format_duration(limit_),
             " while a majority of the nodes heard one another");
}

}  // namespace plumbline::simulator
