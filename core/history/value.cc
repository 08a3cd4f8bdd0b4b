#include "core/history/value.h"

namespace plumbline {

std::strong_ordering Value::operator<=>(const Value& other) const { return data_ <=> other.data_; }

std::strong_ordering Value::SharedList::operator<=>(const SharedList& other) const {
  return items == other.items ? std::strong_ordering::equal : *items <=> *other.items;
}

std::size_t Value::hash() const {
  const auto mix = [](std::size_t seed, std::size_t more) {
    return (seed ^ more) * 0x9e3779b97f4a7c15ULL + 0x7f4a7c15;
  };
  std::size_t seed = data_.index();
  if (is_bool()) return mix(seed, as_bool());
  if (is_int()) return mix(seed, std::hash<std::int64_t>{}(as_int()));
  if (is_text()) return mix(seed, std::hash<std::string>{}(as_text()));
  if (is_list())
    for (const Value& item : as_list()) seed = mix(seed, item.hash());
  return seed;
}

std::string to_string(const Value& value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.as_int());
  if (value.is_text()) return '"' + value.as_text() + '"';
  if (value.is_nil()) return "nil";
  std::string text = "[";
  for (const Value& item : value.as_list()) {
    if (text.size() > 1) text += ' ';
    text += to_string(item);
  }
  return text + "]";
}

}  // namespace plumbline
