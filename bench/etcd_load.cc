// etcd_load: closed-loop puts against etcd over gRPC, the peer of raftkv_load. Each client sends
// its next put when its last one is answered; clients share connections evenly.
//   etcd_load --endpoint HOST:PORT --clients N --connections N --seconds S --value-bytes B
// One line of JSON on stdout, the same fields as raftkv_load.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "etcd_kv.grpc.pb.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int k_keys = 10'000;
constexpr double k_warm_up_seconds = 1;

struct Options {
  std::string endpoint = "127.0.0.1:2379";
  int clients = 64;
  int connections = 8;
  double seconds = 5;
  int value_bytes = 256;
};

struct Put {
  int client = 0;
  Clock::time_point sent;
  grpc::ClientContext context;
  grpc::Status status;
  etcdserverpb::PutResponse response;
  std::unique_ptr<grpc::ClientAsyncResponseReader<etcdserverpb::PutResponse>> reader;
};

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)), value_(static_cast<std::size_t>(options_.value_bytes), 'v') {
    for (int lane = 0; lane < options_.connections; ++lane) {
      grpc::ChannelArguments arguments;
      // Without these gRPC would share one connection between all channels.
      arguments.SetInt("lane", lane);
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      stubs_.push_back(etcdserverpb::KV::NewStub(grpc::CreateCustomChannel(
          options_.endpoint, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  int run() {
    start_ = Clock::now();
    for (int client = 0; client < options_.clients; ++client) send(client);
    void* tag = nullptr;
    bool ok = false;
    while (open_ > 0 && queue_.Next(&tag, &ok)) {
      const std::unique_ptr<Put> put(static_cast<Put*>(tag));
      --open_;
      finish(*put);
      if (elapsed() < k_warm_up_seconds + options_.seconds) send(put->client);
    }
    return print();
  }

 private:
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  void send(int client) {
    auto put = std::make_unique<Put>();
    put->client = client;
    put->sent = Clock::now();
    char key[24];
    std::snprintf(key, sizeof key, "k%015d", static_cast<int>(rng_.below(k_keys)));
    etcdserverpb::PutRequest request;
    request.set_key(key);
    request.set_value(value_);
    auto& stub = stubs_[static_cast<std::size_t>(client % options_.connections)];
    put->reader = stub->AsyncPut(&put->context, request, &queue_);
    Put* raw = put.release();  // comes back as the tag
    raw->reader->Finish(&raw->response, &raw->status, raw);
    ++open_;
  }

  void finish(const Put& put) {
    if (elapsed() < k_warm_up_seconds) return;
    if (!put.status.ok()) {
      ++errors_;
      return;
    }
    latencies_ms_.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - put.sent).count());
  }

  int print() {
    std::sort(latencies_ms_.begin(), latencies_ms_.end());
    const auto quantile = [&](double q) {
      if (latencies_ms_.empty()) return 0.0;
      return latencies_ms_[static_cast<std::size_t>(q *
                                                    static_cast<double>(latencies_ms_.size() - 1))];
    };
    std::printf(
        "{\"system\":\"etcd\",\"ops_per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"errors\":%ld}\n",
        static_cast<double>(latencies_ms_.size()) / options_.seconds, quantile(0.5), quantile(0.99),
        errors_);
    return latencies_ms_.empty() ? 1 : 0;
  }

  Options options_;
  std::string value_;
  std::vector<std::unique_ptr<etcdserverpb::KV::Stub>> stubs_;
  grpc::CompletionQueue queue_;
  plumbline::Rng rng_{1};
  Clock::time_point start_;
  int open_ = 0;
  long errors_ = 0;
  std::vector<double> latencies_ms_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("closed-loop puts against etcd");
  app.add_option("--endpoint", options.endpoint);
  app.add_option("--clients", options.clients)->check(CLI::PositiveNumber);
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
  app.add_option("--value-bytes", options.value_bytes)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  return Load(options).run();
}
