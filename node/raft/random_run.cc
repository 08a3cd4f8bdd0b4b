#include "node/raft/random_run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <variant>

#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline::raft::testing {
namespace {

/// How bad things are in one run: drawn once, so that seeds differ in kind and not only in detail.
struct Trouble {
  double drop, duplicate, slow, crash, pause, cut, corrupt, change, transfer;
  Nanos delay_max;       // of an ordinary message
  Nanos slow_delay_max;  // of an unlucky one: long enough to outlive leaders
  Nanos sync_max;
  Nanos pace;  // of faults
  Nanos client_pause;
  Nanos members_pause;
  Nanos timeout_max;  // of elections
  bool only_leaders;  // are cut off, and from one peer
  bool contested;     // elections
};

struct TickDue {
  NodeId node;
};
struct Arrival {
  Message message;
};
struct SyncDue {
  NodeId node;
};
struct ReadDue {
  NodeId node;
  Read read;
};
struct ClientTurn {};
struct FaultTurn {};
struct MembersTurn {};
using Happening =
    std::variant<TickDue, Arrival, SyncDue, ReadDue, ClientTurn, FaultTurn, MembersTurn>;

constexpr int k_joiners = 2;

class RandomRun {
 public:
  RandomRun(std::uint64_t seed, const std::set<std::string>& defects, Cluster::Observer observer)
      : rng_(seed), trouble_(draw()), cluster_(cluster_options(seed, defects)) {
    cluster_.observe(std::move(observer));
    if (trouble_.change > 0)
      for (int i = 0; i < k_joiners; ++i) cluster_.join(NodeId{cluster_.ids().size() + 1});
    for (const NodeId id : cluster_.ids()) {
      at(pause(20ms), TickDue{id});
      at(pause(5ms), SyncDue{id});
    }
    at(0ms, ClientTurn{});
    at(pause(200ms), FaultTurn{});
    if (trouble_.change > 0 || trouble_.transfer > 0) at(pause(200ms), MembersTurn{});
  }

  RandomRunResult run() {
    run_until(k_trouble);
    if (!cluster_.violation()) {
      mend();
      const Nanos calm = victim_ ? k_calm_with_victim : k_calm;
      run_until(k_trouble + calm / 2);
      commit_when_settled_ = cluster_.highest_commit();
      run_until(k_trouble + calm);
    }
    RandomRunResult result{cluster_.violation(), cluster_.now(), steps_, cluster_.counts()};
    if (!result.problem) result.problem = lack_of_progress();
    return result;
  }

 private:
  struct Due {
    Nanos at;
    std::uint64_t order;
    Happening what;
    bool operator<(const Due& other) const {
      return std::tie(other.at, other.order) < std::tie(at, order);  // the earliest is on top
    }
  };

  Trouble draw() {
    const auto some = [&](double most) { return rng_.chance(0.5) ? rng_.unit() * most : 0.0; };
    Trouble trouble{};
    trouble.drop = some(0.2);
    trouble.duplicate = some(0.2);
    trouble.slow = rng_.chance(0.3) ? some(0.6) : some(0.1);
    trouble.crash = some(0.6);
    trouble.pause = some(0.5);
    trouble.cut = some(0.8);
    trouble.corrupt = some(0.3);
    trouble.change = some(1.0);
    trouble.transfer = some(0.5);
    trouble.members_pause = scaled(20ms, 1s);
    trouble.delay_max = scaled(100us, 40ms);
    trouble.slow_delay_max = scaled(100ms, 2s);
    trouble.sync_max = scaled(100us, rng_.chance(0.2) ? 300ms : 20ms);
    trouble.pace = scaled(100ms, 1500ms);
    trouble.client_pause = scaled(4ms, 30ms);
    // The further apart, the longer an old leader goes on beside a new one.
    trouble.timeout_max = scaled(350ms, 1500ms);
    // In some runs nothing is lost or broken, but leaders are cut off from one peer, or paused,
    // again and again: the ground on which stale reads grow.
    if (rng_.chance(0.3)) {
      trouble.drop = trouble.duplicate = trouble.slow = trouble.crash = trouble.corrupt = 0;
      trouble.change = 0;
      if (rng_.chance(0.6)) trouble.transfer = 0;
      trouble.cut = trouble.pause = 0.7;
      trouble.sync_max = scaled(100us, 2ms);
      trouble.pace = scaled(300ms, 900ms);
      trouble.client_pause = scaled(2ms, 6ms);
      trouble.delay_max = scaled(1ms, 30ms);
      trouble.only_leaders = true;
    } else if (rng_.chance(0.15)) {
      contest(trouble);
    }
    return trouble;
  }
  /// In some others all stand for election at about the same time, and their votes come late and
  /// twice.
  void contest(Trouble& trouble) {
    trouble.contested = true;
    trouble.change = trouble.transfer = trouble.drop = trouble.crash = 0;
    trouble.duplicate = 0.5;
    trouble.pause = 0.7;
    trouble.slow = 0.5;
    trouble.slow_delay_max = scaled(200ms, 900ms);
    trouble.delay_max = scaled(10ms, 40ms);
    trouble.sync_max = scaled(1ms, 10ms);
    trouble.timeout_max = scaled(301ms, 330ms);
  }

