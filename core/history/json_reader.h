#pragma once
/// JsonReader: a cursor over one JSON text that gives Values without a tree in between.
/// What Value cannot hold keeps its meaning as far as equality goes: an object becomes a list of
/// [name value] pairs in the order written, a number that is no 64-bit integer becomes its text.
/// Fails: corrupt, with the column where it happened, and the line if it is not the first.
/// Cost:  one pass; recursion is bounded by k_max_depth.

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/history/value.h"

namespace plumbline {

class JsonReader {
 public:
  /// Deeper nesting is refused: no operation needs it, and a damaged file must not exhaust the
  /// stack.
  static constexpr int k_max_depth = 64;

  explicit JsonReader(std::string_view text) : text_(text) {}

  Result<Value> value() { return value(0); }
  Result<std::string> string();
  /// The next byte that is not white space, or '\0' at the end.
  char peek();
  /// True, and passes it, if the next byte that is not white space is `wanted`.
  bool take(char wanted);
  std::unexpected<Error> bad(const std::string& why) const;

 private:
  Result<Value> value(int depth);
  Result<Value> array(int depth);
  Result<Value> object(int depth);
  Result<Value> number();
  Result<Value> word();
  Status escape(std::string& out);
  Result<unsigned> hex4();

  std::string_view text_;
  std::size_t at_ = 0;
};

/// `code` in UTF-8, added to `out`. Requires: code <= 0x10ffff and no surrogate.
void append_utf8(std::string& out, unsigned code);

}  // namespace plumbline
