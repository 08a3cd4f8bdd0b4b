#pragma once
/// run_program: what a shell command on this machine prints (both streams), found in PATH or in the
/// folders for administration.
/// Fails: failed when its exit code is not 0, with what it printed.

#include <string>

#include "core/base/result.h"

namespace plumbline {

Result<std::string> run_program(const std::string& script);

}  // namespace plumbline
