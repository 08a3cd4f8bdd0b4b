#pragma once
/// SSH key files and known_hosts lines, made without any other program.
/// Fails: io when a file cannot be written or read.

#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace plumbline {

/// Writes a new ed25519 private key (mode 600) to `path` and its public half to `path`.pub.
Status make_keypair(const std::filesystem::path& path);
/// "ssh-ed25519 AAAA...": type and key of a .pub file, without its comment.
Result<std::string> read_public_key(const std::filesystem::path& path);
/// One line for known_hosts, newline included; the port is written where it is not 22.
std::string known_hosts_line(const std::string& host, int port, const std::string& public_key);

}  // namespace plumbline
