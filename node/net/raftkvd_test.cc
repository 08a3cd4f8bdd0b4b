// Real raftkvd processes on loopback: they are killed, restarted, left behind, and asked through
// every door. Goal: what was acknowledged is there afterwards, and errors are what they say.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/read.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "core/base/text.h"
#include "node/client/client.h"
#include "node/client/endpoints.h"
#include "node/net/testing.h"

namespace plumbline::net {
namespace {

using kv_client::Code;
using kv_client::Connection;
using kv_client::Endpoints;
using kv_client::Op;
using kv_client::Reply;
using kv_client::Request;
using kv_client::Value;

constexpr Nanos k_call = 5s;
constexpr Nanos k_patience = 30s;  // sanitizers and busy machines

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

std::string slurp(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

pid_t spawn(std::vector<std::string> words, const std::string& out, const std::string& err) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  CHECK(child >= 0, "the tests need processes");
  if (child > 0) return child;
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644), 1);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644), 2);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

/// Runs a program to its end.
Ran run(const std::vector<std::string>& words) {
  const TemporaryDirectory files;
  const pid_t child = spawn(words, files.path("out"), files.path("err"));
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(files.path("out")),
          slurp(files.path("err"))};
}

/// A cluster of processes. Nodes are numbered from 1.
class Cluster {
 public:
  /// Those beyond `founders` can join().
  explicit Cluster(int nodes, std::vector<std::string> flags = {}, int founders = 0)
      : founders_(founders == 0 ? nodes : founders), flags_(std::move(flags)) {
    asio::io_context io;
    std::vector<asio::ip::tcp::acceptor> held;  // all at once, so that no port comes twice
    for (int i = 0; i < 3 * nodes; ++i) {
      held.emplace_back(io, loopback(0));
      ports_.push_back(held.back().local_endpoint().port());
    }
    for (int i = 1; i <= nodes; ++i) {
      if (i <= founders_) nodes_ += str(i > 1 ? "," : "", i, "=", contact(i));
      clients_.push_back(str("127.0.0.1:", port(i, 1)));
    }
    pids_.resize(static_cast<std::size_t>(nodes) + 1);
  }
  ~Cluster() {
    for (int i = 1; i <= size(); ++i) kill(i);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  int size() const { return static_cast<int>(clients_.size()); }
  std::uint16_t port(int node, int door) const {
    return ports_[static_cast<std::size_t>(3 * (node - 1) + door)];
  }
  std::vector<std::string> command(int node) const {
    std::vector<std::string> words = {RAFTKVD, "--id", str(node), "--data-dir", data(node)};
    if (node <= founders_)
      words.insert(words.end(), {"--nodes", nodes_});
    else
      words.insert(words.end(), {"--join", "--self", contact(node)});
    words.insert(words.end(), flags_.begin(), flags_.end());
    return words;
  }
  std::string contact(int node) const {
    return str("127.0.0.1:", port(node, 0), ":", port(node, 1), ":", port(node, 2));
  }
  std::string data(int node) const { return directory_.path(str("n", node)); }
  std::string log(int node) const { return slurp(directory_.path(str("n", node, ".log"))); }

  void start(int node) {
    const std::string file = directory_.path(str("n", node, ".log"));
    pids_[static_cast<std::size_t>(node)] = spawn(command(node), file, file);
  }
  void start_all() {
    for (int i = 1; i <= founders_; ++i) start(i);
  }
  Ran ctl(const std::vector<std::string>& words, const std::string& timeout = "20s") const {
    std::vector<std::string> all = {RAFTKVCTL, "--timeout", timeout, "--endpoints",
                                    join(clients_, ",")};
    all.insert(all.end(), words.begin(), words.end());
    return run(all);
  }
  /// Starts it and makes a voter of it.
  void join_as_voter(int node) {
    start(node);
    const Ran added = ctl({"member", "add", str(node), contact(node)});
    ASSERT_EQ(added.code, 0) << added.err;
    const Nanos end = steady_now() + k_patience;
    Ran promoted;
    do {
      promoted = ctl({"member", "promote", str(node)});
    } while (promoted.code == 1 && steady_now() < end);  // until it has caught up
    ASSERT_EQ(promoted.code, 0) << promoted.err;
  }
  void send_signal(int node, int signal) const {
    ::kill(pids_[static_cast<std::size_t>(node)], signal);
  }
  /// Gives the exit status of a node that ended by itself, -1 for one that was killed.
  int kill(int node, int signal = SIGKILL) {
    pid_t& pid = pids_[static_cast<std::size_t>(node)];
    if (pid == 0) return -1;
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == pid)
      ADD_FAILURE() << "node " << node << " ended by itself, status " << status << "\n"
                    << log(node);
    else
      ::kill(pid, signal);
    ::waitpid(std::exchange(pid, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  Endpoints endpoints() const { return *Endpoints::parse(clients_); }
  Result<Connection> connect(int node) const {
    return Connection::open("127.0.0.1", port(node, 1), k_call);
  }
  std::optional<proto::Status> status(int node, bool with_hash = false) const {
    auto connection = connect(node);
    if (!connection) return std::nullopt;
    const auto reply = connection->call({.op = Op::status, .with_hash = with_hash}, k_call);
    return reply ? reply->status : std::nullopt;
  }
  /// Waits until a node other than `gone` leads and all `of` follow it; 0 if that takes too long.
  int await_leader(const std::vector<int>& of, int gone = 0) const {
    const Nanos end = steady_now() + k_patience;
    while (steady_now() < end) {
      std::map<std::uint64_t, int> followed;
      for (const int node : of)
        if (const auto now = status(node)) ++followed[now->leader];
      for (const auto& [leader, count] : followed)
        if (leader != static_cast<std::uint64_t>(gone) && leader != 0 &&
            count == static_cast<int>(of.size()))
          return static_cast<int>(leader);
      std::this_thread::sleep_for(20ms);
    }
    return 0;
  }
  std::vector<int> all_but(int without = 0) const {
    std::vector<int> nodes;
    for (int i = 1; i <= size(); ++i)
      if (i != without) nodes.push_back(i);
    return nodes;
  }
  /// Waits until `nodes` have applied the same and their states are equal.
  bool await_equal(const std::vector<int>& nodes) const {
    const Nanos end = steady_now() + k_patience;
    while (steady_now() < end) {
      std::set<std::pair<std::uint64_t, std::uint64_t>> states;
      for (const int node : nodes) {
        const auto now = status(node, true);
        states.emplace(now ? now->applied : 0, now ? now->hash.value_or(0) : node);
      }
      if (states.size() == 1) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }

 private:
  TemporaryDirectory directory_;
  int founders_;
  std::vector<std::string> flags_;
  std::vector<std::uint16_t> ports_;
  std::string nodes_;
  std::vector<std::string> clients_;
  std::vector<pid_t> pids_;
};

void expect_ok(const Result<Reply>& reply) {
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->code, Code::ok) << to_string(reply->code) << ' ' << reply->message;
}

void expect_value(Endpoints& client, const std::string& key, const Value& value) {
  const auto reply = client.call(kv_client::get(key), k_patience);
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->value, value) << key;
}

void put_many(Endpoints& client, int from, int to) {
  for (int i = from; i < to; ++i)
    expect_ok(client.call(kv_client::put(str("k", i % 50), str("v", i)), k_patience));
}

TEST(Raftkvd, WhatWasAcknowledgedSurvivesAKillOfAllNodes) {
  for (const int nodes : {3, 5}) {
    Cluster cluster(nodes);
    cluster.start_all();
    auto client = cluster.endpoints();
    put_many(client, 0, 100);
    expect_ok(client.call(kv_client::append("list", "a"), k_call));
    expect_ok(client.call(kv_client::append("list", "b"), k_call));
    for (int i = 1; i <= nodes; ++i) cluster.kill(i);
    cluster.start_all();
    auto again = cluster.endpoints();
    for (int i = 50; i < 100; ++i) expect_value(again, str("k", i % 50), str("v", i));
    expect_value(again, "list", std::vector<std::string>{"a", "b"});
    EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
  }
}

TEST(Raftkvd, AKilledLeaderIsReplacedAndComesBackAsAFollower) {
  Cluster cluster(5);
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 20);
  for (int round = 0; round < 3; ++round) {
    const int leader = cluster.await_leader(cluster.all_but());
    ASSERT_NE(leader, 0);
    cluster.kill(leader);
    const Nanos begin = steady_now();
    expect_ok(client.call(kv_client::put("after", str(round)), k_patience));
    RecordProperty(str("without_leader_ms_", round), str(millis(steady_now() - begin)));
    EXPECT_NE(cluster.await_leader(cluster.all_but(leader), leader), 0);
    cluster.start(leader);
  }
  EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
  expect_value(client, "after", "2");
}

TEST(Raftkvd, AFollowerNamesTheLeader) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  const int follower = leader % 3 + 1;
  auto connection = cluster.connect(follower);
  ASSERT_TRUE(connection);
  for (const Request& request : {kv_client::put("k", "v"), kv_client::get("k")}) {
    const auto reply = connection->call(request, k_call);
    ASSERT_TRUE(reply) << reply.error().what;
    EXPECT_EQ(reply->code, Code::not_leader);
    ASSERT_TRUE(reply->leader);
    EXPECT_EQ(reply->leader->id, static_cast<std::uint64_t>(leader));
    EXPECT_EQ(reply->leader->client_address, str("127.0.0.1:", cluster.port(leader, 1)));
  }
  const auto stale = connection->call(kv_client::get("k", kv_client::ReadMode::stale), k_call);
  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->code, Code::not_found);
}

