// Goal: a system's command lines and checksums are exact, and its errors mean what they prove.
// Method: a remote that remembers; for the client, a port on which nobody listens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "control/systems/all.h"
#include "control/systems/binary.h"

namespace plumbline {
namespace {

std::vector<NodeAccess> three_nodes() {
  std::vector<NodeAccess> nodes(3);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].name = "n" + std::to_string(i + 1);
    nodes[i].address = "127.77.0." + std::to_string(i + 1);
    nodes[i].directory = "/opt/plumb";
  }
  return nodes;
}

class RememberingRemote : public Remote {
 public:
  Result<CommandResult> run(const std::string& script, std::string_view input, Nanos) override {
    scripts.push_back(script);
    if (!input.empty()) uploaded = std::string(input);
    CommandResult result;
    if (script.starts_with("cksum")) result.out = checksum;
    return result;
  }
  Result<CommandResult> stream(const std::string&, const std::function<Status(std::string_view)>&,
                               Nanos) override {
    return CommandResult{};
  }
  Result<std::unique_ptr<HeldCommand>> hold(const std::string&, const std::string&) override {
    return fail(Error::Code::unavailable, "not here");
  }

  std::vector<std::string> scripts;
  std::string uploaded;
  std::string checksum;
};

class Binary : public testing::Test {
 protected:
  void SetUp() override { std::ofstream(file) << "hello\n"; }
  void TearDown() override { std::filesystem::remove(file); }
  std::filesystem::path file = testing::TempDir() + "plumbline_binary_" + std::to_string(getpid());
  RememberingRemote remote;
};

TEST(PosixCksum, IsWhatTheProgramPrints) {
  // printf '' | cksum; printf 'hello\n' | cksum; printf '123456789' | cksum
  EXPECT_EQ(posix_cksum(""), 4294967295U);
  EXPECT_EQ(posix_cksum("hello\n"), 3015617425U);
  EXPECT_EQ(posix_cksum("123456789"), 930766865U);
}

TEST_F(Binary, IsUploadedWhereItIsMissing) {
  ASSERT_TRUE(install_binary(remote, file, "/opt/plumb/bin/x"));
  EXPECT_EQ(remote.uploaded, "hello\n");
}

TEST_F(Binary, IsUploadedWhereAnotherLies) {
  remote.checksum = "3015617425 7\n";
  ASSERT_TRUE(install_binary(remote, file, "/opt/plumb/bin/x"));
  EXPECT_EQ(remote.uploaded, "hello\n");
}

TEST_F(Binary, StaysWhereItIsTheSame) {
  remote.checksum = "3015617425 6\n";
  ASSERT_TRUE(install_binary(remote, file, "/opt/plumb/bin/x"));
  EXPECT_EQ(remote.uploaded, "");
  EXPECT_EQ(remote.scripts.size(), 1u);
}

TEST_F(Binary, ThatCannotBeReadIsNamed) {
  const Status missing = install_binary(remote, "/no/such/file", "/x");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what, "cannot read /no/such/file");
}

TEST(Systems, UnknownOnesAreNamedWithTheNearest) {
  EXPECT_TRUE(make_system("raftkv", {}));
  EXPECT_EQ(make_system("raftkvv", {}).error().what,
            "unknown system 'raftkvv': did you mean 'raftkv'?");
}

TEST(Raftkv, CommandLineNamesEveryNodeAndQuotesWhatItPassesOn) {
  SystemOptions options;
  options.defects = {"read-local-leader"};
  options.node_flags = {"--heartbeat", "1 s"};
  const auto system = *make_system("raftkv", options);
  const auto nodes = three_nodes();
  EXPECT_EQ(system->command_line(nodes[1], nodes),
            "/opt/plumb/bin/raftkvd --id 2 --nodes "
            "1=127.77.0.1:7000:7001:7002,2=127.77.0.2:7000:7001:7002,3=127.77.0.3:7000:7001:7002 "
            "--data-dir /opt/plumb/data --snapshot-every 200 --segment-bytes 65536 "
            "--defect read-local-leader --heartbeat '1 s'");
}

TEST(Raftkv, AddressesOfTheSixthVersionStandInBrackets) {
  auto nodes = three_nodes();
  for (NodeAccess& node : nodes) node.address = "fd00::" + node.name.substr(1);
  EXPECT_THAT((*make_system("raftkv", {}))->command_line(nodes[0], nodes),
              testing::HasSubstr("1=[fd00::1]:7000:7001:7002,"));
}

TEST(Raftkv, KeepsDataAndLogsInOurDirectory) {
  const auto system = *make_system("raftkv", {});
  const NodeAccess node = three_nodes()[0];
  EXPECT_EQ(system->data_directory(node), "/opt/plumb/data");
  EXPECT_THAT(system->log_files(node), testing::ElementsAre("/opt/plumb/log/raftkvd.log"));
}

TEST(Raftkv, ANodeThatIsNotThereNeitherServesNorLeadsNorConnects) {
  const auto system = *make_system("raftkv", {});
  const auto nodes = three_nodes();
  EXPECT_FALSE(system->serves(nodes[0]));
  EXPECT_FALSE(system->is_leader(nodes[0]));
  EXPECT_FALSE(system->connect(nodes[0], nodes));
}

}  // namespace
}  // namespace plumbline
