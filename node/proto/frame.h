#pragma once
/// Frames: how messages stand on a stream: `u32 length | u32 CRC-32 of the bytes | bytes`, numbers
/// little-endian. The checksum is there because TCP's does not catch everything that a bad network
/// can do to a stream.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace plumbline::proto {

inline constexpr std::size_t k_frame_header_bytes = 8;
inline constexpr std::size_t k_client_frame_max = 1 << 20;
inline constexpr std::size_t k_reply_frame_max = 16 << 20;  ///< a list may be long
inline constexpr std::size_t k_peer_frame_max = 8 << 20;
inline constexpr std::size_t k_key_max = 1 << 10;
inline constexpr std::size_t k_value_max = 512 << 10;

/// Writes a frame in place: header at `start()`, then the body is appended to `out` by the caller,
/// then `finish()` fills the header in.
class FrameWriter {
 public:
  explicit FrameWriter(std::string& out) : out_(out), at_(out.size()) {
    out_.append(k_frame_header_bytes, '\0');
  }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;
  void finish();

 private:
  std::string& out_;
  std::size_t at_;
};

/// Cuts a stream into frames. Memory grows with the bytes that came, never with what a length
/// claims.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_body) : max_body_(max_body) {}

  /// Where the next bytes of the stream go; never empty. Then got(how many came).
  std::span<char> space();
  void got(std::size_t bytes) { end_ += bytes; }

  /// The body of the next whole frame, valid until space() is called; nothing if more has to come.
  /// Fails: corrupt (too long, or the checksum is wrong): the stream cannot be used any further.
  Result<std::optional<std::string_view>> next();
  /// Bytes that came and are not yet given out.
  std::size_t pending() const { return end_ - begin_; }

 private:
  std::size_t max_body_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

std::uint32_t crc32_of(std::string_view bytes);

}  // namespace plumbline::proto
