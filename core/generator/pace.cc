#include <algorithm>
#include <optional>

#include "core/generator/combinators.h"
#include "core/generator/wrap.h"

namespace plumbline::gen {
namespace {

// What a busy machine takes to wake a thread is made up for, at any pace.
constexpr Nanos k_made_up = 10ms;

class Stagger final : public Wrapper {
 public:
  Stagger(Nanos mean, std::optional<Nanos> due, GenPtr gen)
      : Wrapper(std::move(gen)), mean_(mean), due_(due) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    Planned* planned = operation_in(answer);
    if (!planned) return pass_on(std::move(answer));
    const Nanos due = due_.value_or(planned->time);
    const bool on_schedule = planned->time <= due + std::max(mean_, k_made_up);
    planned->time = std::max(planned->time, due);
    const auto widest = static_cast<std::uint64_t>(2 * mean_.count());
    const Nanos gap(static_cast<std::int64_t>(context.rng->below(widest + 1)));
    const Nanos next_due = (on_schedule ? due : planned->time) + gap;
    return rewrap(std::move(answer), [&](GenPtr gen) {
      return std::make_shared<Stagger>(mean_, next_due, std::move(gen));
    });
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Stagger>(mean_, due_, std::move(gen));
  }
  Nanos mean_;
  std::optional<Nanos> due_;  // of the next operation; the first is due when it is asked for
};

class Delay final : public Wrapper {
 public:
  Delay(Nanos gap, Nanos due, GenPtr gen) : Wrapper(std::move(gen)), gap_(gap), due_(due) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    Planned* planned = operation_in(answer);
    if (!planned) return pass_on(std::move(answer));
    planned->time = std::max(planned->time, due_);
    const Nanos next_due = planned->time + gap_;
    return rewrap(std::move(answer), [&](GenPtr gen) {
      return std::make_shared<Delay>(gap_, next_due, std::move(gen));
    });
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Delay>(gap_, due_, std::move(gen));
  }
  Nanos gap_;
  Nanos due_;
};

class TimeLimit final : public Wrapper {
 public:
  TimeLimit(Nanos duration, std::optional<Nanos> end, GenPtr gen)
      : Wrapper(std::move(gen)), duration_(duration), end_(end) {}

  Answer next(const Context& context) const override {
    if (end_ && context.time >= *end_) return Exhausted{};
    Answer answer = inner()->next(context);
    if (auto* next = std::get_if<Next>(&answer)) {
      const Nanos end = end_.value_or(next->planned.time + duration_);
      // Too late as things stand; but a thread that comes free may still have a sooner one.
      if (next->planned.time >= end) return Pending{ending(end, inner()), end};
      next->then = ending(end, std::move(next->then));
    } else if (auto* pending = std::get_if<Pending>(&answer)) {
      const bool clock_runs = end_ || pending->until != k_never;  // it sleeps: no thread is lacking
      if (!clock_runs) return pass_on(std::move(answer));
      const Nanos end = end_.value_or(context.time + duration_);
      pending->then = ending(end, pending->then ? std::move(pending->then) : inner());
      pending->until = std::min(pending->until, end);
    }
    return answer;
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<TimeLimit>(duration_, end_, std::move(gen));
  }
  GenPtr ending(Nanos end, GenPtr gen) const {
    return std::make_shared<TimeLimit>(duration_, end, std::move(gen));
  }
  Nanos duration_;
  std::optional<Nanos> end_;  // known once it has started
};

}  // namespace

GenPtr stagger(Nanos mean, GenPtr gen) {
  CHECK(mean >= Nanos::zero(), "a pace cannot be negative");
  return std::make_shared<Stagger>(mean, std::nullopt, std::move(gen));
}
GenPtr delay(Nanos gap, GenPtr gen) {
  return std::make_shared<Delay>(gap, Nanos::zero(), std::move(gen));
}
GenPtr time_limit(Nanos duration, GenPtr gen) {
  return std::make_shared<TimeLimit>(duration, std::nullopt, std::move(gen));
}

}  // namespace plumbline::gen
