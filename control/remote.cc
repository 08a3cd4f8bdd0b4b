#include "control/remote.h"

#include <fstream>
#include <sstream>
#include <system_error>

#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr Nanos k_transfer_timeout = 120s;

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Command and stderr of a command that said no, on one line.
std::string describe(const std::string& script, const CommandResult& result) {
  std::string said(trim(result.err.empty() ? result.out : result.err));
  if (said.empty()) said = "it printed nothing";
  return str("exit code ", result.exit_code, ": ", printable(said, 400),
             " (command: ", printable(trim(script), 120), ")");
}

}  // namespace

Result<std::string> run_ok(Remote& remote, const std::string& script, Nanos timeout) {
  TRY_ASSIGN(CommandResult result, remote.run(script, {}, timeout));
  if (!result.ok()) return fail(Error::Code::failed, describe(script, result));
  return std::move(result.out);
}

Status Remote::upload(const std::filesystem::path& from, const std::string& to, bool executable) {
  std::ifstream file(from, std::ios::binary);
  std::ostringstream bytes;
  if (!file || (file.peek() != EOF && !(bytes << file.rdbuf())))
    return fail(Error::Code::io, str("cannot read ", from.string()));
  const std::string content = std::move(bytes).str();
  // A connection that breaks looks like the end of the input to `cat`, so the length is compared
  // before the file gets its name; $$ keeps a second try apart from the remains of the first.
  const std::string script =
      str("set -eu; mkdir -p ", shell_quote(parent_of(to)), "; new=", shell_quote(to),
          ".$$; trap 'rm -f \"$new\"' EXIT; cat >\"$new\"; [ \"$(wc -c <\"$new\")\" -eq ",
          content.size(), " ] || { echo 'the upload was cut short' >&2; exit 1; }; chmod ",
          executable ? "755" : "644", " \"$new\"; mv -f \"$new\" ", shell_quote(to));
  TRY_ASSIGN(const CommandResult result, run(script, content, k_transfer_timeout));
  if (!result.ok())
    return fail(Error::Code::failed,
                str("upload of ", from.string(), ": ", describe("cat", result)));
  return {};
}

Status Remote::download(const std::string& from, const std::filesystem::path& to) {
  std::filesystem::path part = to;
  part += ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  if (!file) return fail(Error::Code::io, str("cannot write ", part.string()));
  const auto sink = [&](std::string_view bytes) -> Status {
    if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      return fail(Error::Code::io, str("cannot write ", part.string()));
    return {};
  };
  const std::string script = "cat " + shell_quote(from);
  auto result = stream(script, sink, k_transfer_timeout);
  file.close();
  std::error_code error;
  if (result && result->ok() && file) {
    std::filesystem::rename(part, to, error);
    if (!error) return {};
    return fail(Error::Code::io, str("cannot write ", to.string(), ": ", error.message()));
  }
  std::filesystem::remove(part, error);
  if (!result) return std::unexpected(std::move(result).error());
  if (!result->ok()) return fail(Error::Code::failed, describe(script, *result));
  return fail(Error::Code::io, str("cannot write ", part.string()));
}

}  // namespace plumbline
