#pragma once
/// The values that each register had, as nodes: who wrote and who read each.
/// Requires for all that is built on it: that no value is written twice to a key.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "checker/properties/dependencies.h"
#include "core/base/result.h"
#include "core/history/history.h"

namespace plumbline::properties {

/// What a call of a register did: it needed `reads`, it left `writes`.
struct Access {
  const Call* call = nullptr;
  std::uint32_t register_id = 0;
  std::optional<std::uint32_t> reads{};   ///< a version
  std::optional<std::uint32_t> writes{};  ///< a version
};

struct Version {
  std::uint32_t register_id = 0;
  Value value{};
  std::uint32_t writer = UINT32_MAX;  ///< index of an access; UINT32_MAX: the initial value
  bool initial = false;
};

struct RegisterVersions {
  /// Of calls that happened for certain: those that were ok, and indeterminate ones whose value
  /// somebody read. In order of invocation.
  std::vector<Access> accesses{};
  std::vector<Version> versions{};
  std::vector<Value> keys{};  ///< register_id -> key
  /// Reads of a value that nobody wrote, or whose write failed.
  std::vector<const Call*> phantoms{};
};

/// Fails: invalid, naming a call that is no read, write or cas, or a value that is written twice.
Result<RegisterVersions> gather_versions(const std::vector<Call>& calls, const Value& initial);

}  // namespace plumbline::properties
