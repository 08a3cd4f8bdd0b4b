#include "core/generator/validate.h"

#include <unordered_set>

#include "core/generator/wrap.h"

namespace plumbline::gen {
namespace {

class Validate final : public Wrapper {
 public:
  using Keys = std::shared_ptr<const std::unordered_set<Value>>;
  Validate(Keys keys, GenPtr gen) : Wrapper(std::move(gen)), keys_(std::move(keys)) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    if (const auto* next = std::get_if<Next>(&answer)) {
      CHECK(next->then != nullptr, "an operation comes with the generator that follows it");
      CHECK(next->planned.time >= context.time, "an operation is not planned in the past");
    }
    const Planned* planned = operation_in(answer);
    if (!planned) return pass_on(std::move(answer));
    CHECK(!planned->operation.f.empty(), "an operation has an f");
    CHECK(context.is_free(planned->thread), "an operation is given to a free thread");
    Keys keys = keys_;
    if (!keys->contains(planned->operation.key)) {
      auto more = std::make_shared<std::unordered_set<Value>>(*keys);
      more->insert(planned->operation.key);
      keys = std::move(more);
    }
    return rewrap(std::move(answer),
                  [&keys](GenPtr gen) { return std::make_shared<Validate>(keys, std::move(gen)); });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    CHECK(event.key.is_nil() || keys_->contains(event.key), "an event has a key that was given");
    return Wrapper::update(context, thread, event);
  }

 private:
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<Validate>(keys_, std::move(gen));
  }
  Keys keys_;
};

}  // namespace

GenPtr validate(GenPtr gen) {
  return std::make_shared<Validate>(std::make_shared<const std::unordered_set<Value>>(),
                                    std::move(gen));
}

}  // namespace plumbline::gen
