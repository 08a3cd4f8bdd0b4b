#include "node/net/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/text.h"
#include "node/replica/defects.h"

namespace plumbline::net {
namespace {

constexpr int k_usage_error = 2;
constexpr std::uint64_t k_nodes_max = 15;  // a quorum of more is of no use to anybody
constexpr Nanos k_shortest_heartbeat = 10ms;
constexpr std::uint64_t k_segment_min = 64 << 10;
constexpr std::uint64_t k_segment_max = 1 << 30;

/// The options as they are written, before they are understood.
struct Written {
  std::uint64_t id = 0;
  std::vector<std::string> nodes;
  bool join = false;
  std::string self;
  std::string election_timeout = "300ms-600ms";
  std::string heartbeat = "50ms";
  std::vector<std::string> defects;
  std::optional<double> hold_unsynced;
  std::string slow_sync;
  std::string link_trouble;
  std::string reset_at;
  Options options;
};

/// For tests of real processes: disks and links that are worse than this machine's.
void declare_troubles(CLI::App& app, Written& written) {
  app.option_defaults()->group("For tests")->take_last();
  app.add_option("--hold-unsynced", written.hold_unsynced,
                 "Keep what is not synced in memory, so that kill -9 loses it as a power failure "
                 "does; of this share of the writes (0 to 1) a part is left, torn")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--slow-sync", written.slow_sync,
                 "MIN-MAX that every sync takes longer; with --hold-unsynced");
  app.add_option("--link-trouble", written.link_trouble,
                 "What happens to messages from other nodes: "
                 "delay=5ms,jitter=5ms,slow=0.1,slow-max=1s,loss=0.1,duplicate=0.1");
  app.add_option("--link-trouble-file", written.options.link_trouble_file,
                 "More of that, as the first line of this file says while it is there");
  app.add_option("--reset-at", written.reset_at,
                 "Start anew, as a machine that is reset, after this share of these moments: "
                 "voted=0.1,appended=0.01,installed=0.5");
}

void declare(CLI::App& app, Written& written) {
  Options& options = written.options;
  app.set_version_flag("--version", "raftkvd " PLUMBLINE_VERSION);
  app.set_config("--config", "", "Read options from a file of `name = value` lines");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.add_option("--id", written.id, "This node's id, never used before by another")->required();
  app.add_option("--nodes", written.nodes,
                 "The cluster's first nodes: ID=HOST[:PEER_PORT[:CLIENT_PORT[:HTTP_PORT]]],... "
                 "(ports by default 7000, 7001, 7002)")
      ->delimiter(',');
  app.add_flag("--join", written.join,
               "Instead of --nodes: begin empty, and be added by `raftkvctl member add`");
  app.add_option("--self", written.self,
                 "With --join: where this node is, HOST[:PEER_PORT[:CLIENT_PORT[:HTTP_PORT]]]");
  app.add_option("--data-dir", options.data_dir, "Where this node keeps its log and snapshots")
      ->required();
  app.add_option("--cluster", options.cluster, "Name of the cluster; others are not spoken to");
  app.add_option("--listen", options.listen,
                 "Address to listen on (default: its host in --nodes or --self)");
  // Of these the last one counts, so that flags can be added to a command line that has them.
  app.option_defaults()->take_last();
  app.add_option("--election-timeout", written.election_timeout,
                 "MIN-MAX without a leader before an election (300ms-600ms)");
  app.add_option("--heartbeat", written.heartbeat, "Interval of the leader's heartbeats (50ms)");
  app.add_option("--snapshot-every", options.snapshot_every, "Entries between snapshots (10000)");
  app.add_option("--segment-bytes", options.segment_bytes, "Size of a log segment (16777216)");
  app.add_option("--append-bytes", options.append_bytes, "Most bytes of entries in one message");
  app.add_option("--inflight", options.inflight, "Most messages with entries on the way to a node");
  app.add_option("--chunk-bytes", options.chunk_bytes, "Bytes of a snapshot in one message");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  app.add_option("--seed", options.seed, "Seed of the election timeouts (default: its own)");
  app.add_option("--defect", written.defects, "Switch a planted bug on (test builds only)");
  declare_troubles(app, written);
}

/// "MIN-MAX", like 300ms-600ms.
Result<std::pair<Nanos, Nanos>> understand_range(const std::string& text) {
  const std::vector<std::string> range = split(text, '-');
  if (range.size() != 2) return fail(Error::Code::invalid, "write MIN-MAX, like 300ms-600ms");
  TRY_ASSIGN(const Nanos min, parse_duration(range[0]));
  TRY_ASSIGN(const Nanos max, parse_duration(range[1]));
  if (max < min) return fail(Error::Code::invalid, "MAX must not be less than MIN");
  return std::pair{min, max};
}

Status understand_troubles(const Written& written, Options& options) {
  auto links = parse_link_trouble(written.link_trouble);
  if (!links) return context(links.error(), "--link-trouble");
  options.link_trouble = *links;
  const auto resets = replica::parse_reset_shares(written.reset_at);
  if (!resets) return context(resets.error(), "--reset-at");
  options.reset_at = *resets;
  if (written.hold_unsynced) options.holding = store::Holding{.torn = *written.hold_unsynced};
  if (written.slow_sync.empty()) return {};
  if (!options.holding) return fail(Error::Code::invalid, "--slow-sync: only with --hold-unsynced");
  const auto times = understand_range(written.slow_sync);
  if (!times) return context(times.error(), "--slow-sync");
  std::tie(options.holding->sync_min, options.holding->sync_max) = *times;
  return {};
}

Status understand_timers(const Written& written, Options& options) {
  const auto range = understand_range(written.election_timeout);
  if (!range) return context(range.error(), "--election-timeout");
  std::tie(options.election_min, options.election_max) = *range;
  TRY_ASSIGN(options.heartbeat, parse_duration(written.heartbeat));
  if (options.heartbeat < k_shortest_heartbeat)
    return fail(Error::Code::invalid, "--heartbeat: must be at least 10ms");
  if (options.election_min < 2 * options.heartbeat)
    return fail(Error::Code::invalid,
                "--election-timeout: MIN must be at least twice the --heartbeat");
  return {};
}

Status understand_nodes(const Written& written, Options& options) {
  for (const std::string& text : written.nodes) {
    auto parsed = parse_node(text);
    if (!parsed) return context(parsed.error(), "--nodes");
    const NodeAddress& node = *parsed;
    for (const NodeAddress& other : options.nodes)
      if (other.id == node.id)
        return fail(Error::Code::invalid, str("--nodes: node ", node.id, " is there twice"));
    options.nodes.push_back(node);
  }
  if (options.nodes.size() > k_nodes_max)
    return fail(Error::Code::invalid, str("--nodes: at most ", k_nodes_max, " nodes"));
  const auto mine = std::find_if(options.nodes.begin(), options.nodes.end(),
                                 [&](const NodeAddress& node) { return node.id == options.id; });
  if (mine == options.nodes.end())
    return fail(Error::Code::invalid, str("--id: ", written.id, " is not one of --nodes"));
  options.self = *mine;
  return {};
}

Status understand_membership(const Written& written, Options& options) {
  if (written.id == 0) return fail(Error::Code::invalid, "--id: ids count from 1");
  options.id = raft::NodeId(written.id);
  if (!written.join) {
    if (!written.self.empty())
      return fail(Error::Code::invalid, "--self: only with --join; else --nodes says it");
    if (written.nodes.empty())
      return fail(Error::Code::invalid,
                  "--nodes: give the cluster's first nodes, or --join and --self");
    return understand_nodes(written, options);
  }
  if (!written.nodes.empty())
    return fail(Error::Code::invalid, "--join: without --nodes, whose members found a cluster");
  if (written.self.empty())
    return fail(Error::Code::invalid, "--join: needs --self, to be reached at");
  auto self = parse_contact(options.id, written.self);
  if (!self) return context(self.error(), "--self");
  options.self = *std::move(self);
  return {};
}

Result<Options> understand(Written written) {
  Options options = std::move(written.options);
  TRY(understand_membership(written, options));
  TRY(understand_timers(written, options));
  TRY(understand_troubles(written, options));
  if (options.data_dir.empty()) return fail(Error::Code::invalid, "--data-dir: must not be empty");
  if (options.cluster.empty() || options.cluster.find_first_of(" \n\r\t=") != std::string::npos)
    return fail(Error::Code::invalid, "--cluster: must be one word");
  if (options.snapshot_every == 0)
    return fail(Error::Code::invalid, "--snapshot-every: must be at least 1");
  if (options.segment_bytes < k_segment_min || options.segment_bytes > k_segment_max)
    return fail(Error::Code::invalid,
                str("--segment-bytes: must be between ", k_segment_min, " and ", k_segment_max));
  options.defects.insert(written.defects.begin(), written.defects.end());
  if (const auto known = replica::check_defects(options.defects); !known)
    return context(known.error(), "--defect");
  return options;
}

EarlyExit usage_error(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return {k_usage_error, "raftkvd: " + text};
}

}  // namespace

