#include "control/systems/binary.h"

#include <array>
#include <fstream>
#include <sstream>

#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr std::uint32_t k_polynomial = 0x04c11db7;  // of POSIX cksum, most significant bit first

constexpr std::array<std::uint32_t, 256> k_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 24;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc << 1) ^ ((crc & 0x80000000U) != 0 ? k_polynomial : 0U);
    table[byte] = crc;
  }
  return table;
}();

std::uint32_t add_byte(std::uint32_t crc, unsigned char byte) {
  return (crc << 8) ^ k_table[(crc >> 24) ^ byte];
}

}  // namespace

std::uint32_t posix_cksum(std::string_view bytes) {
  std::uint32_t crc = 0;
  for (const char c : bytes) crc = add_byte(crc, static_cast<unsigned char>(c));
  for (std::size_t length = bytes.size(); length != 0; length >>= 8)
    crc = add_byte(crc, static_cast<unsigned char>(length & 0xff));
  return ~crc;
}

Result<std::filesystem::path> beside_this_program(const std::string& name) {
  std::error_code code;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", code);
  const auto file = self.parent_path() / name;
  if (!code && std::filesystem::exists(file, code)) return file;
  return fail(Error::Code::not_found, str("there is no ", file.string(), ": build ", name,
                                          ", or name the program with --node-binary"));
}

Status install_binary(Remote& remote, const std::filesystem::path& file, const std::string& to) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  if (!in || !(bytes << in.rdbuf())) return fail(Error::Code::io, "cannot read " + file.string());
  const std::string content = std::move(bytes).str();
  // cksum prints "<checksum> <size>" when it reads standard input.
  TRY_ASSIGN(const CommandResult there, remote.run("cksum 2>/dev/null <" + shell_quote(to)));
  if (there.ok() && trim(there.out) == str(posix_cksum(content), " ", content.size())) return {};
  return remote.upload(file, to, true);
}

}  // namespace plumbline
