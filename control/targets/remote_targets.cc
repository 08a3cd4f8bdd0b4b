#include "control/targets/remote_targets.h"

#include <unistd.h>

#include <fstream>
#include <set>

#include "control/ssh/keys.h"
#include "control/targets/host_list.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// Folder on a node that is ours alone; only root may make one below /var/lib.
std::string directory_for(const std::string& user) {
  return user == "root" ? "/var/lib/plumbline" : "/var/tmp/plumbline-" + user;
}

/// Rules are made from addresses: two nodes with one address could not be told apart.
Status all_distinct(const std::vector<NodeAccess>& nodes) {
  std::set<std::string> addresses;
  for (const auto& node : nodes)
    if (!addresses.insert(node.address).second)
      return fail(Error::Code::invalid,
                  str("node ", node.name, ": another node has its address ", node.address, " too"));
  return {};
}

class DockerTarget final : public Target {
 public:
  DockerTarget(TargetOptions options, std::filesystem::path volumes)
      : options_(std::move(options)), volumes_(std::move(volumes)) {}
  std::string name() const override { return "docker"; }
  Status down() override { return {}; }

  Result<std::vector<NodeAccess>> up() override {
    std::vector<NodeAccess> nodes;
    for (const auto& host : hosts()) {
      auto address = resolve(host);
      if (!address)
        return context(address.error(),
                       "is this the client container, and are the nodes up "
                       "(docker compose up -d; docker compose exec client ...)?");
      nodes.push_back({.name = host,
                       .address = *address,
                       .ssh = {.host = *address,
                               .port = 22,
                               .user = options_.user.empty() ? "root" : options_.user,
                               .private_key = private_key(),
                               .known_hosts = known_hosts()},
                       .directory = "/var/lib/plumbline"});
    }
    TRY(all_distinct(nodes));
    if (options_.known_hosts.empty()) TRY(assemble_known_hosts(nodes));
    return nodes;
  }

 private:
  std::vector<std::string> hosts() const {
    if (!options_.hosts.empty()) return options_.hosts;
    std::vector<std::string> all;
    for (int number = 1; number <= options_.nodes; ++number) all.push_back(str("n", number));
    return all;
  }
  std::filesystem::path private_key() const {
    return options_.private_key.empty() ? volumes_ / "keys/id_ed25519" : options_.private_key;
  }
  std::filesystem::path known_hosts() const {
    return options_.known_hosts.empty() ? volumes_ / "hostkeys/known_hosts" : options_.known_hosts;
  }

  /// Each node publishes its own public key in a volume, so nothing has to be trusted at first use.
  Status assemble_known_hosts(const std::vector<NodeAccess>& nodes) const {
    std::string lines;
    for (const auto& node : nodes) {
      const auto key = read_public_key(volumes_ / "hostkeys" / (node.name + ".pub"));
      if (!key)
        return fail(Error::Code::not_found,
                    str("node ", node.name, " has published no host key yet: ", key.error().what));
      lines += known_hosts_line(node.ssh.host, node.ssh.port, *key);
    }
    const std::filesystem::path part = str(known_hosts().string(), ".", getpid());
    std::ofstream file(part, std::ios::trunc);
    file << lines;
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(part, known_hosts(), error);
    if (!file || error) return fail(Error::Code::io, str("cannot write ", known_hosts().string()));
    return {};
  }

  const TargetOptions options_;
  const std::filesystem::path volumes_;
};

class SshTarget final : public Target {
 public:
  SshTarget(TargetOptions options, std::vector<HostSpec> hosts)
      : options_(std::move(options)), hosts_(std::move(hosts)) {}
  std::string name() const override { return "ssh"; }
  Status down() override { return {}; }

  Result<std::vector<NodeAccess>> up() override {
    const auto names = node_names(hosts_);
    std::vector<NodeAccess> nodes;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const HostSpec& spec = hosts_[i];
      TRY_ASSIGN(const std::string address, resolve(spec.host));
      // SSH keeps the name: known_hosts has it under the name that the user knows.
      nodes.push_back({.name = names[i],
                       .address = address,
                       .ssh = {.host = spec.host,
                               .port = spec.port,
                               .user = spec.user,
                               .private_key = options_.private_key,
                               .known_hosts = options_.known_hosts},
                       .directory = directory_for(spec.user)});
    }
    TRY(all_distinct(nodes));
    return nodes;
  }

 private:
  const TargetOptions options_;
  const std::vector<HostSpec> hosts_;
};

}  // namespace

Result<std::unique_ptr<Target>> make_docker_target(const TargetOptions& options,
                                                   const std::filesystem::path& volumes) {
  if (options.hosts.empty() && options.nodes < 1)
    return fail(Error::Code::invalid, "--nodes: at least one");
  for (const auto& host : options.hosts) {
    TRY(parse_host(host));
    if (host.find_first_of("@:[") != std::string::npos)
      return fail(Error::Code::invalid,
                  str("host \"", printable(host), "\": the docker target takes plain names"));
  }
  return std::make_unique<DockerTarget>(options, volumes);
}

Result<std::unique_ptr<Target>> make_ssh_target(const TargetOptions& options) {
  if (options.hosts.empty())
    return fail(Error::Code::invalid,
                "the ssh target needs the hosts of its nodes ([user@]host[:port], ...)");
  std::vector<HostSpec> hosts;
  for (const auto& text : options.hosts) {
    TRY_ASSIGN(HostSpec spec, parse_host(text));
    if (spec.user.empty()) spec.user = options.user.empty() ? "root" : options.user;
    hosts.push_back(std::move(spec));
  }
  return std::make_unique<SshTarget>(options, std::move(hosts));
}

}  // namespace plumbline
