#include "control/targets/doctor.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <utility>

#include "control/ssh/ssh_remote.h"
#include "control/targets/guard.h"
#include "control/targets/namespaces.h"
#include "control/targets/program.h"
#include "control/targets/remote_targets.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr Nanos k_node_timeout = 8s;  ///< with the 2 s for the commands after it: ten
constexpr Nanos k_command_timeout = 2s;
constexpr double k_free_gigabytes = 1.0;
constexpr int k_syncs = 20;
/// Real disks of today do far fewer: more means that fsync is not passed on to one.
constexpr double k_believable_syncs_per_second = 50'000;
constexpr const char* k_packages = "apt-get install iproute2 iptables util-linux";

Probe from(std::string name, const Result<std::string>& result, std::string detail,
           std::string remedy) {
  if (result) return {.name = std::move(name), .works = true, .detail = std::move(detail)};
  return {.name = std::move(name),
          .works = false,
          .detail = result.error().what,
          .remedy = std::move(remedy)};
}

Probe tool(const std::string& name) {
  const auto found = run_program("command -v " + name);
  return from(name, found, std::string(trim(found.value_or(""))), k_packages);
}

std::vector<Probe> namespace_probes() {
  std::vector<Probe> probes;
  const std::string who = geteuid() == 0 ? "as root" : "as an ordinary user, in a user namespace";
  const auto entered = try_in_world("test -d /proc/1");
  probes.push_back(from("namespaces", entered, "network, mounts, processes: " + who,
                        "see above; or use --target docker"));
  if (!entered) return probes;
  probes.push_back(
      from("bridge and veth",
           try_in_world(
               "ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2 && "
               "ip link set probe1 master probe0 up"),
           "made and removed in a namespace", "load the kernel modules bridge and veth"));
  probes.push_back(
      from("iptables in a namespace",
           try_in_world("iptables -w 5 -N PLUMBLINE && iptables -w 5 -A PLUMBLINE -s 10.0.0.1 "
                        "-p tcp --dport 22 -j DROP && iptables -w 5 -I INPUT -j PLUMBLINE"),
           std::string(trim(run_program("iptables -V").value_or(""))),
           "use iptables in its nft variant: update-alternatives --config iptables"));
  return probes;
}

std::filesystem::path place_for_files(const TargetOptions& options) {
  std::filesystem::path place =
      options.work_directory.empty() ? "/var/tmp" : options.work_directory;
  while (!std::filesystem::exists(place) && place.has_relative_path()) place = place.parent_path();
  return place;
}

Probe free_space(const std::filesystem::path& place) {
  struct statvfs info{};
  if (statvfs(place.c_str(), &info) != 0)
    return {.name = "disk space",
            .detail = fail_errno(place.string()).error().what,
            .remedy = "name a work directory that exists"};
  const double gigabytes =
      static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize) / 1e9;
  const bool enough = gigabytes >= k_free_gigabytes;
  return {.name = "disk space",
          .works = enough,
          .detail = str(static_cast<long>(gigabytes * 1000), " MB free in ", place.string()),
          .remedy = enough ? "" : "free 1 GB there, or name another work directory"};
}

Result<double> syncs_per_second(const std::filesystem::path& place) {
  std::string file = (place / "plumbline-probe-XXXXXX").string();
  const int fd = mkostemp(file.data(), O_CLOEXEC);
  if (fd < 0) return fail_errno(str("cannot write in ", place.string()));
  unlink(file.c_str());
  const std::string block(4096, 'x');
  const auto start = std::chrono::steady_clock::now();
  bool written = true;
  for (int i = 0; i < k_syncs && written; ++i)
    written = write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
              fsync(fd) == 0;
  const auto took = std::chrono::steady_clock::now() - start;
  close(fd);
  if (!written) return fail_errno(str("cannot write in ", place.string()));
  return k_syncs / seconds(std::chrono::duration_cast<Nanos>(took));
}

