#pragma once
/// What each file of this folder offers to the table in nemesis/all.cc.

#include "nemesis/fault.h"

namespace plumbline {

std::vector<Fault> partition_faults();
std::vector<Fault> kill_faults();
std::vector<Fault> pause_faults();

}  // namespace plumbline
