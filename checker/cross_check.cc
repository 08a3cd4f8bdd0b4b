#include "checker/cross_check.h"

#include <set>
#include <tuple>

#include "checker/normalise.h"
#include "checker/search.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// Up to so many calls, every order is tried.
constexpr std::size_t k_few = 16;

/// Every set of calls that may have happened, in every order; shares nothing with the searches.
class EveryOrder {
 public:
  EveryOrder(const std::vector<Call>& calls, const ModelEntry& model, const Value& initial)
      : machine_(model.machine(initial)) {
    for (const Call& call : calls)
      if (call.type != EventType::fail) calls_.push_back(&call);
  }
  bool few() const { return calls_.size() <= k_few; }
  bool linearizable() {
    todo_ = {{0, machine_->initial()}};
    while (!todo_.empty()) {
      const auto [done, state] = todo_.back();
      todo_.pop_back();
      if (seen_.emplace(done, state).second && extend(done, state)) return true;
    }
    return false;
  }

 private:
  /// True if all that had to happen is in `done`.
  bool extend(std::uint32_t done, StateId state) {
    // Whoever returned first among the calls to come bounds who may be next.
    std::int64_t bound = k_open;
    bool complete = true;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if ((done >> i & 1) != 0 || calls_[i]->type != EventType::ok) continue;
      bound = std::min(bound, calls_[i]->returned);
      complete = false;
    }
    for (std::size_t i = 0; i < calls_.size() && !complete; ++i) {
      if ((done >> i & 1) != 0 || calls_[i]->invoked > bound) continue;
      const StateId next = machine_->step(state, machine_->effect(*calls_[i]));
      if (next != k_illegal) todo_.emplace_back(done | 1U << i, next);
    }
    return complete;
  }

  std::unique_ptr<Machine> machine_;
  std::vector<const Call*> calls_;
  std::vector<std::pair<std::uint32_t, StateId>> todo_;
  std::set<std::pair<std::uint32_t, StateId>> seen_;
};

}  // namespace

std::string cross_check(const std::vector<Call>& calls, const ModelEntry& model,
                        const Value& initial, Validity decided, Budget& budget) {
  if (decided == Validity::unknown) return "";
  const auto disagrees = [&](const char* who, Validity says) {
    return says == Validity::unknown || says == decided
               ? std::string()
               : str("the engines disagree, which is a bug of plumbline: decided ",
                     to_string(decided), ", but ", who, " says ", to_string(says));
  };
  const auto validity = [](bool linearizable) {
    return linearizable ? Validity::valid : Validity::invalid;
  };
  std::string wrong;
  if (EveryOrder every(calls, model, initial); every.few())
    wrong = disagrees("trying every order", validity(every.linearizable()));
  const std::vector<NormalCall> normal = normalise(calls, model);
  for (std::size_t i = 0; wrong.empty() && i < model.deciders.size(); ++i)
    if (const auto answer = model.deciders[i].decide(normal, model, initial, budget))
      wrong = disagrees(model.deciders[i].name, validity(answer->linearizable));
  for (const auto& [part, name, shares] : {std::tuple(Search::Part::deep, "depth-first search", 2),
                                           {Search::Part::broad, "breadth-first search", 1}}) {
    if (!wrong.empty()) break;
    Budget own(budget.remaining() / shares, budget.memory(), budget.stop());
    const auto machine = model.machine(initial);
    const Timeline timeline(normal, *machine);
    wrong = disagrees(name, search(timeline, *machine, own, false, part).validity);
  }
  return wrong;
}

}  // namespace plumbline
