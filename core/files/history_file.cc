#include "core/files/history_file.h"

#include <algorithm>
#include <chrono>

#include "core/base/text.h"
#include "core/files/byte_source.h"
#include "core/files/text_file.h"

namespace plumbline {
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

Result<ReadTable> read_table_untimed(const std::filesystem::path& file, bool keyed) {
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored)) {
    TRY_ASSIGN(ReadHistory read, read_folder(file, keyed));
    return as_table(std::move(read));
  }
  TRY_ASSIGN(ByteSource source, ByteSource::open(file));
  const auto pieces = [&](std::span<char> room) { return source.read(room); };
  TRY_ASSIGN(ReadTable table, read_table(pieces, file.string(), keyed));
  if (!source.warning().empty()) table.warning = source.warning();
  return table;
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

Result<ReadTable> read_table(const std::filesystem::path& file, bool keyed) {
  const auto began = std::chrono::steady_clock::now();
  TRY_ASSIGN(ReadTable table, read_table_untimed(file, keyed));
  table.took = std::chrono::steady_clock::now() - began;
  return table;
}

}  // namespace plumbline