TEST(Raftkvd, AMinorityAnswersNothingAsDone) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  auto connection = cluster.connect(leader);
  ASSERT_TRUE(connection);
  expect_ok(connection->call(kv_client::put("k", "old"), k_call));
  for (const int node : cluster.all_but(leader)) cluster.kill(node);
  const auto put = connection->call(kv_client::put("k", "new"), k_patience);
  ASSERT_TRUE(put) << put.error().what;
  EXPECT_NE(put->code, Code::ok);
  const auto get = connection->call(kv_client::get("k"), k_patience);
  EXPECT_TRUE(!get || get->code != Code::ok);
}

TEST(Raftkvd, APausedLeaderIsReplacedAndGivesNoOldAnswersWhenItWakes) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  auto old = cluster.connect(leader);
  ASSERT_TRUE(old);
  expect_ok(old->call(kv_client::put("k", "old"), k_call));
  cluster.send_signal(leader, SIGSTOP);
  const int next = cluster.await_leader(cluster.all_but(leader), leader);
  ASSERT_NE(next, 0);
  auto connection = cluster.connect(next);
  ASSERT_TRUE(connection);
  expect_ok(connection->call(kv_client::put("k", "new"), k_patience));
  cluster.send_signal(leader, SIGCONT);
  const auto read = old->call(kv_client::get("k"), k_patience);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_TRUE(read->code != Code::ok || read->value == Value("new"));
  EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
}

