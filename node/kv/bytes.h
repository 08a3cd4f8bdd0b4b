#pragma once
/// The bytes of commands and snapshots: numbers as LEB128 (seven bits a byte, low ones first, never
/// longer than needed), texts as their length and their bytes. One value has one encoding only.

#include <cstdint>
#include <string>
#include <string_view>

#include "node/kv/commands.h"

namespace plumbline::kv {

void put_number(std::string& out, std::uint64_t number);
void put_text(std::string& out, std::string_view text);
void put_stored(std::string& out, const Stored& stored);

/// Reads what those wrote, trusting nothing. After the first thing that is not as it must be, ok()
/// is false and every read gives zero or nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t byte();
  std::uint64_t number();
  std::string_view text();  ///< a view into the bytes
  Stored stored();
  void expect(bool condition) { ok_ = ok_ && condition; }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace plumbline::kv
