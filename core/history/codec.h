#pragma once
/// history.jsonl: one event a line. docs/history-format.md is the specification.
///   {"index":4,"time":217513,"process":6,"type":"invoke","f":"cas","key":"k3","value":[1,0],"node":"n2"}
/// `process` is a number or "nemesis"; key, value, error and node are left out when empty.

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/history/history.h"

namespace plumbline {

/// One value, in one line. Bytes that are not UTF-8 become U+FFFD. JsonReader reads it back.
std::string to_json_text(const Value& value);
/// One line, without the newline.
std::string to_json_line(const Event& event);
/// Fails: corrupt, saying which field is wrong. Unknown fields are ignored. An event without an
/// index gets `next_index`.
Result<Event> from_json_line(std::string_view line, std::int64_t next_index = 0);

struct ReadHistory {
  History events{};
  std::string warning{};  ///< e.g. a torn last line that was left out; empty if all was read
};
/// JSON lines; `name` is what messages call them. A last line without its newline that does not
/// parse is what a crash leaves: it is left out, with a warning.
/// Fails: corrupt with name, line and what is wrong.
/// An event without an index gets the one after its predecessor's; indexes must increase.
Result<ReadHistory> parse_jsonl(std::string_view text, const std::string& name);

/// Any history by what its content looks like: JSON lines, Jepsen EDN, or a jepsen.log / knossos
/// text of `process :type :f value` columns, a log of LiMo, or etcd's report (etcd_report.h).
/// core/files reads it from files.
/// Keys: an explicit `key` field is taken; with `keyed`, a value that is a pair [key value]
/// (Jepsen's independent tuples) is split into the two.
Result<ReadHistory> parse_history(std::string_view text, const std::string& name,
                                  bool keyed = false);
/// The key of a keyed history's event: of a client event without one, a value that is a pair
/// becomes key and value. What a fault was asked for is no pair of that kind.
void split_key(Event& event);

}  // namespace plumbline