  /// Each order of magnitude is as likely.
  Nanos scaled(Nanos least, Nanos most) {
    const double ratio = static_cast<double>(most.count()) / static_cast<double>(least.count());
    return Nanos{static_cast<std::int64_t>(static_cast<double>(least.count()) *
                                           std::pow(ratio, rng_.unit()))};
  }

  ClusterOptions cluster_options(std::uint64_t seed, const std::set<std::string>& defects) {
    ClusterOptions out;
    out.seed = seed;
    out.nodes = rng_.chance(trouble_.contested ? 0.4 : 0.7) ? 3 : 5;
    out.disks_at_once = false;
    out.config.defects = defects;
    out.config.snapshot_chunk_bytes = 8;  // a snapshot takes a few chunks
    out.config.max_append_bytes = static_cast<std::size_t>(rng_.between(1, 400));
    out.config.max_inflight_appends = static_cast<std::size_t>(rng_.between(1, 16));
    out.config.max_inflight_bytes = static_cast<std::size_t>(rng_.between(1, 2000));
    out.config.max_uncommitted_bytes = 4000;
    out.config.election_timeout_max = trouble_.timeout_max;
    for (int i = 0; i < out.nodes + k_joiners; ++i) out.rates.push_back(0.97 + 0.06 * rng_.unit());
    return out;
  }

  void at(Nanos after, Happening what) {
    due_.push({cluster_.now() + after, order_++, std::move(what)});
  }
  Nanos pause(Nanos most) { return Nanos{rng_.between(0, most.count())}; }
  NodeId any_node() { return rng_.pick(cluster_.ids()); }

  void run_until(Nanos end) {
    while (due_.top().at <= end && !cluster_.violation()) {
      Due next = due_.top();
      due_.pop();
      cluster_.advance(next.at - cluster_.now());
      std::visit([this](auto& what) { happen(what); }, next.what);
      put_on_wire();
      ++steps_;
    }
  }

  void put_on_wire() {
    for (auto& message : cluster_.take_sent()) {
      if (!calm_ && rng_.chance(trouble_.drop)) continue;
      if (!calm_ && rng_.chance(trouble_.duplicate)) at(delay(), Arrival{message});
      if (auto* chunk = std::get_if<SnapshotChunk>(&message.body);
          chunk != nullptr && !calm_ && !chunk->data.empty() && rng_.chance(trouble_.corrupt))
        chunk->data[0] = static_cast<char>(chunk->data[0] ^ 1);
      at(delay(), Arrival{std::move(message)});
    }
  }
  Nanos delay() {
    if (!calm_ && rng_.chance(trouble_.slow)) return pause(trouble_.slow_delay_max);
    return pause(calm_ ? Nanos{1ms} : trouble_.delay_max);
  }

