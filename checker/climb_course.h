#pragma once
/// The history of a counter as climb.cc walks over it: what is open when each required call
/// returns, the amounts made positive and the numbers counted from 0.

#include <array>
#include <cstdint>
#include <vector>

#include "checker/normalise.h"

namespace plumbline::climbing {

/// Beyond these the general search has to do.
inline constexpr std::size_t k_most_open = 64, k_most_amounts = 16;

/// One required call, or all indeterminate additions of one amount.
struct Open {
  std::int64_t amount = 0;
  std::int64_t returned = 0;
  std::uint32_t call = 0;
  std::uint32_t slot = 0;
};

/// What is open when a required call returns.
struct Step {
  std::uint32_t call = 0;  ///< that returns
  std::uint32_t slot = 0;
  bool read = false;
  std::int64_t amount = 0;  ///< or the answer of a read
  std::uint32_t first_open = 0, last_open = 0, first_read = 0, last_read = 0;
  /// The least answer of a read invoked since the step before.
  std::int64_t least_new_read = INT64_MAX;
};

/// The history as the search wants it: the amounts positive, numbers from 0.
struct Course {
  const std::vector<NormalCall>* calls = nullptr;
  std::vector<std::int64_t> amounts{};  ///< of each call; a read's is its answer
  std::vector<Step> steps{};
  std::vector<Open> open{};           ///< of all steps: by amount, then by return
  std::vector<std::int64_t> reads{};  ///< of all steps: the answers awaited, in order
  struct Class {
    std::int64_t amount = 0;
    std::vector<std::uint32_t> members{};
  };
  std::vector<Class> classes{};
  std::vector<std::array<std::uint16_t, k_most_amounts>> invoked{};  ///< step -> of each class
};

enum class Laid { yes, no, impossible };

class Layout {
 public:
  Layout(const std::vector<NormalCall>& calls, std::int64_t initial)
      : calls_(calls), initial_(initial) {}
  Laid lay();
  Course course{};
  const NormalCall* impossible = nullptr;

 private:
  bool read_amounts();
  bool classify(std::uint32_t i);
  bool begin(std::uint32_t i);
  void note_step(std::uint32_t i);

  const std::vector<NormalCall>& calls_;
  std::int64_t initial_;
  std::int64_t last_read_ = -1;  ///< the latest return of one: what begins later is of no use
  std::vector<Open> open_;
  std::vector<std::int64_t> reads_;
  std::vector<std::uint32_t> slot_of_;
  std::uint64_t taken_ = 0;
  std::int64_t least_new_read_ = INT64_MAX;
  std::array<std::uint16_t, k_most_amounts> invoked_{};
};

}  // namespace plumbline::climbing