Probe real_fsync(const std::filesystem::path& place) {
  const std::string remedy =
      "name a work directory on a disk: without real syncs, crashes prove little";
  struct statfs info{};
  if (statfs(place.c_str(), &info) == 0 && info.f_type == TMPFS_MAGIC)
    return {
        .name = "fsync", .detail = str(place.string(), " is in memory (tmpfs)"), .remedy = remedy};
  const auto rate = syncs_per_second(place);
  if (!rate) return {.name = "fsync", .detail = rate.error().what, .remedy = remedy};
  const bool believable = *rate < k_believable_syncs_per_second;
  return {.name = "fsync",
          .works = believable,
          .detail = str(static_cast<long>(*rate), " syncs a second in ", place.string()),
          .remedy = believable ? "" : remedy};
}

std::vector<Probe> docker_probes() {
  const auto daemon = run_program("timeout 5 docker info --format '{{.ServerVersion}}'");
  const auto v2 = run_program("timeout 5 docker compose version --short");
  const auto v1 = v2 ? v2 : run_program("timeout 5 docker-compose version --short");
  return {
      from("docker daemon", daemon, str("version ", trim(daemon.value_or(""))),
           "start it, or join the group docker; the local target needs no Docker"),
      from("compose", v1, str(v2 ? "docker compose " : "docker-compose ", trim(v1.value_or(""))),
           "apt-get install docker-compose")};
}

/// What the scripts need on a node; each line names what is missing.
std::string node_check(const NodeAccess& node) {
  return str(
      "PATH=$PATH:/usr/sbin:/sbin; for tool in setsid flock iptables iptables-restore; do command "
      "-v "
      "$tool >/dev/null || echo \"no $tool\"; done; mkdir -p ",
      shell_quote(node.directory), " && test -w ", shell_quote(node.directory),
      " || echo 'cannot write ", node.directory,
      "'; iptables -w 2 -S >/dev/null 2>&1 || echo 'iptables is not allowed'");
}

Probe reach(const NodeAccess& node) {
  Probe probe{.name = "node " + node.name, .works = false};
  const auto start = std::chrono::steady_clock::now();
  auto remote = connect_ssh(node.name, node.ssh, k_node_timeout);
  if (!remote) {
    probe.detail = "connect: " + remote.error().what;
    probe.remedy =
        remote.error().code == Error::Code::invalid
            ? "see there"
            : str("is it up, and does its SSH server listen on port ", node.ssh.port, "?");
    return probe;
  }
  const auto took = std::chrono::steady_clock::now() - start;
  const auto missing = run_ok(**remote, node_check(node), k_command_timeout);
  if (!missing || !trim(*missing).empty()) {
    probe.detail =
        missing ? join(split(trim(*missing), '\n'), ", ") : "run: " + missing.error().what;
    probe.remedy = str("on the node, as root: ", k_packages);
    return probe;
  }
  probe.works = true;
  probe.detail = str(node.address, ", connected in ",
                     format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(took)));
  return probe;
}

std::vector<Probe> node_probes(const TargetOptions& options) {
  auto target = make_target(options);
  auto nodes = target ? (*target)->up() : std::unexpected(target.error());
  if (!nodes)
    return {{.name = "nodes", .detail = nodes.error().what, .remedy = "put that right first"}};
  std::vector<std::future<Probe>> asked;
  for (const auto& node : *nodes) asked.push_back(std::async(std::launch::async, reach, node));
  std::vector<Probe> probes;
  for (auto& answer : asked) probes.push_back(answer.get());
  return probes;
}

void append(std::vector<Probe>& to, std::vector<Probe> more) {
  for (auto& probe : more) to.push_back(std::move(probe));
}

}  // namespace

std::vector<Probe> doctor(const TargetOptions& options) {
  std::vector<Probe> probes;
  const bool all = options.name.empty();
  if (all || options.name == "local") {
    probes = {tool("ip"), tool("iptables"), tool("setsid"), tool("flock")};
    append(probes, namespace_probes());
    const auto place = place_for_files(options);
    probes.push_back(free_space(place));
    probes.push_back(real_fsync(place));
  }
  // Inside the client container there is no daemon to ask, and need not be.
  const bool client =
      std::filesystem::exists(std::filesystem::path(k_docker_volumes) / "keys/id_ed25519");
  if (all || (options.name == "docker" && !client)) append(probes, docker_probes());
  if (!all && options.name != "local" && (options.name != "docker" || client))
    append(probes, node_probes(options));
  return probes;
}

}  // namespace plumbline
