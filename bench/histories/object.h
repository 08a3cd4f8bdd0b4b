#pragma once
/// Object: what the simulated clients call: one atomic object of any model, written apart from the
/// checker's models.

#include <cstdint>
#include <vector>

#include "bench/histories/shape.h"
#include "core/base/rng.h"

namespace plumbline::bench {

/// What a call does, whatever its model calls it (words() has the names).
enum class Op : std::uint8_t { observe, put, append, compare, take };

/// How a call's answer is written.
enum class Answer : std::uint8_t { nothing, number, flag, list };

struct Call {
  std::size_t key = 0;
  Op op = Op::observe;
  std::int64_t argument = 0;
  std::int64_t expected = 0;  ///< of a compare
  bool lies = false;          ///< its answer is the planted one
  bool refused = false;       ///< a compare that found another value
  std::int64_t number = 0;    ///< the answer: a number or flag
  std::vector<std::int64_t> list{};
  Answer answer = Answer::nothing;
};

class Object {
 public:
  /// distinct: no element is added twice.
  Object(Model model, bool distinct) : model_(model), distinct_(distinct) {}

  /// Gives `call` its answer and does what it does. False: it must wait (a lock that is held).
  bool apply(Call& call, Rng& rng);

  std::int64_t cell() const { return cell_; }
  /// Of what is read as a list: its elements, in order.
  const std::vector<std::int64_t>& elements() const { return elements_; }
  std::size_t size() const { return elements_.size() - head_; }
  /// The element that a removal must give. Requires: size() > 0, and not an unordered queue.
  std::int64_t front() const;
  /// Takes this element out, wherever it is. Requires: it is in.
  void erase(std::int64_t element);
  void clear();
  void set_cell(std::int64_t value) { cell_ = value; }

 private:
  void take(Call& call, Rng& rng);

  Model model_;
  bool distinct_;
  std::int64_t cell_ = 0;  ///< register (0: nil), counter, set and lock (0 or 1)
  std::vector<std::int64_t> elements_{};
  std::size_t head_ = 0;  ///< of a queue: how many have left
};

}  // namespace plumbline::bench
