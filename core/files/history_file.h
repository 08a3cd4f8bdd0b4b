#pragma once
/// Histories from files: any format that parse_history() knows, plain or gzipped, or a folder.

#include <filesystem>

#include "core/history/codec.h"
#include "core/history/read_table.h"

namespace plumbline {

/// Of a folder: its history.jsonl, history.edn, history.edn.gz or history.txt, or all
/// client-*/operations.json of an etcd report. `keyed`: as in parse_history().
/// Fails: not_found, io, or corrupt with file, line and what is wrong.
Result<ReadHistory> read_history(const std::filesystem::path& file, bool keyed = false);

/// The same as a table. JSON lines are read as a stream: neither the text nor the events are ever
/// in memory as a whole.
/// Fails: not_found, io, or corrupt with file, line, what is wrong, and what can be done.
Result<ReadTable> read_table(const std::filesystem::path& file, bool keyed = false);

}  // namespace plumbline
