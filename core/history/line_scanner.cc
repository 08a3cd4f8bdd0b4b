#include "core/history/line_scanner.h"

#include <array>
#include <cstring>

#include "core/base/text.h"
#include "core/history/codec.h"

namespace plumbline {
namespace {

/// Passes `wanted`, which is no longer than the padding, if it is there.
template <std::size_t N>
bool passed(const char*& at, const char (&wanted)[N]) {
  static_assert(N - 1 <= LineScanner::k_padding);
  if (std::memcmp(at, wanted, N - 1) != 0) return false;
  at += N - 1;
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Only what has no leading zero and surely fits.
bool natural(const char*& at, std::int64_t& number) {
  constexpr std::ptrdiff_t k_safe_digits = 18;
  const char* from = at;
  std::int64_t n = 0;
  while (is_digit(*at) && at - from < k_safe_digits) n = n * 10 + (*at++ - '0');
  const std::ptrdiff_t digits = at - from;
  if (digits == 0 || is_digit(*at) || (*from == '0' && digits > 1)) return false;
  if (*at == '.' || *at == 'e' || *at == 'E') return false;
  number = n;
  return true;
}

bool integer(const char*& at, std::int64_t& number) {
  const bool negative = *at == '-';
  if (negative) ++at;
  if (!natural(at, number)) return false;
  if (negative) number = -number;
  return true;
}

/// Control characters, the end of the line among them, and escapes stop it.
bool plain_text(const char*& at, std::string_view& text) {
  if (*at != '"') return false;
  const char* from = ++at;
  while (*at != '"') {
    if (static_cast<unsigned char>(*at) < 0x20 || *at == '\\') return false;
    ++at;
  }
  text = {from, static_cast<std::size_t>(at - from)};
  ++at;
  return true;
}

}  // namespace

Status LineScanner::add(const char* line, const char* end, std::int64_t& next_index) {
  if (scan(line, end)) {
    if (!has_index_) row_.index = next_index;
    if (row_.index >= next_index) {
      next_index = row_.index + 1;
      return table_.add(row_);
    }
  }
  TRY(slowly({line, static_cast<std::size_t>(end - line)}, next_index));
  next_index = row_.index + 1;
  return {};
}

bool LineScanner::scan(const char* at, const char* end) {
  row_ = EventRow();
  third_ = ValueTable::k_no_value;
  has_index_ = has_process_ = has_type_ = has_f_ = false;
  stack_.clear();
  if (*at != '{') return false;
  do {
    ++at;
    if (!field(at)) return false;
  } while (*at == ',');
  if (*at != '}' || at + 1 != end || !has_process_ || !has_type_ || !has_f_) return false;
  split_key();
  return true;
}

bool LineScanner::field(const char*& at) {
  if (*at != '"') return false;
  switch (at[1]) {
    case 'i':
      has_index_ = true;
      return passed(at, "\"index\":") && natural(at, row_.index);
    case 't':
      if (passed(at, "\"time\":")) return natural(at, row_.time);
      return passed(at, "\"type\":") && type(at);
    case 'p':
      return passed(at, "\"process\":") && process(at);
    case 'f':
      has_f_ = true;
      return passed(at, "\"f\":") && plain_text(at, row_.f);
    case 'k':
      return passed(at, "\"key\":") && element(at, row_.key, 0);
    case 'v':
      return passed(at, "\"value\":") && value(at);
    case 'n':
      return passed(at, "\"node\":") && plain_text(at, row_.node);
    case 'e': {
      std::string_view text;
      if (!passed(at, "\"error\":") || !plain_text(at, text)) return false;
      row_.error = text.empty() ? ValueTable::k_nil : table_.values().text(text);
      return true;
    }
    default:
      return false;
  }
}

bool LineScanner::process(const char*& at) {
  has_process_ = true;
  if (passed(at, "\"nemesis\"")) {
    row_.process = k_nemesis;
    return true;
  }
  return natural(at, row_.process);
}

bool LineScanner::type(const char*& at) {
  has_type_ = true;
  if (passed(at, "\"invoke\"")) {
    row_.type = EventType::invoke;
  } else if (passed(at, "\"ok\"")) {
    row_.type = EventType::ok;
  } else if (passed(at, "\"info\"")) {
    row_.type = EventType::info;
  } else if (passed(at, "\"fail\"")) {
    row_.type = EventType::fail;
  } else {
    return false;
  }
  return true;
}

/// The value of an event: lists of two are not made, nor those in the second place of one, where
/// keyed histories have them.
bool LineScanner::value(const char*& at) {
  row_.second = third_ = ValueTable::k_no_value;
  if (*at != '[') return element(at, row_.value, 0);
  ++at;
  const std::size_t base = stack_.size();
  ValueId first = ValueTable::k_nil;
  if (keyed_ && *at != ']' && *at != '[') {
    if (!element(at, first, 1)) return false;
    if (*at == ',' && at[1] == '[') {
      at += 2;
      if (!elements(at, 2)) return false;
      if (*at == ']' && stack_.size() == base + 2) {
        ++at;
        row_.value = first;
        row_.second = stack_[base];
        third_ = stack_[base + 1];
        stack_.resize(base);
        return true;
      }
      const ValueId nested = table_.values().list(std::span(stack_).subspan(base));
      stack_.resize(base);
      stack_.push_back(first);
      stack_.push_back(nested);
    } else {
      stack_.push_back(first);
    }
    if (*at == ',') {
      ++at;
      if (*at == ']' || !elements(at, 1)) return false;
    } else if (*at++ != ']') {
      return false;
    }
  } else if (!elements(at, 1)) {
    return false;
  }
  if (stack_.size() == base + 2) {
    row_.value = stack_[base];
    row_.second = stack_[base + 1];
  } else {
    row_.value = table_.values().list(std::span(stack_).subspan(base));
  }
  stack_.resize(base);
  return true;
}

bool LineScanner::element(const char*& at, ValueId& id, int depth) {
  constexpr int k_deepest = 16;  // what is deeper, the slow path reads or refuses
  std::int64_t number = 0;
  std::string_view text;
  switch (*at) {
    case '"':
      if (!plain_text(at, text)) return false;
      id = table_.values().text(text);
      return true;
    case 'n':
      id = ValueTable::k_nil;
      return passed(at, "null");
    case 't':
      id = ValueTable::k_true;
      return passed(at, "true");
    case 'f':
      id = ValueTable::k_false;
      return passed(at, "false");
    case '[': {
      ++at;
      const std::size_t base = stack_.size();
      if (depth == k_deepest || !elements(at, depth + 1)) return false;
      id = table_.values().list(std::span(stack_).subspan(base));
      stack_.resize(base);
      return true;
    }
    default:
      if (!integer(at, number)) return false;
      id = table_.values().integer(number);
      return true;
  }
}

bool LineScanner::elements(const char*& at, int depth) {
  if (*at == ']') {
    ++at;
    return true;
  }
  for (;;) {
    ValueId id = ValueTable::k_nil;
    if (!element(at, id, depth)) return false;
    stack_.push_back(id);
    if (*at == ']') {
      ++at;
      return true;
    }
    if (*at++ != ',') return false;
  }
}

/// What parse_history() does to events of keyed histories; the key may stand behind the value.
void LineScanner::split_key() {
  const bool pair = row_.second != ValueTable::k_no_value;
  if (keyed_ && pair && row_.process != k_nemesis && row_.key == ValueTable::k_nil) {
    row_.key = row_.value;
    row_.value = row_.second;
    row_.second = third_;
  } else if (third_ != ValueTable::k_no_value) {
    const std::array<ValueId, 2> nested{row_.second, third_};
    row_.second = table_.values().list(nested);
  }
}

Status LineScanner::slowly(std::string_view line, std::int64_t next_index) {
  TRY_ASSIGN(Event event, from_json_line(line, next_index));
  if (event.index < next_index)
    return fail(Error::Code::corrupt,
                str("index ", event.index, " where at least ", next_index, " was due"));
  if (keyed_) plumbline::split_key(event);
  row_.index = event.index;
  return table_.add(event);
}

}  // namespace plumbline
