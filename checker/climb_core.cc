#include "checker/climb_core.h"

#include <algorithm>

namespace plumbline::climbing {
namespace {

/// Looks at the reads that were open when step `failed` could not be passed, against
/// those that returned shortly before, and the start, as a read of what was there.
class Weighing {
 public:
  Weighing(const Course& course, std::size_t failed) : course_(course), calls_(*course.calls) {
    constexpr std::size_t k_most_reads = 64;
    const std::int64_t now = calls_[course.steps[failed].call].returned;
    for (std::uint32_t i = 0; i < calls_.size() && calls_[i].call->invoked < now; ++i)
      if (calls_[i].role == Role::observer && calls_[i].returned >= now) later_.push_back(seen(i));
    for (std::size_t step = failed + 1; step-- > 0 && earlier_.size() < k_most_reads;)
      if (course.steps[step].read) earlier_.push_back(seen(course.steps[step].call));
    later_.insert(later_.end(), earlier_.begin(), earlier_.end());
    if (earlier_.size() < k_most_reads) earlier_.push_back({});
    std::int64_t since = k_open;
    for (const Seen& read : earlier_) since = std::min(since, read.invoked);
    for (std::uint32_t i = 0; i < calls_.size(); ++i)
      if (calls_[i].role != Role::observer && calls_[i].returned >= since) additions_.push_back(i);
  }
  std::vector<const NormalCall*> least_core() {
    for (const Seen& s : later_)
      for (const Seen& r : earlier_)
        if (r.returned < s.invoked) weigh(r, s);
    std::sort(best_.begin(), best_.end(), [](const NormalCall* a, const NormalCall* b) {
      return a->call->invoked < b->call->invoked;
    });
    return std::move(best_);
  }

 private:
  struct Seen {
    std::int64_t invoked = -1, returned = -1, number = 0;
    const NormalCall* read = nullptr;
  };
  Seen seen(std::uint32_t i) const {
    return {calls_[i].call->invoked, calls_[i].returned, course_.amounts[i], &calls_[i]};
  }
  void weigh(const Seen& r, const Seen& s) {
    std::vector<std::uint32_t> between, around;
    std::int64_t least = 0, most = 0;
    for (const std::uint32_t i : additions_) {
      const NormalCall& c = calls_[i];
      if (c.returned < r.invoked || c.call->invoked > s.returned) continue;
      most += course_.amounts[i];
      around.push_back(i);
      if (!c.required || c.call->invoked < r.returned || c.returned > s.invoked) continue;
      least += course_.amounts[i];
      between.push_back(i);
    }
    const std::int64_t grown = s.number - r.number;
    if (grown > most) keep(r, s, around);
    if (grown >= least) return;
    // As many of them as are too much already.
    std::stable_sort(between.begin(), between.end(), [&](std::uint32_t a, std::uint32_t b) {
      return course_.amounts[a] > course_.amounts[b];
    });
    std::int64_t sum = 0;
    std::size_t count = 0;
    while (sum <= grown) sum += course_.amounts[between[count++]];
    between.resize(count);
    keep(r, s, between);
  }
  void keep(const Seen& r, const Seen& s, const std::vector<std::uint32_t>& additions) {
    const std::size_t size = additions.size() + (r.read != nullptr) + 1;
    if (!best_.empty() && best_.size() <= size) return;
    best_ = {s.read};
    if (r.read != nullptr) best_.push_back(r.read);
    for (const std::uint32_t i : additions) best_.push_back(&calls_[i]);
  }

  const Course& course_;
  const std::vector<NormalCall>& calls_;
  std::vector<Seen> later_, earlier_;
  std::vector<std::uint32_t> additions_;  ///< not over before all of `earlier_`
  std::vector<const NormalCall*> best_;
};

}  // namespace

std::vector<const NormalCall*> core_at(const Course& course, std::size_t failed) {
  return Weighing(course, failed).least_core();
}

}  // namespace plumbline::climbing
