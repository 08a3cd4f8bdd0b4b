#pragma once
/// The end of a process whose disk failed. After a failed write or sync nothing that the disk says
/// can be believed, a later success least of all, so there is no retry and no clean-up.

#include <unistd.h>

#include "core/base/result.h"
#include "node/net/log.h"

namespace plumbline::net {

inline constexpr int k_disk_failure_exit = 1;

[[noreturn]] inline void end_on_disk_failure(const Log& log, const Error& error) {
  log.error("disk-failure", {{"why", error.what}, {"then", "this process ends"}});
  ::_exit(k_disk_failure_exit);
}

}  // namespace plumbline::net
