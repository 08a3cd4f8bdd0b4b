#pragma once
/// A process that starts anew, as the machine would that is reset and comes back at once: with the
/// same command line, number and standard streams, and without its memory, threads and open files.

#include "core/base/result.h"

namespace plumbline::net {

/// Returns only if the system refuses: io.
[[nodiscard]] Error start_anew();

}  // namespace plumbline::net
