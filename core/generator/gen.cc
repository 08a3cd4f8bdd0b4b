#include "core/generator/gen.h"

#include <algorithm>

namespace plumbline::gen {

bool Context::is_free(Thread thread) const {
  return std::binary_search(free.begin(), free.end(), thread);
}

Context Context::slice(std::size_t begin, std::size_t end) const {
  if (begin >= end) return {time, {}, {}, rng};
  const auto low = std::lower_bound(free.begin(), free.end(), threads[begin]);
  const auto high = std::upper_bound(low, free.end(), threads[end - 1]);
  return {time, threads.subspan(begin, end - begin), {low, high}, rng};
}

GenPtr Gen::update(const Context&, Thread, const Event&) const { return shared_from_this(); }

}  // namespace plumbline::gen