TEST(Raftkvd, ANodeThatIsBehindTheLogCatchesUpByASnapshot) {
  Cluster cluster(3, {"--snapshot-every", "50", "--segment-bytes", "65536"});
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 20);
  const int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  const int behind = leader % 3 + 1;
  ASSERT_TRUE(cluster.await_equal(cluster.all_but()));
  cluster.kill(behind);
  put_many(client, 20, 400);
  cluster.start(behind);
  ASSERT_TRUE(cluster.await_equal(cluster.all_but()));
  EXPECT_NE(cluster.log(behind).find("event=snapshot-installed"), std::string::npos);
  cluster.kill(behind);
  cluster.start(behind);
  put_many(client, 400, 420);
  EXPECT_TRUE(cluster.await_equal(cluster.all_but())) << "and once more from its own disk";
}

TEST(Raftkvd, ACommandOfASessionIsDoneOnceHoweverOftenItIsSent) {
  Cluster cluster(3, {"--snapshot-every", "20"});
  cluster.start_all();
  int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  auto connection = cluster.connect(leader);
  ASSERT_TRUE(connection);
  const auto session = connection->call({.op = Op::register_session}, k_call);
  expect_ok(session);
  Request append = kv_client::append("list", "once");
  append.session = session->revision;
  append.sequence = 1;
  const auto first = connection->call(append, k_call);
  expect_ok(first);
  for (int i = 0; i < 3; ++i) {
    const auto again = connection->call(append, k_call);
    expect_ok(again);
    EXPECT_EQ(again->revision, first->revision);
  }
  // Neither a restart nor another leader forgets what was done.
  auto client = cluster.endpoints();
  put_many(client, 0, 50);
  cluster.kill(leader);
  cluster.start(leader);
  ASSERT_TRUE(cluster.await_equal(cluster.all_but()));
  leader = cluster.await_leader(cluster.all_but());
  auto other = cluster.connect(leader);
  ASSERT_TRUE(other);
  expect_ok(other->call(append, k_call));
  expect_value(client, "list", std::vector<std::string>{"once"});
  append.session += 1'000'000;
  const auto expired = other->call(append, k_call);
  ASSERT_TRUE(expired);
  EXPECT_EQ(expired->code, Code::session_expired);
}

