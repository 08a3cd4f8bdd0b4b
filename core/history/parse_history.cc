#include <algorithm>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/edn.h"
#include "core/history/etcd_report.h"
#include "core/history/jepsen_log.h"
#include "core/history/limo_log.h"

namespace plumbline {
namespace {

/// The first line that holds anything but white space and comments.
std::string_view first_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty() && line.front() != ';' && line.front() != '#') return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

/// {"name": ... is JSON, {:name ... is EDN.
bool looks_like_json(std::string_view line) {
  return line.starts_with('{') && trim(line.substr(1)).starts_with('"');
}

}  // namespace

void split_key(Event& event) {
  if (event.process == k_nemesis || !event.key.is_nil() || !event.value.is_list()) return;
  Value::List pair = event.value.as_list();
  if (pair.size() != 2) return;
  event.key = std::move(pair[0]);
  event.value = std::move(pair[1]);
}

Result<ReadHistory> parse_history(std::string_view text, const std::string& name, bool keyed) {
  const std::string_view line = first_line(text);
  auto read =
      looks_like_jepsen_log(line)    ? parse_jepsen_log(text, name)
      : looks_like_limo_log(line)    ? parse_limo_log(text, name)
      : looks_like_etcd_report(text) ? parse_etcd_report(text, name)
      : looks_like_json(line)        ? parse_jsonl(text, name)
      : line.empty() || line.find_first_of("[({") == 0
          ? parse_edn(text, name)
          : Result<ReadHistory>(fail(
                Error::Code::corrupt,
                str(name,
                    ": neither JSON lines, nor EDN, nor jepsen.log columns, nor etcd's report; ",
                    "it begins with '", printable(line, 40), "'")));
  if (read && keyed) std::ranges::for_each(read->events, split_key);
  return read;
}

}  // namespace plumbline
