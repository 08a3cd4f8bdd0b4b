#pragma once
/// history.jsonl: one event a line. docs/history-format.md is the specification.
///   {"index":4,"time":217513,"process":6,"type":"invoke","f":"cas","key":"k3","value":[1,0],"node":"n2"}
/// `process` is a number or "nemesis"; key, value, error and node are left out when empty.

#include <filesystem>
#include <istream>
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
/// Reads JSON lines, gzipped or not. A last line without its newline that does not parse is what
/// a crash leaves: it is left out, with a warning.
/// Fails: not_found, io, or corrupt with file, line and what is wrong.
/// An event without an index gets the one after its predecessor's; indexes must increase.
Result<ReadHistory> read_jsonl(std::istream& in, const std::string& name);
/// The same of a text in memory; `name` is what messages call it.
Result<ReadHistory> parse_jsonl(std::string_view text, const std::string& name);

/// Reads any history file by what its content looks like: JSON lines, Jepsen EDN, or a
/// jepsen.log / knossos text of `process :type :f value` columns, a log of LiMo, or etcd's report
/// (etcd_report.h); each plain or gzipped. Of a folder: its history.jsonl, history.edn,
/// history.edn.gz or history.txt, or all client-*/operations.json of an etcd report.
/// Keys: an explicit `key` field is taken; with `keyed`, a value that is a pair [key value]
/// (Jepsen's independent tuples) is split into the two.
Result<ReadHistory> read_history(const std::filesystem::path& file, bool keyed = false);
/// The key of a keyed history's event: of a client event without one, a value that is a pair
/// becomes key and value. What a fault was asked for is no pair of that kind.
void split_key(Event& event);
/// The same of a text in memory.
Result<ReadHistory> parse_history(std::string_view text, const std::string& name,
                                  bool keyed = false);

}  // namespace plumbline
