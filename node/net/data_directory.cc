#include "node/net/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

#include "core/base/text.h"

namespace plumbline::net {
namespace {

constexpr const char* k_identity = "identity";
constexpr const char* k_met = "met";
constexpr const char* k_lock = "lock";
constexpr std::size_t k_small_file_max = 1 << 20;

std::string written(const Identity& identity) {
  std::vector<std::string> nodes;
  for (const NodeAddress& node : identity.first_nodes)
    nodes.push_back(str(node.id, '=', contact_of(node)));
  return str("format = 2\ncluster = ", identity.cluster, "\nnode = ", identity.id,
             "\nstore = ", replica::to_hex(identity.store), "\nfirst-nodes = ", join(nodes, ","),
             "\n");
}

/// Nothing unless it is what written() gives.
std::optional<Identity> understood(const std::string& text) {
  const std::vector<std::string> lines = split(text, '\n');
  constexpr std::size_t k_lines = 6;  // the last one empty
  if (lines.size() != k_lines) return std::nullopt;
  const auto value = [](const std::string& line) {
    const std::size_t at = line.find(" = ");
    return at == std::string::npos ? std::string() : line.substr(at + 3);
  };
  Identity identity;
  identity.cluster = value(lines[1]);
  const auto id = parse_int(value(lines[2]));
  const auto store = replica::store_from_hex(value(lines[3]));
  if (!id || *id < 1 || !store) return std::nullopt;
  identity.id = raft::NodeId(static_cast<std::uint64_t>(*id));
  identity.store = *store;
  for (const std::string& word : split(value(lines[4]), ',')) {
    auto node = parse_node(word);
    if (!node) return std::nullopt;
    identity.first_nodes.push_back(*std::move(node));
  }
  if (written(identity) != text) return std::nullopt;
  return identity;
}

replica::StoreId draw_store() {
  std::random_device source;
  for (;;) {
    const replica::StoreId drawn(std::uint64_t{source()} << 32 | source());
    if (drawn != replica::k_unknown_store) return drawn;
  }
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

}  // namespace

Result<DataDirectory> DataDirectory::open(store::FileSystem& files, const std::string& path,
                                          const Identity& wanted) {
  const auto unusable = [&path](const Error& error) {
    return fail(error.code == Error::Code::io ? Error::Code::invalid : error.code,
                error.code == Error::Code::io
                    ? str("data directory ", path, " cannot be used: ", error.what)
                    : error.what);
  };
  if (const Status made = files.make_directory(path); !made) return unusable(made.error());
  const Result<int> lock = lock_directory(path);
  if (!lock) return unusable(lock.error());
  DataDirectory directory(files, path, *lock);
  TRY(directory.claim(wanted));
  return directory;
}

Status DataDirectory::claim(const Identity& wanted) {
  if (files_.exists(str(path_, "/", k_identity))) return read_identity(wanted);
  TRY(check_unused(files_, path_));
  identity_ = wanted;
  identity_.store = draw_store();
  return replace_file(k_identity, written(identity_));
}

Status DataDirectory::read_identity(const Identity& wanted) {
  TRY_ASSIGN(std::string found, read_file(k_identity));
  auto identity = understood(found);
  if (identity && identity->cluster == wanted.cluster && identity->id == wanted.id) {
    identity_ = *std::move(identity);
    return {};
  }
  std::replace(found.begin(), found.end(), '\n', ' ');
  return fail(
      Error::Code::invalid,
      str("data directory ", path_, " belongs to another node: it says '", printable(trim(found)),
          "'; use another directory, or remove it if its data is not wanted"));
}

Status DataDirectory::save_met(const std::string& met) { return replace_file(k_met, met); }

Result<std::string> DataDirectory::load_met() const {
  if (!files_.exists(str(path_, "/", k_met))) return std::string();
  return read_file(k_met);
}

Status DataDirectory::replace_file(const char* name, const std::string& bytes) {
  const std::string aside = str(path_, "/", name, ".new");
  TRY_ASSIGN(const auto file, files_.create(aside));
  TRY(file->write_at(0, bytes));
  TRY(file->sync());
  TRY(files_.rename(aside, str(path_, "/", name)));
  return files_.sync_directory(path_);
}

Result<std::string> DataDirectory::read_file(const char* name) const {
  TRY_ASSIGN(const auto file, files_.open(str(path_, "/", name)));
  return file->read_at(0, k_small_file_max);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : files_(other.files_),
      path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      identity_(std::move(other.identity_)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace plumbline::net
