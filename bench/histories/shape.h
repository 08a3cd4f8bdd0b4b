#pragma once
/// Shape: what a generated history looks like.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace plumbline::bench {

enum class Model : std::uint8_t {
  register_,
  cas_register,
  kv,
  list_append,
  counter,
  set,
  gset,
  queue,
  unordered_queue,
  stack,
  priority_queue,
  lock,
};

/// What is planted. Each is certain: no order of the calls explains it, whatever the indeterminate
/// ones did (plant.h says why of each).
enum class Violation : std::uint8_t {
  none,
  stale_read,    ///< a read answers what was replaced before it began
  lost_write,    ///< a write is acknowledged and has no effect
  bad_cas,       ///< a cas succeeds although its expected value was replaced before it began
  duplicate,     ///< an element comes out twice
  reorder,       ///< two elements come out in the wrong order
  phantom,       ///< what comes out was never put in
  lost,          ///< elements that were put in vanish
  wrong_empty,   ///< "empty", although elements are in
  double_grant,  ///< two hold the lock
};

struct Shape {
  Model model = Model::register_;
  std::int64_t calls = 1000;    ///< locks, and a violation planted at the end, take a few more
  std::int64_t processes = 10;  ///< each always has a call open
  std::int64_t values = 0;      ///< how many different values are written; 0: never one twice
  double indeterminate = 0;     ///< share of calls that end without an answer
  std::int64_t keys = 1;
  double skew = 0;  ///< Zipf's exponent over the keys; 0: all alike
  Violation violation = Violation::none;
  double at = 0.9;  ///< after which share of the calls the violation is planted
  std::uint64_t seed = 1;
};

/// Fails: not_found, naming what there is.
Result<Model> model_named(const std::string& name);
Result<Violation> violation_named(const std::string& name);
std::vector<std::string> model_names();
std::vector<std::string> violation_names();
const std::string& to_string(Model model);
const std::string& to_string(Violation violation);

/// Does `model` have this violation?
bool applies(Violation violation, Model model);
/// Elements come out of it: queues and stacks.
bool is_collection(Model model);
/// Read as a whole list.
bool is_listed(Model model);

/// Fails: invalid, with what does not go together.
Status check_shape(const Shape& shape);

}  // namespace plumbline::bench
