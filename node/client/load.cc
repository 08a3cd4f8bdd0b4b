// raftkv_load: a closed loop of C clients over a few connections: each client sends its next
// request when its last one is answered. Prints one line: rate, latencies, and what was not
// answered ok.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "node/client/client.h"
#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

namespace {

using asio::ip::tcp;
using plumbline::Nanos;
using plumbline::Rng;
namespace proto = plumbline::proto;

constexpr Nanos k_warm_up = std::chrono::seconds(1);

struct LoadOptions {
  std::string endpoint;
  std::string op = "put";
  double seconds = 5;
  int clients = 64;
  int connections = 8;
  std::size_t value_bytes = 256;
  std::uint64_t keys = 10'000;
  std::uint64_t seed = 1;
};

Nanos now() { return std::chrono::steady_clock::now().time_since_epoch(); }

struct Tally {
  std::vector<Nanos> latencies;
  std::uint64_t not_ok = 0;
  std::string first_trouble;
  bool counting = false;
};

/// Some clients that share one connection. Request ids are the clients' numbers.
class LoadConnection {
 public:
  LoadConnection(asio::io_context& io, const LoadOptions& options, int clients, Rng rng,
                 Tally& tally)
      : socket_(io),
        options_(options),
        rng_(rng),
        tally_(tally),
        sent_at_(static_cast<std::size_t>(clients)) {}

  void start(const tcp::endpoint& to) {
    socket_.connect(to);
    socket_.set_option(tcp::no_delay(true));
    for (std::size_t client = 0; client < sent_at_.size(); ++client) send_next(client);
    flush();
    read();
  }
  void stop() { socket_.close(); }

 private:
  proto::Request next_request() {
    const std::string key = plumbline::str("key-", 100'000'000 + rng_.below(options_.keys));
    if (options_.op == "put")
      return plumbline::kv_client::put(key, std::string(options_.value_bytes, 'v'));
    return plumbline::kv_client::get(key, *proto::parse_read_mode(options_.op));
  }

  void send_next(std::size_t client) {
    sent_at_[client] = now();
    proto::append_request(gathered_, client, next_request());
  }

  void flush() {
    if (busy_ || gathered_.empty()) return;
    busy_ = true;
    writing_.clear();
    std::swap(writing_, gathered_);
    asio::async_write(socket_, asio::buffer(writing_),
                      [this](const std::error_code& error, std::size_t) {
                        busy_ = false;
                        if (!error) flush();
                      });
  }

  void read() {
    const auto space = reader_.space();
    socket_.async_read_some(asio::buffer(space.data(), space.size()),
                            [this](const std::error_code& error, std::size_t bytes) {
                              if (error) return lost(error.message());
                              reader_.got(bytes);
                              take_replies();
                            });
  }

  void take_replies() {
    for (;;) {
      const auto frame = reader_.next();
      if (!frame) return lost(frame.error().what);
      if (!*frame) break;
      const auto numbered = proto::decode_reply(**frame);
      if (!numbered || numbered->id >= sent_at_.size())
        return lost("a reply that was not asked for");
      count(numbered->reply, now() - sent_at_[numbered->id]);
      send_next(numbered->id);
    }
    flush();
    read();
  }

  void count(const proto::Reply& reply, Nanos latency) {
    if (!tally_.counting) return;
    if (reply.code == proto::Code::ok || reply.code == proto::Code::not_found)
      tally_.latencies.push_back(latency);
    else
      trouble(to_string(reply.code));
  }
  void lost(const std::string& why) {
    if (socket_.is_open()) trouble("connection: " + why);
  }
  void trouble(const std::string& why) {
    ++tally_.not_ok;
    if (tally_.first_trouble.empty()) tally_.first_trouble = why;
  }

  tcp::socket socket_;
  const LoadOptions& options_;
  Rng rng_;
  Tally& tally_;
  std::vector<Nanos> sent_at_;
  proto::FrameReader reader_{proto::k_reply_frame_max};
  std::string gathered_;
  std::string writing_;
  bool busy_ = false;
};

double percentile(std::vector<Nanos>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return plumbline::millis(sorted[at]);
}

void print(const LoadOptions& options, Tally& tally, Nanos took) {
  std::sort(tally.latencies.begin(), tally.latencies.end());
  std::cout << nlohmann::json(
                   {{"system", "raftkv"},
                    {"op", options.op},
                    {"clients", options.clients},
                    {"connections", options.connections},
                    {"ops_per_s", std::round(static_cast<double>(tally.latencies.size()) /
                                             plumbline::seconds(took))},
                    {"p50_ms", percentile(tally.latencies, 0.5)},
                    {"p99_ms", percentile(tally.latencies, 0.99)},
                    {"max_ms", percentile(tally.latencies, 1)},
                    {"errors", tally.not_ok},
                    {"first_error", tally.first_trouble}})
            << "\n";
}

int run(const LoadOptions& options) {
  const auto endpoint = plumbline::kv_client::parse_endpoint(options.endpoint);
  if (!endpoint) {
    std::cerr << "raftkv_load: " << endpoint.error().what << "\n";
    return 2;
  }
  asio::io_context io(1);
  tcp::resolver resolver(io);
  const tcp::endpoint to =
      resolver.resolve(endpoint->first, std::to_string(endpoint->second)).begin()->endpoint();
  Tally tally;
  Rng rng(options.seed);
  std::vector<std::unique_ptr<LoadConnection>> connections;
  for (int i = 0; i < options.connections; ++i) {
    const int clients =
        options.clients / options.connections + (i < options.clients % options.connections ? 1 : 0);
    connections.push_back(
        std::make_unique<LoadConnection>(io, options, clients, rng.fork(), tally));
    connections.back()->start(to);
  }
  io.run_for(k_warm_up);
  tally.counting = true;
  const Nanos begin = now();
  io.run_for(std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(options.seconds)));
  const Nanos took = now() - begin;
  for (const auto& connection : connections) connection->stop();
  print(options, tally, took);
  return tally.latencies.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("raftkv_load: closed-loop load on one node of raftkvd", "raftkv_load");
  LoadOptions options;
  app.add_option("--endpoint", options.endpoint, "HOST:PORT of the leader's client door")
      ->required();
  app.add_option("--op", options.op, "put, linearizable, lease or stale (reads)")
      ->check(CLI::IsMember({"put", "linearizable", "lease", "stale"}));
  app.add_option("--clients", options.clients)->check(CLI::Range(1, 100'000));
  app.add_option("--connections", options.connections, "The clients share these")
      ->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "After one second of warming up")
      ->check(CLI::PositiveNumber);
  app.add_option("--value-bytes", options.value_bytes);
  app.add_option("--keys", options.keys)->check(CLI::PositiveNumber);
  app.add_option("--seed", options.seed);
  CLI11_PARSE(app, argc, argv);
  options.connections = std::min(options.connections, options.clients);
  try {
    return run(options);
  } catch (const std::exception& error) {  // Asio's, where the cluster is not there
    std::cerr << "raftkv_load: " << error.what() << "\n";
    return 3;
  }
}
