#include "control/targets/work_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr const char* k_lock_name = "in-use";

/// The lock file of `folder`, locked, as a file descriptor.
Result<int> take_lock(const std::filesystem::path& folder, int extra_flags) {
  const auto file = folder / k_lock_name;
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | extra_flags, 0600);
  if (fd < 0) return fail_errno(str("cannot open ", file.string()));
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  close(fd);
  return fail(Error::Code::exists, str(folder.string(), " is in use by another run"));
}

/// /var/tmp is everybody's: a folder of that name that is not ours alone is not used.
Status make_private_folder(const std::filesystem::path& folder) {
  struct stat info{};
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail_errno(str("cannot make ", folder.string()));
  if (lstat(folder.c_str(), &info) != 0) return fail_errno(folder.string());
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 022) != 0)
    return fail(
        Error::Code::unavailable,
        str(folder.string(), " belongs to somebody else: remove it, or name a work directory"));
  return {};
}

void remove_abandoned(const std::filesystem::path& parent) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    const auto lock = take_lock(entry.path(), 0);
    if (!lock) continue;
    std::filesystem::remove_all(entry.path(), ignored);
    close(*lock);
  }
}

}  // namespace

Result<std::unique_ptr<WorkFolder>> WorkFolder::open(const std::filesystem::path& path,
                                                     uid_t user) {
  std::error_code error;
  if (!path.empty()) {
    std::filesystem::create_directories(path, error);
    if (error)
      return fail(Error::Code::io, str("cannot make ", path.string(), ": ", error.message()));
    TRY_ASSIGN(const int lock, take_lock(path, O_CREAT));
    return std::unique_ptr<WorkFolder>(
        new WorkFolder(std::filesystem::canonical(path, error), lock, false));
  }
  const std::filesystem::path parent = str("/var/tmp/plumbline-", user);
  TRY(make_private_folder(parent));
  const int turn = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (turn < 0 || flock(turn, LOCK_EX) != 0) return fail_errno(parent.string());
  remove_abandoned(parent);  // under the parent's lock: none of them is just being made
  std::string made = (parent / "run-XXXXXX").string();
  auto lock = mkdtemp(made.data()) == nullptr ? fail_errno(made) : take_lock(made, O_CREAT);
  close(turn);
  if (!lock) return std::unexpected(std::move(lock).error());
  return std::unique_ptr<WorkFolder>(new WorkFolder(made, *lock, true));
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  if (temporary_) std::filesystem::remove_all(path_, ignored);
  close(lock_);
}

}  // namespace plumbline
