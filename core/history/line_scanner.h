#pragma once
/// LineScanner: one line of history.jsonl as a row of a CallTable, without anything in between.
///
/// The fast path knows what recorders write: known fields in any order, no white space, texts
/// without escapes, integers, null, true, false, lists of these. On anything else, damage
/// included, it gives up and from_json_line() reads the line: that is what defines the format, and
/// both say the same of every line that the fast path takes.
/// Cost:   one pass over the line.

#include <string>
#include <string_view>
#include <vector>

#include "core/history/call_table.h"

namespace plumbline {

class LineScanner {
 public:
  /// With `keyed`, a client event's value that is a pair [key value] is split into the two.
  LineScanner(CallTableBuilder& table, bool keyed) : table_(table), keyed_(keyed) {}

  /// How many bytes behind a line must be readable (whatever they are).
  static constexpr std::size_t k_padding = 16;

  /// Reads the line [line, end) and adds its event. `next_index` is what the event gets if it says
  /// none, and becomes the one after it.
  /// Requires: *end is '\n' or '\0', and k_padding bytes more may be read.
  /// Fails: corrupt, with column or field, or as CallTableBuilder::add.
  Status add(const char* line, const char* end, std::int64_t& next_index);

 private:
  /// The fast path: fills row_, or gives up.
  bool scan(const char* at, const char* end);
  bool field(const char*& at);
  bool process(const char*& at);
  bool type(const char*& at);
  bool value(const char*& at);
  bool element(const char*& at, ValueId& id, int depth);
  /// The elements of a list whose bracket was passed, up to its end, onto stack_.
  bool elements(const char*& at, int depth);
  void split_key();
  Status slowly(std::string_view line, std::int64_t next_index);

  CallTableBuilder& table_;
  bool keyed_;
  EventRow row_;
  ValueId third_ = ValueTable::k_no_value;  ///< the value is [value [second third]]
  bool has_index_ = false, has_process_ = false, has_type_ = false, has_f_ = false;
  std::vector<ValueId> stack_;  ///< elements of the lists being read
};

}  // namespace plumbline
