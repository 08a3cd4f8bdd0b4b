#pragma once
/// What proves that a counter's history cannot be climbed: see "Core" in climb.h.

#include <vector>

#include "checker/climb_course.h"

namespace plumbline::climbing {

/// The smallest that is found around step `failed`, which no order passes; empty: none is found.
std::vector<const NormalCall*> core_at(const Course& course, std::size_t failed);

}  // namespace plumbline::climbing
