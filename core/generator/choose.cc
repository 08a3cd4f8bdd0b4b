#include <algorithm>

#include "core/generator/combinators.h"
#include "core/generator/wrap.h"

namespace plumbline::gen {

GenPtr Soonest::offer(Answer answer, std::size_t who, std::uint64_t weight) {
  if (auto* pending = std::get_if<Pending>(&answer)) {
    alive_ = true;
    until_ = std::min(until_, pending->until);
    changed_ = changed_ || pending->then;
    return std::move(pending->then);
  }
  auto* next = std::get_if<Next>(&answer);
  if (!next) return nullptr;
  alive_ = true;
  if (best_ && next->planned.time > best_->planned.time) return nullptr;
  const bool sooner = !best_ || next->planned.time < best_->planned.time;
  tied_ = sooner ? weight : tied_ + weight;
  if (!sooner && rng_.below(tied_) >= weight) return nullptr;
  best_ = std::move(*next);
  who_ = who;
  return nullptr;
}

namespace {

/// All of `gens`, told of an event; nothing if none of them changes.
std::optional<Gens> update_all(const Gens& gens, const Context& context, Thread thread,
                               const Event& event) {
  std::optional<Gens> changed;
  for (std::size_t i = 0; i < gens.size(); ++i) {
    GenPtr gen = gens[i]->update(context, thread, event);
    if (gen == gens[i]) continue;
    if (!changed) changed = gens;
    (*changed)[i] = std::move(gen);
  }
  return changed;
}

class Any final : public Gen {
 public:
  explicit Any(Gens gens) : gens_(std::move(gens)) {}

  Answer next(const Context& context) const override {
    Gens gens = gens_;
    Soonest soonest(*context.rng);
    const auto put = [&gens](std::size_t i, GenPtr gen) { gens[i] = std::move(gen); };
    for (std::size_t i = 0; i < gens.size(); ++i)
      if (GenPtr moved = soonest.offer(gens[i]->next(context), i)) put(i, std::move(moved));
    return soonest.settle(put, [&gens] { return std::make_shared<Any>(std::move(gens)); });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    auto changed = update_all(gens_, context, thread, event);
    return changed ? std::make_shared<Any>(std::move(*changed)) : shared_from_this();
  }

 private:
  Gens gens_;
};

class Mix final : public Gen {
 public:
  /// `turn`: whose operation is next, modulo how many are left; nothing before the first draw.
  Mix(Gens gens, std::optional<std::uint64_t> turn) : gens_(std::move(gens)), turn_(turn) {}

  Answer next(const Context& context) const override {
    Gens gens = gens_;
    std::uint64_t turn = turn_ ? *turn_ : context.rng->next();
    while (!gens.empty()) {
      const std::size_t drawn = turn % gens.size();
      Answer answer = gens[drawn]->next(context);
      if (!std::holds_alternative<Exhausted>(answer))
        return settle(context, std::move(gens), drawn, std::move(answer));
      gens.erase(gens.begin() + static_cast<std::ptrdiff_t>(drawn));
      turn = context.rng->next();
    }
    return Exhausted{};
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    auto changed = update_all(gens_, context, thread, event);
    return changed ? std::make_shared<Mix>(std::move(*changed), turn_) : shared_from_this();
  }

 private:
  /// The drawn one's operation if it is due now, else the soonest of all.
  static Answer settle(const Context& context, Gens gens, std::size_t drawn, Answer answer) {
    const auto* first = std::get_if<Next>(&answer);
    const bool due = first && first->planned.time <= context.time;
    Soonest soonest(*context.rng);
    if (GenPtr moved = soonest.offer(std::move(answer), drawn)) gens[drawn] = std::move(moved);
    for (std::size_t i = 0; !due && i < gens.size(); ++i)
      if (i != drawn)
        if (GenPtr moved = soonest.offer(gens[i]->next(context), i)) gens[i] = std::move(moved);
    const auto who = soonest.who();
    // The draw stays, so that asking again in vain does not favour those that are ready.
    if (!who) return Pending{std::make_shared<Mix>(std::move(gens), drawn), soonest.until()};
    Next next = std::move(soonest.next());
    gens[*who] = std::move(next.then);
    next.then = std::make_shared<Mix>(std::move(gens), context.rng->next());
    return next;
  }

  Gens gens_;
  std::optional<std::uint64_t> turn_;
};

class Filter final : public Wrapper {
 public:
  using Keep = std::shared_ptr<const std::function<bool(const Operation&)>>;
  Filter(Keep keep, GenPtr gen) : Wrapper(std::move(gen)), keep_(std::move(keep)) {}

  Answer next(const Context& context) const override {
    GenPtr gen = inner();
    for (int tries = 0; tries < k_tries; ++tries) {
      Answer answer = become(gen, context);
      const Planned* planned = operation_in(answer);
      if (!planned || (*keep_)(planned->operation)) return pass_on(std::move(answer));
      gen = std::get<Next>(answer).then;
    }
    return Pending{around(std::move(gen)), context.time + k_rest};
  }

 private:
  // Refusals at one question, so that an endless generator of what is not wanted does not hang
  // whoever asks; and how long to leave it alone then.
  static constexpr int k_tries = 1000;
  static constexpr Nanos k_rest = 10ms;

  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Filter>(keep_, std::move(gen));
  }
  Keep keep_;
};

class Map final : public Wrapper {
 public:
  using Change = std::shared_ptr<const std::function<Operation(Operation)>>;
  Map(Change change, GenPtr gen) : Wrapper(std::move(gen)), change_(std::move(change)) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    if (Planned* planned = operation_in(answer))
      planned->operation = (*change_)(std::move(planned->operation));
    return pass_on(std::move(answer));
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Map>(change_, std::move(gen));
  }
  Change change_;
};

}  // namespace

GenPtr any(Gens gens) { return std::make_shared<Any>(std::move(gens)); }
GenPtr mix(Gens gens) { return std::make_shared<Mix>(std::move(gens), std::nullopt); }
GenPtr filter(std::function<bool(const Operation&)> keep, GenPtr gen) {
  return std::make_shared<Filter>(
      std::make_shared<const std::function<bool(const Operation&)>>(std::move(keep)),
      std::move(gen));
}
GenPtr map(std::function<Operation(Operation)> change, GenPtr gen) {
  return std::make_shared<Map>(
      std::make_shared<const std::function<Operation(Operation)>>(std::move(change)),
      std::move(gen));
}

}  // namespace plumbline::gen
