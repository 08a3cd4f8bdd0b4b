// Calls in columns are the calls of the events; the fast path of the line scanner says what the
// reader says.

#include "core/history/call_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/read_table.h"

namespace plumbline {
namespace {
TEST(CallTable, Placeholder) {}
}  // namespace
}  // namespace plumbline
