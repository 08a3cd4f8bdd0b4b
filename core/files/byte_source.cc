#include "core/files/byte_source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/text.h"

namespace plumbline {

struct ByteSource::Inflater {
  z_stream z{};
  std::vector<char> packed = std::vector<char>(1 << 16);
  std::size_t unpacked = 0;
  bool over = false;
};

void ByteSource::Close::operator()(Inflater* inflater) const {
  inflateEnd(&inflater->z);
  delete inflater;
}

ByteSource::Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ByteSource> ByteSource::open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return fail(Error::Code::not_found, file.string() + ": no such file");
  if (std::filesystem::is_directory(file, ignored))
    return fail(Error::Code::invalid, file.string() + " is a folder; name the history file in it");
  Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail_errno("open " + file.string());
  return ByteSource(std::move(fd), file.string());
}

Result<std::size_t> ByteSource::read_file(std::span<char> room) {
  for (;;) {
    const ssize_t got = ::read(fd_.get(), room.data(), room.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail_errno("read " + name_);
  }
}

/// Is it gzip? The first two bytes tell.
Status ByteSource::start() {
  started_ = true;
  char magic[2];
  while (first_.size() < sizeof magic) {
    TRY_ASSIGN(const std::size_t got, read_file({magic, sizeof magic - first_.size()}));
    if (got == 0) return {};
    first_.append(magic, got);
  }
  if (first_ != "\x1f\x8b") return {};
  inflater_.reset(new Inflater);
  constexpr int k_gzip_window = 15 + 16;  // the largest window; +16: expect a gzip header
  if (inflateInit2(&inflater_->z, k_gzip_window) != Z_OK)
    return fail(Error::Code::io, name_ + ": zlib refused");
  std::ranges::copy(first_, inflater_->packed.begin());
  inflater_->z.next_in = reinterpret_cast<Bytef*>(inflater_->packed.data());
  inflater_->z.avail_in = static_cast<uInt>(first_.size());
  first_.clear();
  return {};
}

Result<std::size_t> ByteSource::read(std::span<char> room) {
  if (!started_) TRY(start());
  if (inflater_) return read_packed(room);
  if (first_.empty()) return read_file(room);
  const std::size_t count = std::min(first_.size(), room.size());
  std::memcpy(room.data(), first_.data(), count);
  first_.erase(0, count);
  return count;
}

/// One inflater for all members of a gzip file (a file that was appended to has several).
Result<std::size_t> ByteSource::read_packed(std::span<char> room) {
  Inflater& in = *inflater_;
  in.z.next_out = reinterpret_cast<Bytef*>(room.data());
  in.z.avail_out = static_cast<uInt>(std::min<std::size_t>(room.size(), 1U << 30));
  const uInt wanted = in.z.avail_out;
  while (!in.over && in.z.avail_out == wanted) {
    if (in.z.avail_in == 0) {
      TRY_ASSIGN(const std::size_t got, read_file(in.packed));
      in.z.next_in = reinterpret_cast<Bytef*>(in.packed.data());
      in.z.avail_in = static_cast<uInt>(got);
      if (got == 0) {
        warning_ = name_ + ": the gzip stream ends early";
        in.over = true;
        break;
      }
    }
    const int status = inflate(&in.z, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      if (in.z.avail_in == 0) {
        TRY_ASSIGN(const std::size_t got, read_file(in.packed));
        in.z.next_in = reinterpret_cast<Bytef*>(in.packed.data());
        in.z.avail_in = static_cast<uInt>(got);
        in.over = got == 0;
      }
      if (!in.over) inflateReset(&in.z);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return fail(Error::Code::corrupt,
                  str(name_, ": damaged gzip data after ", in.unpacked + wanted - in.z.avail_out,
                      " unpacked bytes"));
    }
  }
  in.unpacked += wanted - in.z.avail_out;
  return static_cast<std::size_t>(wanted - in.z.avail_out);
}

}  // namespace plumbline
