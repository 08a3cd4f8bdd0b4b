#pragma once
/// WorkFolder: a folder for the files of one run's nodes, held by one process at a time.
/// Without a path given: a new one below /var/tmp/plumbline-<uid>, removed at the end; those that
/// dead runs left there are removed first. Fails: exists, when another process holds it; io.

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include "core/base/result.h"

namespace plumbline {

class WorkFolder {
 public:
  static Result<std::unique_ptr<WorkFolder>> open(const std::filesystem::path& path, uid_t user);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  WorkFolder(std::filesystem::path path, int lock, bool temporary)
      : path_(std::move(path)), lock_(lock), temporary_(temporary) {}

  std::filesystem::path path_;
  int lock_;
  bool temporary_;
};

}  // namespace plumbline
