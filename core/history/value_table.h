#pragma once
/// ValueTable: each different Value once, as a 32-bit number. Equal values have equal ids, so most
/// work on a history needs no values at all.
/// Integers from -2^30 up to 2^30 are their own ids, nothing is stored for them; texts, lists (of
/// ids) and larger integers lie in arenas.
/// Fails:  when there are more than 2^31 different values, or one has 2^32 bytes, full() is true
/// and ids no longer tell
///         new values apart; who fills a table must ask.
/// Cost:   16 bytes, a slot of 4 to 16, and the content a value that is stored.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/history/column.h"
#include "core/history/value.h"

namespace plumbline {

using ValueId = std::uint32_t;

class ValueTable {
 public:
  static constexpr ValueId k_nil = 0x80000000, k_false = 0x80000001, k_true = 0x80000002;
  /// Never the id of a value.
  static constexpr ValueId k_no_value = 0xffffffff;

  ValueId integer(std::int64_t value) {
    const auto inlined = static_cast<std::uint64_t>(value) + k_zero;
    return inlined < k_nil ? static_cast<ValueId>(inlined) : big_integer(value);
  }
  static ValueId boolean(bool value) { return value ? k_true : k_false; }
  ValueId text(std::string_view text);
  ValueId list(std::span<const ValueId> elements);
  ValueId id(const Value& value);
  /// The id of `value` if it has one already.
  std::optional<ValueId> find(const Value& value) const;

  Value value(ValueId id) const;
  bool is_list(ValueId id) const { return kind_of(id) == Kind::list; }
  bool is_text(ValueId id) const { return kind_of(id) == Kind::text; }
  /// Requires: is_list(id). Until the next value is added.
  std::span<const ValueId> elements(ValueId id) const;
  /// Requires: is_text(id). Until the next value is added.
  std::string_view text_of(ValueId id) const;

  bool full() const { return full_; }

 private:
  enum class Kind : std::uint8_t { integer, text, list, constant };
  static constexpr std::uint64_t k_zero = 1U << 30;  ///< the id of the integer 0
  static constexpr ValueId k_first_stored = k_true + 1;
  static constexpr std::uint32_t k_most = 0x7ffffff0;

  struct Entry {
    std::uint64_t place;   ///< in the arena of its kind; of an integer the integer itself
    std::uint32_t length;  ///< in characters or elements
    std::uint32_t hash : 30;
    std::uint32_t kind : 2;
  };
  Kind kind_of(ValueId id) const {
    if (id < k_nil) return Kind::integer;
    return id < k_first_stored ? Kind::constant : static_cast<Kind>(entry(id).kind);
  }
  const Entry& entry(ValueId id) const { return entries_[id - k_first_stored]; }
  ValueId big_integer(std::int64_t value);
  std::string_view characters(const Entry& entry) const {
    return {characters_.data() + entry.place, entry.length};
  }
  std::span<const ValueId> members(const Entry& entry) const {
    return {elements_.data() + entry.place, entry.length};
  }
  /// The slot of the entry with this hash that `same` accepts, or the free one for it.
  template <class Same>
  std::size_t slot(std::uint32_t hash, Same same) const;
  std::size_t slot_of_text(std::string_view text, std::uint32_t hash) const;
  std::size_t slot_of_list(std::span<const ValueId> elements, std::uint32_t hash) const;
  std::size_t slot_of_integer(std::int64_t value, std::uint32_t hash) const;
  ValueId store(std::size_t slot, std::uint64_t place, std::size_t length, std::uint32_t hash,
                Kind kind);
  void grow();

  Column<Entry> entries_;
  Column<char> characters_;
  Column<ValueId> elements_;
  std::vector<std::uint32_t> slots_;  ///< positions in entries_ plus one; 0: free
  bool full_ = false;
};

}  // namespace plumbline
