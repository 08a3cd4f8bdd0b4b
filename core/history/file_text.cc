#include "core/history/file_text.h"

#include <zlib.h>

#include <array>
#include <fstream>
#include <iterator>

#include "core/base/text.h"

namespace plumbline {
namespace {

bool looks_gzipped(const std::string& bytes) { return bytes.starts_with("\x1f\x8b"); }

/// One inflater for all members of a gzip file (a file that was appended to has several).
Result<FileText> gunzip(const std::string& bytes, const std::string& name) {
  z_stream z{};
  constexpr int k_gzip_window = 15 + 16;  // the largest window; +16: expect a gzip header
  if (inflateInit2(&z, k_gzip_window) != Z_OK)
    return fail(Error::Code::io, name + ": zlib refused");
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
  std::size_t left = bytes.size();
  FileText out;
  std::array<char, 1 << 16> piece;
  int status = Z_OK;
  while (status == Z_OK) {
    if (z.avail_in == 0) {
      z.avail_in = static_cast<uInt>(std::min<std::size_t>(left, 1U << 30));
      left -= z.avail_in;
    }
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = piece.size();
    status = inflate(&z, Z_NO_FLUSH);
    out.text.append(piece.data(), piece.size() - z.avail_out);
    if (status == Z_STREAM_END && z.avail_in + left > 0) status = inflateReset(&z);
  }
  inflateEnd(&z);
  if (status == Z_BUF_ERROR) out.warning = name + ": the gzip stream ends early";
  if (status != Z_BUF_ERROR && status != Z_STREAM_END)
    return fail(Error::Code::corrupt,
                str(name, ": damaged gzip data after ", out.text.size(), " unpacked bytes"));
  return out;
}

}  // namespace

Result<FileText> read_text(std::istream& in, const std::string& name) {
  FileText all;
  all.text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  if (in.bad()) return fail_errno("read " + name);
  if (looks_gzipped(all.text)) return gunzip(all.text, name);
  return all;
}

Result<FileText> read_text(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return fail(Error::Code::not_found, file.string() + ": no such file");
  if (std::filesystem::is_directory(file, ignored))
    return fail(Error::Code::invalid, file.string() + " is a folder; name the history file in it");
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail_errno("open " + file.string());
  return read_text(in, file.string());
}

}  // namespace plumbline
