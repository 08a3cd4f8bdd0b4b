#include "core/generator/combinators.h"
#include "core/generator/wrap.h"

namespace plumbline::gen {

Answer take(const Context& context, Operation operation, GenPtr then) {
  if (context.threads.empty()) return Exhausted{};  // no thread will ever come
  if (context.free.empty()) return Pending{};
  const Thread thread = context.free[context.rng->below(context.free.size())];
  return Next{{std::move(operation), thread, context.time, {}}, std::move(then)};
}

namespace {

/// One that goes by its own state and the clock alone.
class Source : public Gen {
 public:
  bool listens() const final { return false; }
};

class Nothing final : public Source {
 public:
  Answer next(const Context&) const override { return Exhausted{}; }
};

class Fixed final : public Source {
 public:
  Fixed(Operation operation, bool endless) : operation_(std::move(operation)), endless_(endless) {}
  Answer next(const Context& context) const override {
    return take(context, operation_, endless_ ? shared_from_this() : nothing());
  }

 private:
  Operation operation_;
  bool endless_;
};

class Drawn final : public Source {
 public:
  explicit Drawn(std::function<Operation(Rng&)> make) : make_(std::move(make)) {}
  Answer next(const Context& context) const override {
    if (context.free.empty()) return take(context, {}, nullptr);  // nothing is drawn in vain
    return take(context, make_(*context.rng), shared_from_this());
  }

 private:
  std::function<Operation(Rng&)> make_;
};

class Numbered final : public Source {
 public:
  using Make = std::shared_ptr<const std::function<Operation(std::int64_t)>>;
  Numbered(Make make, std::int64_t number) : make_(std::move(make)), number_(number) {}
  Answer next(const Context& context) const override {
    if (context.free.empty()) return take(context, {}, nullptr);
    return take(context, (*make_)(number_), std::make_shared<Numbered>(make_, number_ + 1));
  }

 private:
  Make make_;
  std::int64_t number_;
};

class SleepUntil final : public Source {
 public:
  explicit SleepUntil(Nanos end) : end_(end) {}
  Answer next(const Context& context) const override {
    if (context.time >= end_) return Exhausted{};
    return Pending{nullptr, end_};
  }

 private:
  Nanos end_;
};

class Sleep final : public Source {
 public:
  explicit Sleep(Nanos duration) : duration_(duration) {}
  Answer next(const Context& context) const override {
    return become(std::make_shared<SleepUntil>(context.time + duration_), context);
  }

 private:
  Nanos duration_;
};

class Log final : public Source {
 public:
  explicit Log(std::string text) : text_(std::move(text)) {}
  Answer next(const Context& context) const override {
    return Next{{{}, 0, context.time, text_}, nothing()};
  }

 private:
  std::string text_;
};

}  // namespace

GenPtr nothing() {
  static const GenPtr k_nothing = std::make_shared<Nothing>();
  return k_nothing;
}
GenPtr once(Operation operation) { return std::make_shared<Fixed>(std::move(operation), false); }
GenPtr repeat(Operation operation) { return std::make_shared<Fixed>(std::move(operation), true); }
GenPtr from(std::function<Operation(Rng&)> make) {
  return std::make_shared<Drawn>(std::move(make));
}
GenPtr numbered(std::function<Operation(std::int64_t)> make) {
  return std::make_shared<Numbered>(
      std::make_shared<const std::function<Operation(std::int64_t)>>(std::move(make)), 0);
}
GenPtr sleep(Nanos duration) { return std::make_shared<Sleep>(duration); }
GenPtr log(std::string text) {
  return text.empty() ? nothing() : std::make_shared<Log>(std::move(text));
}

}  // namespace plumbline::gen
