#include "core/history/digest.h"

#include <zlib.h>

#include <cstdio>

namespace plumbline {
namespace {

/// Every field with its kind or its length in front, so that no two histories give one text.
class Digest {
 public:
  void add(const Call& call) {
    number(call.id);
    number(call.process);
    number(call.invoked);
    number(call.returned);
    number(static_cast<std::int64_t>(call.type));
    text(call.f);
    value(call.key);
    value(call.arguments);
    value(call.result);
    if (bytes_.size() > k_enough) take();
  }
  unsigned long finish() {
    take();
    return crc_;
  }

 private:
  static constexpr std::size_t k_enough = 1 << 16;

  void number(std::int64_t n) {
    auto bits = static_cast<std::uint64_t>(n);
    for (int i = 0; i < 8; ++i, bits >>= 8) bytes_.push_back(static_cast<char>(bits & 0xff));
  }
  void text(const std::string& text) {
    number(static_cast<std::int64_t>(text.size()));
    bytes_ += text;
  }
  void value(const Value& value) {
    if (value.is_nil()) return bytes_.push_back('n');
    if (value.is_bool()) return bytes_.push_back(value.as_bool() ? 't' : 'f');
    bytes_.push_back(value.is_int() ? 'i' : value.is_text() ? 's' : 'l');
    if (value.is_int()) return number(value.as_int());
    if (value.is_text()) return text(value.as_text());
    number(static_cast<std::int64_t>(value.as_list().size()));
    for (const Value& item : value.as_list()) this->value(item);
  }
  void take() {
    crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(bytes_.data()), bytes_.size());
    bytes_.clear();
  }

  std::string bytes_;
  unsigned long crc_ = crc32_z(0, nullptr, 0);
};

std::string in_words(unsigned long crc) {
  char text[32];
  std::snprintf(text, sizeof text, "crc32:%08lx", crc);
  return text;
}

}  // namespace

std::string digest_of(const std::vector<Call>& calls) {
  Digest digest;
  for (const Call& call : calls) digest.add(call);
  return in_words(digest.finish());
}

std::string digest_of(const CallTable& calls) {
  Digest digest;
  for (std::size_t row = 0; row < calls.size(); ++row) digest.add(calls.call(row));
  return in_words(digest.finish());
}

}  // namespace plumbline
