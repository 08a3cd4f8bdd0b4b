#include <algorithm>

#include "core/generator/combinators.h"
#include "core/generator/wrap.h"

namespace plumbline::gen {
namespace {

/// Two in a row; a longer sequence is a chain, so that moving on costs the same at any length.
class Chain final : public Gen {
 public:
  Chain(GenPtr head, GenPtr tail)
      : head_(std::move(head)),
        tail_(std::move(tail)),
        head_listens_(head_->listens()),
        tail_listens_(tail_->listens()) {}

  Answer next(const Context& context) const override {
    Answer answer = head_->next(context);
    if (std::holds_alternative<Exhausted>(answer)) return become(tail_, context);
    return rewrap(std::move(answer),
                  [this](GenPtr head) { return std::make_shared<Chain>(std::move(head), tail_); });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    GenPtr head = head_listens_ ? head_->update(context, thread, event) : head_;
    GenPtr tail = tail_listens_ ? tail_->update(context, thread, event) : tail_;
    if (head == head_ && tail == tail_) return shared_from_this();
    return std::make_shared<Chain>(std::move(head), std::move(tail));
  }
  bool listens() const override { return head_listens_ || tail_listens_; }

 private:
  GenPtr head_;
  GenPtr tail_;
  bool head_listens_;
  bool tail_listens_;
};

class Repeat final : public Wrapper {
 public:
  Repeat(std::int64_t left, GenPtr gen) : Wrapper(std::move(gen)), left_(left) {}

  Answer next(const Context& context) const override {
    if (left_ <= 0) return Exhausted{};
    Answer answer = inner()->next(context);
    auto* next = std::get_if<Next>(&answer);
    if (!next) return pass_on(std::move(answer));
    next->then = std::make_shared<Repeat>(left_ - 1, inner());
    return answer;
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Repeat>(left_, std::move(gen));
  }
  std::int64_t left_;
};

class Cycle final : public Wrapper {
 public:
  Cycle(GenPtr fresh, GenPtr now, bool gave)
      : Wrapper(std::move(now)), fresh_(std::move(fresh)), gave_(gave) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    if (std::holds_alternative<Exhausted>(answer)) {
      if (!gave_) return answer;
      return become(std::make_shared<Cycle>(fresh_, fresh_, false), context);
    }
    return rewrap(std::move(answer), [this](GenPtr now) {
      return std::make_shared<Cycle>(fresh_, std::move(now), true);
    });
  }

 private:
  GenPtr around(GenPtr now) const override {
    return std::make_shared<Cycle>(fresh_, std::move(now), gave_);
  }
  GenPtr fresh_;
  bool gave_;  // an operation or a sleep since it was fresh
};

class Limit final : public Wrapper {
 public:
  Limit(std::int64_t left, GenPtr gen) : Wrapper(std::move(gen)), left_(left) {}

  Answer next(const Context& context) const override {
    if (left_ <= 0) return Exhausted{};
    Answer answer = inner()->next(context);
    const std::int64_t left = left_ - (operation_in(answer) ? 1 : 0);
    return rewrap(std::move(answer),
                  [left](GenPtr gen) { return std::make_shared<Limit>(left, std::move(gen)); });
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Limit>(left_, std::move(gen));
  }
  std::int64_t left_;
};

class Synchronize final : public Wrapper {
 public:
  explicit Synchronize(GenPtr gen) : Wrapper(std::move(gen)) {}

  Answer next(const Context& context) const override {
    if (!context.all_free()) return Pending{};
    return become(inner(), context);
  }

 private:
  GenPtr around(GenPtr gen) const override { return std::make_shared<Synchronize>(std::move(gen)); }
};

class FlipFlop final : public Gen {
 public:
  FlipFlop(GenPtr turn, GenPtr other) : turn_(std::move(turn)), other_(std::move(other)) {}

  Answer next(const Context& context) const override {
    Answer answer = turn_->next(context);
    const bool flips = operation_in(answer);
    return rewrap(std::move(answer), [this, flips](GenPtr turn) {
      return flips ? std::make_shared<FlipFlop>(other_, std::move(turn))
                   : std::make_shared<FlipFlop>(std::move(turn), other_);
    });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    GenPtr turn = turn_->update(context, thread, event);
    GenPtr other = other_->update(context, thread, event);
    if (turn == turn_ && other == other_) return shared_from_this();
    return std::make_shared<FlipFlop>(std::move(turn), std::move(other));
  }

 private:
  GenPtr turn_;
  GenPtr other_;
};

class UntilOk final : public Wrapper {
 public:
  UntilOk(std::vector<Thread> open, GenPtr gen) : Wrapper(std::move(gen)), open_(std::move(open)) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    std::vector<Thread> open = open_;
    if (const Planned* planned = operation_in(answer)) open.push_back(planned->thread);
    return rewrap(std::move(answer), [&open](GenPtr gen) {
      return std::make_shared<UntilOk>(std::move(open), std::move(gen));
    });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    const auto ours = std::find(open_.begin(), open_.end(), thread);
    if (ours == open_.end() || event.type == EventType::invoke)
      return Wrapper::update(context, thread, event);
    if (event.type == EventType::ok) return nothing();
    std::vector<Thread> open = open_;
    std::erase(open, thread);
    return std::make_shared<UntilOk>(std::move(open), inner()->update(context, thread, event));
  }
  bool listens() const override { return !open_.empty() || Wrapper::listens(); }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<UntilOk>(open_, std::move(gen));
  }
  std::vector<Thread> open_;  // threads with a call that was given from here
};

}  // namespace

GenPtr sequence(Gens gens) {
  GenPtr chain = gens.empty() ? nothing() : gens.back();
  for (std::size_t i = gens.size(); i-- > 1;)
    chain = std::make_shared<Chain>(std::move(gens[i - 1]), std::move(chain));
  return chain;
}
GenPtr repeat(std::int64_t times, GenPtr gen) {
  return std::make_shared<Repeat>(times, std::move(gen));
}
GenPtr cycle(GenPtr gen) { return std::make_shared<Cycle>(gen, gen, false); }
GenPtr limit(std::int64_t count, GenPtr gen) {
  return std::make_shared<Limit>(count, std::move(gen));
}
GenPtr synchronize(GenPtr gen) { return std::make_shared<Synchronize>(std::move(gen)); }
GenPtr phases(Gens gens) {
  for (GenPtr& gen : gens) gen = synchronize(std::move(gen));
  return sequence(std::move(gens));
}
GenPtr then(GenPtr first, GenPtr second) { return phases({std::move(first), std::move(second)}); }
GenPtr flip_flop(GenPtr a, GenPtr b) {
  return std::make_shared<FlipFlop>(std::move(a), std::move(b));
}
GenPtr until_ok(GenPtr gen) {
  return std::make_shared<UntilOk>(std::vector<Thread>{}, std::move(gen));
}

}  // namespace plumbline::gen