TEST(Raftkvd, AStoppedNodeEndsInOrderAndStartsAgain) {
  Cluster cluster(1);
  cluster.start(1);
  auto client = cluster.endpoints();
  expect_ok(client.call(kv_client::put("k", "v"), k_patience));
  EXPECT_EQ(cluster.kill(1, SIGTERM), 0);
  EXPECT_NE(cluster.log(1).find("event=stop"), std::string::npos);
  cluster.start(1);
  expect_value(client, "k", "v");
  const auto second = run(cluster.command(1));
  EXPECT_EQ(second.code, 2);
  EXPECT_NE(second.err.find("in use"), std::string::npos) << second.err;
}

std::string http(std::uint16_t port, const std::string& request) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(loopback(port));
  asio::write(socket, asio::buffer(request));
  std::string all;
  std::error_code end_of_stream;
  asio::read(socket, asio::dynamic_buffer(all), end_of_stream);
  return all;
}

TEST(Raftkvd, SpeaksHttpAsCurlDoes) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  const auto ask = [&](int node, const std::string& line, const std::string& body = {}) {
    return http(cluster.port(node, 2),
                str(line, " HTTP/1.1\r\nHost: n\r\nConnection: close\r\nContent-Length: ",
                    body.size(), "\r\n\r\n", body));
  };
  const auto json_of = [](const std::string& reply) {
    return nlohmann::json::parse(reply.substr(reply.find("\r\n\r\n") + 4));
  };
  EXPECT_TRUE(ask(leader, "PUT /v1/kv/a%20key", "value").starts_with("HTTP/1.1 200 OK"));
  EXPECT_EQ(json_of(ask(leader, "GET /v1/kv/a%20key"))["value"], "value");
  EXPECT_TRUE(ask(leader, "PUT /v1/kv/a%20key?expected=other", "v").starts_with("HTTP/1.1 409"));
  EXPECT_TRUE(ask(leader, "PUT /v1/kv/a%20key?expected=value", "v").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(ask(leader, "POST /v1/kv/list?append", "1").starts_with("HTTP/1.1 200"));
  EXPECT_EQ(json_of(ask(leader, "GET /v1/kv/list"))["list"], nlohmann::json({"1"}));
  EXPECT_TRUE(ask(leader, "DELETE /v1/kv/list").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(ask(leader, "GET /v1/kv/list").starts_with("HTTP/1.1 404"));
  EXPECT_EQ(json_of(ask(leader, "GET /v1/status"))["role"], "leader");
  EXPECT_NE(ask(leader, "GET /metrics").find("raftkv_role{role=\"leader\"} 1"), std::string::npos);
  EXPECT_TRUE(ask(leader, "GET /health").starts_with("HTTP/1.1 200"));
  const std::string elsewhere = ask(leader % 3 + 1, "GET /v1/kv/a%20key");
  EXPECT_TRUE(elsewhere.starts_with("HTTP/1.1 421")) << elsewhere;
  EXPECT_EQ(json_of(elsewhere)["leader"]["http"], str("127.0.0.1:", cluster.port(leader, 2)));
}

TEST(Raftkvd, BadOptionsGiveOneLineAndExitTwo) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path("file")) << "x";
  std::ofstream(directory.path("conf")) << "id = 1\nnodes = 1=127.0.0.1\ndata-dir = x\nspeed = 9\n";
  const std::vector<std::vector<std::string>> bad = {
      {RAFTKVD},
      {RAFTKVD, "--id", "1"},
      {RAFTKVD, "--config", directory.path("conf")},
      {RAFTKVD, "--config", directory.path("none")},
      {RAFTKVD, "--id", "2", "--nodes", "1=127.0.0.1", "--data-dir", directory.path("d")},
      {RAFTKVD, "--id", "1", "--nodes", "1=127.0.0.1", "--data-dir", directory.path("file")},
      {RAFTKVD, "--id", "1", "--nodes", "1=127.0.0.1", "--data-dir", directory.path("file/below")},
      {RAFTKVD, "--id", "1", "--nodes", "1=127.0.0.1", "--data-dir", directory.path("")},
      {RAFTKVD, "--id", "1", "--nodes", "1=127.0.0.1", "--data-dir", "d", "--heartbeat", "x"},
  };
  for (const auto& words : bad) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 2) << join(words, " ");
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    EXPECT_TRUE(ran.err.starts_with("raftkvd: ")) << ran.err;
  }
  EXPECT_EQ(run({RAFTKVD, "--version"}).code, 0);
}