  bool is_paused(NodeId node) const {
    const auto paused = paused_until_.find(node);
    return paused != paused_until_.end() && paused->second > cluster_.now();
  }
  /// A paused process does nothing; when it goes on, all that waited comes at about the same time,
  /// in any order.
  bool put_off(NodeId node, const Happening& what) {
    if (!is_paused(node)) return false;
    at(paused_until_[node] - cluster_.now() + pause(2ms), what);
    return true;
  }
  void happen(const TickDue& due) {
    if (put_off(due.node, due)) return;
    cluster_.tick(due.node);
    at(Nanos{rng_.between(5'000'000, 20'000'000)}, due);
  }
  void happen(Arrival& arrival) {
    if (cluster_.is_cut(arrival.message.from, arrival.message.to)) return;
    if (put_off(arrival.message.to, arrival)) return;
    cluster_.deliver(std::move(arrival.message));
  }
  void happen(const ReadDue& due) {
    if (!put_off(due.node, due)) cluster_.feed(due.node, due.read);
  }
  void happen(const SyncDue& due) {
    if (put_off(due.node, due)) return;
    const auto writes = cluster_.disk(due.node).unsynced();
    if (writes > 0) cluster_.sync(due.node, 1 + rng_.below(writes));
    cluster_.do_chunks(due.node);
    at(pause(calm_ ? Nanos{1ms} : trouble_.sync_max), due);
  }
  void happen(ClientTurn&) {
    const NodeId to = cluster_.leader() && rng_.chance(0.7) ? *cluster_.leader() : any_node();
    if (rng_.chance(0.5)) {
      std::vector<std::string> commands;
      for (std::int64_t i = rng_.between(1, 4); i > 0; --i) commands.push_back(str("v", ++values_));
      if (!is_paused(to)) cluster_.propose(to, std::move(commands));
    } else {
      // Every node that believes it leads is asked: a deposed one must not answer.
      for (const NodeId id : cluster_.ids()) {
        const Read read{cluster_.ask(), rng_.chance(0.5) ? ReadMode::lease : ReadMode::read_index};
        at(0ms, ReadDue{id, read});
      }
    }
    at(pause(calm_ ? Nanos{100ms} : trouble_.client_pause), ClientTurn{});
  }
  void happen(FaultTurn&) {
    if (calm_) return;
    for (const NodeId id : cluster_.ids())
      if (!cluster_.is_up(id) && rng_.chance(0.5)) cluster_.restart(id);
    if (rng_.chance(trouble_.crash)) {
      const NodeId victim = cluster_.leader() && rng_.chance(0.4) ? *cluster_.leader() : any_node();
      const auto writes = cluster_.disk(victim).unsynced();
      cluster_.crash(victim, rng_.below(writes + 1), rng_.below(3));
    }
    if (rng_.chance(trouble_.pause)) {
      const NodeId victim = cluster_.leader() && rng_.chance(0.6) ? *cluster_.leader() : any_node();
      paused_until_[victim] = cluster_.now() + pause(1500ms);
    }
    if (rng_.chance(0.4)) cluster_.mend();
    if (rng_.chance(trouble_.cut)) cut_some();
    if (const NodeId id = any_node(); cluster_.is_up(id) && rng_.chance(0.3)) {
      const auto applied = cluster_.raft(id).status().applied.value;
      cluster_.snapshot(id, Index{applied - rng_.below(std::min<std::uint64_t>(applied, 5) + 1)});
    }
    at(pause(trouble_.pace), FaultTurn{});
  }
  NodeId likely_leader() {
    return cluster_.leader() && rng_.chance(0.8) ? *cluster_.leader() : any_node();
  }
  NodeId any_of(const std::set<NodeId>& ids) {
    return *std::next(ids.begin(), static_cast<std::ptrdiff_t>(rng_.below(ids.size())));
  }
  void happen(MembersTurn&) {
    if (calm_) return;
    at(pause(trouble_.members_pause), MembersTurn{});
    const NodeId to = likely_leader();
    if (!cluster_.is_up(to) || is_paused(to)) return;
    if (rng_.chance(trouble_.transfer)) {
      cluster_.transfer(to, any_node());
      // The old leader may miss all of it.
      if (rng_.chance(0.3)) paused_until_[to] = cluster_.now() + pause(300ms);
    }
    if (!rng_.chance(trouble_.change)) return;
    Configuration wanted = *cluster_.raft(to).status().configuration;
    for (std::int64_t i = rng_.between(1, 3); i > 0; --i) alter(wanted);
    cluster_.change_members(to, std::move(wanted));
  }
  void alter(Configuration& wanted) {
    const NodeId node = any_node();
    const bool may_shrink = wanted.voters.size() > 2;
    if (wanted.learners.contains(node)) {
      wanted.learners.erase(node);
      if (rng_.chance(0.9)) wanted.voters.insert(node);
    } else if (!wanted.voters.contains(node)) {
      wanted.learners.insert(node);
    } else if (may_shrink && rng_.chance(0.5)) {
      wanted.voters.erase(node);
      if (rng_.chance(0.4)) wanted.learners.insert(node);
    }
  }
  void cut_some() {
    const bool leader = cluster_.leader() && (trouble_.only_leaders || rng_.chance(0.5));
    const NodeId one = leader ? *cluster_.leader() : any_node();
    const auto kind = trouble_.only_leaders ? 3 : rng_.below(4);
    if (kind == 3) {  // two who do not hear one another, and others who hear both
      NodeId two = any_node();
      while (two == one) two = any_node();
      cluster_.cut(one, two);
      cluster_.cut(two, one);
      return;
    }
    for (const NodeId other : cluster_.ids()) {
      if (other == one) continue;
      if (kind == 2 && rng_.chance(0.5)) continue;  // a part of its links
      if (kind != 1) cluster_.cut(one, other);
      if (kind != 0) cluster_.cut(other, one);
    }
  }

