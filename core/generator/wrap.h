#pragma once
/// What the combinators share: how to pass an inner generator's answer on, and how to choose the
/// soonest of several. Private to core/generator.

#include <optional>
#include <utility>

#include "core/generator/gen.h"

namespace plumbline::gen {

/// `answer` with whatever comes after it put through `wrap` (GenPtr -> GenPtr).
template <class Wrap>
Answer rewrap(Answer&& answer, const Wrap& wrap) {
  if (auto* next = std::get_if<Next>(&answer)) {
    next->then = wrap(std::move(next->then));
  } else if (auto* pending = std::get_if<Pending>(&answer); pending && pending->then) {
    pending->then = wrap(std::move(pending->then));
  }
  return std::move(answer);
}

/// The answer of `gen`, given by another generator that it replaces.
inline Answer become(const GenPtr& gen, const Context& context) {
  Answer answer = gen->next(context);
  if (auto* pending = std::get_if<Pending>(&answer); pending && !pending->then) pending->then = gen;
  return answer;
}

/// `operation` now, on any free thread.
Answer take(const Context& context, Operation operation, GenPtr then);

/// The operation in `answer`; null if there is none, or only a note.
inline Planned* operation_in(Answer& answer) {
  auto* next = std::get_if<Next>(&answer);
  return next && next->planned.note.empty() ? &next->planned : nullptr;
}

/// A generator around one other, which hears of every event.
class Wrapper : public Gen {
 public:
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    if (!inner_listens_) return shared_from_this();
    GenPtr gen = gen_->update(context, thread, event);
    return gen == gen_ ? shared_from_this() : around(std::move(gen));
  }
  bool listens() const override { return inner_listens_; }

 protected:
  explicit Wrapper(GenPtr gen) : gen_(std::move(gen)), inner_listens_(gen_->listens()) {}
  /// This wrapper, in the state it is in, around `gen`.
  virtual GenPtr around(GenPtr gen) const = 0;
  const GenPtr& inner() const { return gen_; }
  Answer pass_on(Answer&& answer) const {
    return rewrap(std::move(answer), [this](GenPtr gen) { return around(std::move(gen)); });
  }

 private:
  GenPtr gen_;
  bool inner_listens_;
};

/// Of the answers offered, the operation that is due first; among equals each has a chance in
/// proportion to its weight.
class Soonest {
 public:
  explicit Soonest(Rng& rng) : rng_(rng) {}

  /// Takes the answer of number `who`. Gives the generator to put in its place whichever is chosen
  /// (null: nothing changed).
  GenPtr offer(Answer answer, std::size_t who, std::uint64_t weight = 1);

  /// Who was chosen; nothing if none has an operation.
  std::optional<std::size_t> who() const {
    return best_ ? std::optional<std::size_t>(who_) : std::nullopt;
  }
  Next& next() { return *best_; }             ///< Requires: who().
  bool exhausted() const { return !alive_; }  ///< every answer was Exhausted
  Nanos until() const { return until_; }      ///< the earliest of the Pending ones

  /// The answer of the whole whose parts were offered: put(who, gen) takes a part's place,
  /// whole() is made of the parts as they are then.
  template <class Put, class Whole>
  Answer settle(const Put& put, const Whole& whole) {
    if (!alive_) return Exhausted{};
    if (!best_) return Pending{changed_ ? whole() : nullptr, until_};
    put(who_, std::move(best_->then));
    best_->then = whole();
    return std::move(*best_);
  }

 private:
  Rng& rng_;
  std::optional<Next> best_;
  std::size_t who_ = 0;
  std::uint64_t tied_ = 0;  // weights of all that are due at the best time
  bool alive_ = false;
  bool changed_ = false;
  Nanos until_ = k_never;
};

}  // namespace plumbline::gen
