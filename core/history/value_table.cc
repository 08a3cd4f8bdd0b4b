#include "core/history/value_table.h"

#include <algorithm>
#include <functional>

namespace plumbline {
namespace {

constexpr std::uint32_t k_hash_mask = (1U << 30) - 1;
constexpr std::size_t k_longest = 0xffffffff;  // what Entry::length can say

std::uint32_t folded(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash ^ hash >> 32) & k_hash_mask;
}

std::uint32_t hash_text(std::string_view text) {
  return folded(std::hash<std::string_view>{}(text));
}

std::uint64_t mixed(std::uint64_t seed, std::uint64_t more) {
  return (seed ^ more) * 0x9e3779b97f4a7c15ULL + 0x7f4a7c15;  // as Value::hash
}

std::uint32_t hash_list(std::span<const ValueId> elements) {
  std::uint64_t hash = elements.size();
  for (const ValueId id : elements) hash = mixed(hash, id);
  return folded(mixed(hash, hash >> 29));
}

std::uint32_t hash_integer(std::int64_t value) {
  const std::uint64_t hash = mixed(1, static_cast<std::uint64_t>(value));
  return folded(mixed(hash, hash >> 29));
}

}  // namespace

template <class Same>
std::size_t ValueTable::slot(std::uint32_t hash, Same same) const {
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    const Entry& there = entries_[slots_[at] - 1];
    if (there.hash == hash && same(there)) break;
  }
  return at;
}

std::size_t ValueTable::slot_of_text(std::string_view text, std::uint32_t hash) const {
  return slot(hash, [&](const Entry& e) {
    return static_cast<Kind>(e.kind) == Kind::text && characters(e) == text;
  });
}

std::size_t ValueTable::slot_of_list(std::span<const ValueId> elements, std::uint32_t hash) const {
  return slot(hash, [&](const Entry& e) {
    return static_cast<Kind>(e.kind) == Kind::list && std::ranges::equal(members(e), elements);
  });
}

std::size_t ValueTable::slot_of_integer(std::int64_t value, std::uint32_t hash) const {
  return slot(hash, [&](const Entry& e) {
    return static_cast<Kind>(e.kind) == Kind::integer &&
           e.place == static_cast<std::uint64_t>(value);
  });
}

ValueId ValueTable::store(std::size_t slot, std::uint64_t place, std::size_t length,
                          std::uint32_t hash, Kind kind) {
  if (entries_.size() >= k_most) {
    full_ = true;
    return k_nil;
  }
  entries_.push_back({place, static_cast<std::uint32_t>(length), hash & k_hash_mask,
                      static_cast<std::uint32_t>(kind) & 3U});
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  return k_first_stored + static_cast<ValueId>(entries_.size() - 1);
}

void ValueTable::grow() {
  constexpr std::size_t k_first = 64;
  if ((entries_.size() + 1) * 2 <= slots_.size()) return;
  slots_.assign(slots_.empty() ? k_first : slots_.size() * 2, 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::size_t at = slot(entries_[i].hash, [](const Entry&) { return false; });
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

ValueId ValueTable::big_integer(std::int64_t value) {
  grow();
  const std::uint32_t hash = hash_integer(value);
  const std::size_t at = slot_of_integer(value, hash);
  if (slots_[at] != 0) return k_first_stored + slots_[at] - 1;
  return store(at, static_cast<std::uint64_t>(value), 0, hash, Kind::integer);
}

ValueId ValueTable::text(std::string_view text) {
  if (text.size() > k_longest) {
    full_ = true;
    return k_nil;
  }
  grow();
  const std::uint32_t hash = hash_text(text);
  const std::size_t at = slot_of_text(text, hash);
  if (slots_[at] != 0) return k_first_stored + slots_[at] - 1;
  const std::size_t place = characters_.size();
  characters_.append(text.data(), text.size());
  return store(at, place, text.size(), hash, Kind::text);
}

ValueId ValueTable::list(std::span<const ValueId> elements) {
  grow();
  const std::uint32_t hash = hash_list(elements);
  const std::size_t at = slot_of_list(elements, hash);
  if (slots_[at] != 0) return k_first_stored + slots_[at] - 1;
  const std::size_t place = elements_.size();
  elements_.append(elements.data(), elements.size());
  return store(at, place, elements.size(), hash, Kind::list);
}

ValueId ValueTable::id(const Value& value) {
  if (value.is_nil()) return k_nil;
  if (value.is_bool()) return boolean(value.as_bool());
  if (value.is_int()) return integer(value.as_int());
  if (value.is_text()) return text(value.as_text());
  std::vector<ValueId> ids;
  for (const Value& element : value.as_list()) ids.push_back(id(element));
  return list(ids);
}

std::optional<ValueId> ValueTable::find(const Value& value) const {
  if (value.is_nil()) return k_nil;
  if (value.is_bool()) return boolean(value.as_bool());
  if (value.is_int()) {
    const auto inlined = static_cast<std::uint64_t>(value.as_int()) + k_zero;
    if (inlined < k_nil) return static_cast<ValueId>(inlined);
  }
  if (slots_.empty()) return std::nullopt;
  std::size_t at = 0;
  if (value.is_int()) {
    at = slot_of_integer(value.as_int(), hash_integer(value.as_int()));
  } else if (value.is_text()) {
    at = slot_of_text(value.as_text(), hash_text(value.as_text()));
  } else {
    std::vector<ValueId> ids;
    for (const Value& element : value.as_list()) {
      const auto found = find(element);
      if (!found) return std::nullopt;
      ids.push_back(*found);
    }
    at = slot_of_list(ids, hash_list(ids));
  }
  if (slots_[at] == 0) return std::nullopt;
  return k_first_stored + slots_[at] - 1;
}

Value ValueTable::value(ValueId id) const {
  if (id < k_nil) return Value(static_cast<std::int64_t>(id) - static_cast<std::int64_t>(k_zero));
  if (id == k_nil) return Value();
  if (id < k_first_stored) return Value(id == k_true);
  const Entry& stored = entry(id);
  if (static_cast<Kind>(stored.kind) == Kind::integer)
    return Value(static_cast<std::int64_t>(stored.place));
  if (static_cast<Kind>(stored.kind) == Kind::text) return Value(std::string(characters(stored)));
  Value::List list;
  for (const ValueId element : members(stored)) list.push_back(value(element));
  return Value(std::move(list));
}

std::span<const ValueId> ValueTable::elements(ValueId id) const { return members(entry(id)); }
std::string_view ValueTable::text_of(ValueId id) const { return characters(entry(id)); }

}  // namespace plumbline
