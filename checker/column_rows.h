#pragma once
/// KeyRows: the calls of one key in a CallTable, as the deciders over columns see them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/history/call_table.h"

namespace plumbline {

/// What an operation does, as far as columns tell.
enum class ColumnOperation : std::uint8_t { read, write, cas, append, remove, other };
/// By CallTable::f(). With `store`, the names of the model kv (models/kv.h) are known too.
std::vector<ColumnOperation> column_operations(const CallTable& table, bool store = false);

/// A call as something that needs the object to hold a value, or leaves one.
struct ColumnStep {
  enum class What : std::uint8_t { nothing, observe, update, foreign } what;
  ValueId from = ValueTable::k_no_value, to = ValueTable::k_no_value;
};

struct KeyRows {
  const CallTable& table;
  const std::vector<ColumnOperation>& operations;
  std::span<const std::uint32_t> rows;  ///< in order of invocation
  /// Of the object at the start; k_no_value: one that no call mentions.
  ValueId initial = ValueTable::k_nil;
  /// A value that is one and the same as nil: in stores the empty text.
  ValueId empty = ValueTable::k_nil;
  /// As if the history had ended just before this position, as prefix() in decide.h does it.
  std::uint32_t limit = CallTable::k_open_row;

  ColumnOperation operation(std::uint32_t row) const { return operations[table.f(row)]; }
  bool ended(std::uint32_t row) const { return table.returned(row) < limit; }
  bool required(std::uint32_t row) const { return table.type(row) == EventType::ok && ended(row); }
  /// It never happened, even if that was not known yet at the limit.
  bool failed(std::uint32_t row) const { return table.type(row) == EventType::fail; }
  /// k_open_row unless it is required.
  std::uint32_t returned(std::uint32_t row) const {
    return required(row) ? table.returned(row) : CallTable::k_open_row;
  }
  /// As CallTable's.
  ValueId argument(std::uint32_t row) const { return plain(table.argument(row)); }
  ValueId second(std::uint32_t row) const { return plain(table.second(row)); }
  bool pair(std::uint32_t row) const { return table.second(row) != ValueTable::k_no_value; }
  /// Of an ok call; k_no_value if it is a list that is not in the table.
  ValueId result(std::uint32_t row) const {
    if (table.result(row) != CallTable::k_same) return plain(table.result(row));
    return pair(row) ? ValueTable::k_no_value : argument(row);
  }
  ValueId plain(ValueId id) const { return id == empty ? ValueTable::k_nil : id; }
};

/// Calls that are not linearizable by themselves.
struct ColumnCore {
  std::vector<std::uint32_t> rows{};  ///< in order of invocation
  /// When the last of them that matters had ended: the events up to and with this position are not
  /// linearizable.
  std::uint32_t completed = CallTable::k_open_row;
};

}  // namespace plumbline
