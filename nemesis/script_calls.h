#pragma once
/// What the words of a ClusterCall mean: its verb's form, and its arguments as the types that
/// Cluster takes.
///   nodes     kill, start, pause, resume, power, flip-bit, vote-out, vote-in, learn: ["n1" "n2"]
///   one_node  remove, add, transfer: ["n1"]
///   cut       [["n1" ["n2" "n3"]] ...]: who drops whom
///   packets   [["delay" ns] ["jitter" ns] ["loss" "0.1"] ["duplicate" "0.1"] ["to" "n1"]];
///             zeros are left out
///   clock     [["n1" ...] "1.1" jump-ns]
///   disk      [["n1" ...] "slow"]
///   nothing   heal: nil

#include "nemesis/script.h"

namespace plumbline {

enum class CallForm : std::uint8_t { nodes, one_node, cut, packets, clock, disk, nothing };

struct ReadCall {
  CallForm form = CallForm::nothing;
  Nodes nodes{};
  Cut cut{};
  Packets packets{};
  ClockTrouble clock{};
  DiskTrouble disk = DiskTrouble::none;
};
/// Fails: invalid, saying what the verb or its arguments must be.
Result<ReadCall> read_call(const ClusterCall& call);

Value packets_arguments(const Packets& packets);
const char* to_string(DiskTrouble trouble);
/// The shortest decimal text that is read back as the same number.
std::string shortest(double number);

}  // namespace plumbline
