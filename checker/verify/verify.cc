#include "checker/verify/verify.h"

#include <algorithm>

#include "checker/verify/leave_out.h"
#include "checker/verify/no_order.h"
#include "checker/verify/spec.h"
#include "core/base/text.h"
#include "core/history/digest.h"

namespace plumbline {

using verifying::Spec;

namespace {

Verification refuse(std::string why) {
  return {.outcome = Verification::Outcome::refused, .why = std::move(why)};
}

std::string name_of(const Call& call) { return str("call ", call.id, " (", call.f, ")"); }

/// Finds calls by id. They stand in order of their ids, and who asks mostly asks for near ones.
class ById {
 public:
  explicit ById(const std::vector<Call>& calls) {
    ids_.reserve(calls.size());
    for (const Call& call : calls) ids_.push_back(call.id);
  }
  /// Its place, or the number of calls if there is none.
  std::size_t find(std::int64_t id) {
    std::size_t from = last_, to = last_, width = 1;
    while (from > 0 && (from >= ids_.size() || ids_[from] > id)) {
      from -= std::min(from, width);
      width *= 2;
    }
    for (width = 1; to < ids_.size() && ids_[to] < id; width *= 2)
      to += std::min(ids_.size() - to, width);
    const auto first = ids_.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = ids_.begin() + static_cast<std::ptrdiff_t>(std::min(to + 1, ids_.size()));
    const auto at = std::lower_bound(first, end, id);
    if (at == end || *at != id) return ids_.size();
    return last_ = static_cast<std::size_t>(at - ids_.begin());
  }

 private:
  std::vector<std::int64_t> ids_;
  std::size_t last_ = 0;
};

class Orders {
 public:
  Orders(const Certificate& certificate, const std::vector<Call>& calls)
      : certificate_(certificate), calls_(calls), by_id_(calls), placed_(calls.size(), false) {}

  Verification verify() {
    std::set<Value> keys;
    for (const KeyOrder& order : certificate_.orders) {
      if (!keys.insert(order.key).second)
        return refuse("key " + to_string(order.key) + " has two orders");
      if (std::string why = replay(order); !why.empty()) return refuse(std::move(why));
    }
    std::size_t required = 0;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (calls_[i].type != EventType::ok) continue;
      ++required;
      if (!placed_[i]) return refuse(name_of(calls_[i]) + " ended ok and stands in no order");
    }
    return {.outcome = Verification::Outcome::accepted,
            .why = str(required, " calls that ended ok and ", count_placed() - required,
                       " indeterminate ones, in legal orders of ", keys.size(), " keys")};
  }

 private:
  std::size_t count_placed() const {
    return static_cast<std::size_t>(std::count(placed_.begin(), placed_.end(), true));
  }
  std::string replay(const KeyOrder& order) {
    const auto object = verifying::spec_of(certificate_.model, certificate_.initial);
    std::int64_t latest_invoked = -1;
    for (const std::int64_t id : order.ids) {
      const std::size_t at = by_id_.find(id);
      if (at == calls_.size()) return str("call ", id, " is not in the history");
      const Call& call = calls_[at];
      if (call.key != order.key) return name_of(call) + " is of another key";
      if (call.type == EventType::fail) return name_of(call) + " failed, so it never happened";
      if (placed_[at]) return name_of(call) + " stands there twice";
      placed_[at] = true;
      if (call.type == EventType::ok && call.returned < latest_invoked)
        return name_of(call) + " stands behind a call that began after it had ended";
      latest_invoked = std::max(latest_invoked, call.invoked);
      if (!object->knows(call)) return name_of(call) + " is no operation of this model";
      if (!object->step(call)) return name_of(call) + " could not have ended as it did there";
    }
    return "";
  }

  const Certificate& certificate_;
  const std::vector<Call>& calls_;
  ById by_id_;
  std::vector<bool> placed_;
};

Verification verify_core(const Certificate& certificate, const std::vector<Call>& calls,
                         const KeyCore& core) {
  const std::string where = "key " + to_string(core.key) + ": ";
  const auto rest = verifying::leave_out(certificate, calls, core);
  if (!rest) return refuse(where + rest.error().why);
  const auto order = verifying::find_no_order(*rest);
  if (order == verifying::NoOrder::found)
    return refuse(where + "the core's calls have a legal order");
  if (order == verifying::NoOrder::too_large)
    return {.outcome = Verification::Outcome::too_large,
            .why = str(where, rest->calls.size(), " calls have too many orders to try")};
  return {.outcome = Verification::Outcome::accepted,
          .why = str(where, rest->calls.size(), " calls that have no legal order")};
}

Verification verify_cores(const Certificate& certificate, const std::vector<Call>& calls) {
  if (certificate.cores.empty()) return refuse("it gives no calls as proof");
  std::vector<std::string> words;
  for (const KeyCore& core : certificate.cores) {
    Verification one = verify_core(certificate, calls, core);
    if (one.outcome != Verification::Outcome::accepted) return one;
    words.push_back(std::move(one.why));
  }
  return {.outcome = Verification::Outcome::accepted, .why = join(words, "; ")};
}

}  // namespace

Verification verify(const Certificate& certificate, const std::vector<Call>& calls) {
  if (verifying::spec_of(certificate.model, certificate.initial) == nullptr)
    return refuse("there is no model '" + certificate.model + "'");
  if (certificate.calls != static_cast<std::int64_t>(calls.size()))
    return refuse(str("it was made for another history: of ", certificate.calls, " calls, not ",
                      calls.size()));
  if (const std::string digest = digest_of(calls); certificate.digest != digest)
    return refuse(
        str("it was made for another history: digest ", certificate.digest, ", not ", digest));
  return certificate.valid ? Orders(certificate, calls).verify() : verify_cores(certificate, calls);
}

}  // namespace plumbline
