#include "simulator/network.h"

#include "simulator/streams.h"

namespace plumbline::simulator {

Network::Network(std::uint64_t seed, std::size_t nodes, const Weather& weather)
    : nodes_(nodes), weather_(weather) {
  clear_cut();
  for (std::size_t from = 0; from < nodes; ++from)
    for (std::size_t to = 0; to < nodes; ++to)
      links_.push_back(stream(seed, Purpose::link, from, to));
}

Network::Fate Network::send(std::size_t from, std::size_t to) {
  Rng& rng = links_[from * nodes_ + to];
  if (weather_.loss > 0 && rng.chance(weather_.loss)) return {};
  if (packets_.loss > 0 && rng.chance(packets_.loss)) return {};
  Fate fate{.copies = 1, .delays = {delay(rng), {}}};
  if ((weather_.duplicate > 0 && rng.chance(weather_.duplicate)) ||
      (packets_.duplicate > 0 && rng.chance(packets_.duplicate)))
    fate.delays[static_cast<std::size_t>(fate.copies++)] = delay(rng);
  return fate;
}

Nanos Network::delay(Rng& rng) {
  const bool slow = weather_.slow > 0 && rng.chance(weather_.slow);
  Nanos delay = between(rng, weather_.delay_min, slow ? weather_.slow_max : weather_.delay_max);
  if (packets_.delay > Nanos::zero()) delay += packets_.delay;
  if (packets_.jitter > Nanos::zero()) delay += between(rng, {}, packets_.jitter);
  return delay;
}

}  // namespace plumbline::simulator
