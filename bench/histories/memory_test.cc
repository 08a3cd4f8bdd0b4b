// The memory budget of a check, against what the process really takes. Method: histories that no
// search gets to the end of, a small budget, and the peak of the resident memory.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "bench/histories/source.h"
#include "checker/check.h"
#include "core/history/read_table.h"

namespace plumbline::bench {
namespace {

constexpr std::size_t k_megabyte = 1 << 20;

std::size_t resident() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// The peak of a child that does `work`, and its exit status, which `work` says.
template <class Work>
std::pair<std::size_t, int> peak_of(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  rusage used{};
  EXPECT_EQ(::wait4(child, &status, 0, &used), child);
  EXPECT_TRUE(WIFEXITED(status));
  return {static_cast<std::size_t>(used.ru_maxrss) * 1024, WEXITSTATUS(status)};
}

CallTable hard(Model model, double indeterminate, Violation violation) {
  const Shape shape{.model = model,
                    .calls = 5000,
                    .processes = 20,
                    .values = 20,
                    .indeterminate = indeterminate,
                    .violation = violation};
  std::string text;
  EXPECT_TRUE(generate(shape, [&](std::string_view piece) { text += piece; }));
  auto read = parse_table(text, "generated");
  EXPECT_TRUE(read) << read.error().what;
  return std::move(read->calls);
}

/// What allocations that the budget does not count may take: stacks, freed memory that the
/// allocator keeps, tables that grow (the old one and the new one are there for a moment).
constexpr double k_slack = 1.25;
constexpr std::size_t k_besides = 8 * k_megabyte;

void keeps_within(Model model, const char* name, double indeterminate, Violation violation) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers take memory of their own";
#endif
  const CallTable calls = hard(model, indeterminate, violation);
  for (const std::size_t megabytes : {8, 64}) {
    const std::size_t budget = megabytes * k_megabyte, before = resident();
    const CheckOptions options{
        .model = name, .time_budget = 10s, .memory_budget = budget, .minimize = false};
    const auto [peak, validity] =
        peak_of([&] { return static_cast<int>(check_table(calls, options).validity); });
    const std::size_t took = peak - std::min(before, peak);
    std::printf("%s, %zu MB: %s, took %zu MB\n", name, megabytes,
                std::string(to_string(static_cast<Validity>(validity))).c_str(), took / k_megabyte);
    EXPECT_LT(static_cast<double>(took),
              k_slack * static_cast<double>(budget) + static_cast<double>(k_besides));
  }
}

TEST(Memory, OfARegisterKeepsWithinItsBudget) {
  keeps_within(Model::cas_register, "cas-register", 0.05, Violation::none);
}
TEST(Memory, OfAnInvalidRegisterKeepsWithinItsBudget) {
  keeps_within(Model::cas_register, "cas-register", 0.05, Violation::stale_read);
}
TEST(Memory, OfAQueueKeepsWithinItsBudget) {
  keeps_within(Model::queue, "queue", 0.05, Violation::none);
}
TEST(Memory, OfAStackKeepsWithinItsBudget) {
  keeps_within(Model::stack, "stack", 0.05, Violation::none);
}

}  // namespace
}  // namespace plumbline::bench
