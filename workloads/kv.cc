/// Kv: a hundred keys that are written, made only if they are not there, removed, and read. Some
/// are changed all the time, most now and then, so that what a node got wrong is not mended at
/// once: it is still there when that node leads. Every value is unique in its key.
/// Catches: removed keys that come back, values that are lost in a snapshot or a restart, damage,
/// changes that were refused and yet done, and whatever a register shows.

#include "workloads/kv.h"

#include "core/base/text.h"
#include "workloads/keyed.h"

namespace plumbline {
namespace {

constexpr int k_keys = 100;
/// Keys are given up for new ones together, when the most used has about options.ops_per_key calls.
constexpr int k_calls_a_round = 20;

/// The product of two uniform draws: the first keys have most of the calls, the last next to none.
std::string any_key(std::int64_t round, Rng& rng) {
  const double drawn = rng.unit() * rng.unit();
  return str("k", round, "-", static_cast<int>(drawn * k_keys));
}

Operation any_change(std::int64_t round, std::int64_t number, Rng& rng) {
  Value key(any_key(round, rng));
  switch (rng.below(3)) {
    case 0:
      return {"write", std::move(key), Value(number)};
    case 1:
      return {"cas", std::move(key), Value::list(Value(), number)};
    default:
      return {"remove", std::move(key), {}};
  }
}

gen::GenPtr one_round(const WorkloadOptions& options, std::int64_t round) {
  const KeyThreads threads = key_threads(options);
  const gen::GenPtr reads =
      gen::from([round](Rng& rng) { return Operation{"read", any_key(round, rng), {}}; });
  const gen::GenPtr changes = gen::numbered([seed = options.seed, round](std::int64_t number) {
    Rng rng(seed + Rng(static_cast<std::uint64_t>(round)).next() +
            static_cast<std::uint64_t>(number));
    return any_change(round, number, rng);
  });
  const gen::GenPtr others = threads.readers < options.nodes ? gen::mix({reads, changes}) : changes;
  const int readers = threads.readers * threads.groups;
  return gen::limit(std::int64_t{k_calls_a_round} * options.ops_per_key,
                    gen::reserve({{readers, reads}}, others));
}

/// Round after round, each with keys of its own.
class Rounds final : public gen::Gen {
 public:
  Rounds(WorkloadOptions options, std::int64_t round, gen::GenPtr now)
      : options_(options), round_(round), now_(std::move(now)) {}

  gen::Answer next(const gen::Context& context) const override {
    gen::Answer answer = now_->next(context);
    if (std::holds_alternative<gen::Exhausted>(answer))
      return gen::Pending{.then = with(round_ + 1, one_round(options_, round_ + 1)),
                          .until = context.time};
    if (auto* next = std::get_if<gen::Next>(&answer)) next->then = with(round_, next->then);
    if (auto* wait = std::get_if<gen::Pending>(&answer); wait && wait->then)
      wait->then = with(round_, wait->then);
    return answer;
  }
  gen::GenPtr update(const gen::Context& context, gen::Thread thread,
                     const Event& event) const override {
    gen::GenPtr updated = now_->update(context, thread, event);
    return updated == now_ ? shared_from_this() : with(round_, std::move(updated));
  }

 private:
  gen::GenPtr with(std::int64_t round, gen::GenPtr now) const {
    return std::make_shared<Rounds>(options_, round, std::move(now));
  }

  const WorkloadOptions options_;
  const std::int64_t round_;
  const gen::GenPtr now_;
};

}  // namespace

Workload kv_workload(const WorkloadOptions& options) {
  const Nanos mean(static_cast<std::int64_t>(1e9 / options.rate));
  Workload workload;
  workload.operations = {"read", "write", "cas", "remove"};
  workload.model = "cas-register";
  workload.during =
      gen::clients(gen::stagger(mean, std::make_shared<Rounds>(options, 0, one_round(options, 0))));
  workload.after_heal = final_reads(options, {"read", {}, {}}, k_keys);
  return workload;
}

}  // namespace plumbline
