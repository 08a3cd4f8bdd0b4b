#include "core/files/text_file.h"

#include <fstream>

#include "core/base/text.h"
#include "core/files/byte_source.h"

namespace plumbline {

Result<FileText> read_text(const std::filesystem::path& file) {
  constexpr std::size_t k_piece = 1 << 16;
  TRY_ASSIGN(ByteSource source, ByteSource::open(file));
  FileText read;
  for (;;) {
    const std::size_t at = read.text.size();
    read.text.resize(at + k_piece);
    TRY_ASSIGN(const std::size_t got, source.read(std::span(read.text).subspan(at)));
    read.text.resize(at + got);
    if (got == 0) break;
  }
  read.warning = source.warning();
  return read;
}

Status write_text(const std::filesystem::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) return fail(Error::Code::io, str("cannot write ", file.string()));
  return {};
}

}  // namespace plumbline
