#pragma once
/// Availability: whether clients are served while the network is cut in a way that a cluster must
/// bear: some majority of its nodes hear one another, all nodes run, and nothing else is wrong.
/// Then, after a few election timeouts, somebody has to be served.
/// Requires: nothing but cuts is done to the cluster.

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "core/base/time.h"
#include "simulator/network.h"

namespace plumbline::simulator {

class Availability {
 public:
  Availability(const Network& network, std::size_t nodes, Nanos election_max);

  /// Who hears whom may be another than it was.
  void cut_changed(Nanos now);
  /// A client of the node at `home` asks for something.
  void asked(std::size_t home);
  void served(Nanos now) { start_over(now); }
  /// What is wrong, in words; empty: nothing. Clients of every node have asked meanwhile, so that
  /// one of them is on the side that has to serve.
  std::string look(Nanos now) const;

 private:
  void start_over(Nanos now);
  bool majority_talks() const;

  const Network& network_;
  const std::size_t nodes_;
  const Nanos limit_;
  bool must_serve_ = false;
  Nanos since_{};
  std::set<std::size_t> homes_;  // of those who asked since then
};

}  // namespace plumbline::simulator
