#include "nemesis/cluster.h"

#include "core/base/text.h"

namespace plumbline {

Status all_ok(const PerNode& results) {
  std::vector<std::string> failures;
  Error::Code code = Error::Code::failed;
  for (const auto& [node, status] : results) {
    if (status) continue;
    if (failures.empty()) code = status.error().code;
    failures.push_back(node + ": " + status.error().what);
  }
  if (failures.empty()) return {};
  return fail(code, join(failures, "; "));
}

}  // namespace plumbline
