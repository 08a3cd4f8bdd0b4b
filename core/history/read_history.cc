#include <algorithm>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/edn.h"
#include "core/history/etcd_report.h"
#include "core/history/file_text.h"
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

namespace {

/// All clients' operations of an etcd report, one after the other. Empty: there are none.
Result<std::string> etcd_operations(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const bool client = entry.path().filename().string().starts_with("client-");
    if (client && std::filesystem::exists(entry.path() / "operations.json", error))
      files.push_back(entry.path() / "operations.json");
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) {
    TRY_ASSIGN(const FileText bytes, read_text(file));
    all += bytes.text;
  }
  return all;
}

/// A run's folder, a Jepsen test's, or an etcd report.
Result<ReadHistory> read_folder(const std::filesystem::path& folder, bool keyed) {
  std::error_code ignored;
  for (const char* name : {"history.jsonl", "history.edn", "history.edn.gz", "history.txt"})
    if (std::filesystem::exists(folder / name, ignored)) return read_history(folder / name, keyed);
  TRY_ASSIGN(const std::string operations, etcd_operations(folder));
  if (!operations.empty()) return parse_history(operations, folder.string(), keyed);
  return fail(Error::Code::not_found,
              folder.string() + " holds no history.jsonl, history.edn, history.edn.gz or " +
                  "history.txt, and no client-*/operations.json; name the history file in it");
}

}  // namespace

Result<ReadHistory> read_history(const std::filesystem::path& file, bool keyed) {
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored))
    return read_folder(file, keyed);
  TRY_ASSIGN(const FileText bytes, read_text(file));
  TRY_ASSIGN(ReadHistory read, parse_history(bytes.text, file.string(), keyed));
  if (!bytes.warning.empty()) read.warning = bytes.warning;
  return read;
}

}  // namespace plumbline