  void mend() {
    calm_ = true;
    paused_until_.clear();
    cluster_.mend();
    for (const NodeId id : cluster_.ids()) cluster_.restart(id);
    // Sometimes but for one node, without which the others can go on: it is down, or, if it leads,
    // hears nobody while all hear it.
    if (trouble_.change > 0 || !rng_.chance(0.3)) return;
    const bool deaf = cluster_.leader() && rng_.chance(0.5);
    victim_ = deaf ? *cluster_.leader() : any_node();
    if (!deaf) return cluster_.crash(*victim_);
    for (const NodeId id : cluster_.ids())
      if (id != *victim_) cluster_.cut(id, *victim_);
  }
  std::optional<std::string> lack_of_progress() {
    const auto leader = cluster_.leader();
    if (!leader) return "no leader long after everything was mended";
    if (cluster_.highest_commit() <= commit_when_settled_)
      return "nothing was committed after everything was mended";
    const Configuration members = *cluster_.raft(*leader).status().configuration;
    if (members.is_joint()) return "members are still changing long after everything was mended";
    for (const NodeId id : cluster_.ids()) {
      if (!members.has(id) || id == victim_) continue;
      const auto status = cluster_.raft(id).status();
      if (status.leader != *leader) return str("n", id, " does not follow the leader n", *leader);
      if (status.commit.value + k_lag_allowed < cluster_.highest_commit().value)
        return str("n", id, " is at ", status.commit, ", the cluster at ",
                   cluster_.highest_commit());
    }
    const ReadId read = cluster_.ask();
    at(0ms, ReadDue{*leader, {read, ReadMode::read_index}});
    run_until(cluster_.now() + 200ms);
    if (!cluster_.was_answered(read)) return "a read was not answered after everything was mended";
    return cluster_.violation();
  }

  // A heartbeat interval and a few round trips at the calm rate of proposals.
  static constexpr std::uint64_t k_lag_allowed = 20;

  static constexpr Nanos k_trouble = 4s;
  static constexpr Nanos k_calm = 3s;
  static constexpr Nanos k_calm_with_victim = 12s;

  Rng rng_;
  Trouble trouble_;
  Cluster cluster_;
  std::priority_queue<Due> due_;
  std::map<NodeId, Nanos> paused_until_;
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t values_ = 0;
  bool calm_ = false;
  Index commit_when_settled_;
  std::optional<NodeId> victim_;
};

}  // namespace

RandomRunResult random_run(std::uint64_t seed, const std::set<std::string>& defects,
                           Cluster::Observer observer) {
  return RandomRun(seed, defects, std::move(observer)).run();
}

}  // namespace plumbline::raft::testing
