#include "node/net/options.h"

#include <gtest/gtest.h>

#include <fstream>

#include "node/net/testing.h"
#include "node/raft/defects.h"

namespace plumbline::net {
namespace {

std::expected<Options, EarlyExit> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "raftkvd");
  return parse_options(static_cast<int>(words.size()), words.data());
}

const std::vector<const char*> k_good = {
    "--id", "2", "--nodes", "1=a,2=b:1:2:3,3=[::1]:9", "--data-dir", "/tmp/x"};

std::expected<Options, EarlyExit> good_and(std::vector<const char*> more) {
  std::vector<const char*> words = k_good;
  words.insert(words.end(), more.begin(), more.end());
  return parse(words);
}

/// The one line that the options are refused with; empty if they are not.
std::string refusal(std::vector<const char*> more) {
  const auto options = good_and(std::move(more));
  if (options) return {};
  EXPECT_EQ(options.error().code, 2);
  EXPECT_EQ(options.error().text.find('\n'), std::string::npos);
  return options.error().text;
}

TEST(Options, AreTakenFromTheCommandLine) {
  const auto options = good_and({"--election-timeout", "1s-2s", "--heartbeat", "100ms",
                                 "--snapshot-every", "50", "--segment-bytes", "65536"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->id, raft::NodeId(2));
  EXPECT_EQ(options->nodes.size(), 3u);
  EXPECT_EQ(options->self, (NodeAddress{raft::NodeId(2), "b", 1, 2, 3}));
  EXPECT_EQ(options->nodes[0], (NodeAddress{raft::NodeId(1), "a", 7000, 7001, 7002}));
  EXPECT_EQ(options->nodes[2].host, "::1");
  EXPECT_EQ(options->nodes[2].peer_port, 9);
  EXPECT_EQ(options->election_min, 1s);
  EXPECT_EQ(options->election_max, 2s);
  EXPECT_EQ(options->heartbeat, 100ms);
  EXPECT_EQ(options->snapshot_every, 50u);
}

TEST(Options, TheLastOfTwoCountsWhereItIsASetting) {
  const auto options = good_and({"--snapshot-every", "50", "--snapshot-every", "70"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->snapshot_every, 70u);
  EXPECT_NE(refusal({"--id", "3"}), "");
}

TEST(Options, TroublesForTestsAreOffUnlessNamed) {
  const auto plain = good_and({});
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->holding);
  EXPECT_EQ(plain->link_trouble, LinkTrouble{});
  EXPECT_EQ(plain->reset_at, replica::ResetShares{});
  const auto bad =
      good_and({"--hold-unsynced=0.25", "--slow-sync", "5ms-20ms", "--link-trouble", "loss=0.1",
                "--link-trouble-file", "/tmp/links", "--reset-at", "voted=0.5"});
  ASSERT_TRUE(bad) << bad.error().text;
  ASSERT_TRUE(bad->holding);
  EXPECT_EQ(bad->holding->torn, 0.25);
  EXPECT_EQ(bad->holding->sync_min, 5ms);
  EXPECT_EQ(bad->holding->sync_max, 20ms);
  EXPECT_EQ(bad->link_trouble.loss, 0.1);
  EXPECT_EQ(bad->link_trouble_file, "/tmp/links");
  EXPECT_EQ(bad->reset_at, replica::ResetShares{.voted = 0.5});
  EXPECT_NE(refusal({"--hold-unsynced=2"}), "");
  EXPECT_NE(refusal({"--slow-sync", "5ms-20ms"}), "") << "it is the held files that are slow";
  EXPECT_NE(refusal({"--hold-unsynced=0", "--slow-sync", "20ms-5ms"}), "");
  EXPECT_NE(refusal({"--link-trouble", "loss=2"}), "");
  EXPECT_NE(refusal({"--reset-at", "elected=0.5"}), "");
}

TEST(Options, AreTakenFromAFile) {
  const TemporaryDirectory directory;
  const std::string file = directory.path("conf");
  std::ofstream(file) << "# a comment\nid = 1\nnodes = 1=127.0.0.1:1:2:3,2=127.0.0.1:4:5:6\n"
                         "data-dir = /tmp/x\nheartbeat = 20ms\n";
  const auto options = parse({"--config", file.c_str(), "--snapshot-every", "7"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->nodes.size(), 2u);
  EXPECT_EQ(options->heartbeat, 20ms);
  EXPECT_EQ(options->snapshot_every, 7u);
}

TEST(Options, AFileWithAnUnknownNameIsRefused) {
  const TemporaryDirectory directory;
  const std::string file = directory.path("conf");
  std::ofstream(file) << "heartbeet = 20ms\n";
  EXPECT_NE(refusal({"--config", file.c_str()}).find("heartbeet"), std::string::npos);
  EXPECT_NE(refusal({"--config", "/no/such/file"}), "");
}

TEST(Options, WhatCannotBeIsRefusedWithItsName) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{"--no-such"}, "--no-such"},
      {{"--heartbeat", "5"}, "bad duration"},
      {{"--heartbeat", "1ms"}, "--heartbeat"},
      {{"--heartbeat", "200ms"}, "--election-timeout"},
      {{"--election-timeout", "300ms"}, "--election-timeout"},
      {{"--election-timeout", "600ms-300ms"}, "--election-timeout"},
      {{"--snapshot-every", "0"}, "--snapshot-every"},
      {{"--snapshot-every", "many"}, "--snapshot-every"},
      {{"--segment-bytes", "10"}, "--segment-bytes"},
      {{"--cluster", "two words"}, "--cluster"},
      {{"--defect", "no-such-defect"}, "--defect"},
  };
  for (const auto& [more, named] : cases)
    EXPECT_NE(refusal(more).find(named), std::string::npos) << more[0] << ": " << refusal(more);
}

