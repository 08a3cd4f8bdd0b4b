#pragma once
/// NodeClock: what a node reads of its clocks at an instant of the world: a steady one, which runs
/// a little fast or slow, and a wall clock, which follows it and may be set.
/// Rates are whole parts per million, so that every machine computes the same.

#include <cstdint>

#include "core/base/time.h"

namespace plumbline::simulator {

class NodeClock {
 public:
  static constexpr std::int64_t k_true_rate = 1'000'000;

  void set_rate(Nanos world, std::int64_t ppm) {
    steady_ = steady(world);
    since_ = world;
    rate_ = ppm;
  }
  void jump_wall(Nanos by) { wall_offset_ += by; }

  Nanos steady(Nanos world) const { return steady_ + scaled(world - since_, rate_, k_true_rate); }
  std::uint64_t wall_ms(Nanos world) const {
    // Some day in 2026: far enough from zero for any jump back.
    constexpr std::chrono::milliseconds k_epoch{1'780'000'000'000};
    const Nanos wall = k_epoch + steady(world) + wall_offset_;
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(wall).count());
  }
  /// The first instant of the world at which the steady clock shows `wanted` or more.
  Nanos world_at(Nanos wanted) const {
    Nanos world = since_ + scaled(wanted - steady_, k_true_rate, rate_);
    while (steady(world) < wanted) world += Nanos(1);
    return world;
  }

 private:
  /// Without overflow for any time that a run can last.
  static Nanos scaled(Nanos time, std::int64_t by, std::int64_t of) {
    if (by == of) return time;
    return Nanos(time.count() / of * by + time.count() % of * by / of);
  }
  Nanos since_{}, steady_{};
  std::int64_t rate_ = k_true_rate;
  Nanos wall_offset_{};
};

}  // namespace plumbline::simulator
