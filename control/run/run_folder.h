#pragma once
/// RunFolder: the folder of one run, results/<workload>-<faults>/<time>-<seed>/.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace plumbline {

class RunFolder {
 public:
  /// Bytes that must be free: the history, logs and report of a long run.
  static constexpr std::uintmax_t k_least_room = 64u << 20;

  /// Makes results/`name`/`stamp`, and refuses to start where there is not enough room for a run.
  /// Fails: io (also: less than `least_room` bytes free), exists.
  static Result<RunFolder> create(const std::filesystem::path& results, const std::string& name,
                                  const std::string& stamp,
                                  std::uintmax_t least_room = k_least_room);

  /// Makes `folder` itself, outside of any results/. Fails: io, exists (something is in it).
  static Result<RunFolder> at(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }
  /// nodes/<node>/, made if need be. Fails: io.
  Result<std::filesystem::path> node(const std::string& node) const;
  /// Points `latest` in results/ at this run, atomically; nothing to do outside of one. Fails: io.
  Status mark_latest() const;

 private:
  RunFolder(std::filesystem::path results, std::filesystem::path path)
      : results_(std::move(results)), path_(std::move(path)) {}

  std::filesystem::path results_;  // empty: the folder is not in one
  std::filesystem::path path_;
};

/// Fails: not_found, io.
Result<std::string> read_whole(const std::filesystem::path& file);
/// "register-partition+kill"; of a long list of faults the first ones and how many more there are.
std::string folder_name(const std::string& workload, const std::string& faults);

/// Replaces `file` as a whole: a reader sees the old text or the new, also after a crash.
/// Fails: io.
Status write_whole(const std::filesystem::path& file, std::string_view text);

}  // namespace plumbline
