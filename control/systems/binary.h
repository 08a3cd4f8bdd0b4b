#pragma once
/// One program file, brought to a node and left there as long as it is the right one.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "control/remote.h"

namespace plumbline {

/// The checksum that the POSIX program cksum prints for `bytes`.
std::uint32_t posix_cksum(std::string_view bytes);

/// The file called `name` beside the running program.
/// Fails: not_found, saying how to name another.
Result<std::filesystem::path> beside_this_program(const std::string& name);

/// Uploads `file` to `to` unless what is there has the same size and checksum.
/// Fails: io, and as the Remote does.
Status install_binary(Remote& remote, const std::filesystem::path& file, const std::string& to);

}  // namespace plumbline
