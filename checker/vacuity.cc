#include <algorithm>
#include <map>

#include "checker/check.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// One fault over the run.
struct FaultRecord {
  int held = 0;       ///< times it took hold
  int failed = 0;     ///< times it was asked for and did not
  std::string why{};  ///< of the last failure
};

bool changes_something(const std::string& f) {
  constexpr std::string_view k_reads[] = {"read", "get", "contains"};
  return std::find(std::begin(k_reads), std::end(k_reads), f) == std::end(k_reads);
}

/// Follows a history: which faults took hold, what was ok, and what was ok under a fault.
class Observer {
 public:
  void see(const Event& event) {
    if (event.process == k_nemesis)
      see_nemesis(event);
    else if (event.type == EventType::ok) {
      ++ok_[event.f];
      if (in_force_ > 0 && changes_something(event.f)) ++changes_under_fault_;
    }
  }
  int ok(const std::string& f) const { return ok_.contains(f) ? ok_.at(f) : 0; }
  FaultRecord fault(const std::string& name) const {
    return faults_.contains(name) ? faults_.at(name) : FaultRecord{};
  }
  int changes_under_fault() const { return changes_under_fault_; }

 private:
  /// The nemesis's events come in pairs: what was asked for, then what was done.
  void see_nemesis(const Event& event) {
    bool& asked = asked_[event.f];
    asked = !asked;
    if (asked) return;
    constexpr std::string_view k_heal = "heal-";
    const bool heals = event.f.starts_with(k_heal);
    const std::string name = heals ? event.f.substr(k_heal.size()) : event.f;
    FaultRecord& fault = faults_[name];
    bool& holds = holds_[name];
    if (heals) {
      in_force_ -= holds;
      holds = false;
    } else if (event.error.empty()) {
      ++fault.held;
      in_force_ += !holds;
      holds = true;
    } else {
      ++fault.failed;
      fault.why = event.error;
    }
  }

  std::map<std::string, int> ok_;
  std::map<std::string, bool> asked_, holds_;
  std::map<std::string, FaultRecord> faults_;
  int in_force_ = 0;
  int changes_under_fault_ = 0;
};

}  // namespace

Verdict check_vacuity(const History& history, const Expectations& expected) {
  Verdict verdict{.check = "vacuity"};
  Observer observer;
  for (const Event& event : history) observer.see(event);
  std::vector<std::string> reasons;
  for (const std::string& f : expected.operations) {
    const int ok = observer.ok(f);
    verdict.figures.emplace_back(f + " ok", std::to_string(ok));
    if (static_cast<std::size_t>(ok) < expected.min_ok)
      reasons.push_back(str("only ", ok, " ", f, " ok, at least ", expected.min_ok, " needed"));
  }
  bool any_held = false;
  for (const std::string& name : expected.faults) {
    const FaultRecord fault = observer.fault(name);
    verdict.figures.emplace_back(name + " took hold", std::to_string(fault.held));
    any_held = any_held || fault.held > 0;
    if (fault.held > 0) continue;
    reasons.push_back(fault.failed > 0 ? str("fault ", name, " never took hold: ", fault.why)
                                       : str("fault ", name, " was never injected"));
  }
  if (!expected.faults.empty())
    verdict.figures.emplace_back("changes under a fault",
                                 std::to_string(observer.changes_under_fault()));
  const bool changes_expected =
      std::any_of(expected.operations.begin(), expected.operations.end(), changes_something);
  if (expected.changes_under_faults && any_held && changes_expected &&
      observer.changes_under_fault() == 0)
    reasons.push_back("no change was ok while a fault was in force");
  if (reasons.empty()) return verdict;
  verdict.validity = Validity::unknown;
  verdict.reason = "vacuous: " + join(reasons, "; ");
  return verdict;
}

}  // namespace plumbline
