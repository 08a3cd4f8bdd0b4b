#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "node/store/file_system.h"

namespace plumbline::store {
namespace {

// Calls again while a signal interrupts.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

class PosixFile : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = uninterrupted([&] {
        return ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (written < 0) return fail_errno("write " + path_);
      offset += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<std::string> read_at(std::uint64_t offset, std::size_t wanted) const override {
    TRY_ASSIGN(const std::uint64_t end, size());
    if (offset >= end) return std::string();
    std::string bytes(std::min<std::uint64_t>(wanted, end - offset), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t got = uninterrupted([&] {
        return ::pread(descriptor_, bytes.data() + have, bytes.size() - have,
                       static_cast<off_t>(offset + have));
      });
      if (got < 0) return fail_errno("read " + path_);
      if (got == 0) break;  // somebody made it shorter meanwhile
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

  Status sync() override {
    if (uninterrupted([&] { return ::fdatasync(descriptor_); }) < 0)
      return fail_errno("fdatasync " + path_);
    return {};
  }

  Result<std::uint64_t> size() const override {
    struct stat about{};
    if (::fstat(descriptor_, &about) < 0) return fail_errno("stat " + path_);
    return static_cast<std::uint64_t>(about.st_size);
  }

  Status truncate(std::uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) < 0)
      return fail_errno("truncate " + path_);
    return {};
  }

 private:
  int descriptor_;
  std::string path_;
};

class PosixFileSystem : public FileSystem {
 public:
  Status make_directory(const std::string& path) override {
    const std::filesystem::path whole(path);
    std::filesystem::path so_far;
    for (const auto& part : whole) {
      const std::filesystem::path parent = so_far;
      so_far /= part;
      if (::mkdir(so_far.c_str(), 0777) == 0) {
        TRY(sync_directory(parent.empty() ? "." : parent.string()));
      } else if (errno != EEXIST) {
        return fail_errno("mkdir " + so_far.string());
      }
    }
    std::error_code error;
    if (!std::filesystem::is_directory(whole, error))
      return fail(Error::Code::io, path + " is there but is not a directory");
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& directory) const override {
    DIR* stream = ::opendir(directory.c_str());
    if (!stream) return fail_errno("open directory " + directory);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    const int error = errno;
    ::closedir(stream);
    errno = error;
    if (error != 0) return fail_errno("read directory " + directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<File>> create(const std::string& path) override {
    return open_with(path, O_RDWR | O_CREAT | O_TRUNC, "create ");
  }
  Result<std::unique_ptr<File>> open(const std::string& path) override {
    return open_with(path, O_RDWR, "open ");
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) return fail_errno("rename " + from + " to " + to);
    return {};
  }
  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) < 0) return fail_errno("remove " + path);
    return {};
  }

  Status sync_directory(const std::string& path) override {
    const int descriptor =
        uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) return fail_errno("open directory " + path);
    const int result = uninterrupted([&] { return ::fsync(descriptor); });
    const int error = errno;
    ::close(descriptor);
    errno = error;
    if (result < 0) return fail_errno("fsync directory " + path);
    return {};
  }

  bool exists(const std::string& path) const override { return ::access(path.c_str(), F_OK) == 0; }

 private:
  static Result<std::unique_ptr<File>> open_with(const std::string& path, int flags,
                                                 const std::string& what) {
    const int descriptor =
        uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
    if (descriptor < 0) return fail_errno(what + path);
    return std::make_unique<PosixFile>(descriptor, path);
  }
};

}  // namespace

std::unique_ptr<FileSystem> real_file_system() { return std::make_unique<PosixFileSystem>(); }

}  // namespace plumbline::store
