#pragma once
/// Event: one line of a history: a process invoked an operation, or learned how it ended.
/// Completion types are Jepsen's: ok, fail (certainly did not happen), info (may have happened,
/// now or later). Events of the nemesis have process k_nemesis and type info, in pairs: what was
/// asked for, then what was really done.

#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/history/value.h"

namespace plumbline {

enum class EventType : std::uint8_t { invoke, ok, fail, info };
const char* to_string(EventType type);

using ProcessId = std::int64_t;
inline constexpr ProcessId k_nemesis = -1;

struct Event {
  std::int64_t index = 0;  ///< dense, from 0: the position in the history; real-time order
  Nanos time{};            ///< monotonic, since the run's start
  ProcessId process = 0;
  EventType type = EventType::invoke;
  std::string f{};      ///< "read", "write", "cas"; of the nemesis "partition", "heal-partition"
  Value key{};          ///< which object; nil if the history is of one object
  Value value{};        ///< invoke: arguments; ok: result; else as the invocation
  std::string error{};  ///< why it is fail or info; empty if nothing is to be said
  std::string node{};   ///< which node was asked, if one was

  bool operator==(const Event&) const = default;
};

/// What a generator asks a client (or the nemesis) to do.
struct Operation {
  std::string f{};
  Value key{};
  Value value{};
  bool operator==(const Operation&) const = default;
};

/// How an operation ended, as the system's client understood it.
struct Completion {
  EventType type = EventType::info;  ///< ok, fail or info
  Value value;                       ///< ok: the result
  std::string error;                 ///< a short class name ("not-leader", "timeout"), then detail
};

}  // namespace plumbline
