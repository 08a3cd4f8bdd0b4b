#include "checker/decide.h"

#include <algorithm>

#include "checker/order.h"
#include "checker/race.h"
#include "core/base/check.h"

namespace plumbline {
namespace {

/// Plays a search's path again and notes everything that took effect on the way: the moves, the
/// observers (rule 1 of moves.h), and what was left optional (rule 3), as early as it can be.
class Replay {
 public:
  Replay(const Timeline& timeline, Machine& machine, const std::vector<NormalCall>& calls,
         const SearchResult& found)
      : timeline_(timeline),
        machine_(machine),
        calls_(calls),
        found_(found),
        moved_(calls.size(), false),
        placed_(calls.size(), false),
        used_(timeline.classes.size(), 0) {
    for (const std::uint32_t move : found.path.moves)
      if ((move & Moves::k_class) == 0) moved_[move] = true;
  }

  std::vector<const Call*> order() {
    Cursor cursor(timeline_);
    std::size_t at = 0;
    for (std::size_t step = 0; step < timeline_.steps(); ++step, cursor.forth()) {
      pending_.clear();
      for (const std::uint32_t item : cursor.open())
        if (item != Cursor::k_free && !moved_[item] && !placed_[item]) pending_.push_back(item);
      place_idle();
      for (; at < found_.path.ends[step]; ++at) move(found_.path.moves[at]);
      CHECK(placed_[timeline_.returns[step]], "a call returned that the path never placed");
    }
    return std::move(order_);
  }

 private:
  void place(std::uint32_t item) {
    state_ = machine_.step(state_, timeline_.items[item].effect);
    placed_[item] = true;
    order_.push_back(calls_[item].call);
  }
  /// Pending calls that leave this state as it is.
  void place_idle() {
    std::erase_if(pending_, [&](std::uint32_t item) {
      const bool idle = machine_.step(state_, timeline_.items[item].effect) == state_;
      if (idle) place(item);
      return idle;
    });
  }
  void move(std::uint32_t move) {
    std::uint32_t item = move;
    if ((move & Moves::k_class) != 0) {
      const std::uint32_t c = move & ~Moves::k_class;
      item = timeline_.classes[c].members[used_[c]++];
    }
    if (timeline_.items[item].role == Role::overwrite)
      std::erase_if(pending_, [&](std::uint32_t hidden) {
        const bool overwrite = timeline_.items[hidden].role == Role::overwrite;
        if (overwrite) place(hidden);
        return overwrite;
      });
    place(item);
    place_idle();
  }

  const Timeline& timeline_;
  Machine& machine_;
  const std::vector<NormalCall>& calls_;
  const SearchResult& found_;
  std::vector<bool> moved_, placed_;
  std::vector<std::uint32_t> used_, pending_;
  std::vector<const Call*> order_;
  StateId state_ = 0;
};

Decision directly(const DirectAnswer& direct, const char* means) {
  Decision decision{.validity = direct.linearizable ? Validity::valid : Validity::invalid,
                    .ordered = direct.linearizable,
                    .means = means};
  for (const NormalCall* c : direct.order) decision.order.push_back(c->call);
  for (const NormalCall* c : direct.core) decision.core.push_back(c->call);
  return decision;
}

Decision by_search(const std::vector<NormalCall>& calls, const ModelEntry& model,
                   const Value& initial, Budget& budget) {
  const auto machine = model.machine(initial);
  const Timeline timeline(calls, *machine);
  const SearchResult found = race(calls, model, initial, timeline, *machine, budget);
  Decision decision{.validity = found.validity, .why = found.why, .means = "search"};
  if (found.validity == Validity::invalid) decision.position = found.position;
  if (found.validity == Validity::unknown && found.step < timeline.steps())
    decision.position = timeline.position(found.step);
  if (found.validity == Validity::valid) {
    decision.order = Replay(timeline, *machine, calls, found).order();
    decision.ordered = true;
  }
  return decision;
}

}  // namespace

Decision decide(const std::vector<Call>& calls, const ModelEntry& widest, const Value& initial,
                Budget& budget) {
  const ModelEntry& model = fitting(widest, calls);
  const std::vector<NormalCall> normal = normalise(calls, model);
  Decision decision;
  for (const DirectDecider& decider : model.deciders) {
    const auto answer = decider.decide(normal, model, initial, budget);
    if (!answer) continue;
    decision = directly(*answer, decider.name);
    break;
  }
  if (*decision.means == '\0') decision = by_search(normal, model, initial, budget);
  // How a call ended that was open when all failed may have had its part in that.
  if (decision.validity == Validity::invalid && decision.position != k_open)
    decision.position = all_known(calls, decision.position);
  if (decision.ordered) {
    const auto machine = model.machine(initial);
    const std::string wrong = verify_order(calls, decision.order, *machine);
    CHECK(wrong.empty(), wrong);
  }
  return decision;
}

std::vector<Call> prefix(const std::vector<Call>& calls, std::int64_t position) {
  std::vector<Call> before;
  for (const Call& call : calls) {
    if (call.invoked >= position) break;
    before.push_back(call);
    if (call.type == EventType::info || call.returned < position) continue;
    before.back().type = EventType::info;
    before.back().returned = k_open;
    before.back().result = Value();
  }
  return before;
}

std::int64_t all_known(const std::vector<Call>& calls, std::int64_t position) {
  std::int64_t known = position;
  for (const Call& call : calls)
    if (call.invoked < position && call.returned != k_open) known = std::max(known, call.returned);
  return known;
}

}  // namespace plumbline
