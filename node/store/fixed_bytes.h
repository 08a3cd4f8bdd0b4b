#pragma once
/// Numbers of fixed width as bytes, the low byte first, on every machine; and CRC-32 of bytes.

#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::store {

/// CRC-32 (zlib's) of `bytes`, going on from that of the bytes before them.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0);

template <class Unsigned>
void put_fixed(std::string& out, Unsigned number) {
  char bytes[sizeof number];
  for (std::size_t i = 0; i < sizeof number; ++i)
    bytes[i] = static_cast<char>((number >> (8 * i)) & 0xff);
  out.append(bytes, sizeof number);
}
/// Requires: that many bytes from `at` on.
template <class Unsigned>
Unsigned fixed_at(std::string_view bytes, std::size_t at) {
  Unsigned number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= static_cast<Unsigned>(static_cast<Unsigned>(static_cast<unsigned char>(bytes[at + i]))
                                    << (8 * i));
  return number;
}

/// Reads numbers and texts one after another, trusting nothing: after the first that is not there,
/// ok() is false and all are zero.
class FixedReader {
 public:
  explicit FixedReader(std::string_view bytes) : rest_(bytes) {}
  template <class Unsigned>
  Unsigned number() {
    if (!has(sizeof(Unsigned))) return 0;
    const auto value = fixed_at<Unsigned>(rest_, 0);
    rest_.remove_prefix(sizeof(Unsigned));
    return value;
  }
  std::string_view text(std::uint64_t size) {
    if (!has(size)) return {};
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  void expect(bool condition) { ok_ = ok_ && condition; }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  bool has(std::uint64_t size) {
    ok_ = ok_ && size <= rest_.size();
    return ok_;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace plumbline::store
