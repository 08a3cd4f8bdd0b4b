// Real raftkvd processes on loopback: they are killed, restarted, left behind, and asked through
// every door. Goal: what was acknowledged is there afterwards, and errors are what they say.

#include <nlohmann/json.hpp>

#include "core/base/planted.h"
#include "node/net/processes_testing.h"

namespace plumbline::net {
namespace {

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

/// What a read gives after an acknowledged put and, at once, a kill of all nodes, whose disks take
/// longer for a sync than that. Elections must take longer still.
Result<Reply> read_after_power_cut(std::vector<std::string> more) {
  std::vector<std::string> flags = {"--hold-unsynced=0", "--slow-sync=400ms-400ms",
                                    "--election-timeout=3s-5s"};
  flags.insert(flags.end(), more.begin(), more.end());
  Cluster cluster(3, flags);
  cluster.start_all();
  auto client = cluster.endpoints();
  expect_ok(client.call(kv_client::put("key", "value"), k_patience));
  for (int i = 1; i <= 3; ++i) cluster.kill(i);
  cluster.start_all();
  return cluster.endpoints().call(kv_client::get("key"), k_patience);
}

TEST(Raftkvd, HoldsWhatIsNotSyncedSoThatAKillLosesItAndNothingElse) {
  const auto kept = read_after_power_cut({});
  ASSERT_TRUE(kept) << kept.error().what;
  EXPECT_EQ(kept->value, Value("value"));
  if (!k_planted_compiled) GTEST_SKIP() << "a build without defects loses nothing";
  const auto lost = read_after_power_cut({"--defect=ack-before-fsync"});
  ASSERT_TRUE(lost) << lost.error().what;
  EXPECT_EQ(lost->code, Code::not_found) << "it was acknowledged before it was on any disk";
}

TEST(Raftkvd, ServesOverLinksThatDelayLoseRepeatAndReorder) {
  Cluster cluster(3, {"--link-trouble=delay=1ms,jitter=10ms,loss=0.05,duplicate=0.2"});
  cluster.start_all();
  auto client = cluster.endpoints();
  put_many(client, 0, 50);
  EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
}

int resets_in(const std::string& log) {
  int count = 0;
  for (const std::string& line : split(log, '\n'))
    count += line.find("event=reset") != std::string::npos ? 1 : 0;
  return count;
}

/// A write whose node was reset meanwhile has an unknown outcome: it is asked for again.
void put_at_last(Endpoints& client, const std::string& key, const std::string& value) {
  const Nanos end = steady_now() + k_patience;
  for (;;) {
    const auto reply = client.call(kv_client::put(key, value), k_patience);
    if (reply && reply->code == Code::ok) return;
    ASSERT_LT(steady_now(), end) << key;
  }
}

TEST(Raftkvd, AProcessThatResetsItselfComesBackWithWhatIsOnItsDisk) {
  Cluster cluster(3, {"--reset-at=appended=0.03,voted=0.3", "--hold-unsynced=0.5",
                      "--election-timeout=200ms-400ms"});
  cluster.start_all();
  auto client = cluster.endpoints();
  for (int i = 0; i < 100; ++i) put_at_last(client, str("k", i), str("v", i));
  EXPECT_TRUE(cluster.await_equal(cluster.all_but()));
  int resets = 0;
  for (const int node : cluster.all_but()) resets += resets_in(cluster.log(node));
  EXPECT_GE(resets, 1);
  for (int i = 0; i < 100; ++i) expect_value(client, str("k", i), str("v", i));
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

}  // namespace
}  // namespace plumbline::net
