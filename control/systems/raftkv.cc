/// raftkv as a system under test: raftkvd on every node, one connection a process.
/// Operations: see node/client/operations.h.

#include "control/systems/raftkv.h"

#include <map>
#include <mutex>
#include <utility>

#include "control/systems/binary.h"
#include "control/systems/raftkv_members.h"
#include "control/systems/raftkv_session.h"
#include "core/base/text.h"
#include "node/client/client.h"
#include "node/client/operations.h"

namespace plumbline {

namespace {

using kv_client::Connection;
using Clock = std::chrono::steady_clock;

constexpr const char* k_program = "raftkvd";
/// Snapshots and new log segments every few seconds of load, so that the code for them runs.
constexpr int k_snapshot_every = 200;
constexpr int k_segment_bytes = 64 << 10;
/// Of the writes that are not synced when the power fails, as many leave a part behind.
constexpr double k_torn_share = 0.3;
/// A node that is asked for its state answers from memory, or is in no state to answer.
constexpr Nanos k_status_timeout = 300ms;
/// A process whose node is dead or paused finds out in this time, and counts it as a failed open.
constexpr Nanos k_connect_timeout = 1s;
using Address = std::pair<std::string, std::uint16_t>;

/// One process: asks its own node and, where that names another as the leader, goes on to it: who
/// answers "not leader" has certainly not done it, so asking again is not doing it twice. Who goes
/// on with what: see follows_hint(). With a session its changes go their own way.
class RaftkvClient : public Client {
 public:
  RaftkvClient(Address home, Connection connection, proto::ReadMode reads, bool follows_hints,
               std::optional<RaftkvSession> session)
      : home_(std::move(home)),
        reads_(reads),
        follows_hints_(follows_hints),
        session_(std::move(session)) {
    connections_.emplace(home_, std::move(connection));
  }

  Completion invoke(const Operation& operation, Nanos timeout) override {
    const auto deadline = Clock::now() + timeout;
    const auto request = kv_client::request_for(operation, reads_);
    if (!request) return {EventType::fail, {}, request.error().what};
    if (session_ && request->op != proto::Op::get)
      return session_->change(operation, *request, timeout);
    const bool follows = kv_client::follows_hint(operation, follows_hints_);
    Address asked = home_;
    for (int hop = 0;; ++hop) {
      const auto reply = ask(asked, *request, deadline);
      if (!reply) return {EventType::fail, {}, "not-sent: " + reply.error().what};
      const auto hint = leader_in(*reply);
      if (!follows || !hint || *hint == asked || hop == kv_client::k_most_hops)
        return kv_client::completion_of(operation, *reply);
      asked = *hint;
    }
  }

 private:
  static std::optional<Address> leader_in(const proto::Reply& reply) {
    const auto named = kv_client::leader_named(reply);
    if (!named) return std::nullopt;
    auto address = kv_client::parse_endpoint(*named);
    return address ? std::optional(*std::move(address)) : std::nullopt;
  }

  /// Fails: the request was certainly not done.
  Result<proto::Reply> ask(const Address& address, const proto::Request& request,
                           Clock::time_point deadline) {
    auto found = connections_.find(address);
    if (found == connections_.end()) {
      TRY_ASSIGN(Connection opened,
                 Connection::open(address.first, address.second, deadline - Clock::now()));
      found = connections_.emplace(address, std::move(opened)).first;
    }
    auto reply = found->second.call(request, deadline - Clock::now());
    if (!found->second.is_open()) connections_.erase(found);
    return reply;
  }

  const Address home_;
  const proto::ReadMode reads_;
  const bool follows_hints_;
  std::optional<RaftkvSession> session_;
  std::map<Address, Connection> connections_;
};

class Raftkv : public System {
 public:
  explicit Raftkv(SystemOptions options)
      : options_(std::move(options)),
        reads_(proto::parse_read_mode(options_.reads).value_or(proto::ReadMode::linearizable)) {}

  std::string name() const override { return "raftkv"; }
  std::vector<std::string> operations() const override { return kv_client::known_operations(); }

  Status install(Remote& remote, const NodeAccess& node) override {
    std::filesystem::path file = options_.node_binary;
    if (file.empty()) {
      TRY_ASSIGN(file, beside_this_program(k_program));
    }
    return install_binary(remote, file, program(node));
  }

