#pragma once
/// Lines: events as lines of history.jsonl, gathered into pieces. Faster than the codec, which it
/// must agree with: it knows what the generated histories hold.

#include <charconv>
#include <functional>
#include <string>
#include <string_view>

#include "bench/histories/object.h"
#include "core/history/event.h"

namespace plumbline::bench {

class Lines {
 public:
  Lines(const Shape& shape, std::function<void(std::string_view)> out)
      : model_(shape.model),
        keyed_(shape.keys > 1 || shape.model == Model::set),
        out_(std::move(out)) {
    text_.reserve(2 * k_piece);
  }
  ~Lines() { out_(text_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  void add(std::int64_t time, ProcessId process, EventType type, const Call& call);

 private:
  static constexpr std::size_t k_piece = 1 << 16;

  Lines& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  Lines& operator<<(std::int64_t number) {
    char digits[24];
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    return *this;
  }
  void arguments(const Call& call);
  void answer(const Call& call);

  Model model_;
  bool keyed_;
  std::function<void(std::string_view)> out_;
  std::string text_;
  std::int64_t index_ = 0;
};

}  // namespace plumbline::bench
