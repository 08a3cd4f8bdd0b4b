#pragma once
/// Planted<Defect>: which of one part's planted bugs are on. Each is the copy of a bug that a real
/// system had, for tests and for the harness to find. Off unless named; compiled out, with all that
/// depends on it, unless PLUMBLINE_DEFECTS is defined.

#include <cstdint>
#include <set>
#include <span>
#include <string>

namespace plumbline {

#ifdef PLUMBLINE_DEFECTS
inline constexpr bool k_planted_compiled = true;
#else
inline constexpr bool k_planted_compiled = false;
#endif

template <class Defect>
struct PlantedBug {
  Defect defect;
  const char* name;
  const char* what;   ///< it does
  const char* model;  ///< the known bug that it copies
};

/// `Defect` is an enum of up to 32 values, counted from 0.
template <class Defect>
class Planted {
 public:
  Planted() = default;
  /// Names that are not in `table` are another part's.
  Planted(const std::set<std::string>& names, std::span<const PlantedBug<Defect>> table) {
    for (const PlantedBug<Defect>& bug : table)
      if (names.contains(bug.name)) bits_ |= bit(bug.defect);
  }
  /// Without PLUMBLINE_DEFECTS the constant false.
  bool has(Defect defect) const {
    if constexpr (!k_planted_compiled) return false;
    return (bits_ & bit(defect)) != 0;
  }

 private:
  static std::uint32_t bit(Defect defect) { return 1U << static_cast<unsigned>(defect); }
  std::uint32_t bits_ = 0;
};

}  // namespace plumbline