  std::string command_line(const NodeAccess& node,
                           const std::vector<NodeAccess>& all) const override {
    std::vector<std::string> members;
    for (const NodeAccess& member : all)
      members.push_back(str(members.size() + 1, "=", raftkv::contact_of(member)));
    const std::string membership = node.incarnation == 0
                                       ? " --nodes " + shell_quote(join(members, ","))
                                       : " --join --self " + shell_quote(raftkv::contact_of(node));
    std::string line =
        str(shell_quote(program(node)), " --id ", raftkv::id_of(node, all), membership,
            " --data-dir ", shell_quote(data_directory(node)), " --snapshot-every ",
            k_snapshot_every, " --segment-bytes ", k_segment_bytes);
    // Power fails by kill -9, and loses what is not synced.
    if (options_.needs.contains(Ability::power)) line += str(" --hold-unsynced=", k_torn_share);
    if (options_.needs.contains(Ability::packets))
      line += " --link-trouble-file " + shell_quote(node.links_file());
    for (const std::string& defect : options_.defects) line += " --defect " + shell_quote(defect);
    for (const std::string& flag : options_.node_flags) line += " " + shell_quote(flag);
    return line;
  }

  std::string data_directory(const NodeAccess& node) const override {
    return node.directory + "/data";
  }
  std::vector<std::string> log_files(const NodeAccess& node) const override {
    return {node.directory + "/log/raftkvd.log"};
  }

  Result<std::unique_ptr<Client>> connect(const NodeAccess& node,
                                          const std::vector<NodeAccess>& all) override {
    Address home{node.address, raftkv::k_client_port};
    TRY_ASSIGN(Connection connection, Connection::open(home.first, home.second, k_connect_timeout));
    std::optional<RaftkvSession> session;
    if (options_.sessions) session.emplace(node, all);
    return std::make_unique<RaftkvClient>(std::move(home), std::move(connection), reads_,
                                          next_follows_hints(node), std::move(session));
  }

  bool serves(const NodeAccess& node) override {
    const auto status = ask_status(node);
    return status && status->leader != 0;
  }
  bool is_leader(const NodeAccess& node) override {
    const auto status = ask_status(node);
    return status && status->role == "leader";
  }

  std::set<Ability> abilities() const override {
    using enum Ability;
    return {packets, power, membership, joint, transfer};
  }
  std::string link_trouble(const Packets& packets) const override {
    return str("delay=", packets.delay.count(), "ns", ",jitter=", packets.jitter.count(), "ns",
               ",loss=", packets.loss, ",duplicate=", packets.duplicate);
  }
  Result<Nodes> voters(const std::vector<NodeAccess>& all, Trust in_leader) override {
    return raftkv::voters(all, in_leader);
  }
  Status remove_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                        Nanos timeout) override {
    return raftkv::remove_members(nodes, all, timeout);
  }
  Status add_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                     Nanos timeout) override {
    return raftkv::add_members(nodes, all, timeout);
  }
  Status add_learners(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                      Nanos timeout) override {
    return raftkv::add_learners(nodes, all, timeout);
  }
  Result<std::string> difference_of_replicas(const std::vector<NodeAccess>& all,
                                             Nanos timeout) override {
    return raftkv::difference_of_replicas(all, timeout);
  }
  Status transfer_leadership(const NodeAccess& to, const std::vector<NodeAccess>& all,
                             Nanos timeout) override {
    return raftkv::transfer_leadership(to, all, timeout);
  }

 private:
  bool next_follows_hints(const NodeAccess& node) {
    const std::lock_guard lock(mutex_);
    bool& follows = follows_hints_[node.name];
    return std::exchange(follows, !follows);
  }

  static std::string program(const NodeAccess& node) {
    return node.directory + "/bin/" + k_program;
  }

  static std::optional<proto::Status> ask_status(const NodeAccess& node) {
    auto connection = Connection::open(node.address, raftkv::k_client_port, k_status_timeout);
    if (!connection) return std::nullopt;
    proto::Request request;
    request.op = proto::Op::status;
    auto reply = connection->call(request, k_status_timeout);
    if (!reply || reply->code != proto::Code::ok) return std::nullopt;
    return std::move(reply->status);
  }

  const SystemOptions options_;
  const proto::ReadMode reads_;
  std::mutex mutex_;
  std::map<NodeName, bool> follows_hints_;  // of the node's next client
};

}  // namespace

std::unique_ptr<System> make_raftkv(const SystemOptions& options) {
  return std::make_unique<Raftkv>(options);
}

}  // namespace plumbline
