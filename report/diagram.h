#pragma once
/// MessageDiagram: what passed between the nodes of a simulated run, for the report to draw: nodes
/// as lines, messages as arrows, roles, crashes, faults.

#include <cstdint>
#include <string>
#include <vector>

#include "checker/verdict.h"
#include "core/base/time.h"

namespace plumbline {

struct DiagramEvent {
  enum class Kind : std::uint8_t {
    sent,
    delivered,
    lost,     ///< a message; `message` joins it with where it was sent
    role,     ///< the text begins with leader, candidate, follower ...
    crashed,  ///< nothing runs there until `started`
    started,
    paused,
    resumed,
    fault,  ///< of the nemesis
    applied,
    note
  };
  Nanos at{};
  Kind kind = Kind::note;
  int node = 0;               ///< whose line, from 1; 0: of all
  int to = 0;                 ///< of a message that is sent
  std::uint64_t message = 0;  ///< the same for what becomes of one message
  std::string text{};         ///< of a message: its kind, then what it says
};

struct MessageDiagram {
  std::vector<std::string> nodes;    ///< their names; empty: there is no diagram
  std::vector<DiagramEvent> events;  ///< in order of time
};

namespace report {

/// More than this many events about messages are not kept in a report: those go first that are far
/// from the evidence. Roles, crashes and faults all stay.
inline constexpr std::size_t k_most_messages = 60'000;

/// JSON: {"nodes":[...],"texts":[...],"events":[[ns since the last, kind, node, to, message,
/// text], ...],"left_out":n}. Empty if there is no diagram.
std::string diagram_json(const MessageDiagram& diagram, const Verdict& verdict);

}  // namespace report
}  // namespace plumbline
