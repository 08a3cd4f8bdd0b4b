// Properties that count what went in and what came out.
// Source: Jepsen's checkers set-full, total-queue, unique-ids and counter, for what they ask.

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "checker/properties/properties.h"
#include "core/base/text.h"

namespace plumbline::properties {
namespace {

Status only(const Calls& calls, std::initializer_list<const char*> known) {
  for (const Call& call : calls)
    if (std::ranges::none_of(known, [&](const char* f) { return call.f == f; }))
      return fail(Error::Code::invalid,
                  str("call ", call.id, " (", call.f, "): the operation must be one of ",
                      join({known.begin(), known.end()}, ", ")));
  return {};
}

void add_figure(Verdict& verdict, const char* name, std::size_t count) {
  verdict.figures.emplace_back(name, std::to_string(count));
}

void accuse(Verdict& verdict, const Value& key, std::vector<const Call*> core, std::string why) {
  verdict.validity = Validity::invalid;
  if (verdict.reason.empty()) verdict.reason = why;
  if (verdict.counterexamples.size() >= k_max_counterexamples) return;
  Counterexample example{.key = key, .explanation = std::move(why)};
  std::ranges::sort(core, {}, &Call::invoked);
  for (const Call* call : core) example.core.push_back(*call);
  verdict.counterexamples.push_back(std::move(example));
}

/// Everything that is known of one element of a set.
struct Element {
  const Call* add = nullptr;
  const Call* known = nullptr;  ///< the first call that proved it to be in: its add, or a read
  std::vector<const Call*> absences{};  ///< reads invoked after that without it
  const Call* last_present = nullptr;   ///< the read with it that was invoked last
};

std::string in_ms(Nanos time) { return str(millis(time), " ms"); }

/// Lost: some read is invoked after every read that has it, and after it was known. Stale: absent
/// from a read after it was known, but back later.
void judge_elements(const std::map<Value, Element>& elements, const Value& key, Verdict& verdict,
                    std::map<std::string, std::size_t>& tally) {
  Nanos worst{};
  for (const auto& [value, element] : elements) {
    ++tally["elements"];
    if (element.known == nullptr) {
      ++tally["never confirmed, never seen"];
      continue;
    }
    const auto last_absent = std::ranges::max_element(element.absences, {}, &Call::invoked);
    if (last_absent == element.absences.end()) {
      ++tally["stable"];
      continue;
    }
    if (element.last_present != nullptr &&
        element.last_present->invoked > (*last_absent)->invoked) {
      ++tally["stale"];
      worst = std::max(worst, (*last_absent)->invoke_time - element.known->return_time);
      continue;
    }
    ++tally["lost"];
    std::vector<const Call*> core = {element.known, *last_absent};
    if (element.add != nullptr && element.add != element.known) core.push_back(element.add);
    accuse(verdict, key, core,
           str("element ", to_string(value), " is lost: ", element.known->f, " (call ",
               element.known->id, ") proved it to be in, the later read (call ", (*last_absent)->id,
               ") and all after it lack it"));
  }
  if (worst > Nanos{}) verdict.figures.emplace_back("longest stale", in_ms(worst));
}

using ByKey = std::map<Value, std::vector<const Call*>>;
ByKey by_key(const Calls& calls) {
  ByKey keys;
  for (const Call& call : calls) keys[call.key].push_back(&call);
  return keys;
}

/// The reads of one set, and what each element's `known` and absences are.
std::map<Value, Element> gather_elements(const std::vector<const Call*>& calls, const Value& key,
                                         Verdict& verdict) {
  std::map<Value, Element> elements;
  std::vector<const Call*> reads;
  for (const Call* call : calls) {
    if (call->f == "add") {
      Element& element = elements[call->arguments];
      element.add = call;
      if (call->type == EventType::ok) element.known = call;
    } else if (call->type == EventType::ok) {
      reads.push_back(call);
    }
  }
  std::vector<std::unordered_set<Value>> contents;
  for (const Call* read : reads) {
    std::unordered_set<Value>& content = contents.emplace_back();
    for (const Value& value : read->result.as_list()) {
      if (!content.insert(value).second)
        accuse(verdict, key, {read}, str("a read shows ", to_string(value), " twice"));
      const auto element = elements.find(value);
      if (element == elements.end()) {
        accuse(verdict, key, {read}, str("a read shows ", to_string(value), ", never added"));
        continue;
      }
      element->second.last_present = read;
      const Call*& known = element->second.known;
      if (known == nullptr || read->returned < known->returned) known = read;
    }
  }
  for (auto& [value, element] : elements) {
    if (element.known == nullptr) continue;
    for (std::size_t i = 0; i < reads.size(); ++i)
      if (reads[i]->invoked > element.known->returned && !contents[i].contains(value))
        element.absences.push_back(reads[i]);
  }
  return elements;
}

}  // namespace

Result<Verdict> check_set_full(const Calls& calls, const Options&) {
  TRY(only(calls, {"add", "read"}));
  Verdict verdict;
  std::map<std::string, std::size_t> tally;
  std::size_t reads = 0;
  for (const Call& call : calls) {
    if (call.f != "read" || call.type != EventType::ok) continue;
    ++reads;
    if (!call.result.is_list())
      return fail(Error::Code::invalid, str("call ", call.id, ": read must answer a list"));
  }
  for (const auto& [key, of_key] : by_key(calls)) {
    std::vector<const Call*> happened;
    for (const Call* call : of_key)
      if (call->type != EventType::fail) happened.push_back(call);
    judge_elements(gather_elements(happened, key, verdict), key, verdict, tally);
  }
  for (const auto& [name, count] : tally) add_figure(verdict, name.c_str(), count);
  if (reads == 0) {
    verdict.validity = Validity::unknown;
    verdict.reason = "no read was ok: nothing was learned about the set";
  }
  return verdict;
}

namespace {

struct Passed {
  std::vector<const Call*> in{}, out{};
  bool confirmed = false;  ///< some enqueue was ok
};

struct Passage {
  std::map<Value, Passed> elements{};
  std::size_t unknown_removals = 0;  ///< each may have taken an element that nobody saw
};

Passage gather_passage(const std::vector<const Call*>& calls) {
  Passage passage;
  const auto came_out = [&](const Value& value, const Call& call) {
    if (!value.is_nil()) passage.elements[value].out.push_back(&call);
  };
  for (const Call* call : calls) {
    if (call->type == EventType::fail) continue;
    if (call->f == "enqueue") {
      Passed& element = passage.elements[call->arguments];
      element.in.push_back(call);
      element.confirmed = element.confirmed || call->type == EventType::ok;
    } else if (call->type != EventType::ok) {
      ++passage.unknown_removals;
    } else if (call->result.is_list() && call->f == "drain") {
      for (const Value& value : call->result.as_list()) came_out(value, *call);
    } else {
      came_out(call->result, *call);
    }
  }
  return passage;
}

}  // namespace

Result<Verdict> check_total_queue(const Calls& calls, const Options&) {
  TRY(only(calls, {"enqueue", "dequeue", "drain"}));
  Verdict verdict;
  std::size_t unexpected = 0, duplicated = 0, recovered = 0, passed = 0, missing = 0;
  for (const auto& [key, of_key] : by_key(calls)) {
    const Passage passage = gather_passage(of_key);
    std::vector<const Call*> lost;
    for (const auto& [value, element] : passage.elements) {
      const std::string name = to_string(value);
      if (element.in.empty()) {
        ++unexpected;
        accuse(verdict, key, element.out, str(name, " came out, and never went in"));
      } else if (element.out.size() > element.in.size()) {
        ++duplicated;
        std::vector<const Call*> core = element.in;
        core.insert(core.end(), element.out.begin(), element.out.end());
        accuse(verdict, key, core,
               str(name, " came out ", element.out.size(), " times, and went in ",
                   element.in.size(), " times"));
      } else if (!element.out.empty()) {
        ++(element.confirmed ? passed : recovered);
      } else if (element.confirmed) {
        lost.insert(lost.end(), element.in.begin(), element.in.end());
      }
    }
    missing += lost.size();
    if (lost.size() > passage.unknown_removals)
      accuse(verdict, key, lost,
             str(lost.size(), " elements went in for certain and never came out; ",
                 passage.unknown_removals, " removals had no answer"));
  }
  add_figure(verdict, "passed", passed);
  add_figure(verdict, "recovered (unconfirmed, but came out)", recovered);
  add_figure(verdict, "never came out", missing);
  add_figure(verdict, "duplicated", duplicated);
  add_figure(verdict, "unexpected", unexpected);
  return verdict;
}

Result<Verdict> check_unique_ids(const Calls& calls, const Options&) {
  TRY(only(calls, {"generate"}));
  Verdict verdict;
  std::unordered_map<Value, const Call*> first;
  std::size_t ids = 0, duplicates = 0;
  for (const Call& call : calls) {
    if (call.type != EventType::ok) continue;
    ++ids;
    const auto [at, fresh] = first.emplace(call.result, &call);
    if (fresh) continue;
    ++duplicates;
    accuse(verdict, call.key, {at->second, &call},
           str("identifier ", to_string(call.result), " was given out twice"));
  }
  add_figure(verdict, "identifiers", ids);
  add_figure(verdict, "duplicates", duplicates);
  if (ids == 0) {
    verdict.validity = Validity::unknown;
    verdict.reason = "no identifier was given out";
  }
  return verdict;
}

namespace {

/// The least and the most that the counter can have been.
struct Bounds {
  std::int64_t least = 0, most = 0;
  void widen(const Bounds& other) {
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
};

struct Moment {
  std::int64_t position;
  bool completes;
  const Call* call;
};

/// A call's invocation and completion, in real-time order.
std::vector<Moment> moments(const std::vector<const Call*>& calls) {
  std::vector<Moment> all;
  for (const Call* call : calls) {
    if (call->type == EventType::fail) continue;
    all.push_back({call->invoked, false, call});
    if (call->type == EventType::ok) all.push_back({call->returned, true, call});
  }
  std::ranges::sort(all, {}, &Moment::position);
  return all;
}

/// The reads that the adds cannot explain.
class CounterReads {
 public:
  struct Outside {
    const Call* read;
    Bounds allowed;
  };
  std::size_t reads() const { return reads_; }

