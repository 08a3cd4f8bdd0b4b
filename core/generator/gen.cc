#include "core/generator/gen.h"

#include <algorithm>

namespace plumbline::gen {

bool Context::is_free(Thread thread) const {
  return std::binary_search(free.begin(), free.end(), thread);
}

Context Context::restricted(const std::function<bool(Thread)>& keep) const {
  Context narrow{time, {}, {}, rng};
  narrow.threads.reserve(threads.size());
  narrow.free.reserve(free.size());
  std::copy_if(threads.begin(), threads.end(), std::back_inserter(narrow.threads), keep);
  std::copy_if(free.begin(), free.end(), std::back_inserter(narrow.free), keep);
  return narrow;
}

Context Context::slice(std::size_t begin, std::size_t end) const {
  if (begin >= end) return {time, {}, {}, rng};
  const auto at = [&](std::size_t i) { return threads.begin() + static_cast<std::ptrdiff_t>(i); };
  const auto low = std::lower_bound(free.begin(), free.end(), threads[begin]);
  const auto high = std::upper_bound(low, free.end(), threads[end - 1]);
  return {time, {at(begin), at(end)}, {low, high}, rng};
}

GenPtr Gen::update(const Context&, Thread, const Event&) const { return shared_from_this(); }

}  // namespace plumbline::gen
