#pragma once
/// EdnReader: a cursor over EDN text.
/// Cost: one pass; recursion is bounded by k_max_depth.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/history/value.h"

namespace plumbline {

class EdnReader {
 public:
  static constexpr int k_max_depth = 64;

  explicit EdnReader(std::string_view text) : text_(text) {}

  /// Passes white space, commas, comments and discarded forms.
  Status skip();
  bool at_end() const { return at_ >= text_.size(); }
  char next() const { return at_end() ? '\0' : text_[at_]; }
  void pass() { ++at_; }
  std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }
  /// The value here. Requires: skip() was called.
  Result<Value> value() { return value(0); }
  /// A map's entries, keys as text. Requires: next() == '{'.
  Result<std::vector<std::pair<Value, Value>>> map() { return map(0); }
  /// Passes a keyword, and gives its name. Nothing, if there is none here.
  std::optional<std::string_view> keyword();
  /// True once an error was caused by the text's end: what was there may be only cut off.
  bool cut_off() const { return cut_off_; }
  // Where it stands, from 1.
  std::size_t line() const;
  std::size_t column() const;
  /// Corrupt, with line and column.
  std::unexpected<Error> bad(const std::string& why) const;
  /// The same of a text that ends too early; cut_off() from now on.
  std::unexpected<Error> ended(const std::string& where);

 private:
  Status skip(int depth);
  Result<Value> value(int depth);
  Result<Value> sequence(char close, int depth);
  Result<std::vector<std::pair<Value, Value>>> map(int depth);
  Result<Value> dispatch(int depth);
  Result<Value> string();
  Value token();
  std::string_view take_token();

  std::string_view text_;
  std::size_t at_ = 0;
  bool cut_off_ = false;
};

}  // namespace plumbline
