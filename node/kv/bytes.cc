#include "node/kv/bytes.h"

namespace plumbline::kv {
namespace {

constexpr std::uint64_t k_is_text = 0;
constexpr std::uint64_t k_is_list = 1;

}  // namespace

void put_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(0x80 | (number & 0x7f));
    number >>= 7;
  }
  out += static_cast<char>(number);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

void put_stored(std::string& out, const Stored& stored) {
  if (const auto* text = std::get_if<std::string>(&stored)) {
    put_number(out, k_is_text);
    put_text(out, *text);
    return;
  }
  const List& list = std::get<List>(stored);
  put_number(out, k_is_list);
  put_number(out, list.size());
  for (const std::string& text : list) put_text(out, text);
}

std::uint8_t Reader::byte() {
  expect(!rest_.empty());
  if (!ok_) return 0;
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::uint64_t Reader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t next = byte();
    expect(shift < 63 || next <= 1);  // only one bit is left for the tenth byte
    expect(next != 0 || shift == 0);  // a last byte of zero would be a longer form
    if (!ok_) return 0;
    value |= (next & 0x7f) << shift;
    if (next < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::string_view Reader::text() {
  const std::uint64_t length = number();
  expect(length <= rest_.size());
  if (!ok_) return {};
  const std::string_view text = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return text;
}

Stored Reader::stored() {
  const std::uint64_t kind = number();
  if (kind == k_is_text) return std::string(text());
  expect(kind == k_is_list);
  List list;
  for (std::uint64_t left = number(); left > 0 && ok_; --left) list.emplace_back(text());
  return list;
}

}  // namespace plumbline::kv
