#pragma once
/// One connection of the small SSH server: logs in with the one key, then runs commands until the
/// client is gone.
/// Requires: a process of its own (it forks commands, and reaps those alone).
/// Fails:    check_server_keys: io, when a key file cannot be read.

#include <filesystem>

#include "core/base/result.h"

namespace plumbline {

Status check_server_keys(const std::filesystem::path& host_key,
                         const std::filesystem::path& authorized_key);
void serve_connection(int client, const std::filesystem::path& host_key,
                      const std::filesystem::path& authorized_key);

}  // namespace plumbline
