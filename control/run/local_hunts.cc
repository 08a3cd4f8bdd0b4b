#include "control/run/local_hunts.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "simulator/weather.h"

namespace plumbline {

namespace {

/// Few keys that live long: a node that was down, and leads later, has them still.
constexpr int k_ops_per_key = 1000;
constexpr int k_rate = 200;

/// What is empty or 0 is as the defect's own hunt says.
struct LocalHunt {
  std::string_view defect;
  std::string_view faults{};
  std::string_view weather{};
  Nanos fault_interval{};
  int nodes = 0;
  int rate = 0;
  int clients_per_node = 0;
  bool sessions = false;
};

/// A leader that is cut off leads on for two seconds; the others elect another much sooner.
constexpr std::string_view k_slow_to_give_up = "election-min=100ms,election-max=2s,heartbeat=40ms";

constexpr LocalHunt k_hunts[] = {
    {.defect = "read-local-leader",
     .faults = "partition-leader",
     .weather = k_slow_to_give_up,
     .fault_interval = 1s,
     .rate = 300,
     .clients_per_node = 10},
    {.defect = "skip-pre-commit-read-barrier",
     .faults = "kill-leader",
     .weather = "delay-min=5ms,delay-max=30ms,election-min=100ms,election-max=200ms,heartbeat=40ms",
     .fault_interval = 500ms,
     .nodes = 3,
     .rate = 400,
     .clients_per_node = 10},
    {.defect = "read-joins-round-in-flight"},
    {.defect = "lease-never-expires",
     .faults = "partition-leader",
     .weather = k_slow_to_give_up,
     .fault_interval = 1s,
     .rate = 300,
     .clients_per_node = 10},
    {.defect = "commit-old-term",
     .faults = "succession",
     .weather = "delay-min=100ms,delay-max=120ms,append-bytes=256,inflight=1,election-min=500ms,"
                "election-max=900ms,heartbeat=100ms",
     .fault_interval = 6s,
     .nodes = 3,
     .rate = 300,
     .clients_per_node = 30},
    {.defect = "stale-append-truncates",
     .weather = "delay-min=1ms,delay-max=30ms,duplicate=0.3,slow=0.1,slow-max=300ms",
     .fault_interval = 1s,
     .nodes = 3},
    {.defect = "vote-cleared-on-step-down"},
    {.defect = "vote-not-persisted",
     .faults = "partition-bridge",
     .weather = "delay-min=1ms,delay-max=6ms,slow=0.4,slow-max=150ms,election-min=30ms,"
                "election-max=250ms,heartbeat=12ms,reset-appended=0.03,reset-voted=1",
     .fault_interval = 5s,
     .nodes = 3},
    {.defect = "ack-before-fsync",
     .weather = "sync-min=5ms,sync-max=100ms",
     .fault_interval = 1s,
     .nodes = 3,
     .rate = 300},
    {.defect = "reapply-on-restart", .fault_interval = 1s, .nodes = 3},
    {.defect = "snapshot-ahead-of-state", .fault_interval = 1s, .nodes = 3},
    {.defect = "torn-tail-accepted",
     .faults = "power-one,transfer",
     .weather = "sync-min=20ms,sync-max=60ms,torn=1,election-min=1s,election-max=2s",
     .fault_interval = 500ms,
     .nodes = 3,
     .rate = 800,
     .clients_per_node = 20},
    {.defect = "snapshot-goes-back"},
    {.defect = "snapshot-merge",
     .faults = "partition-one,kill-leader",
     .weather = "snapshot-every=50",
     .fault_interval = 2s,
     .nodes = 3},
    {.defect = "append-lost-on-restore", .fault_interval = 1s, .nodes = 3},
    {.defect = "compacted-prev-truncates", .fault_interval = 1s},
    // Of two voters the one that leaves commits its leaving alone; what says so to the other is
    // lost.
    {.defect = "removed-leader-counts-itself",
     .faults = "membership-leader",
     .weather = "delay-min=1ms,delay-max=10ms,loss=0.3,election-min=150ms,election-max=400ms,"
                "heartbeat=50ms",
     .fault_interval = 2s,
     .nodes = 2},
    {.defect = "change-before-own-term-commit",
     .weather = "delay-min=100ms,delay-max=150ms,election-min=800ms,election-max=1500ms,"
                "heartbeat=150ms,patience=50ms"},
    {.defect = "config-lost-in-snapshot",
     .faults = "membership,membership-leader,partition-flap",
     .weather = "election-min=100ms,election-max=300ms,heartbeat=30ms,snapshot-every=50,"
                "reset-appended=0.01",
     .fault_interval = 1s,
     .nodes = 3},
    {.defect = "learner-counts",
     .weather = "election-min=150ms,election-max=400ms,heartbeat=50ms",
     .fault_interval = 3s},
    {.defect = "no-dedup", .fault_interval = 1s, .sessions = true},
    {.defect = "nondeterministic-apply", .fault_interval = 1s, .sessions = true},
};

LocalHunt local_hunt_of(const replica::PlantedDefect& defect) {
  const auto found = std::ranges::find(k_hunts, defect.name, &LocalHunt::defect);
  LocalHunt hunt = found == std::end(k_hunts) ? LocalHunt{.defect = defect.name} : *found;
  if (hunt.faults.empty()) hunt.faults = defect.hunt.faults;
  if (hunt.weather.empty()) hunt.weather = defect.hunt.weather;
  if (hunt.fault_interval == Nanos::zero()) hunt.fault_interval = defect.hunt.fault_interval;
  if (hunt.fault_interval == Nanos::zero()) hunt.fault_interval = 2s;
  if (hunt.nodes == 0) hunt.nodes = defect.hunt.nodes == 0 ? 5 : defect.hunt.nodes;
  if (hunt.rate == 0) hunt.rate = defect.hunt.rate == 0 ? k_rate : defect.hunt.rate;
  if (hunt.clients_per_node == 0) hunt.clients_per_node = std::max(2, defect.hunt.clients_per_node);
  return hunt;
}

simulator::Weather weather_of(const std::string& text) {
  const auto weather = simulator::parse_weather(text);
  CHECK(weather.has_value(), "a hunt's weather can be read");
  return *weather;
}

/// A flag of raftkvd with a time, exact.
std::string time_text(Nanos time) { return str(time / 1us, "us"); }

std::string link_trouble_of(const simulator::Weather& weather) {
  std::vector<std::string> words = {"delay=" + time_text(weather.delay_min),
                                    "jitter=" + time_text(weather.delay_max - weather.delay_min)};
  if (weather.slow > 0) {
    words.push_back(str("slow=", weather.slow));
    words.push_back("slow-max=" + time_text(weather.slow_max));
  }
  if (weather.loss > 0) words.push_back(str("loss=", weather.loss));
  if (weather.duplicate > 0) words.push_back(str("duplicate=", weather.duplicate));
  return join(words, ",");
}

bool has_bad_links(const simulator::Weather& weather, const simulator::Weather& usual) {
  return weather.delay_max != usual.delay_max || weather.delay_min != usual.delay_min ||
         weather.slow > 0 || weather.loss > 0 || weather.duplicate > 0;
}

}  // namespace

bool hunted_on_local(std::string_view defect) {
  return std::ranges::find(k_hunts, defect, &LocalHunt::defect) != std::end(k_hunts);
}

std::vector<std::string> node_flags_for(const std::string& text) {
  const simulator::Weather weather = weather_of(text);
  const simulator::Weather usual;
  std::vector<std::string> flags = {str("--election-timeout=", time_text(weather.election_min), "-",
                                        time_text(weather.election_max)),
                                    "--heartbeat=" + time_text(weather.heartbeat)};
  const auto count = [&flags](const char* flag, std::uint64_t value, std::uint64_t by_default) {
    if (value != by_default) flags.push_back(str(flag, value));
  };
  count("--snapshot-every=", weather.snapshot_every, usual.snapshot_every);
  count("--append-bytes=", weather.append_bytes, usual.append_bytes);
  count("--inflight=", weather.inflight, usual.inflight);
  count("--chunk-bytes=", weather.chunk_bytes, usual.chunk_bytes);
  if (weather.sync_max != usual.sync_max || weather.torn != usual.torn)
    flags.push_back(str("--hold-unsynced=", weather.torn));
  if (weather.sync_max != usual.sync_max)
    flags.push_back(
        str("--slow-sync=", time_text(weather.sync_min), "-", time_text(weather.sync_max)));
  std::vector<std::string> resets;
  const auto reset = [&resets](const char* moment, double share) {
    if (share > 0) resets.push_back(str(moment, '=', share));
  };
  reset("voted", weather.reset_voted);
  reset("appended", weather.reset_appended);
  reset("installed", weather.reset_installed);
  if (!resets.empty()) flags.push_back("--reset-at=" + join(resets, ","));
  if (has_bad_links(weather, usual)) flags.push_back("--link-trouble=" + link_trouble_of(weather));
  return flags;
}

std::vector<std::string> words_of_local_hunt(const replica::PlantedDefect& defect) {
  const LocalHunt hunt = local_hunt_of(defect);
  std::vector<std::string> words = {"--workload",
                                    std::string(defect.hunt.workload),
                                    "--faults",
                                    std::string(hunt.faults),
                                    "--reads",
                                    std::string(defect.hunt.reads),
                                    "--schedule=mixed",
                                    "--nodes",
                                    str(hunt.nodes),
                                    "--concurrency",
                                    str(hunt.clients_per_node, "n"),
                                    "--ops-per-key",
                                    str(k_ops_per_key),
                                    "--rate",
                                    str(hunt.rate),
                                    "--fault-interval",
                                    format_duration(hunt.fault_interval)};
  if (hunt.sessions) words.emplace_back("--sessions");
  const simulator::Weather weather = weather_of(std::string(hunt.weather));
  if (weather.patience != simulator::Weather{}.patience)
    words.push_back("--patience=" + time_text(weather.patience));
  // Snapshots soon, unless the weather says otherwise: the last of two counts.
  words.emplace_back("--node-flag=--snapshot-every=100");
  for (const std::string& flag : node_flags_for(std::string(hunt.weather)))
    words.push_back("--node-flag=" + flag);
  words.push_back(str("--defect=", defect.name));
  return words;
}

}  // namespace plumbline
