/// bench_simulator [SEEDS [LINE]]: how many simulated seconds the simulator gets through in a
/// second of CPU, for the barest run and for what is added to it; each figure is over the same
/// seeds. The speed is the machine's; the ratios to the barest run are what can be compared. LINE:
/// only that one (from 1), for a profiler.

#include <ctime>
#include <functional>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "simulator/simulate.h"

namespace plumbline::simulator {
namespace {

constexpr std::int64_t k_seeds = 5;

Options barest(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  options.faults = "none";
  options.weather = Weather{};
  options.time_limit = 60s;
  options.invariants = false;
  options.judge = false;
  return options;
}

struct Line {
  std::string name;
  std::function<void(Options&)> change;
};
std::vector<Line> lines() {
  return {{"no faults, no invariants, not judged", [](Options&) {}},
          {"a quarter of the operations", [](Options& options) { options.rate /= 4; }},
          {"judged", [](Options& options) { options.judge = true; }},
          {"invariants", [](Options& options) { options.invariants = true; }},
          {"everything that can go wrong, invariants, judged", [](Options& options) {
             options.faults = "everything";
             options.weather.reset();
             options.invariants = options.judge = true;
           }}};
}

double cpu_now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Simulated seconds a second of CPU.
plumbline::Result<double> speed(const Line& line, std::int64_t seeds) {
  Nanos simulated{};
  const double start = cpu_now();
  for (std::int64_t seed = 1; seed <= seeds; ++seed) {
    Options options = barest(static_cast<std::uint64_t>(seed));
    line.change(options);
    TRY_ASSIGN(const Result result, simulate(options));
    simulated += result.end;
  }
  return std::chrono::duration<double>(simulated).count() / (cpu_now() - start);
}

int run(std::int64_t seeds, std::int64_t only) {
  double first = 0;
  const std::vector<Line> all = lines();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (only > 0 && i + 1 != static_cast<std::size_t>(only)) continue;
    const auto measured = speed(all[i], seeds);
    if (!measured) {
      std::cerr << "bench_simulator: " << measured.error().what << "\n";
      return 1;
    }
    if (first == 0) first = *measured;
    std::cout << std::left << std::setw(52) << all[i].name << std::right << std::fixed
              << std::setprecision(0) << std::setw(8) << *measured << " x" << std::setprecision(2)
              << std::setw(8) << *measured / first << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace plumbline::simulator

int main(int argc, char** argv) {
  using namespace plumbline;
  const auto argument = [&](int at, std::int64_t otherwise) {
    return argc > at ? parse_int(argv[at]).value_or(0) : otherwise;
  };
  const std::int64_t seeds = argument(1, simulator::k_seeds);
  if (seeds < 1) {
    std::cerr << "usage: bench_simulator [SEEDS [LINE]]\n";
    return 2;
  }
  return simulator::run(seeds, argument(2, 0));
}
