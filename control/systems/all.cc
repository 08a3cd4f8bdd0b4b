#include "control/systems/all.h"

#include "control/systems/raftkv.h"
#include "core/base/text.h"

namespace plumbline {

const std::vector<SystemEntry>& all_systems() {
  static const std::vector<SystemEntry> k_systems = {
      {"raftkv", "raftkvd, Plumbline's own Raft key-value store", make_raftkv},
  };
  return k_systems;
}

Result<std::unique_ptr<System>> make_system(const std::string& name, const SystemOptions& options) {
  std::vector<std::string> names;
  for (const SystemEntry& system : all_systems()) {
    if (system.name == name) return system.make(options);
    names.push_back(system.name);
  }
  const auto close = nearest(name, names);
  return fail(Error::Code::invalid, str("unknown system '", printable(name), "'",
                                        close ? str(": did you mean '", *close, "'?")
                                              : str(": one of ", join(names, ", "))));
}

}  // namespace plumbline
