#include "node/proto/frame.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::proto {
namespace {

constexpr std::size_t k_read_bytes = 64 << 10;  // wanted free for one read
constexpr std::size_t k_keep_bytes = 1 << 20;   // a larger buffer is given back when it is empty

void put_u32(char* at, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<char>((number >> (8 * i)) & 0xff);
}

std::uint32_t get_u32(const char* at) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i)
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  return number;
}

}  // namespace

std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

void FrameWriter::finish() {
  const std::string_view body = std::string_view(out_).substr(at_ + k_frame_header_bytes);
  CHECK(body.size() <= UINT32_MAX, "a frame's length has four bytes");
  put_u32(out_.data() + at_, static_cast<std::uint32_t>(body.size()));
  put_u32(out_.data() + at_ + 4, crc32_of(body));
}

std::span<char> FrameReader::space() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (buffer_.size() > k_keep_bytes) buffer_ = {};
  }
  if (buffer_.size() - end_ < k_read_bytes) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    // Doubling keeps the copying linear; what has come bounds it.
    if (buffer_.size() - end_ < k_read_bytes)
      buffer_.resize(std::max(2 * end_, end_ + k_read_bytes));
  }
  return std::span(buffer_).subspan(end_);
}

Result<std::optional<std::string_view>> FrameReader::next() {
  if (pending() < k_frame_header_bytes) return std::nullopt;
  const char* header = buffer_.data() + begin_;
  const std::size_t length = get_u32(header);
  if (length > max_body_)
    return fail(Error::Code::corrupt, str("frame of ", length, " bytes; the limit is ", max_body_));
  if (pending() < k_frame_header_bytes + length) return std::nullopt;
  const std::string_view body(header + k_frame_header_bytes, length);
  if (crc32_of(body) != get_u32(header + 4))
    return fail(Error::Code::corrupt, str("frame of ", length, " bytes with a wrong checksum"));
  begin_ += k_frame_header_bytes + length;
  return body;
}

}  // namespace plumbline::proto
