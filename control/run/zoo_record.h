#pragma once
/// ZooEntry: what came of hunting one planted defect, or of the clean build; kept a file each in
/// results/zoo/, so that a table can be made of hunts done at different times.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

struct ZooEntry {
  std::string defect;  ///< "clean" for the build without any
  std::string target;  ///< sim or local
  bool found = false;  ///< of the clean build: a failure
  std::string found_by{};
  std::string what{};     ///< one line
  std::string inside{};   ///< the invariant that a second look saw broken
  std::string command{};  ///< that shows it
  std::uint64_t runs = 0;
  Nanos run_time{};  ///< that passed for the nodes: virtual on sim, real elsewhere
  Nanos cpu{};       ///< of sim
  std::string versions{};
  bool operator==(const ZooEntry&) const = default;
};

inline constexpr const char* k_clean = "clean";

/// Fails: io.
Status save(const ZooEntry& entry, const std::filesystem::path& folder);
/// All there are, by name of the file. Fails: corrupt, naming the file.
Result<std::vector<ZooEntry>> load_zoo(const std::filesystem::path& folder);

/// A defect as the table tells of it.
struct ZooName {
  std::string name;
  std::string group;
  std::string model;  ///< the known bug that it copies
  std::string note;   ///< why it cannot be found somewhere; mostly empty
};
/// The tables of docs/track-record.md, in the order of `names`; those without an entry say so.
std::string zoo_tables(const std::vector<ZooName>& names, const std::vector<ZooEntry>& entries);

/// `page` with `text` between its lines <!-- zoo --> and <!-- /zoo -->.
/// Fails: corrupt, if they are not there.
Result<std::string> between_marks(std::string_view page, std::string_view text);

}  // namespace plumbline
