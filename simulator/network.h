#pragma once
/// Network: what becomes of messages between nodes: how long each takes, whether it is lost or
/// comes twice, and who does not hear whom. Nodes are numbers from 0.

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/rng.h"
#include "nemesis/cluster.h"
#include "simulator/weather.h"

namespace plumbline::simulator {

class Network {
 public:
  Network(std::uint64_t seed, std::size_t nodes, const Weather& weather);

  struct Fate {
    int copies = 0;  ///< 0: lost on the way
    std::array<Nanos, 2> delays{};
  };
  Fate send(std::size_t from, std::size_t to);
  /// Whether `to` hears nothing of `from`. Asked when a message arrives.
  bool is_cut(std::size_t from, std::size_t to) const { return cut_[from * nodes_ + to]; }

  void clear_cut() { cut_.assign(nodes_ * nodes_, false); }
  void cut(std::size_t from, std::size_t to) { cut_[from * nodes_ + to] = true; }
  /// `to`: whose, if packets.to is not empty.
  void set_packets(const Packets& packets, std::size_t to) {
    packets_ = packets;
    troubled_ = to;
  }

 private:
  Nanos delay(Rng& rng, const Packets& packets);

  const std::size_t nodes_;
  const Weather weather_;
  Packets packets_;
  std::size_t troubled_ = 0;  // if packets_.to is not empty
  std::vector<bool> cut_;
  std::vector<Rng> links_;  // by from and to
};

}  // namespace plumbline::simulator
