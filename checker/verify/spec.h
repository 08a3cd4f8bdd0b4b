#pragma once
/// Spec: one object, as the verifier replays it. Written apart from the models that the engines
/// use, so that a slip in one of them does not hide in the other.
///
/// A call that did not end ok has no answer: whatever it would have answered is allowed.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/history/history.h"

namespace plumbline::verifying {

/// What is known of an object at one instant.
struct Instant {
  std::set<std::int64_t> before{};  ///< those of the open calls that took effect by then, by id
  Value state{};                    ///< as spec_of() takes it
};

class Spec {
 public:
  Spec() = default;
  virtual ~Spec() = default;
  Spec& operator=(const Spec&) = delete;

  /// Is it an operation of this object, and does what it carries make sense? All other functions
  /// may only be asked of such.
  virtual bool knows(const Call& call) const = 0;
  /// Carries `call` out. False, and the state is then of no use, if it could not have ended as it
  /// did.
  virtual bool step(const Call& call) = 0;
  virtual std::unique_ptr<Spec> copy() const = 0;
  /// Different states show differently.
  virtual std::string show() const = 0;

  /// Does it matter to it which process calls?
  virtual bool by_process() const { return false; }

  // The rest is true in every state, and tells what the proof of a violation may leave out.

  /// It leaves the state as it is, whenever it is legal.
  virtual bool observes(const Call& call) const = 0;
  /// The state after it, as spec_of() takes it; nothing if that depends on the one before.
  virtual std::optional<Value> settles(const Call& /*call*/) const { return std::nullopt; }
  /// All states that there are, as spec_of() takes them; none: too many to list.
  virtual std::vector<Value> states() const { return {}; }
  /// Can at_instant() tell anything?
  virtual bool countable() const { return false; }
  /// What must hold at an instant by which the updates `ended` have happened, of those `open` some
  /// may have, and no others: which of them did, and the state; nothing if neither follows. This is
  /// the object's initial state.
  virtual std::optional<Instant> at_instant(const std::vector<const Call*>& /*ended*/,
                                            const std::vector<const Call*>& /*open*/) const {
    return std::nullopt;
  }
  /// False promises: if updates that are all false for `seer` are deleted from a legal order, so
  /// that everything else before `seer` stays, then `seer` is still legal.
  virtual bool may_see(const Call& /*seer*/, const Call& /*update*/) const { return true; }
  /// The parts that it names: what it puts in, takes out, or shows.
  virtual std::vector<Value> parts(const Call& /*call*/) const { return {}; }
  /// It consists of parts that do not touch each other, so that calls may be looked at as what they
  /// are to some of the parts alone.
  virtual bool has_parts() const { return false; }
  /// Turns `call` into what it is to the parts `only`: false if nothing.
  virtual bool narrow(Call& /*call*/, const std::set<Value>& /*only*/) const { return true; }
  /// The same of an initial state.
  virtual Value narrow_start(Value initial, const std::set<Value>& /*only*/) const {
    return initial;
  }
  /// It takes out what it finds, and nobody knows what that was.
  virtual bool takes_any(const Call& /*call*/) const { return false; }
  /// Did the calls `ended`, which happened, take out of each of the parts `only`, and say so, as
  /// much as was there at first and may have been put in by the calls `begun`? Then no other call
  /// took any of it.
  virtual bool all_taken(const Value& /*initial*/, const std::vector<const Call*>& /*begun*/,
                         const std::vector<const Call*>& /*ended*/,
                         const std::set<Value>& /*only*/) const {
    return false;
  }

 protected:
  Spec(const Spec&) = default;
};

/// In its initial state; `initial` nil: the model's own. Null if no model has this name.
std::unique_ptr<Spec> spec_of(const std::string& model, const Value& initial);

/// Makes the objects that one proof needs, from their initial state.
using SpecSource = std::function<std::unique_ptr<Spec>(const Value& initial)>;

}  // namespace plumbline::verifying
