// Targets whose hosts are there already, the words of their errors, and the doctor.
#include "control/targets/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iostream>

#include "control/ssh/keys.h"
#include "control/ssh/testing.h"
#include "control/targets/doctor.h"
#include "control/targets/host_list.h"
#include "control/targets/remote_targets.h"
#include "control/targets/work_folder.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using testing_ssh::TempFolder;
using testing_ssh::TestServer;

std::string error_of(const TargetOptions& options) {
  const auto target = make_target(options);
  return target ? "" : target.error().what;
}

TEST(HostList, ReadsUserHostAndPort) {
  EXPECT_EQ(*parse_host("db1"), (HostSpec{.user = "", .host = "db1", .port = 22}));
  EXPECT_EQ(*parse_host("admin@db1.example.org:2222"),
            (HostSpec{.user = "admin", .host = "db1.example.org", .port = 2222}));
  EXPECT_EQ(*parse_host("[fd00::1]:23"), (HostSpec{.user = "", .host = "fd00::1", .port = 23}));
  EXPECT_EQ(*parse_host("fd00::1"), (HostSpec{.user = "", .host = "fd00::1", .port = 22}));
}

TEST(HostList, RefusesWhatIsNoHost) {
  for (const char* bad :
       {"", "@db1", "db1:", "db1:0", "db1:70000", "db1:ssh", "[fd00::1", "[fd00::1]23",
        "-oProxyCommand=x", "a b", "a;b", "$(x)", "a@b@c", "-l@db1"}) {
    const auto spec = parse_host(bad);
    ASSERT_FALSE(spec) << bad;
    EXPECT_EQ(spec.error().code, Error::Code::invalid);
    EXPECT_THAT(spec.error().what, HasSubstr("[user@]host[:port]"));
  }
}

TEST(HostList, NodesAreCalledAsTheirHostsWhenThatIsAName) {
  EXPECT_EQ(node_names({{.user = "", .host = "a"}, {.user = "", .host = "b"}}),
            (std::vector<NodeName>{"a", "b"}));
  EXPECT_EQ(node_names({{.user = "", .host = "a"}, {.user = "", .host = "a", .port = 23}}),
            (std::vector<NodeName>{"n1", "n2"}));
  EXPECT_EQ(node_names({{.user = "", .host = "10.0.0.1"}, {.user = "", .host = "b"}}),
            (std::vector<NodeName>{"n1", "n2"}));
}

TEST(Targets, AnUnknownOneIsRefusedWithTheNearest) {
  EXPECT_THAT(error_of({.name = "dokcer"}), HasSubstr("did you mean docker?"));
  EXPECT_THAT(error_of({.name = "zzzzzzzz"}), HasSubstr("local, docker, ssh"));
}

TEST(Targets, LocalOutsideOfItsWorldIsUnavailable) {
  EXPECT_THAT(error_of({.name = "local"}), HasSubstr("only in its own network"));
  EXPECT_THAT(error_of({.name = "local", .nodes = 0}), HasSubstr("1 to 99"));
}

TEST(Targets, SshNeedsHosts) {
  EXPECT_THAT(error_of({.name = "ssh"}), HasSubstr("needs the hosts"));
  EXPECT_THAT(error_of({.name = "ssh", .hosts = {"ok", "not ok"}}), HasSubstr("not ok"));
}

TEST(Targets, SshFindsItsHostsAndKeepsTheirNamesForKnownHosts) {
  auto target =
      make_target({.name = "ssh", .hosts = {"admin@localhost:2222"}, .private_key = "/key"});
  ASSERT_TRUE(target) << target.error().what;
  auto nodes = (*target)->up();
  ASSERT_TRUE(nodes) << nodes.error().what;
  ASSERT_EQ(nodes->size(), 1u);
  const NodeAccess& node = nodes->front();
  EXPECT_EQ(node.name, "localhost");
  EXPECT_EQ(node.address, "127.0.0.1");
  EXPECT_EQ(node.ssh.host, "localhost");
  EXPECT_EQ(node.ssh.port, 2222);
  EXPECT_EQ(node.ssh.user, "admin");
  EXPECT_EQ(node.ssh.private_key, "/key");
  EXPECT_EQ(node.directory, "/var/tmp/plumbline-admin");
}

TEST(Targets, TwoNodesWithOneAddressAreRefused) {
  auto nodes = (*make_target({.name = "ssh", .hosts = {"localhost:1", "127.0.0.1:2"}}))->up();
  ASSERT_FALSE(nodes);
  EXPECT_THAT(nodes.error().what, HasSubstr("another node has its address 127.0.0.1"));
}

