#include "control/targets/targets.h"

#include "control/targets/local_target.h"
#include "control/targets/remote_targets.h"
#include "core/base/text.h"

namespace plumbline {

Result<std::unique_ptr<Target>> make_target(const TargetOptions& options) {
  if (options.name == "local") return make_local_target(options);
  if (options.name == "docker") return make_docker_target(options, k_docker_volumes);
  if (options.name == "ssh") return make_ssh_target(options);
  const std::vector<std::string> known = {"local", "docker", "ssh"};
  const auto close = nearest(options.name, known);
  return fail(Error::Code::invalid, str("no target \"", printable(options.name), "\"",
                                        close ? str(": did you mean ", *close, "?")
                                              : str("; there are ", join(known, ", "))));
}

}  // namespace plumbline