  std::vector<Outside> find(const std::vector<const Call*>& calls) {
    std::vector<Outside> outside;
    for (const auto& [position, completes, call] : moments(calls)) {
      if (call->f == "add") {
        add(call->arguments.as_int(), completes);
      } else if (!completes) {
        open_[call] = now_;
      } else {
        ++reads_;
        const Bounds allowed = open_[call];
        open_.erase(call);
        const std::int64_t answer = call->result.as_int();
        if (answer < allowed.least || answer > allowed.most) outside.push_back({call, allowed});
      }
    }
    return outside;
  }

 private:
  /// An add widens one bound when it begins, and narrows the other when it is done.
  void add(std::int64_t amount, bool completes) {
    ((amount > 0) != completes ? now_.most : now_.least) += amount;
    for (auto& [read, bounds] : open_) bounds.widen(now_);
  }

  Bounds now_;
  std::unordered_map<const Call*, Bounds> open_;  // what an open read may have seen so far
  std::size_t reads_ = 0;
};

}  // namespace

Result<Verdict> check_counter_bounds(const Calls& calls, const Options&) {
  TRY(only(calls, {"add", "read"}));
  for (const Call& call : calls)
    if (call.f == "add" ? !call.arguments.is_int()
                        : call.type == EventType::ok && !call.result.is_int())
      return fail(Error::Code::invalid, str("call ", call.id, ": a counter has integers"));
  Verdict verdict;
  std::size_t reads = 0, outside = 0;
  for (const auto& [key, of_key] : by_key(calls)) {
    CounterReads counter;
    for (const auto& [read, allowed] : counter.find(of_key)) {
      ++outside;
      accuse(verdict, key, {read},
             str("a read answered ", read->result.as_int(),
                 "; the adds before and beside it allow ", allowed.least, " to ", allowed.most));
    }
    reads += counter.reads();
  }
  add_figure(verdict, "reads", reads);
  add_figure(verdict, "reads out of bounds", outside);
  return verdict;
}

}  // namespace plumbline::properties
