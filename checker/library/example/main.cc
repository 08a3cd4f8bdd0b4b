// A project that uses the checker: a model of its own, a history made by hand, the verdict, and its
// certificate verified.

#include <plumbline/checker.h>

#include <iostream>

namespace {

using plumbline::Call;
using plumbline::EventType;
using plumbline::Value;

/// A gate that lets at most two in at a time.   enter    leave
struct Gate {
  using State = std::int64_t;  ///< how many are in
  static State initial(const Value&) { return 0; }
  static std::string refuse(const Call& call) {
    return call.f == "enter" || call.f == "leave" ? "" : "the operation must be enter or leave";
  }
  static plumbline::Role role(const Call&) { return plumbline::Role::update; }
  static std::optional<State> step(State in, const Call& call) {
    const State after = call.f == "enter" ? in + 1 : in - 1;
    return after < 0 || after > 2 ? std::nullopt : std::optional(after);
  }
  static std::string why_not(State in, const Call& call) {
    return call.f + " when " + std::to_string(in) + " are in";
  }
  static std::string describe(State in) { return std::to_string(in) + " in"; }
};

/// Three enter one after the other, and nobody leaves.
plumbline::History three_enter() {
  plumbline::History history;
  for (int process = 0; process < 3; ++process)
    for (const EventType type : {EventType::invoke, EventType::ok}) {
      plumbline::Event event;
      event.index = static_cast<std::int64_t>(history.size());
      event.process = process;
      event.type = type;
      event.f = "enter";
      history.push_back(event);
    }
  return history;
}

}  // namespace

int main() {
  if (const auto added = plumbline::register_model<Gate>("gate", "at most two are in"); !added) {
    std::cerr << added.error().what << "\n";
    return 2;
  }
  const plumbline::History history = three_enter();
  plumbline::CheckOptions options;
  options.model = "gate";
  const plumbline::Verdict verdict = plumbline::check_linearizable(history, options);
  std::cout << plumbline::to_string(verdict.validity) << ": " << verdict.reason << "\n";

  plumbline::History two(history.begin(), history.begin() + 4);
  const plumbline::Verdict fine = plumbline::check_linearizable(two, options);
  std::cout << "without the third: " << plumbline::to_string(fine.validity) << "\n";
  const bool as_expected = verdict.validity == plumbline::Validity::invalid &&
                           fine.validity == plumbline::Validity::valid;
  return as_expected ? 0 : 1;
}
