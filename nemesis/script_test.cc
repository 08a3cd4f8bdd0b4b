#include "nemesis/script.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "nemesis/testing.h"

namespace plumbline {
namespace {

const Cut k_apart = {{"n1", {"n2", "n3"}}, {"n2", {"n1"}}, {"n3", {"n1"}}};
const Packets k_bad_links = {.delay = 20ms, .jitter = 5ms, .loss = 0.1, .duplicate = 1e-3};

/// Every call that Cluster has, once.
void call_everything(Cluster& cluster) {
  EXPECT_TRUE(cluster.set_cut(k_apart));
  EXPECT_TRUE(cluster.set_packets(k_bad_links));
  EXPECT_TRUE(all_ok(cluster.kill({"n3"})));
  EXPECT_TRUE(all_ok(cluster.start({"n3"})));
  EXPECT_TRUE(all_ok(cluster.pause({"n1", "n2"})));
  EXPECT_TRUE(all_ok(cluster.resume({"n1", "n2"})));
  EXPECT_TRUE(all_ok(cluster.cut_power({"n1"})));
  EXPECT_TRUE(all_ok(cluster.flip_bit({"n2"})));
  EXPECT_TRUE(all_ok(cluster.set_clock({"n2"}, {.rate = 1.1, .jump = -3s})));
  EXPECT_TRUE(all_ok(cluster.set_disk({"n2"}, DiskTrouble::slow)));
  EXPECT_TRUE(cluster.remove_member("n3"));
  EXPECT_TRUE(cluster.add_member("n3"));
  EXPECT_TRUE(cluster.transfer_leadership("n2"));
  EXPECT_TRUE(cluster.set_cut({}));
  EXPECT_TRUE(cluster.heal_and_verify());
}

std::vector<ClusterCall> everything_recorded(FakeCluster& inner) {
  std::vector<ClusterCall> calls;
  Nanos clock{};
  const auto recording = record_calls(inner, [&clock] { return clock += 250ms; }, calls);
  call_everything(*recording);
  return calls;
}

TEST(Script, RecordingPassesEveryCallOnAndKeepsIt) {
  FakeCluster direct(3);
  call_everything(direct);
  FakeCluster recorded(3);
  const auto calls = everything_recorded(recorded);
  EXPECT_EQ(recorded.journal, direct.journal);
  ASSERT_EQ(calls.size(), 15u);
  EXPECT_EQ(calls.front().at, 250ms);
  EXPECT_EQ(calls.front().arguments, Value::list(Value::list("n1", Value::list("n2", "n3")),
                                                 Value::list("n2", Value::list("n1")),
                                                 Value::list("n3", Value::list("n1"))));
  EXPECT_EQ(calls[2].verb, "kill");
  EXPECT_EQ(calls[2].arguments, Value::list("n3"));
}

TEST(Script, PerformingWhatWasRecordedDoesTheSameToAnotherCluster) {
  FakeCluster first(3);
  const auto calls = everything_recorded(first);
  FakeCluster second(3);
  for (const ClusterCall& call : calls) EXPECT_TRUE(perform_call(call, second)) << describe(call);
  EXPECT_EQ(second.journal, first.journal);
  EXPECT_EQ(second.packets, k_bad_links);
  EXPECT_EQ(second.clocks["n2"].rate, 1.1);
  EXPECT_EQ(second.clocks["n2"].jump, -3s);
  EXPECT_EQ(second.disks["n2"], DiskTrouble::slow);
}

TEST(Script, WhatIsAskedOnlyIsNotKept) {
  FakeCluster inner(3);
  inner.leading = {"n2"};
  std::vector<ClusterCall> calls;
  const auto recording = record_calls(inner, [] { return Nanos{}; }, calls);
  EXPECT_EQ(recording->leaders(), Nodes{"n2"});
  EXPECT_EQ(recording->nodes(), inner.nodes());
  EXPECT_EQ(recording->voters(), inner.nodes());
  EXPECT_EQ(recording->down(), inner.down());
  EXPECT_EQ(recording->abilities(), inner.abilities());
  EXPECT_TRUE(calls.empty());
}

TEST(Script, ACallThatFailsIsKeptAndItsErrorPassedOn) {
  FakeCluster inner(3);
  inner.broken = {"n1"};
  std::vector<ClusterCall> calls;
  const auto recording = record_calls(inner, [] { return 1s; }, calls);
  EXPECT_FALSE(recording->set_cut(k_apart));
  ASSERT_EQ(calls.size(), 1u);
  const auto again = perform_call(calls.front(), inner);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::transport);
}

TEST(Script, DescribesEachCallInOneReadableLine) {
  FakeCluster inner(3);
  const std::vector<std::string> expected = {
      "0.250s  cut n1 | n2 n3",
      "0.500s  packets delay 20ms, jitter 5ms, loss 0.1, duplicate 0.001",
      "0.750s  kill n3",
      "1.000s  start n3",
      "1.250s  pause n1 n2",
      "1.500s  resume n1 n2",
      "1.750s  power n1",
      "2.000s  flip-bit n2",
      "2.250s  clock n2: rate 1.1, jump -3s",
      "2.500s  disk n2: slow",
      "2.750s  remove n3",
      "3.000s  add n3",
      "3.250s  transfer n2",
      "3.500s  cut nothing",
      "3.750s  heal"};
  std::vector<std::string> lines;
  for (const ClusterCall& call : everything_recorded(inner)) lines.push_back(describe(call));
  EXPECT_EQ(lines, expected);
}

TEST(Script, ACutThatIsNoSplitNamesWhoDropsWhom) {
  std::vector<ClusterCall> calls;
  FakeCluster inner(3);
  const auto recording = record_calls(inner, [] { return Nanos{}; }, calls);
  EXPECT_TRUE(recording->set_cut({{"n1", {"n2"}}, {"n3", {}}}));
  EXPECT_EQ(describe(calls.front()), "0.000s  cut n1 drops n2");
}

TEST(Script, IsTheSameAfterWritingAndReading) {
  FakeCluster inner(3);
  Script script;
  script.faults = everything_recorded(inner);
  script.operations = {
      {.at = 5ms, .thread = 0, .operation = {.f = "write", .key = "k\"1\"", .value = 3}},
      {.at = 5ms, .thread = 7, .operation = {.f = "cas", .key = {}, .value = Value::list(1, 2)}},
      {.at = 9s, .thread = 1, .operation = {.f = "read", .key = 5, .value = {}}}};
  const auto read = parse_script(to_json(script));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, script);
  const auto empty = parse_script(to_json(Script{}));
  ASSERT_TRUE(empty);
  EXPECT_EQ(*empty, Script{});
}

