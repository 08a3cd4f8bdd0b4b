#pragma once
/// For tests: real raftkvd processes on loopback, and what is asked of them.
/// Requires: RAFTKVD and RAFTKVCTL defined as the programs' files.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/read.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "core/base/text.h"
#include "node/client/client.h"
#include "node/client/endpoints.h"
#include "node/net/testing.h"

namespace plumbline::net {

using kv_client::Code;
using kv_client::Connection;
using kv_client::Endpoints;
using kv_client::Op;
using kv_client::Reply;
using kv_client::Request;
using kv_client::Value;

inline constexpr Nanos k_call = 5s;
inline constexpr Nanos k_patience = 30s;  // sanitizers and busy machines

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string slurp(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline pid_t spawn(std::vector<std::string> words, const std::string& out, const std::string& err) {
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
inline Ran run(const std::vector<std::string>& words) {
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
  void join_as_voter(int node) {
    start(node);
    make_voter(node);
  }
  /// Of one that runs.
  void make_voter(int node) {
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

  /// With a session, so that a command whose answer was lost with its leader is sent again.
  Endpoints endpoints() const {
    Endpoints endpoints = *Endpoints::parse(clients_);
    // A node that resets itself may take the answer with it. A session more does no harm.
    constexpr int k_most_tries = 20;
    auto registered = endpoints.register_session(k_patience);
    for (int i = 1; i < k_most_tries && !registered; ++i)
      registered = endpoints.register_session(k_patience);
    EXPECT_TRUE(registered) << registered.error().what;
    return endpoints;
  }
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

inline void expect_ok(const Result<Reply>& reply) {
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->code, Code::ok) << to_string(reply->code) << ' ' << reply->message;
}

inline void expect_value(Endpoints& client, const std::string& key, const Value& value) {
  const auto reply = client.call(kv_client::get(key), k_patience);
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->value, value) << key;
}

inline void put_many(Endpoints& client, int from, int to) {
  for (int i = from; i < to; ++i)
    expect_ok(client.call(kv_client::put(str("k", i % 50), str("v", i)), k_patience));
}

inline std::string http(std::uint16_t port, const std::string& request) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(loopback(port));
  asio::write(socket, asio::buffer(request));
  std::string all;
  std::error_code end_of_stream;
  asio::read(socket, asio::dynamic_buffer(all), end_of_stream);
  return all;
}

}  // namespace plumbline::net
