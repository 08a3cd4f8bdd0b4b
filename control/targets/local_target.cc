#include "control/targets/local_target.h"

#include <sys/stat.h>

#include <vector>

#include "control/ssh/keys.h"
#include "control/targets/local_world.h"
#include "control/targets/node_host.h"
#include "control/targets/program.h"
#include "control/targets/work_folder.h"
#include "core/base/text.h"
#include "core/files/text_file.h"

namespace plumbline {
namespace {

constexpr const char* k_network = "10.89.0.";
constexpr int k_controller = 254;  ///< last number of our own address
constexpr int k_most_nodes = 99;
constexpr const char* k_bridge = "plumbline0";
constexpr Nanos k_up_timeout = 15s;

std::string address_of(int number) { return str(k_network, number); }
std::string name_of(int number) { return str("n", number); }
std::string link_of(int number) { return str("to-", name_of(number)); }

Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Error::Code::io, str("cannot make ", folder.string(), ": ", error.message()));
  return {};
}

class LocalTarget final : public Target {
 public:
  LocalTarget(int nodes, std::filesystem::path work)
      : nodes_(nodes), wanted_work_(std::move(work)) {}
  ~LocalTarget() override { (void)down(); }

  std::string name() const override { return "local"; }

  Result<std::vector<NodeAccess>> up() override {
    TRY(down());
    auto made = build();
    if (!made) (void)down();
    return made;
  }

  Status down() override {
    for (auto& host : hosts_) host.stop();
    hosts_.clear();
    const bool had_network = bridge_;
    bridge_ = false;
    folder_.reset();
    if (!had_network) return {};
    // The kernel removes the cables of a dead host some time later; their names are wanted now.
    std::string cables;
    for (int number = 1; number <= nodes_; ++number)
      cables += str("link delete ", link_of(number), "\n");
    (void)run_program(str("ip -force -batch - <<END\n", cables, "END"));
    if (auto removed = run_program(str("ip link delete ", k_bridge)); !removed)
      return context(removed.error(), "the local network");
    return {};
  }

 private:
  Result<std::vector<NodeAccess>> build() {
    TRY_ASSIGN(folder_, WorkFolder::open(wanted_work_, user_outside()));
    TRY(make_folder(keys()));
    TRY(make_user_key());
    TRY(make_network());
    std::string known_hosts;
    for (int number = 1; number <= nodes_; ++number) TRY(start_host(number, known_hosts));
    TRY(write_text(keys() / "known_hosts", known_hosts));
    std::string plug;
    for (int number = 1; number <= nodes_; ++number) {
      TRY(hosts_[static_cast<std::size_t>(number) - 1].await(k_up_timeout));
      plug += str("link set ", link_of(number), " master ", k_bridge, " up\n");
    }
    TRY(run_program("ip -batch - <<END\n" + plug + "END"));
    std::vector<NodeAccess> all;
    for (int number = 1; number <= nodes_; ++number) all.push_back(access(number));
    return all;
  }

  Status make_user_key() {
    if (std::filesystem::exists(keys() / "user")) return {};
    return make_keypair(keys() / "user");
  }

  Status make_network() {
    TRY(run_program(str("ip -batch - <<END\nlink set lo up\nlink add ", k_bridge,
                        " type bridge\naddr add ", address_of(k_controller), "/24 dev ", k_bridge,
                        "\nlink set ", k_bridge, " up\nEND")));
    bridge_ = true;
    std::string hosts = str("127.0.0.1 localhost\n", address_of(k_controller), " controller\n");
    for (int number = 1; number <= nodes_; ++number)
      hosts += str(address_of(number), " ", name_of(number), "\n");
    return write_text(folder_->path() / "hosts", hosts);
  }

  Status start_host(int number, std::string& known_hosts) {
    const auto host_key = keys() / ("host-" + name_of(number));
    if (!std::filesystem::exists(host_key)) TRY(make_keypair(host_key));
    TRY_ASSIGN(const std::string public_key, read_public_key(host_key.string() + ".pub"));
    known_hosts += known_hosts_line(address_of(number), 22, public_key);
    TRY(make_folder(directory(number)));
    TRY_ASSIGN(NodeHost host, NodeHost::start({.name = name_of(number),
                                               .address = address_of(number),
                                               .link = link_of(number),
                                               .host_key = host_key,
                                               .authorized_key = keys() / "user.pub",
                                               .hosts_file = folder_->path() / "hosts",
                                               .log_file = directory(number) / "host.log"}));
    hosts_.push_back(std::move(host));
    return {};
  }

  NodeAccess access(int number) const {
    return {.name = name_of(number),
            .address = address_of(number),
            .ssh = {.host = address_of(number),
                    .port = 22,
                    .user = "root",
                    .private_key = keys() / "user",
                    .known_hosts = keys() / "known_hosts"},
            .directory = directory(number)};
  }

  std::filesystem::path keys() const { return folder_->path() / "keys"; }
  std::filesystem::path directory(int number) const {
    return folder_->path() / "nodes" / name_of(number);
  }

  const int nodes_;
  const std::filesystem::path wanted_work_;
  std::unique_ptr<WorkFolder> folder_;
  bool bridge_ = false;
  std::vector<NodeHost> hosts_;
};

}  // namespace

Result<std::unique_ptr<Target>> make_local_target(const TargetOptions& options) {
  if (options.nodes < 1 || options.nodes > k_most_nodes)
    return fail(Error::Code::invalid,
                str("--nodes ", options.nodes, ": the local target has 1 to ", k_most_nodes));
  if (!inside_local_world())
    return fail(
        Error::Code::unavailable,
        "the local target works only in its own network, which this process has not entered");
  return std::make_unique<LocalTarget>(options.nodes, options.work_directory);
}

}  // namespace plumbline
