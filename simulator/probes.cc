#include "simulator/probes.h"

#include <algorithm>

#include "core/base/text.h"
#include "node/client/operations.h"

namespace plumbline::simulator {
namespace {

constexpr Nanos k_probe_latency = 200us;
constexpr Nanos k_answer_within = 1s;  // with one answer
constexpr Nanos k_probe_pause = 50ms;

}  // namespace

Probes::Probes(World& world)
    : world_(world), me_(world.introduce(*this)), probes_(world.nodes().size()) {}

void Probes::start() {
  for (std::size_t place = 0; place < probes_.size(); ++place) {
    probes_[place].stage = world_.node(place).has_process() ? Stage::writes : Stage::served;
    if (probes_[place].stage == Stage::writes) ask(place, place);
  }
}

bool Probes::all_served() const {
  return std::ranges::all_of(probes_,
                             [](const Probe& probe) { return probe.stage == Stage::served; });
}

std::string Probes::waiting() const {
  std::vector<std::string> names;
  for (std::size_t place = 0; place < probes_.size(); ++place)
    if (probes_[place].stage != Stage::served)
      names.push_back(str(world_.nodes()[place]->name(),
                          probes_[place].stage == Stage::writes ? " (to write)" : " (to read)"));
  return join(names, ", ");
}

void Probes::ask(std::size_t place, std::size_t asked) {
  Probe& probe = probes_[place];
  proto::Request request{.key = str("probe-", place + 1)};
  if (probe.stage == Stage::writes) {
    request.op = proto::Op::put;
    request.value = "served";
  }
  probe.call = world_.call(me_, asked, std::move(request), k_probe_latency, k_probe_latency);
  world_.set_timer(me_, world_.now() + k_answer_within, place << 32 | ++probe.asks);
}

void Probes::ask_again(std::size_t place) {
  Probe& probe = probes_[place];
  probe.call = 0;
  probe.hops = 0;
  world_.set_timer(me_, world_.now() + k_probe_pause, place << 32 | ++probe.asks);
}

void Probes::timer(std::uint64_t which) {
  const std::size_t place = which >> 32;
  Probe& probe = probes_[place];
  if (probe.asks != static_cast<std::uint32_t>(which) || probe.stage == Stage::served) return;
  if (probe.call != 0) world_.forget(probe.call);
  ask(place, place);
}

void Probes::answered(std::uint64_t call, const proto::Reply& reply) {
  const auto found = std::ranges::find(probes_, call, &Probe::call);
  if (found == probes_.end()) return;
  const auto place = static_cast<std::size_t>(found - probes_.begin());
  if (reply.code == proto::Code::ok) {
    const bool wrote = found->stage == Stage::writes;
    found->stage = wrote ? Stage::reads : Stage::served;
    found->call = 0;
    if (wrote) ask(place, place);
    return;
  }
  const auto named = kv_client::leader_named(reply);
  for (const auto& node : world_.nodes())
    if (named && node->name() == *named && found->hops++ < kv_client::k_most_hops)
      return ask(place, node->place());
  ask_again(place);
}

void Probes::lost(std::uint64_t call, bool) {
  const auto found = std::ranges::find(probes_, call, &Probe::call);
  if (found != probes_.end()) ask_again(static_cast<std::size_t>(found - probes_.begin()));
}

}  // namespace plumbline::simulator
