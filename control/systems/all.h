#pragma once
/// The table of systems under test. A new one is one file here and one line in all.cc.

#include <functional>

#include "control/system.h"

namespace plumbline {

struct SystemEntry {
  std::string name;
  std::string summary;
  std::function<std::unique_ptr<System>(const SystemOptions&)> make;
};
const std::vector<SystemEntry>& all_systems();

/// Fails: invalid, naming the nearest.
Result<std::unique_ptr<System>> make_system(const std::string& name, const SystemOptions& options);

}  // namespace plumbline
