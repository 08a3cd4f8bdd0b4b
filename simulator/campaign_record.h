#pragma once
/// CaseRecord: what became of one case of a campaign; one line of a shard's file, and what a worker
/// process tells its parent. The first line of a file is a ShardHeader, the last one says that the
/// shard came to its end; without it the shard was cut short.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"
#include "simulator/campaign.h"

namespace plumbline::simulator {

enum class Ending : std::uint8_t {
  valid,
  vacuous,    ///< judged, but too little happened to say anything
  undecided,  ///< the checks gave up for want of time or memory
  failed,     ///< something is wrong: found_by says what told
  refused,    ///< the simulator does not take such a case: a mistake of ours or of the command
};
const char* to_string(Ending ending);

struct CaseRecord {
  std::uint64_t index = 0;
  std::uint64_t seed = 0;
  std::string workload{};
  std::string faults{};
  int nodes = 0;
  Ending ending = Ending::valid;
  /// history, progress, death, invariant (see FoundBy); crash and hang of the simulator itself.
  std::string found_by{};
  std::string found{};      ///< one line
  std::string violation{};  ///< of an invariant, whatever else was found
  std::string command{};    ///< that repeats the run; of failures and of what a guide chose
  std::string weather{};    ///< as it was, drawn or given
  Nanos virtual_time{};
  Nanos cpu{};  ///< of the worker, for simulating and judging
  std::uint64_t steps = 0;
  Coverage coverage{};
  bool operator==(const CaseRecord&) const = default;
};

struct ShardHeader {
  std::string command{};  ///< of the campaign, without shard, jobs and name: what shards must share
  Seeds seeds{};
  std::string versions{};
  bool operator==(const ShardHeader&) const = default;
};
struct ShardEnd {
  Nanos real_time{};
  bool operator==(const ShardEnd&) const = default;
};
using ShardLine = std::variant<ShardHeader, CaseRecord, ShardEnd>;

/// Without the newline.
std::string to_line(const ShardLine& line);
/// Fails: corrupt, saying what is wrong.
plumbline::Result<ShardLine> parse_line(std::string_view line);

/// A record of `which` in which nothing has happened yet.
CaseRecord record_of(const Case& which);
/// Runs and judges it. Cost: CPU time of the calling process is what is measured.
CaseRecord run_case(const Case& which, const Simulate& simulate);

}  // namespace plumbline::simulator
