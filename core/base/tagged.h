#pragma once
/// Tagged<Tag>: an unsigned 64-bit number of one kind (a term, an index, a node id) that does not
/// mix with another kind. Use: `using Term = Tagged<struct TermTag>;`

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>

namespace plumbline {

template <class Tag>
struct Tagged {
  std::uint64_t value = 0;

  constexpr Tagged() = default;
  constexpr explicit Tagged(std::uint64_t v) : value(v) {}
  constexpr auto operator<=>(const Tagged&) const = default;
  constexpr Tagged next() const { return Tagged(value + 1); }
  constexpr Tagged prev() const { return Tagged(value - 1); }  ///< Requires: value > 0.
  friend std::ostream& operator<<(std::ostream& out, Tagged t) { return out << t.value; }
};

}  // namespace plumbline

template <class Tag>
struct std::hash<plumbline::Tagged<Tag>> {
  std::size_t operator()(plumbline::Tagged<Tag> t) const noexcept {
    return std::hash<std::uint64_t>{}(t.value);
  }
};
