#include "report/faults.h"

#include <map>
#include <optional>

#include "report/text.h"

namespace plumbline::report {
namespace {

/// The fault that `f` undoes, if `f` is a healing; empty means all of them.
std::optional<std::string> healed_fault(const std::string& f) {
  if (f == "heal") return "";
  if (f == "stop") return "start";
  if (f.starts_with("heal-")) return f.substr(5);
  if (f.starts_with("stop-")) return "start-" + f.substr(5);
  return std::nullopt;
}

std::string append_reason(const std::string& reasons, const std::string& more) {
  return reasons.empty() ? more : reasons + "; " + more;
}

class Spans {
 public:
  void asked(const Event& event, std::size_t position) {
    if (healed_fault(event.f)) return;
    FaultSpan span;
    span.name = event.f;
    span.asked = target_text(event.value);
    span.from = position;
    spans_.push_back(span);
    awaited_[event.f] = spans_.size() - 1;
  }

  void done(const Event& event, std::size_t position) {
    if (const auto fault = healed_fault(event.f)) return heal(*fault, event, position);
    FaultSpan& span = spans_[awaited_.at(event.f)];
    span.done = target_text(event.value);
    span.error = event.error;
    span.took_hold = event.error.empty();
    if (!span.took_hold) span.to = position;
  }

  std::vector<FaultSpan> take() { return std::move(spans_); }

 private:
  void heal(const std::string& fault, const Event& event, std::size_t position) {
    for (FaultSpan& span : spans_) {
      const bool open = span.to == FaultSpan::k_not_healed;
      if (!open || (!fault.empty() && span.name != fault)) continue;
      if (event.error.empty())
        span.to = position;
      else
        span.error = append_reason(span.error, "healing failed: " + event.error);
    }
  }

  std::vector<FaultSpan> spans_;
  std::map<std::string, std::size_t> awaited_;  // fault -> its span, until its report comes
};

}  // namespace

std::vector<FaultSpan> fault_spans(const History& history) {
  Spans spans;
  std::map<std::string, bool> is_asked;
  for (std::size_t position = 0; position < history.size(); ++position) {
    const Event& event = history[position];
    if (event.process != k_nemesis) continue;
    bool& asked = is_asked[event.f];
    if (asked)
      spans.done(event, position);
    else
      spans.asked(event, position);
    asked = !asked;
  }
  return spans.take();
}

}  // namespace plumbline::report
