// The SSH client against our own server on loopback: what must work, what must be refused and in
// which words, and what becomes of commands when the connection dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "control/ssh/keys.h"
#include "control/ssh/testing.h"
#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using testing_ssh::TempFolder;
using testing_ssh::TestServer;

std::string random_bytes(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(rng.below(256));
  return bytes;
}

bool appears_within(const std::filesystem::path& file, Nanos time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!std::filesystem::exists(file)) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

TEST(Ssh, RunsACommandAndGivesBothStreamsAndTheExitCode) {
  TestServer server;
  auto remote = server.connect();
  const auto result = remote->run("echo out; echo err >&2; exit 7");
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
  EXPECT_EQ(result->exit_code, 7);
}

TEST(Ssh, ACommandEndedByASignalSaysSoAsAShellDoes) {
  TestServer server;
  const auto result = server.connect()->run("kill -9 $$");
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->exit_code, 128 + SIGKILL);
}

TEST(Ssh, QuotesReachTheShellUnchanged) {
  TestServer server;
  const std::string odd = "it's \"odd\" $HOME `x` \\ \n end";
  const auto result = server.connect()->run("printf %s " + shell_quote(odd));
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->out, odd);
}

TEST(Ssh, AMegabyteGoesThereAndBackUnchanged) {
  TestServer server;
  const std::string bytes = random_bytes((1 << 20) + 17, 1);
  const auto result = server.connect()->run("cat; echo done >&2", bytes);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE(result->out == bytes);
  EXPECT_EQ(result->err, "done\n");
}

TEST(Ssh, ManyMegabytesWaitForASlowReader) {
  TestServer server;
  std::size_t got = 0;
  const auto slow = [&](std::string_view piece) -> Status {
    if ((got += piece.size()) % 7 == 0) std::this_thread::sleep_for(1ms);
    return {};
  };
  const auto result = server.connect()->stream("head -c 8000000 /dev/zero", slow, 60s);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(got, 8'000'000u);
}

TEST(Ssh, TheEndOfTheOutputIsNeverLost) {
  TestServer server;
  auto remote = server.connect();
  for (int i = 0; i < 200; ++i) {
    const auto result = remote->run("head -c 100000 /dev/zero; printf e >&2");
    ASSERT_TRUE(result) << result.error().what;
    ASSERT_EQ(result->out.size(), 100'000u);
    ASSERT_EQ(result->err, "e");
  }
}

TEST(Ssh, ACommandThatIgnoresItsInputIsNoFailure) {
  TestServer server;
  const auto result = server.connect()->run("echo fine", random_bytes(4 << 20, 2));
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->out, "fine\n");
}

TEST(Ssh, ASinkThatRefusesEndsTheStreamWithItsError) {
  TestServer server;
  const auto full = [](std::string_view) -> Status { return fail(Error::Code::io, "disk full"); };
  const auto result = server.connect()->stream("yes", full, 10s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "disk full");
}

TEST(Ssh, ACommandThatTakesTooLongIsATimeoutAndTheNextOneWorks) {
  TestServer server;
  auto remote = server.connect();
  const auto start = std::chrono::steady_clock::now();
  const auto result = remote->run("sleep 30", {}, 300ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Error::Code::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
  EXPECT_TRUE(remote->run("true"));
}

TEST(Ssh, ASlowCommandDoesNotHoldUpOthersAndManyThreadsShareARemote) {
  TestServer server;
  auto remote = server.connect();
  std::thread slow([&] { EXPECT_TRUE(remote->run("sleep 2")); });
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i)
    others.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        const auto result = remote->run(str("echo ", i, ".", j));
        EXPECT_TRUE(result && result->out == str(i, ".", j, "\n"));
      }
    });
  for (auto& other : others) other.join();
  const auto others_took = std::chrono::steady_clock::now() - start;
  slow.join();
  EXPECT_LT(others_took, std::chrono::steady_clock::now() - start);
}

