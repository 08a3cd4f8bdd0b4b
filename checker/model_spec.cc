#include "checker/model_spec.h"

#include <list>

namespace plumbline {
namespace {

class ModelSpec : public verifying::Spec {
 public:
  ModelSpec(const ModelEntry& model, const Value& initial)
      : model_(model), object_(std::make_shared<Object>(model.machine(initial))) {}

  bool knows(const Call& call) const override { return refusal(model_, call).empty(); }
  bool step(const Call& call) override {
    const Call& kept = object_->calls.emplace_back(call);
    state_ = object_->machine->step(state_, object_->machine->effect(kept));
    return state_ != k_illegal;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<ModelSpec>(*this); }
  std::string show() const override { return std::to_string(state_); }
  bool by_process() const override { return object_->machine->by_process(); }

  bool observes(const Call& call) const override { return model_.role(call) == Role::observer; }
  /// Only of cells is the state a value that an object can be started from.
  std::optional<Value> settles(const Call& call) const override {
    if (model_.transition == nullptr) return std::nullopt;
    const Transition change = model_.transition(call);
    const std::optional<Value>& left = change.to ? change.to : change.from;
    return left && model_.initial(*left) == *left ? left : std::nullopt;
  }

 private:
  /// What all copies share. The machine numbers states, and keeps calls by their address.
  struct Object {
    std::unique_ptr<Machine> machine;
    std::list<Call> calls{};
  };

  const ModelEntry& model_;
  std::shared_ptr<Object> object_;
  StateId state_ = 0;
};

}  // namespace

verifying::SpecSource specs_of(const ModelEntry& model) {
  return [&model](const Value& initial) -> std::unique_ptr<verifying::Spec> {
    if (auto spec = verifying::spec_of(model.info.name, initial)) return spec;
    return std::make_unique<ModelSpec>(model, initial);
  };
}

}  // namespace plumbline
