#include "simulator/network.h"

#include "simulator/streams.h"

namespace plumbline::simulator {
namespace {

const Packets k_no_trouble;

}  // namespace

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
  const bool is_spared = !packets_.to.empty() && to != troubled_;
  const Packets& packets = is_spared ? k_no_trouble : packets_;
  if (packets.loss > 0 && rng.chance(packets.loss)) return {};
  Fate fate{.copies = 1, .delays = {delay(rng, packets), {}}};
  if ((weather_.duplicate > 0 && rng.chance(weather_.duplicate)) ||
      (packets.duplicate > 0 && rng.chance(packets.duplicate)))
    fate.delays[static_cast<std::size_t>(fate.copies++)] = delay(rng, packets);
  return fate;
}

Nanos Network::delay(Rng& rng, const Packets& packets) {
  const bool slow = weather_.slow > 0 && rng.chance(weather_.slow);
  Nanos delay = between(rng, weather_.delay_min, slow ? weather_.slow_max : weather_.delay_max);
  if (packets.delay > Nanos::zero()) delay += packets.delay;
  if (packets.jitter > Nanos::zero()) delay += between(rng, {}, packets.jitter);
  return delay;
}

}  // namespace plumbline::simulator
