#pragma once
/// Probes: whether the cluster serves: one client for each node writes a key of its own and reads
/// it back, going where its node sends it, until it has been answered. Not part of the history.

#include <string>
#include <vector>

#include "simulator/world.h"

namespace plumbline::simulator {

class Probes final : public Caller {
 public:
  explicit Probes(World& world);
  /// Asks every node that has a process.
  void start();
  /// Whether each has been served since start().
  bool all_served() const;
  /// The nodes whose probe has not been, for people.
  std::string waiting() const;

  void answered(std::uint64_t call, const proto::Reply& reply) override;
  void lost(std::uint64_t call, bool sent) override;
  void timer(std::uint64_t which) override;

 private:
  enum class Stage : std::uint8_t { idle, writes, reads, served };
  struct Probe {
    Stage stage = Stage::idle;
    std::uint64_t call = 0;
    std::uint32_t asks = 0;
    int hops = 0;
  };
  void ask(std::size_t place, std::size_t asked);
  void ask_again(std::size_t place);

  World& world_;
  const std::uint16_t me_;
  std::vector<Probe> probes_;  // by the place of their node
};

}  // namespace plumbline::simulator
