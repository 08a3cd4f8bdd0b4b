#pragma once
/// The targets whose hosts are there already: containers beside this one (docker), machines that
/// the user names (ssh). up() finds them, anew each time: containers swap their addresses. Fails:
/// invalid for hosts that cannot be read; up(): not_found for a host without an address or a
///        container without a published host key.

#include <filesystem>
#include <memory>

#include "control/target.h"
#include "control/targets/targets.h"

namespace plumbline {

/// The volumes of the client container (docker-compose.yml): keys/id_ed25519, hostkeys/<node>.pub.
inline constexpr const char* k_docker_volumes = "/var/lib/plumbline";

Result<std::unique_ptr<Target>> make_docker_target(const TargetOptions& options,
                                                   const std::filesystem::path& volumes);
Result<std::unique_ptr<Target>> make_ssh_target(const TargetOptions& options);

}  // namespace plumbline
