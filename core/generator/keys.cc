#include <algorithm>

#include "core/base/text.h"
#include "core/generator/combinators.h"
#include "core/generator/wrap.h"

namespace plumbline::gen {
namespace {

class IndependentKeys final : public Gen {
 public:
  struct Rule {
    std::size_t threads_per_key;
    std::function<GenPtr(Value)> make;
  };
  struct Group {
    Value key;
    GenPtr gen;  // null: before its first key, or after the last
  };
  struct State {
    std::vector<Group> groups;  // empty before the first question
    std::int64_t next_key = 0;
    bool keys_ended = false;
  };
  IndependentKeys(std::shared_ptr<const Rule> rule, State state)
      : rule_(std::move(rule)), state_(std::move(state)) {}

  Answer next(const Context& context) const override {
    State state = state_;
    const std::size_t base = context.first_client();
    const std::size_t clients = context.threads.size() - base;
    if (clients == 0) return Exhausted{};
    if (state.groups.empty())
      state.groups.resize(std::max<std::size_t>(1, clients / rule_->threads_per_key));
    Soonest soonest(*context.rng);
    for (std::size_t i = 0; i < state.groups.size(); ++i) {
      const std::size_t begin = base + first_of(i, state.groups.size(), clients);
      const std::size_t end = base + first_of(i + 1, state.groups.size(), clients);
      Answer answer = ask(state, state.groups[i], context.slice(begin, end));
      if (GenPtr moved = soonest.offer(std::move(answer), i, end - begin))
        state.groups[i].gen = std::move(moved);
    }
    if (soonest.exhausted()) return Exhausted{};
    const auto who = soonest.who();
    if (!who) return Pending{with(std::move(state)), soonest.until()};
    Next next = std::move(soonest.next());
    Group& group = state.groups[*who];
    next.planned.operation.key = group.key;
    group.gen = std::move(next.then);
    next.then = with(std::move(state));
    return next;
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    const std::size_t base = context.first_client();
    const std::size_t clients = context.threads.size() - base;
    for (std::size_t i = 0; i < state_.groups.size(); ++i) {
      const Group& group = state_.groups[i];
      if (!group.gen || group.key != event.key) continue;
      const std::size_t begin = base + first_of(i, state_.groups.size(), clients);
      const std::size_t end = base + first_of(i + 1, state_.groups.size(), clients);
      GenPtr gen = group.gen->update(context.slice(begin, end), thread, event);
      if (gen == group.gen) break;
      State state = state_;
      state.groups[i].gen = std::move(gen);
      return with(std::move(state));
    }
    return shared_from_this();
  }

 private:
  /// Position among the clients of the first thread of a group: sizes differ by one at most.
  static std::size_t first_of(std::size_t group, std::size_t groups, std::size_t clients) {
    return group * clients / groups;
  }
  GenPtr with(State state) const {
    return std::make_shared<IndependentKeys>(rule_, std::move(state));
  }
  /// The answer of the group's key, or of the next key if that one is used up.
  Answer ask(State& state, Group& group, const Context& context) const {
    if (group.gen) {
      Answer answer = group.gen->next(context);
      if (!std::holds_alternative<Exhausted>(answer)) return answer;
      group.gen = nullptr;
    }
    if (state.keys_ended) return Exhausted{};
    group.key = Value(str("k", state.next_key));
    group.gen = rule_->make(group.key);
    Answer answer = group.gen ? group.gen->next(context) : Exhausted{};
    if (std::holds_alternative<Exhausted>(answer)) {
      group.gen = nullptr;
      state.keys_ended = true;
      return answer;
    }
    ++state.next_key;
    return answer;
  }

  std::shared_ptr<const Rule> rule_;
  State state_;
};

}  // namespace

GenPtr independent_keys(int threads_per_key, std::function<GenPtr(Value key)> make) {
  CHECK(threads_per_key > 0, "a key needs a thread");
  auto rule = std::make_shared<const IndependentKeys::Rule>(
      static_cast<std::size_t>(threads_per_key), std::move(make));
  return std::make_shared<IndependentKeys>(std::move(rule), IndependentKeys::State{});
}

}  // namespace plumbline::gen