TEST(Raftkvctl, ItsExitCodesSayHowItWent) {
  Cluster cluster(3);
  cluster.start_all();
  ASSERT_NE(cluster.await_leader(cluster.all_but()), 0);
  std::vector<std::string> endpoints;
  for (int i = 1; i <= 3; ++i) endpoints.push_back(str("127.0.0.1:", cluster.port(i, 1)));
  const auto ctl = [&](std::vector<std::string> words) {
    words.insert(words.begin(),
                 {RAFTKVCTL, "--timeout", "5s", "--endpoints", join(endpoints, ",")});
    return run(words);
  };
  EXPECT_EQ(ctl({"put", "k", "1"}).code, 0);
  EXPECT_EQ(ctl({"get", "k"}).out, "1\n");
  EXPECT_EQ(ctl({"get", "none"}).code, 1);
  EXPECT_EQ(ctl({"cas", "k", "2", "--expected", "1"}).code, 0);
  EXPECT_EQ(ctl({"cas", "k", "2", "--expected", "1"}).code, 1);
  EXPECT_EQ(ctl({"cas", "k", "2"}).code, 2);
  EXPECT_EQ(ctl({"--session", "append", "l", "x"}).code, 0);
  EXPECT_EQ(ctl({"append", "k", "x"}).code, 1);
  EXPECT_EQ(ctl({"del", "l"}).code, 0);
  EXPECT_EQ(ctl({"get", "k", "--mode", "fast"}).code, 2);
  const Ran status = ctl({"status", "--hash"});
  EXPECT_EQ(std::count(status.out.begin(), status.out.end(), '\n'), 3) << status.out;
  EXPECT_EQ(ctl({"snapshot"}).code, 0);
  EXPECT_EQ(ctl({}).code, 2);
  for (int i = 1; i <= 3; ++i) cluster.kill(i);
  const Ran down = run({RAFTKVCTL, "--timeout", "300ms", "--endpoints", endpoints[0], "get", "k"});
  EXPECT_EQ(down.code, 3) << down.err;
}

// ---- Members ------------------------------------------------------------------------------------

