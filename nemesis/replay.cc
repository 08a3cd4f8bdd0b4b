#include "nemesis/replay.h"

#include <algorithm>
#include <array>

#include "nemesis/cuts.h"
#include "nemesis/script_calls.h"

namespace plumbline {

namespace {

struct NamePair {
  const char* verb;
  const char* f;       ///< of a call that does harm
  const char* heal_f;  ///< of one of this verb that undoes; null: none does
};
constexpr std::array k_names = {NamePair{"cut", "partition", "heal-partition"},
                                NamePair{"packets", "packets", "heal-packets"},
                                NamePair{"kill", "kill", nullptr},
                                NamePair{"start", nullptr, "heal-kill"},
                                NamePair{"pause", "pause", nullptr},
                                NamePair{"resume", nullptr, "heal-pause"},
                                NamePair{"power", "power", nullptr},
                                NamePair{"flip-bit", "bit-flip", nullptr},
                                NamePair{"clock", "clock", "heal-clock"},
                                NamePair{"disk", "disk", "heal-disk"},
                                NamePair{"remove", "membership", nullptr},
                                NamePair{"add", nullptr, "heal-membership"},
                                NamePair{"vote-out", "membership-linger", nullptr},
                                NamePair{"vote-in", nullptr, "heal-membership-linger"},
                                NamePair{"transfer", "transfer", nullptr}};

/// Whether a call that can do harm or undo it (by its arguments) does the latter.
bool only_undoes(const ClusterCall& call) {
  const auto read = read_call(call);
  if (!read) return false;
  const ClockTrouble none;
  switch (read->form) {
    case CallForm::cut:
      return std::ranges::all_of(read->cut, [](const auto& drops) { return drops.second.empty(); });
    case CallForm::packets:
      return read->packets == Packets{};
    case CallForm::clock:
      return read->clock.rate == none.rate && read->clock.jump == none.jump;
    case CallForm::disk:
      return read->disk == DiskTrouble::none;
    case CallForm::nodes:
    case CallForm::one_node:
    case CallForm::nothing:
      return false;
  }
  return false;
}

class ReplayGen : public gen::Gen {
 public:
  using Calls = std::shared_ptr<const std::vector<ClusterCall>>;
  ReplayGen(Calls calls, std::size_t next) : calls_(std::move(calls)), next_(next) {}

  gen::Answer next(const gen::Context& context) const override {
    if (next_ == calls_->size()) return gen::Exhausted{};
    if (!context.is_free(gen::k_nemesis_thread)) return gen::Pending{};
    const ClusterCall& call = (*calls_)[next_];
    return gen::Next{.planned = {.operation = operation_of(call),
                                 .thread = gen::k_nemesis_thread,
                                 .time = std::max(call.at, context.time),
                                 .note = {}},
                     .then = std::make_shared<ReplayGen>(calls_, next_ + 1)};
  }

 private:
  const Calls calls_;
  const std::size_t next_;
};

}  // namespace

Operation operation_of(const ClusterCall& call) {
  for (const NamePair& names : k_names) {
    if (call.verb != names.verb) continue;
    const bool heals = names.f == nullptr || (names.heal_f != nullptr && only_undoes(call));
    return {.f = heals ? names.heal_f : names.f, .key = {}, .value = call.arguments};
  }
  return {.f = "heal-all", .key = {}, .value = {}};
}

std::optional<ClusterCall> call_of(const Operation& operation) {
  if (operation.value.is_nil()) return std::nullopt;
  for (const NamePair& names : k_names)
    if ((names.f != nullptr && operation.f == names.f) ||
        (names.heal_f != nullptr && operation.f == names.heal_f)) {
      ClusterCall call{.at = {}, .verb = names.verb, .arguments = operation.value};
      if (read_call(call)) return call;
    }
  return std::nullopt;
}

Value deed_of(const ClusterCall& call, const Nodes& nodes) {
  const auto read = read_call(call);
  return read && read->form == CallForm::cut ? heard_sets(nodes, read->cut) : call.arguments;
}

gen::GenPtr replay_schedule(std::vector<ClusterCall> calls) {
  std::erase_if(calls, [](const ClusterCall& call) { return call.verb == "heal"; });
  return std::make_shared<ReplayGen>(
      std::make_shared<const std::vector<ClusterCall>>(std::move(calls)), 0);
}

std::vector<std::string> faults_of(const std::vector<ClusterCall>& calls) {
  std::set<std::string> names;
  for (const ClusterCall& call : calls)
    if (const std::string f = operation_of(call).f; !f.starts_with("heal-")) names.insert(f);
  return {names.begin(), names.end()};
}

}  // namespace plumbline
