#pragma once
/// CHECK(condition, why): aborts with `why` when our own code is wrong. On in every build type.
/// Never for input, the network, a disk or a user: those give a Result (result.h).

#include <string_view>

namespace plumbline {
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view why);
}

#define CHECK(condition, why) \
  ((condition) ? void() : ::plumbline::check_failed(__FILE__, __LINE__, #condition, (why)))