TEST(Targets, DockerMakesKnownHostsFromThePublishedKeys) {
  TempFolder volumes;
  std::filesystem::create_directories(volumes / "hostkeys");
  const TargetOptions options{.name = "docker", .hosts = {"localhost"}};
  auto target = std::move(*make_docker_target(options, volumes.path()));
  auto nodes = target->up();
  ASSERT_FALSE(nodes);
  EXPECT_THAT(nodes.error().what, HasSubstr("node localhost has published no host key yet"));

  std::ofstream(volumes / "hostkeys/localhost.pub") << "ssh-ed25519 AAAAkey\n";
  nodes = target->up();
  ASSERT_TRUE(nodes) << nodes.error().what;
  EXPECT_EQ(nodes->front().ssh.host, "127.0.0.1");
  EXPECT_EQ(nodes->front().ssh.private_key, volumes / "keys/id_ed25519");
  EXPECT_EQ(nodes->front().directory, "/var/lib/plumbline");
  std::ifstream known(volumes / "hostkeys/known_hosts");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(known), {}),
            "127.0.0.1 ssh-ed25519 AAAAkey\n");
}

TEST(Targets, DockerOutsideOfTheClientContainerSaysSo) {
  auto nodes = (*make_target({.name = "docker", .hosts = {"no-such-node.invalid"}}))->up();
  ASSERT_FALSE(nodes);
  EXPECT_THAT(nodes.error().what, HasSubstr("is this the client container"));
  EXPECT_THAT(nodes.error().what, HasSubstr("no-such-node.invalid"));
}

TEST(WorkFolder, IsNotMadeInAPlaceThatOthersOwnOrShare) {
  const std::filesystem::path parent =
      "/var/tmp/plumbline-4294900000";  // a user that does not exist
  std::filesystem::create_directory(parent);
  chmod(parent.c_str(), 0777);
  const auto folder = WorkFolder::open({}, 4294900000);
  std::filesystem::remove(parent);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("belongs to somebody else"));
}

TEST(WorkFolder, LeavingsOfDeadRunsAreRemovedThoseOfLivingOnesAreNot) {
  const uid_t user = 4294900001;
  auto living = WorkFolder::open({}, user);
  ASSERT_TRUE(living) << living.error().what;
  const auto dead = (*living)->path().parent_path() / "run-dead";
  std::filesystem::create_directories(dead / "nodes");
  std::ofstream(dead / "in-use").close();
  {
    auto another = WorkFolder::open({}, user);
    ASSERT_TRUE(another) << another.error().what;
    EXPECT_FALSE(std::filesystem::exists(dead));
    EXPECT_TRUE(std::filesystem::exists((*living)->path()));
    EXPECT_NE((*another)->path(), (*living)->path());
  }
  const auto path = (*living)->path();
  living->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  std::filesystem::remove(path.parent_path());
}

const Probe* find(const std::vector<Probe>& probes, const std::string& name) {
  for (const auto& probe : probes)
    if (probe.name == name) return &probe;
  return nullptr;
}

TEST(Doctor, WhatDoesNotWorkSaysWhatWasSeenAndWhatToDo) {
  const auto probes = doctor({.name = ""});
  for (const char* name :
       {"ip", "iptables", "namespaces", "disk space", "fsync", "docker daemon", "compose"})
    EXPECT_NE(find(probes, name), nullptr) << name;
  for (const auto& probe : probes) {
    std::cout << (probe.works ? "works  " : "FAILS  ") << probe.name << ": " << probe.detail
              << (probe.works ? "" : " -> " + probe.remedy) << "\n";
    EXPECT_FALSE(probe.detail.empty()) << probe.name;
    EXPECT_EQ(probe.works, probe.remedy.empty()) << probe.name;
  }
}

TEST(Doctor, AFileSystemInMemoryHasNoRealFsync) {
  if (!std::filesystem::exists("/dev/shm")) GTEST_SKIP() << "no /dev/shm here";
  const auto probes = doctor({.name = "local", .work_directory = "/dev/shm/not/there/yet"});
  const Probe* fsync = find(probes, "fsync");
  ASSERT_NE(fsync, nullptr);
  EXPECT_FALSE(fsync->works);
  EXPECT_THAT(fsync->detail, HasSubstr("in memory"));
}

TEST(Doctor, NamesTheNodeTheStepAndTheHintForEachNode) {
  TestServer server;
  const SshAccess access = server.access();
  const auto ask = [&](std::filesystem::path key, std::filesystem::path known_hosts) {
    const auto probes = doctor({.name = "ssh",
                                .hosts = {str("127.0.0.1:", access.port)},
                                .private_key = std::move(key),
                                .known_hosts = std::move(known_hosts)});
    EXPECT_EQ(probes.size(), 1u);
    return probes.front();
  };
  const Probe unknown = ask(access.private_key, "/dev/null");
  EXPECT_EQ(unknown.name, "node n1");
  EXPECT_FALSE(unknown.works);
  EXPECT_THAT(unknown.detail, testing::StartsWith("connect: node n1"));
  EXPECT_THAT(unknown.detail, HasSubstr("ssh-keyscan"));

  server.kill();
  const auto start = std::chrono::steady_clock::now();
  const Probe closed = ask(access.private_key, access.known_hosts);
  EXPECT_FALSE(closed.works);
  EXPECT_THAT(closed.remedy, HasSubstr("does its SSH server listen on port"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  plumbline::testing_ssh::run_test_server_if_asked(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
