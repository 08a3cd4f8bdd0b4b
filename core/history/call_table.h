#pragma once
/// CallTable: the client calls of a history in columns, for histories of many millions of calls:
/// some 50 bytes a call, and values, keys and names once each.
///
/// A row is a Call (history.h) in short: what is a Value there is a ValueId here, positions have
/// 32 bits, and arguments that are a list of two, as of `cas [a b]`, are not put into a list.
/// Rows are in order of invocation. Events of the nemesis count as positions, but have no rows.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/history/column.h"
#include "core/history/flat_map.h"
#include "core/history/history.h"
#include "core/history/value_table.h"

namespace plumbline {

/// Texts of which there are few: operations, nodes.
class NameTable {
 public:
  static constexpr std::size_t k_most = 0xffff;
  /// Fails: corrupt if there are too many.
  Result<std::uint16_t> id(std::string_view name);
  const std::string& name(std::uint16_t id) const { return names_[id]; }
  std::size_t size() const { return names_.size(); }

 private:
  static constexpr std::size_t k_recent = 16;
  std::vector<std::string> names_;
  ValueTable texts_;
  FlatMap<ValueId> ids_;
  std::uint16_t recent_[k_recent] = {};  ///< by length and first letter
};

class CallTable {
 public:
  /// The return of a call that never completed for certain: later than every position.
  static constexpr std::uint32_t k_open_row = 0xffffffff;

  std::size_t size() const { return type_.size(); }
  std::uint64_t events() const { return events_; }
  const ValueTable& values() const { return values_; }

  EventType type(std::size_t row) const { return type_[row]; }
  /// A number of f_name().
  std::uint16_t f(std::size_t row) const { return f_[row]; }
  const std::string& f_name(std::uint16_t f) const { return fs_.name(f); }
  std::size_t fs() const { return fs_.size(); }
  /// A number below keys(), in order of first use.
  std::uint32_t key(std::size_t row) const { return key_[row]; }
  Value key_value(std::uint32_t key) const { return values_.value(keys_[key]); }
  std::size_t keys() const { return keys_.size(); }
  /// The arguments; if they are a list of two the first, and second() is the other.
  ValueId argument(std::size_t row) const { return argument_[row]; }
  ValueId second(std::size_t row) const { return second_[row]; }  ///< or k_no_value
  /// Of an ok call what it answered; k_same: its arguments once more.
  static constexpr ValueId k_same = 0xfffffffe;
  ValueId result(std::size_t row) const { return result_[row]; }
  std::uint32_t invoked(std::size_t row) const { return invoked_[row]; }
  std::uint32_t returned(std::size_t row) const { return returned_[row]; }
  Nanos invoke_time(std::size_t row) const { return Nanos(invoke_time_[row]); }
  Nanos return_time(std::size_t row) const { return Nanos(return_time_[row]); }

  /// The index of the invocation.
  std::int64_t id(std::size_t row) const {
    return ids_.empty() ? static_cast<std::int64_t>(invoked_[row]) : ids_[row];
  }
  Call call(std::size_t row) const;

  /// Is it likely that values are [key value] pairs, though nobody said so? If no call has a key,
  /// all have two arguments, and a read has nil for the second: no read of one object is asked so.
  bool looks_keyed() const;
  /// What `keyed` does in read_table().
  void split_keys();

 private:
  friend class CallTableBuilder;
  Value arguments(std::size_t row) const;

  ValueTable values_;
  NameTable fs_, nodes_;
  std::vector<ValueId> keys_;
  std::uint64_t events_ = 0;
  Column<EventType> type_;
  Column<std::uint16_t> f_, node_;
  Column<std::uint32_t> key_, process_, invoked_, returned_;
  Column<ValueId> argument_, second_, result_, error_;
  Column<std::int64_t> invoke_time_, return_time_, processes_;
  Column<std::int64_t> ids_;  ///< empty as long as each is the position of the invocation
};

/// One event with its values as ids of the table being built.
struct EventRow {
  std::int64_t index = 0;
  std::int64_t time = 0;
  ProcessId process = 0;
  EventType type = EventType::invoke;
  std::string_view f{}, node{};
  ValueId key = ValueTable::k_nil;
  /// The value, or if it is a list of two its elements.
  ValueId value = ValueTable::k_nil, second = ValueTable::k_no_value;
  ValueId error = ValueTable::k_nil;  ///< a text
};

/// Pairs events as they come.
class CallTableBuilder {
 public:
  /// Where the values of events to come go.
  ValueTable& values() { return table_.values_; }
  /// Fails: corrupt, naming the event, if a process completes what it did not invoke, invokes
  /// twice, or completes another f than it invoked; or if there are more events, different values,
  /// operations or nodes than a table can hold.
  Status add(const EventRow& event);
  Status add(const Event& event);
  /// Requires: nothing is added afterwards.
  CallTable finish() { return std::move(table_); }

 private:
  Status invoke(const EventRow& event, std::uint32_t slot);
  Status complete(const EventRow& event, std::uint32_t slot);
  void note_id(std::int64_t index);

  CallTable table_;
  FlatMap<std::uint64_t> slots_;  ///< of processes
  FlatMap<ValueId> key_numbers_;
  Column<std::uint32_t> open_;  ///< by slot: the row of its open call, or k_open_row
};

/// Fails: as CallTableBuilder::add.
Result<CallTable> table_of(const History& history);

}  // namespace plumbline
