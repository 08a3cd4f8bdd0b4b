#pragma once
/// What a client asks of raftkvd and what it is told: plain data, the same on both ends and at
/// every door.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plumbline::proto {

/// A text, or a list of texts (made by append).
using Value = std::variant<std::string, std::vector<std::string>>;

enum class Op : std::uint8_t {
  get,
  put,
  remove,
  compare_and_set,
  append,
  register_session,
  end_session,
  status,
  make_snapshot,
  add_member,      ///< as a learner, reached at `contact`
  promote_member,  ///< from learner to voter
  remove_member,
  transfer_leadership,  ///< to `node`
};
const char* to_string(Op op);

enum class ReadMode : std::uint8_t {
  linearizable,  ///< confirmed by a quorum
  lease,         ///< by the leader alone while its lease lasts: correct if clocks drift little
  stale,         ///< whatever this node has applied
};
std::optional<ReadMode> parse_read_mode(std::string_view name);

struct Request {
  Op op = Op::get;
  std::string key{};
  std::string value{};
  std::optional<std::string> expected{};  ///< compare_and_set: nothing means "no such key"
  ReadMode mode = ReadMode::linearizable;
  bool with_hash = false;  ///< status: with the hash of the state
  std::uint64_t node = 0;  ///< of members and leadership: which
  std::vector<std::uint64_t>
      others{};           ///< promote_member, remove_member: whom the same change is about
  std::string contact{};  ///< add_member: HOST[:PEER[:CLIENT[:HTTP]]]
  // Exactly once: see node/kv/commands.h.
  std::uint64_t session = 0;
  std::uint64_t sequence = 0;
  std::uint64_t ack_below = 0;
  bool operator==(const Request&) const = default;
};

/// The first six are what applying the command gave. `certainly not done` holds for all the others
/// but unknown_outcome.
enum class Code : std::uint8_t {
  ok = 0,
  mismatch = 1,
  not_found = 2,
  wrong_type = 3,
  session_expired = 4,
  sequence_forgotten = 5,
  not_leader = 6,       ///< `leader` says who is, if this node knows
  busy = 7,             ///< too much is waiting here: try again later
  no_quorum = 8,        ///< this node cannot reach a majority
  unknown_outcome = 9,  ///< it may have been done, or may yet be
  invalid = 10,         ///< the request breaks a rule that `message` names
};
const char* to_string(Code code);

struct LeaderHint {
  std::uint64_t id = 0;          ///< 0: not known
  std::string client_address{};  ///< host:port of its client door
  std::uint64_t term = 0;        ///< of the node that says so
  bool operator==(const LeaderHint&) const = default;
};

struct Status {
  std::uint64_t id = 0;
  std::string role{};
  std::uint64_t term = 0;
  std::uint64_t leader = 0;
  std::uint64_t commit = 0;
  std::uint64_t applied = 0;
  std::uint64_t last_index = 0;
  std::uint64_t durable_index = 0;
  std::uint64_t first_index = 0;
  std::uint64_t snapshot_index = 0;
  std::uint64_t keys = 0;
  std::uint64_t sessions = 0;
  std::optional<std::uint64_t> hash{};  ///< equal on nodes with equal `applied`
  std::vector<std::uint64_t> voters{};
  std::vector<std::uint64_t> outgoing{};  ///< the voters before, while they change; else empty
  std::vector<std::uint64_t> learners{};
  std::map<std::uint64_t, std::string> contacts{};  ///< of these: HOST[:PEER[:CLIENT[:HTTP]]]
  std::uint64_t configuration_index = 0;            ///< of its entry; above `commit`: not settled
  /// With `hash`: of the state at a few earlier indexes that all nodes keep, to compare them.
  std::map<std::uint64_t, std::uint64_t> hashes{};
  bool operator==(const Status&) const = default;
};

/// The configuration that it tells of is committed, and no change of voters is under way.
inline bool is_settled(const Status& status) {
  return status.outgoing.empty() && status.configuration_index <= status.commit;
}

struct Reply {
  Code code = Code::ok;
  std::optional<Value> value{};  ///< get; what was there on mismatch and wrong_type
  std::uint64_t revision =
      0;  ///< index of the entry that last changed the key; session id; snapshot
  std::optional<LeaderHint> leader{};
  std::optional<Status> status{};
  std::string message{};
  bool operator==(const Reply&) const = default;
};

}  // namespace plumbline::proto