std::set<raft::NodeId> Options::first_voters() const {
  std::set<raft::NodeId> voters;
  for (const NodeAddress& node : nodes) voters.insert(node.id);
  return voters;
}

std::string Options::describe() const {
  std::vector<std::string> addresses;
  for (const NodeAddress& node : nodes) addresses.push_back(str(node.id, '=', contact_of(node)));
  return str("id=", id, " cluster=", cluster,
             joins() ? str(" join self=", contact_of(self)) : str(" nodes=", join(addresses, ",")),
             " data-dir=", data_dir, " listen=", listen.empty() ? self.host : listen,
             " election-timeout=", format_duration(election_min), "-",
             format_duration(election_max), " heartbeat=", format_duration(heartbeat),
             " snapshot-every=", snapshot_every, " segment-bytes=", segment_bytes, " seed=", seed,
             holding ? str(" hold-unsynced=", holding->torn) : std::string(),
             link_trouble == LinkTrouble{} ? "" : " link-trouble",
             reset_at == replica::ResetShares{} ? "" : " reset-at",
             link_trouble_file.empty() ? "" : " link-trouble-file=" + link_trouble_file);
}

std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv) {
  CLI::App app("raftkvd: one node of a replicated key-value store", "raftkvd");
  Written written;
  declare(app, written);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    return std::unexpected(EarlyExit{0, version.what()});
  } catch (const CLI::CallForHelp&) {
    return std::unexpected(EarlyExit{0, app.help()});
  } catch (const CLI::Error& error) {
    return std::unexpected(usage_error(error.what()));
  }
  auto options = understand(std::move(written));
  if (!options) return std::unexpected(usage_error(options.error().what));
  return std::move(*options);
}

}  // namespace plumbline::net