TEST(Options, NodesThatCannotBeAreRefused) {
  for (const char* nodes : {"2", "2=", "0=a", "x=a", "2=a:0", "2=a:70000", "2=a:1:2:3:4", "2=a:x",
                            "2=[::1", "2=a,2=b", "1=a"})
    EXPECT_FALSE(parse({"--id", "2", "--nodes", nodes, "--data-dir", "d"})) << nodes;
  EXPECT_FALSE(parse({"--id", "2", "--nodes", "2=a"})) << "no data directory";
}

TEST(Options, ANodeThatJoinsSaysWhereItIsInsteadOfWhoFoundsTheCluster) {
  const auto joins = parse({"--id", "4", "--join", "--self", "d:1:2:3", "--data-dir", "x"});
  ASSERT_TRUE(joins) << joins.error().text;
  EXPECT_TRUE(joins->joins());
  EXPECT_TRUE(joins->first_voters().empty());
  EXPECT_EQ(joins->self, (NodeAddress{raft::NodeId(4), "d", 1, 2, 3}));
  const std::vector<std::vector<const char*>> bad = {
      {"--id", "4", "--data-dir", "x"},
      {"--id", "4", "--join", "--data-dir", "x"},
      {"--id", "4", "--join", "--self", "d:x", "--data-dir", "x"},
      {"--id", "4", "--join", "--self", "d", "--nodes", "4=d", "--data-dir", "x"},
      {"--id", "4", "--self", "d", "--nodes", "4=d", "--data-dir", "x"},
      {"--id", "0", "--join", "--self", "d", "--data-dir", "x"},
  };
  for (const auto& words : bad) EXPECT_FALSE(parse(words));
}

TEST(Options, AContactIsWrittenAsItIsRead) {
  for (const char* text : {"a:1:2:3", "[::1]:7000:7001:7002", "10.0.0.1:1:2:3"}) {
    const auto address = parse_contact(raft::NodeId(1), text);
    ASSERT_TRUE(address) << address.error().what;
    EXPECT_EQ(contact_of(*address), text);
  }
  EXPECT_EQ(contact_of(*parse_contact(raft::NodeId(1), "a")), "a:7000:7001:7002");
  for (const char* bad : {"", ":", "a:", "a b", "a,b", "a=b", "a\nb", "a:1:2:3:4", "http://a"})
    EXPECT_FALSE(parse_contact(raft::NodeId(1), bad)) << bad;
}

TEST(Options, ADefectThatExistsIsTakenWhereDefectsAreBuiltIn) {
  const auto options = good_and({"--defect", raft::all_defects().front().name});
  EXPECT_EQ(options.has_value(), raft::k_defects_compiled);
}

TEST(Options, HelpAndVersionAreNoErrors) {
  EXPECT_EQ(parse({"--help"}).error().code, 0);
  const auto version = parse({"--version"});
  EXPECT_EQ(version.error().code, 0);
  EXPECT_TRUE(version.error().text.starts_with("raftkvd "));
}

}  // namespace
}  // namespace plumbline::net
