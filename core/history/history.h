#pragma once
/// History: the events of a run in real-time order; Call: an invocation with its completion.

#include <limits>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/history/event.h"

namespace plumbline {

using History = std::vector<Event>;

/// Later than every event: the return of a call that never completed for certain.
inline constexpr std::int64_t k_open = std::numeric_limits<std::int64_t>::max();

struct Call {
  std::int64_t id = 0;  ///< index of the invocation event
  ProcessId process = 0;
  std::string f{};
  Value key{};
  Value arguments{};                 ///< the invocation's value
  Value result{};                    ///< the ok completion's value; nil unless type is ok
  EventType type = EventType::info;  ///< ok, fail or info (also: never completed)
  std::int64_t invoked = 0;          ///< position in the history
  std::int64_t returned = k_open;    ///< position; k_open for info
  Nanos invoke_time{};
  Nanos return_time = k_never;  ///< of the completion event if there is one, even for info
  std::string error{};
  std::string node{};

  bool indeterminate() const { return type == EventType::info; }
};

/// Client calls of `history` in order of invocation; nemesis events are left out.
/// Fails: corrupt, naming the event, if a process completes what it did not invoke, invokes twice,
/// or completes another f than it invoked.
Result<std::vector<Call>> pair_calls(const History& history);

/// One line for people: `12.345s  p3  n2  cas k7 [1 2] -> ok` and the like.
std::string describe(const Call& call);

}  // namespace plumbline