TEST(Members, AClusterGrowsFromThreeToFiveAndEveryNodeRestartsWithItsOwnFlags) {
  Cluster cluster(5, {"--snapshot-every", "50"}, 3);
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 120);
  cluster.join_as_voter(4);
  cluster.join_as_voter(5);
  EXPECT_NE(cluster.log(5).find("event=snapshot-installed"), std::string::npos);
  ASSERT_TRUE(cluster.await_equal(cluster.all_but()));
  const Ran listed = cluster.ctl({"member", "list"});
  EXPECT_EQ(std::count(listed.out.begin(), listed.out.end(), '\n'), 5) << listed.out;
  EXPECT_NE(listed.out.find(str("5 voter ", cluster.contact(5))), std::string::npos) << listed.out;
  // Three of five are enough now, and those who joined count.
  cluster.kill(1);
  cluster.kill(2);
  put_many(client, 120, 150);
  for (const int node : {3, 4, 5}) cluster.kill(node);
  for (const int node : cluster.all_but()) cluster.start(node);
  put_many(client, 150, 170);
  EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
  const Ran compared = cluster.ctl({"compare"});
  EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
  EXPECT_TRUE(compared.out.starts_with("equal at index ")) << compared.out;
}

TEST(Members, ALeaderThatIsRemovedHandsOverAndTheRestServes) {
  Cluster cluster(3);
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 20);
  const int leader = cluster.await_leader(cluster.all_but());
  ASSERT_NE(leader, 0);
  const Ran removed = cluster.ctl({"member", "remove", str(leader)});
  ASSERT_EQ(removed.code, 0) << removed.err;
  const auto rest = cluster.all_but(leader);
  EXPECT_NE(cluster.await_leader(rest, leader), 0);
  put_many(client, 20, 30);
  EXPECT_EQ(cluster.ctl({"member", "remove", str(leader)}).code, 0) << "done already";
  // It runs on, and disturbs nobody.
  const auto before = cluster.status(rest[0]);
  std::this_thread::sleep_for(2s);
  const auto after = cluster.status(rest[0]);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->term, after->term);
  EXPECT_EQ(after->voters.size(), 2U);
  cluster.kill(leader);
  cluster.start(leader);
  put_many(client, 30, 40);
  EXPECT_TRUE(cluster.await_equal(rest));
}

TEST(Members, LeadershipGoesWhereItIsSent) {
  Cluster cluster(3);
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 5);
  for (int round = 0; round < 3; ++round) {
    const int leader = cluster.await_leader(cluster.all_but());
    ASSERT_NE(leader, 0);
    const int next = leader % 3 + 1;
    const Ran moved = cluster.ctl({"transfer", str(next)});
    ASSERT_EQ(moved.code, 0) << moved.err;
    EXPECT_EQ(cluster.await_leader(cluster.all_but(), leader), next);
    put_many(client, 5, 10);
  }
  const Ran nobody = cluster.ctl({"transfer", "9"});
  EXPECT_EQ(nobody.code, 1) << nobody.err;
}

TEST(Members, ANodeThatLostItsDataIsKeptOutUntilItComesBackUnderANewId) {
  Cluster cluster(4, {}, 3);
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 20);
  const int leader = cluster.await_leader(cluster.all_but(4));
  ASSERT_NE(leader, 0);
  ASSERT_TRUE(cluster.await_equal({1, 2, 3}));
  const int wiped = leader % 3 + 1;
  cluster.kill(wiped);
  std::filesystem::remove_all(cluster.data(wiped));
  cluster.start(wiped);
  const std::string says = str("node ", wiped, " lost its data: remove it and add it again");
  const Nanos end = steady_now() + k_patience;
  while (steady_now() < end && (cluster.log(wiped).find(says) == std::string::npos ||
                                cluster.log(leader).find(says) == std::string::npos))
    std::this_thread::sleep_for(20ms);
  EXPECT_NE(cluster.log(wiped).find(says), std::string::npos) << cluster.log(wiped);
  EXPECT_NE(cluster.log(leader).find(says), std::string::npos) << cluster.log(leader);
  put_many(client, 20, 30);
  const auto outside = cluster.status(wiped);
  ASSERT_TRUE(outside);
  EXPECT_EQ(outside->applied, 0U) << "nothing reaches it";
  cluster.kill(wiped);
  EXPECT_EQ(cluster.ctl({"member", "remove", str(wiped)}).code, 0);
  cluster.join_as_voter(4);
  std::vector<int> now = cluster.all_but(wiped);
  EXPECT_TRUE(cluster.await_equal(now));
  // It counts: with one of the old ones down, the other and the new one are a majority.
  cluster.kill(leader);
  put_many(client, 30, 40);
  std::erase(now, leader);
  EXPECT_TRUE(cluster.await_equal(now));
}

