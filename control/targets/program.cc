#include "control/targets/program.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "core/base/text.h"

namespace plumbline {

Result<std::string> run_program(const std::string& script) {
  const std::string whole =
      "exec 2>&1 </dev/null\nexport LC_ALL=C PATH=\"$PATH:/usr/sbin:/sbin\"\n" + script;
  FILE* pipe = popen(whole.c_str(), "re");
  if (pipe == nullptr) return fail_errno("cannot start a shell");
  std::string out;
  std::array<char, 4096> piece;
  for (std::size_t got; (got = fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    out.append(piece.data(), got);
  const int status = pclose(pipe);
  if (status == 0) return out;
  const std::string how =
      WIFEXITED(status) ? str("exit code ", WEXITSTATUS(status)) : "it was killed";
  return fail(Error::Code::failed, str(how, ": ", printable(trim(out), 300),
                                       " (command: ", printable(script, 120), ")"));
}

}  // namespace plumbline