TEST(Ssh, AnotherUserKeyIsRefusedAtOnce) {
  TestServer server;
  TempFolder folder;
  ASSERT_TRUE(make_keypair(folder / "other"));
  SshAccess access = server.access();
  access.private_key = folder / "other";
  const auto start = std::chrono::steady_clock::now();
  const auto remote = connect_ssh("n1", access, 10s);
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Error::Code::invalid);
  EXPECT_THAT(remote.error().what, HasSubstr("refused " + access.private_key.string()));
  EXPECT_THAT(remote.error().what, HasSubstr("authorized_keys"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Ssh, AMissingPrivateKeyIsNamed) {
  TestServer server;
  SshAccess access = server.access();
  access.private_key = "/no/such/key";
  const auto remote = connect_ssh("n1", access, 10s);
  ASSERT_FALSE(remote);
  EXPECT_THAT(remote.error().what, HasSubstr("cannot read the private key /no/such/key"));
}

TEST(Ssh, AChangedHostKeyIsRefusedWithWordsThatHelp) {
  TestServer server;
  TempFolder folder;
  ASSERT_TRUE(make_keypair(folder / "other"));
  SshAccess access = server.access();
  access.known_hosts = folder / "known_hosts";
  std::ofstream(access.known_hosts)
      << known_hosts_line("127.0.0.1", access.port, *read_public_key(folder / "other.pub"));
  const auto remote = connect_ssh("n3", access, 10s);
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Error::Code::invalid);
  EXPECT_THAT(remote.error().what, HasSubstr("node n3"));
  EXPECT_THAT(remote.error().what,
              HasSubstr("differs from the one in " + access.known_hosts.string()));
  EXPECT_THAT(remote.error().what, HasSubstr("ssh-keygen -R"));
}

TEST(Ssh, AnUnknownHostKeyIsRefusedWithWordsThatHelp) {
  TestServer server;
  TempFolder folder;
  SshAccess access = server.access();
  access.known_hosts = folder / "known_hosts";
  for (const bool exists : {false, true}) {
    if (exists) std::ofstream(access.known_hosts) << "# nothing\n";
    const auto remote = connect_ssh("n3", access, 10s);
    ASSERT_FALSE(remote);
    EXPECT_EQ(remote.error().code, Error::Code::invalid);
    EXPECT_THAT(remote.error().what, HasSubstr("no host key in " + access.known_hosts.string()));
    EXPECT_THAT(remote.error().what, HasSubstr("ssh-keyscan"));
  }
}

TEST(Ssh, AClosedPortIsATransportErrorAfterTries) {
  TestServer server;
  const SshAccess access = server.access();
  server.kill();
  const auto remote = connect_ssh("n2", access, 700ms);
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Error::Code::transport);
  EXPECT_THAT(remote.error().what, HasSubstr("node n2"));
  EXPECT_THAT(remote.error().what, HasSubstr("gave up after"));
}

TEST(Ssh, ACommandCutOffByADyingServerIsTriedAgainWhenTheServerIsBack) {
  TestServer server;
  auto remote = server.connect();
  const auto marks = server.folder() / "marks";
  // The first try stays until the server is killed; the second finds the mark and ends.
  const std::string script =
      str("m=", marks.string(), "; echo x >>$m; [ $(wc -l <$m) -ge 2 ] || sleep 20; echo end");
  std::thread fate([&] {
    ASSERT_TRUE(appears_within(marks, 5s));
    server.kill();
    std::this_thread::sleep_for(300ms);
    server.start();
  });
  const auto result = remote->run(script, {}, 15s);
  fate.join();
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->out, "end\n");
}

TEST(Ssh, AnExitCodeOtherThanZeroIsNeverTriedAgain) {
  TestServer server;
  const auto marks = server.folder() / "marks";
  const auto result = server.connect()->run("echo x >>" + marks.string() + "; exit 255");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->exit_code, 255);
  EXPECT_EQ(std::filesystem::file_size(marks), 2u);
}

