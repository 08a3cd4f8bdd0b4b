// Clusters of real raftkvd processes whose members change. Goal: whoever is a member counts, nobody
// else does, and a node that lost its data is kept out.

#include <nlohmann/json.hpp>

#include "node/net/processes_testing.h"

namespace plumbline::net {
namespace {

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
  cluster.make_voter(4);
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
