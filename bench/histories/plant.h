#pragma once
/// Plant: one violation in a history, at its time, on the first key, and certain to be one.
///
/// When its share of the calls has begun, calls that could explain it away are barred from the key;
/// once those that are open have ended, one client plays the script, alone or among the calls that
/// are not barred. Why no order explains the result:
///
///   stale-read, lost-write, bad-cas of a register or kv: "write v", then "write x", then a read
///     answers v (a cas from v succeeds). v is a value of its own: whoever writes it is never
///     indeterminate, none is open when the script begins and none begins before it ends. So the
///     value differs from v from the write of x on. (lost-write: x had no effect; the answer is
///     what the object really holds. No other write of the key is on its way then.)
///   the same of a list, a grow-only set or a set: what an add that ended brought in is missing
///     from a read that began later; nothing takes it out again (set: no removal is ever
///     indeterminate on this key, none is open).
///   the same of a counter: the read is less than the sum of the adds that ended before it began.
///   phantom: the element was never added (counter: more than all that was ever added).
///   duplicate: two removals answer the same element, which was added once; a list holds it twice.
///   reorder: elements a and b are added one after the other, both in, and leave one after the
///     other in the wrong order, as each one's answers say. A list shows b before a.
///   wrong-empty, lost: a removal answers "empty" although more additions have ended than removals
///     have been answered and were indeterminate together; no removal is on its way. (lost: all
///     elements really vanished.)
///   double-grant: more acquires have been granted than releases called, by two. Indeterminate
///     acquires never happen here; they could only add to the first.

#include "bench/histories/object.h"

namespace plumbline::bench {

class Plant {
 public:
  explicit Plant(const Shape& shape);

  /// Must this call, should it be begun, get its answer?
  bool wants_answer(const Call& call) const;
  /// May this call not begin now?
  bool bars(const Call& call) const;
  /// Are effects of calls that were given up held back on this key?
  bool holds_back(std::size_t key) const;

  /// Tell it of every call that begins, how many have begun, and of every one that is answered.
  void began(const Call& call, bool indeterminate, std::int64_t calls);
  void answered(const Call& call);

  bool over() const { return stage_ == Stage::over; }
  /// Waits it for the calls that bars() bars to end?
  bool waits() const { return stage_ == Stage::waits; }
  /// None of them is open.
  void none_open();
  /// Is there a script to be played by one client?
  bool plays() const { return stage_ == Stage::plays && shape_.model != Model::lock; }
  /// The script's next call. `fresh`: a value that nobody else writes (counter: an amount);
  /// `other`: one of the values but the last.
  Call next(std::int64_t fresh, std::int64_t other);
  /// Gives a call of the script that lies its answer.
  void lie(Call& call, Object& object);
  /// A call of the script was answered.
  void played(const Call& call);
  /// Shall a lock that is held be granted? If so it was: true once.
  bool grant();

 private:
  enum class Stage : std::uint8_t { early, waits, plays, over };

  Call step_of_value(std::int64_t step, std::int64_t fresh, std::int64_t other);
  Call step_of_sum_or_list(std::int64_t step, std::int64_t fresh);
  Call step_of_collection(std::int64_t step, std::int64_t fresh);
  void lie_about_list(Call& call, const Object& object) const;
  void lie_about_removal(Call& call, Object& object);
  bool is(Violation violation) const { return shape_.violation == violation; }
  bool is_value() const;
  /// Of a domain of values that are written again: the one that only the script relies on.
  bool writes_own_value(const Call& call) const;

  Shape shape_;
  Stage stage_;
  std::int64_t start_;          ///< after how many calls
  std::int64_t step_ = 0;       ///< of the script
  bool last_ = false;           ///< the script's last call has begun
  std::int64_t a_ = 0, b_ = 0;  ///< the script's values; 0: none yet
  bool a_out_ = false, b_out_ = false;
  // What is certain of the key, where that is a matter of counting.
  std::int64_t put_ = 0;          ///< puts that were answered; counter: their sum
  std::int64_t put_began_ = 0;    ///< counter: the sum of all
  std::int64_t taken_ = 0;        ///< removals that answered an element
  std::int64_t maybe_taken_ = 0;  ///< indeterminate removals
  std::int64_t releases_ = 0;     ///< of a lock, begun
};

}  // namespace plumbline::bench
