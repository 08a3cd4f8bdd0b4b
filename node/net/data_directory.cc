#include "node/net/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "core/base/text.h"

namespace plumbline::net {
namespace {

constexpr const char* k_identity = "identity";
constexpr const char* k_lock = "lock";
constexpr std::size_t k_identity_max = 4096;

std::string written(const Identity& identity) {
  std::vector<std::string> voters;
  for (const raft::NodeId voter : identity.voters) voters.push_back(str(voter));
  return str("format = 1\ncluster = ", identity.cluster, "\nnode = ", identity.id,
             "\nvoters = ", join(voters, ","), "\n");
}

Result<int> lock_directory(const std::string& path) {
  const std::string file = path + "/" + k_lock;
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return fail_errno(file);
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  const bool held = errno == EWOULDBLOCK;
  auto error = fail_errno(file);
  ::close(lock);
  if (held)
    return fail(Error::Code::exists, str("data directory ", path,
                                         " is in use by another process: give each node its own"));
  return error;
}

Status write_identity(store::FileSystem& files, const std::string& path, const Identity& identity) {
  const std::string aside = str(path, "/", k_identity, ".new");
  TRY_ASSIGN(const auto file, files.create(aside));
  TRY(file->write_at(0, written(identity)));
  TRY(file->sync());
  TRY(files.rename(aside, str(path, "/", k_identity)));
  return files.sync_directory(path);
}

Status check_identity(store::FileSystem& files, const std::string& path, const Identity& identity) {
  const std::string name = str(path, "/", k_identity);
  TRY_ASSIGN(const auto file, files.open(name));
  TRY_ASSIGN(const std::string found, file->read_at(0, k_identity_max));
  if (found == written(identity)) return {};
  std::string one_line = found;
  for (char& c : one_line)
    if (c == '\n') c = ' ';
  return fail(
      Error::Code::invalid,
      str("data directory ", path, " belongs to another node: it says '", printable(trim(one_line)),
          "'; use another directory, or remove it if its data "
          "is not wanted"));
}

/// A directory without our mark must be empty, or a typing slip could mix two programs' files.
Status check_unused(store::FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const auto names, files.list(path));
  for (const std::string& name : names)
    if (name != k_lock && name != str(k_identity, ".new"))
      return fail(Error::Code::invalid,
                  str("data directory ", path, " holds '", printable(name),
                      "' but no identity file of raftkvd: use an empty directory"));
  return {};
}

Status claim(store::FileSystem& files, const std::string& path, const Identity& identity) {
  if (files.exists(str(path, "/", k_identity))) return check_identity(files, path, identity);
  TRY(check_unused(files, path));
  return write_identity(files, path, identity);
}

}  // namespace

Result<DataDirectory> DataDirectory::open(store::FileSystem& files, const std::string& path,
                                          const Identity& identity) {
  const auto unusable = [&path](const Error& error) {
    return fail(error.code == Error::Code::io ? Error::Code::invalid : error.code,
                error.code == Error::Code::io
                    ? str("data directory ", path, " cannot be used: ", error.what)
                    : error.what);
  };
  if (const Status made = files.make_directory(path); !made) return unusable(made.error());
  const Result<int> lock = lock_directory(path);
  if (!lock) return unusable(lock.error());
  DataDirectory directory(*lock);
  TRY(claim(files, path, identity));
  return directory;
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace plumbline::net
