#pragma once
/// Elements: the calls of a collection (queue, stack, bag, priority queue), put together by the
/// element that they add and remove, for the deciders beside this.
///
/// Time. The events of the calls (invocations, and returns of those that ended ok) are numbered
/// 1..events in their order; gap g lies just behind event g. A call that was invoked at event i and
/// returned at event r may take effect in the gaps i..r-1; one that is indeterminate in i..events.
/// An order in which every call stands in a gap of its own, gaps increasing, keeps real time, and
/// every order that keeps real time can be written so.
///
/// What holds of all four collections (proof: take a linearization, delete as said):
///   1. Projection: all calls of some values may be deleted, with the indeterminate removals that
///      took one of them; and so may those that found the collection empty. The others' answers do
///      not change. So calls of some values that are not linearizable by themselves refute the
///      whole; if elements that no known call removed are among them, all indeterminate removals
///      have to be there too.
///   2. An indeterminate addition whose element no known call removed is left out, by projection.
///      One whose element was removed did happen, before that removal returned.
///   3. Counting, also for equal elements: the j-th removal of a value to return needs j additions
///      of it that were invoked before that.
///   4. An addition may be taken to end when its element's removal does, and a removal to begin
///      when its element's addition does: neither can be elsewhere. After that an element is
///      certainly there in the gaps add_by..out_from-1, if there are any ("its certain gaps"), and
///      out_from is the later one of the two invocations.

#include <optional>
#include <vector>

#include "checker/models/all.h"
#include "checker/normalise.h"

namespace plumbline {

struct Element {
  const NormalCall* add = nullptr;
  const NormalCall* out = nullptr;  ///< its removal; null: none, or an indeterminate one took it
  int add_from = 0;                 ///< the first gap in which `add` may take effect
  int add_by = 0;                   ///< the event before which it must have
  int out_from = 0, out_by = 0;     ///< the same for its removal
  bool certain() const { return add_by < out_from; }
  const Value& value() const { return add->call->arguments; }
};

/// A removal that found nothing (`by` is its return), or an indeterminate one (`by` is the end).
struct Lone {
  const NormalCall* call = nullptr;
  int from = 0, by = 0;
};

struct Elements {
  int events = 0;
  std::vector<Element> removed{};  ///< by a known call; in order of their additions' invocations
  std::vector<Element> left{};     ///< not so; in order of add_by; out_from = out_by = never()
  std::vector<Lone> empties{};     ///< in order of invocation
  std::vector<Lone> takers{};      ///< the indeterminate removals, in order of invocation
  /// Later than every event and every gap.
  int never() const { return events + 2; }
  /// How many of `left` are certainly there in gap g if nobody took them: add_by <= g.
  std::vector<int> left_by_gap() const;
  /// How many indeterminate removals may take effect in or before gap g.
  std::vector<int> takers_by_gap() const;
};

struct Gathered {
  /// Nothing: two additions of the same value, so that the deciders do not apply.
  std::optional<Elements> elements{};
  bool refuted = false;  ///< by counting; then `core` proves it
  std::vector<const NormalCall*> core{};
};

/// Takes: the calls, of which those named `add` add their argument and the others remove.
Gathered gather_elements(const std::vector<NormalCall>& calls, const char* add);

inline bool starts_empty(const Value& initial) {
  return !initial.is_list() || initial.as_list().empty();
}

inline DirectAnswer refuted(std::vector<const NormalCall*> core) {
  return {.core = std::move(core)};
}

/// Both calls of each of `elements`, and all takers of `all` if one of them has no known removal.
std::vector<const NormalCall*> calls_of(const std::vector<const Element*>& elements,
                                        const Elements& all);

}  // namespace plumbline