TEST(Script, ChangesOfSeveralMembersAreOneCallEach) {
  std::vector<ClusterCall> calls;
  FakeCluster inner(4);
  const auto recording = record_calls(inner, [] { return Nanos{}; }, calls);
  EXPECT_TRUE(recording->remove_members({"n2", "n3"}));
  EXPECT_TRUE(recording->add_members({"n2"}));
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(describe(calls[0]), "0.000s  vote-out n2 n3");
  EXPECT_EQ(describe(calls[1]), "0.000s  vote-in n2");
  FakeCluster again(4);
  for (const ClusterCall& call : calls) EXPECT_TRUE(perform_call(call, again));
  EXPECT_EQ(again.members, inner.members);
  EXPECT_EQ(again.members.size(), 3u);
}

TEST(Script, NumbersComeBackExactly) {
  Rng rng(7);
  for (int i = 0; i < 1000; ++i) {
    std::vector<ClusterCall> calls;
    FakeCluster inner(1);
    const auto recording = record_calls(inner, [] { return Nanos{}; }, calls);
    const Packets packets = {.delay = Nanos(rng.between(0, 1'000'000'000)),
                             .jitter = {},
                             .loss = rng.unit(),
                             .duplicate = rng.unit(),
                             .to = i % 2 == 0 ? "" : "n1"};
    ASSERT_TRUE(recording->set_packets(packets));
    const auto read = parse_script(to_json({.faults = calls, .operations = {}}));
    ASSERT_TRUE(read);
    FakeCluster again(1);
    ASSERT_TRUE(perform_call(read->faults.front(), again));
    EXPECT_EQ(again.packets, packets);
  }
}

TEST(Script, WhatIsNoScriptIsCorruptAndSaysWhere) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "column 1"},
      {"[]", "\"faults\""},
      {"{\"faults\":[]}", "\"operations\""},
      {"{\"faults\":[],\"operations\":[]} x", "more after"},
      {"{\"faults\":[3],\"operations\":[]}", "faults[0]: must be an object"},
      {"{\"faults\":[{\"at\":-1,\"verb\":\"heal\"}],\"operations\":[]}", "faults[0]: \"at\""},
      {"{\"faults\":[{\"at\":1,\"verb\":\"tickle\"}],\"operations\":[]}", "no verb 'tickle'"},
      {"{\"faults\":[{\"at\":1,\"verb\":\"kill\",\"arguments\":3}],\"operations\":[]}",
       "a list of nodes"},
      {"{\"faults\":[{\"at\":1,\"verb\":\"add\",\"arguments\":[]}],\"operations\":[]}", "one node"},
      {"{\"faults\":[{\"at\":1,\"verb\":\"cut\",\"arguments\":[[1,2]]}],\"operations\":[]}",
       "arguments of cut"},
      {"{\"faults\":[{\"at\":1,\"verb\":\"packets\",\"arguments\":[[\"loss\",\"2\"]]}],"
       "\"operations\":[]}",
       "arguments of packets"},
      {"{\"faults\":[{\"at\":1,\"verb\":\"clock\",\"arguments\":[[],\"nan\",0]}],"
       "\"operations\":[]}",
       "arguments of clock"},
      {"{\"faults\":[{\"at\":1,\"verb\":\"disk\",\"arguments\":[[],\"wet\"]}],"
       "\"operations\":[]}",
       "arguments of disk"},
      {"{\"faults\":[{\"at\":2,\"verb\":\"heal\"},{\"at\":1,\"verb\":\"heal\"}],"
       "\"operations\":[]}",
       "faults[1]: earlier"},
      {"{\"faults\":[],\"operations\":[{\"at\":1,\"thread\":0}]}", "operations[0]: \"f\""},
      {"{\"faults\":[],\"operations\":[{\"at\":1,\"f\":\"read\"}]}", "operations[0]: \"thread\""}};
  for (const auto& [text, why] : wrong) {
    const auto read = parse_script(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Error::Code::corrupt) << text;
    EXPECT_NE(read.error().what.find(why), std::string::npos) << text << ": " << read.error().what;
  }
}

TEST(Script, ACallOnANodeThatIsNotThereIsRefusedAndNothingIsDone) {
  FakeCluster cluster(3);
  const auto done =
      perform_call({.at = {}, .verb = "kill", .arguments = Value::list("n1", "n9")}, cluster);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Error::Code::invalid);
  EXPECT_TRUE(cluster.journal.empty());
}

TEST(Script, AClusterThatLacksAnAbilitySaysSo) {
  class Unable : public FakeCluster {
   public:
    using FakeCluster::FakeCluster;
    PerNode cut_power(const Nodes& nodes) override { return Cluster::cut_power(nodes); }
  };
  Unable cluster(3);
  const auto done =
      perform_call({.at = {}, .verb = "power", .arguments = Value::list("n1")}, cluster);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Error::Code::unavailable);
}

}  // namespace
}  // namespace plumbline
