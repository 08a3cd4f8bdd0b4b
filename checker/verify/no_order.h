#pragma once
/// find_no_order: tries every order of a few calls that keeps real time, and every choice of the
/// optional ones. What was tried once from one state is not tried again.
///
/// Two calls that do the same (by operation, arguments and answer, and by process where that
/// matters to the object) are interchangeable: of optional ones the first in order of invocation
/// goes first. (Where a later one took effect and an earlier one did not, or did later, let them
/// change places: both may be wherever they then are.)
///
/// Cost: exponential in the calls, and bounded: then too_large.

#include "checker/verify/leave_out.h"

namespace plumbline::verifying {

enum class NoOrder {
  proven,     ///< there is none
  found,      ///< there is one
  too_large,  ///< not all could be tried
};

NoOrder find_no_order(const Remainder& remainder);

}  // namespace plumbline::verifying
