#include "node/replica/figures.h"

#include "core/base/text.h"

namespace plumbline::replica {

void Histogram::add(Nanos duration) {
  std::size_t bucket = 0;
  for (Nanos bound = k_first_bound; bucket < k_buckets && duration > bound; bound *= 2) ++bucket;
  ++counts_[bucket];
  sum_ += duration;
}

void Histogram::print(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string_view comma = labels.empty() ? "" : ",";
  const std::string braced = labels.empty() ? "" : str('{', labels, '}');
  std::uint64_t below = 0;
  Nanos bound = k_first_bound;
  for (std::size_t i = 0; i < k_buckets; ++i, bound *= 2) {
    below += counts_[i];
    out += str(name, "_bucket{", labels, comma, "le=\"", seconds(bound), "\"} ", below, '\n');
  }
  below += counts_[k_buckets];
  out += str(name, "_bucket{", labels, comma, "le=\"+Inf\"} ", below, '\n');
  out += str(name, "_sum", braced, ' ', seconds(sum_), '\n');
  out += str(name, "_count", braced, ' ', below, '\n');
}

}  // namespace plumbline::replica