TEST(Ssh, FilesGoUpAndDown) {
  TestServer server;
  auto remote = server.connect();
  const auto from = server.folder() / "from", to = server.folder() / "a b/it's",
             back = server.folder() / "back";
  const std::string bytes = random_bytes(300'000, 3);
  std::ofstream(from, std::ios::binary) << bytes;
  auto done = remote->upload(from, to, true);
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(access(to.c_str(), X_OK), 0);
  done = remote->download(to, back);
  ASSERT_TRUE(done) << done.error().what;
  std::ifstream file(back, std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(file), {}) == bytes);
  done = remote->download("/no/such/file", back);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("/no/such/file"));
  std::ofstream(from, std::ios::trunc).close();
  EXPECT_TRUE(remote->upload(from, to, false)) << "an empty file is a file";
  EXPECT_EQ(std::filesystem::file_size(to), 0u);
}

TEST(Ssh, AHeldCommandLivesUntilItIsLetGoAndMayFinishItsWork) {
  TestServer server;
  auto remote = server.connect();
  const auto mark = server.folder() / "mark";
  auto held =
      remote->hold("echo ready; cat >/dev/null; sleep 0.3; echo x >" + mark.string(), "ready");
  ASSERT_TRUE(held) << held.error().what;
  EXPECT_TRUE((*held)->alive());
  EXPECT_FALSE(std::filesystem::exists(mark));
  held->reset();
  EXPECT_TRUE(std::filesystem::exists(mark)) << "letting go waits for the end of the command";
}

TEST(Ssh, AHeldCommandThatSaysSomethingElseFailsWithItsWords) {
  TestServer server;
  const auto held = server.connect()->hold("echo 'held by alice'; exit 1", "ready");
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, Error::Code::failed);
  EXPECT_EQ(held.error().what, "held by alice");
}

TEST(Ssh, AHeldCommandThatEndsIsNoLongerAlive) {
  TestServer server;
  auto held = server.connect()->hold("echo ready; sleep 0.2", "ready");
  ASSERT_TRUE(held) << held.error().what;
  for (int i = 0; i < 100 && (*held)->alive(); ++i) std::this_thread::sleep_for(20ms);
  EXPECT_FALSE((*held)->alive());
}

TEST(Ssh, AHeldCommandReadsTheEndOfItsInputWithinASecondWhenItsClientIsKilled) {
  TestServer server;
  const auto mark = server.folder() / "mark", holding = server.folder() / "holding";
  const pid_t client = fork();
  if (client == 0) {
    auto held = server.connect()->hold(
        "echo ready; echo x >" + holding.string() + "; cat >/dev/null; echo x >" + mark.string(),
        "ready");
    while (held) pause();
    _exit(1);
  }
  ASSERT_TRUE(appears_within(holding, 10s));
  EXPECT_FALSE(std::filesystem::exists(mark));
  kill(client, SIGKILL);
  waitpid(client, nullptr, 0);
  EXPECT_TRUE(appears_within(mark, 1s));
}

TEST(Ssh, KeysAreForTheirOwnerOnlyAndAreNotWrittenOver) {
  TempFolder folder;
  ASSERT_TRUE(make_keypair(folder / "key"));
  EXPECT_EQ(std::filesystem::status(folder / "key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(*read_public_key(folder / "key.pub"), testing::StartsWith("ssh-ed25519 AAAA"));
  EXPECT_FALSE(make_keypair(folder / "key"));
  EXPECT_EQ(known_hosts_line("10.0.0.1", 22, "k v"), "10.0.0.1 k v\n");
  EXPECT_EQ(known_hosts_line("10.0.0.1", 23, "k v"), "[10.0.0.1]:23 k v\n");
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  plumbline::testing_ssh::run_test_server_if_asked(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
