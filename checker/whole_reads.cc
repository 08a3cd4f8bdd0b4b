#include "checker/whole_reads.h"

#include <algorithm>
#include <unordered_map>

#include "checker/models/set.h"

namespace plumbline {
namespace {

bool has_equals(const Value::List& sorted) {
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

constexpr std::uint32_t k_nobody = UINT32_MAX;  ///< it was there at the start

/// What one read showed: numbers of additions, sorted.
struct WholeRead {
  const NormalCall* call = nullptr;
  std::vector<std::uint32_t> shown{};
};

class WholeReads {
 public:
  WholeReads(const std::vector<NormalCall>& calls, const Value& initial)
      : calls_(calls), start_(GrowSet::initial(initial).as_list()) {}
  std::optional<DirectAnswer> decide();

 private:
  /// False if it cannot be.
  bool gather(const NormalCall& c);
  DirectAnswer ordered() const;
  std::vector<const NormalCall*> core(const NormalCall& early, const NormalCall& late) const;

  const std::vector<NormalCall>& calls_;
  const Value::List start_;
  std::unordered_map<Value, std::uint32_t> added_by_;
  std::vector<WholeRead> reads_;
};

bool WholeReads::gather(const NormalCall& c) {
  WholeRead read{.call = &c};
  Value::List elements = c.call->result.as_list();
  std::sort(elements.begin(), elements.end());
  const bool twice = has_equals(elements);
  std::size_t old = 0;
  for (const Value& element : elements) {
    const auto at = added_by_.find(element);
    if (at == added_by_.end()) return false;
    if (at->second == k_nobody)
      ++old;
    else
      read.shown.push_back(at->second);
  }
  std::sort(read.shown.begin(), read.shown.end());
  reads_.push_back(std::move(read));
  return !twice && old == start_.size();
}

/// `early` returned before `late` was invoked, yet stands behind it. If both are additions, the
/// read that shows `late` and not `early` is needed too.
std::vector<const NormalCall*> WholeReads::core(const NormalCall& early,
                                                const NormalCall& late) const {
  std::vector<const NormalCall*> core{&early, &late};
  if (early.role == Role::observer || late.role == Role::observer) return core;
  const auto number = static_cast<std::uint32_t>(&late - calls_.data());
  const auto shows = [&](const WholeRead& read) {
    return std::binary_search(read.shown.begin(), read.shown.end(), number);
  };
  const auto read = std::find_if(reads_.begin(), reads_.end(), shows);
  core.push_back(read->call);
  return core;
}

DirectAnswer WholeReads::ordered() const {
  std::vector<const NormalCall*> order;
  std::vector<bool> placed(calls_.size(), false);
  const auto place = [&](std::uint32_t i) {
    if (!placed[i]) order.push_back(&calls_[i]);
    placed[i] = true;
  };
  for (const WholeRead& read : reads_) {
    for (const std::uint32_t i : read.shown) place(i);
    order.push_back(read.call);
  }
  for (std::uint32_t i = 0; i < calls_.size(); ++i)
    if (calls_[i].role != Role::observer) place(i);
  const NormalCall* latest = nullptr;
  for (const NormalCall* c : order) {
    if (latest != nullptr && c->returned < latest->call->invoked)
      return {.core = core(*c, *latest)};
    if (latest == nullptr || c->call->invoked > latest->call->invoked) latest = c;
  }
  return {.linearizable = true, .order = std::move(order)};
}

std::optional<DirectAnswer> WholeReads::decide() {
  for (const Value& element : start_) added_by_.emplace(element, k_nobody);
  for (std::uint32_t i = 0; i < calls_.size(); ++i)
    if (calls_[i].role != Role::observer && !added_by_.emplace(calls_[i].call->arguments, i).second)
      return std::nullopt;
  for (const NormalCall& c : calls_)
    if (c.role == Role::observer && !gather(c)) return DirectAnswer{.core = {&c}};
  std::stable_sort(reads_.begin(), reads_.end(), [](const WholeRead& a, const WholeRead& b) {
    return a.shown.size() < b.shown.size();
  });
  for (std::size_t i = 1; i < reads_.size(); ++i) {
    const WholeRead &before = reads_[i - 1], &after = reads_[i];
    if (!std::includes(after.shown.begin(), after.shown.end(), before.shown.begin(),
                       before.shown.end()))
      return DirectAnswer{.core = {before.call, after.call}};
  }
  return ordered();
}

}  // namespace

std::optional<DirectAnswer> decide_by_whole_reads(const std::vector<NormalCall>& calls,
                                                  const ModelEntry& /*model*/, const Value& initial,
                                                  Budget& /*budget*/) {
  return WholeReads(calls, initial).decide();
}

}  // namespace plumbline
