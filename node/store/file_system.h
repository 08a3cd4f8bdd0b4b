#pragma once
/// FileSystem: the few things the store does to files, so that the same WAL and snapshot code runs
/// on a real disk and on a simulated one that fails, tears and forgets. Errors of a write or a sync
/// are final: the caller must stop the process (a later "success" of fsync proves nothing).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace plumbline::store {

/// What a disk writes whole, or not at all.
inline constexpr std::uint64_t k_sector_bytes = 512;

/// The directory that a path names a file of.
inline std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

class File {
 public:
  virtual ~File() = default;
  virtual Status write_at(std::uint64_t offset, std::string_view bytes) = 0;
  /// Up to `size` bytes; fewer only at the end of the file.
  virtual Result<std::string> read_at(std::uint64_t offset, std::size_t size) const = 0;
  virtual Status sync() = 0;  ///< fdatasync
  virtual Result<std::uint64_t> size() const = 0;
  virtual Status truncate(std::uint64_t size) = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Status make_directory(
      const std::string& path) = 0;  ///< and its parents; there already is ok
  virtual Result<std::vector<std::string>> list(
      const std::string& directory) const = 0;  ///< sorted names
  virtual Result<std::unique_ptr<File>> create(
      const std::string& path) = 0;  ///< empty, read and write
  virtual Result<std::unique_ptr<File>> open(const std::string& path) = 0;  ///< read and write
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  virtual bool exists(const std::string& path) const = 0;
};

/// The operating system's.
std::unique_ptr<FileSystem> real_file_system();

}  // namespace plumbline::store
