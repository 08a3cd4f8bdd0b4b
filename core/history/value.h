#pragma once
/// Value: what operations carry and systems answer: nil, a boolean, an integer, a text, or a list.
/// Copies of a list share it: a call that read thousands of elements is as cheap to copy as any.
/// A value that was moved from may only be assigned to or destroyed.
/// The JSON and EDN codecs (codec.h, edn.h) read and write exactly these.

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace plumbline {

class Value {
 public:
  using List = std::vector<Value>;

  Value() = default;  ///< nil
  Value(bool b) : data_(b) {}
  Value(int i) : data_(static_cast<std::int64_t>(i)) {}
  Value(std::int64_t i) : data_(i) {}
  Value(std::string s) : data_(std::move(s)) {}
  Value(const char* s) : data_(std::string(s)) {}
  Value(List l) : data_(SharedList{std::make_shared<const List>(std::move(l))}) {}
  /// A list of these: Value::list(1, "a").
  template <class... Args>
  static Value list(Args&&... args) {
    return Value(List{Value(std::forward<Args>(args))...});
  }

  bool is_nil() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_text() const { return std::holds_alternative<std::string>(data_); }
  bool is_list() const { return std::holds_alternative<SharedList>(data_); }
  // Requires: the matching is_...().
  bool as_bool() const { return std::get<bool>(data_); }
  std::int64_t as_int() const { return std::get<std::int64_t>(data_); }
  const std::string& as_text() const { return std::get<std::string>(data_); }
  const List& as_list() const { return *std::get<SharedList>(data_).items; }

  /// Orders first by kind, then by content, so that values of any kind may be keys of one map.
  std::strong_ordering operator<=>(const Value& other) const;
  bool operator==(const Value&) const = default;

  std::size_t hash() const;

 private:
  struct SharedList {
    std::shared_ptr<const List> items;
    bool operator==(const SharedList& other) const {
      return items == other.items || *items == *other.items;
    }
    std::strong_ordering operator<=>(const SharedList& other) const;
  };
  std::variant<std::monostate, bool, std::int64_t, std::string, SharedList> data_;
};

/// As people read it: nil, true, 3, "text", [1 2].
std::string to_string(const Value& value);

}  // namespace plumbline

template <>
struct std::hash<plumbline::Value> {
  std::size_t operator()(const plumbline::Value& value) const noexcept { return value.hash(); }
};
