#include "control/run/run_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/base/text.h"

namespace plumbline {

namespace fs = std::filesystem;

namespace {

std::unexpected<Error> io_error(const std::string& what, const std::error_code& code) {
  return fail(Error::Code::io, what + ": " + code.message());
}

Status write_all(int fd, std::string_view text, const std::string& name) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write " + name);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return fail_errno("fsync " + name);
  return {};
}

}  // namespace

Result<RunFolder> RunFolder::create(const fs::path& results, const std::string& name,
                                    const std::string& stamp, std::uintmax_t least_room) {
  std::error_code code;
  const fs::path parent = results / name;
  fs::create_directories(parent, code);
  if (code) return io_error("make " + parent.string(), code);
  const fs::space_info room = fs::space(parent, code);
  if (code) return io_error("ask for free space in " + parent.string(), code);
  if (room.available < least_room)
    return fail(Error::Code::io, str(results.string(), " has only ", room.available >> 20,
                                     " MiB free and a run needs ", least_room >> 20,
                                     ": free some, or give another folder with --results"));
  const fs::path path = parent / stamp;
  if (!fs::create_directory(path, code)) {
    if (code) return io_error("make " + path.string(), code);
    return fail(Error::Code::exists, path.string() +
                                         " exists already: a run with the same seed "
                                         "started in the same second");
  }
  return RunFolder(results, path);
}

Result<RunFolder> RunFolder::at(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return io_error("make " + folder.string(), code);
  if (!fs::is_empty(folder, code) || code)
    return fail(Error::Code::exists, folder.string() + " is not empty");
  return RunFolder({}, folder);
}

Result<fs::path> RunFolder::node(const std::string& node) const {
  const fs::path path = path_ / "nodes" / node;
  std::error_code code;
  fs::create_directories(path, code);
  if (code) return io_error("make " + path.string(), code);
  return path;
}

Status RunFolder::mark_latest() const {
  if (results_.empty()) return {};
  std::error_code code;
  const fs::path fresh = results_ / str(".latest-", ::getpid());
  fs::remove(fresh, code);
  fs::create_directory_symlink(fs::relative(path_, results_, code), fresh, code);
  if (code) return io_error("link " + fresh.string(), code);
  fs::rename(fresh, results_ / "latest", code);
  if (code) return io_error("move " + fresh.string() + " to latest", code);
  return {};
}

std::string folder_name(const std::string& workload, const std::string& faults) {
  constexpr std::size_t k_most_named = 5;  // a name of a folder has at most 255 bytes
  std::vector<std::string> names = split(faults, ',');
  std::string more;
  if (names.size() > k_most_named) {
    more = str("+", names.size() - k_most_named, "-more");
    names.resize(k_most_named);
  }
  return workload + "-" + join(names, "+") + more;
}

Status write_whole(const fs::path& file, std::string_view text) {
  const std::string fresh = str(file.string(), ".", ::getpid(), ".new");
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return fail_errno("open " + fresh);
  Status written = write_all(fd, text, fresh);
  if (::close(fd) != 0 && written) written = fail_errno("close " + fresh);
  if (written && ::rename(fresh.c_str(), file.c_str()) != 0)
    written = fail_errno("move " + fresh + " to " + file.string());
  if (!written) ::unlink(fresh.c_str());
  return written;
}

Result<std::string> read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Error::Code::not_found, "cannot open " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad() || text.bad()) return fail(Error::Code::io, "cannot read " + file.string());
  return std::move(text).str();
}

}  // namespace plumbline