TEST(Members, ANodeThatJoinsRestartsInEveryState) {
  Cluster cluster(4, {"--snapshot-every", "30"}, 3);
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 50);
  const auto again = [&] {
    cluster.kill(4);
    cluster.start(4);
  };
  cluster.start(4);
  EXPECT_EQ(cluster.ctl({"member", "promote", "4"}).code, 1) << "nobody knows it yet";
  again();  // before it is added
  ASSERT_EQ(cluster.ctl({"member", "add", "4", cluster.contact(4)}).code, 0);
  again();  // as a learner
  cluster.join_as_voter(4);
  again();  // as a voter
  put_many(client, 50, 60);
  EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
  ASSERT_EQ(cluster.ctl({"member", "remove", "4"}).code, 0);
  again();  // as none
  put_many(client, 60, 70);
  EXPECT_TRUE(cluster.await_equal({1, 2, 3}));
}

TEST(Members, ChangesThatCannotBeAreRefusedWithTheReason) {
  Cluster cluster(1);
  cluster.start(1);
  ASSERT_EQ(cluster.await_leader({1}), 1);
  const auto refused = [&](const std::vector<std::string>& words, int code, const char* reason) {
    const Ran ran = cluster.ctl(words, "2s");
    EXPECT_EQ(ran.code, code) << join(words, " ") << ran.out << ran.err;
    EXPECT_NE(ran.err.find(reason), std::string::npos) << ran.err;
  };
  refused({"member", "remove", "1"}, 1, "no voter would be left");
  refused({"member", "promote", "7"}, 1, "no member 7");
  refused({"member", "add", "2", "nowhere:x"}, 1, "is not a port");
  refused({"member", "add", "0", "a"}, 2, "number from 1");
  refused({"member"}, 2, "");
  EXPECT_EQ(cluster.ctl({"member", "add", "2", "127.0.0.1:1"}).code, 0);
  refused({"member", "promote", "2"}, 1, "not caught up");
  EXPECT_EQ(cluster.ctl({"member", "list"}).out,
            str("1 voter ", cluster.contact(1), " leader\n2 learner 127.0.0.1:1:7001:7002\n"));
}

TEST(Members, HttpSaysTheSame) {
  Cluster cluster(4, {}, 3);
  cluster.start_all();
  const int leader = cluster.await_leader({1, 2, 3});
  ASSERT_NE(leader, 0);
  cluster.start(4);
  const auto ask = [&](const std::string& line) {
    return http(cluster.port(leader, 2),
                line + " HTTP/1.1\r\nHost: n\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  };
  const std::string add = "POST /v1/members/4?contact=" + cluster.contact(4);
  const Nanos end = steady_now() + k_patience;
  std::string reply;
  do {
    reply = ask(add);  // busy while the leader has just begun
  } while (reply.starts_with("HTTP/1.1 503") && steady_now() < end);
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200")) << reply;
  do {
    reply = ask("POST /v1/members/4?promote");
  } while (!reply.starts_with("HTTP/1.1 200") && steady_now() < end);
  const std::string members = ask("GET /v1/members");
  const auto json = nlohmann::json::parse(members.substr(members.find("\r\n\r\n") + 4));
  ASSERT_EQ(json["members"].size(), 4U) << members;
  EXPECT_EQ(json["members"][3]["contact"], cluster.contact(4));
  EXPECT_TRUE(ask("POST /v1/transfer?to=4").starts_with("HTTP/1.1 200"));
  EXPECT_EQ(cluster.await_leader(cluster.all_but(), leader), 4);
  EXPECT_TRUE(ask("DELETE /v1/members/x").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(ask("DELETE /v1/members/2").starts_with("HTTP/1.1 421")) << "it leads no more";
}

}  // namespace
}  // namespace plumbline::net
