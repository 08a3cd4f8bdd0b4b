#include "checker/check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <numeric>
#include <thread>

#include "checker/evidence.h"
#include "checker/key_judge.h"
#include "core/base/text.h"
#include "core/history/digest.h"

namespace plumbline {
namespace {

/// The rows of a table by key, each in order of invocation.
class RowsByKey {
 public:
  explicit RowsByKey(const CallTable& table) : start_(table.keys() + 1, 0), rows_(table.size()) {
    for (std::uint32_t row = 0; row < table.size(); ++row) ++start_[table.key(row) + 1];
    std::partial_sum(start_.begin(), start_.end(), start_.begin());
    std::vector<std::uint32_t> next(start_.begin(), start_.end() - 1);
    for (std::uint32_t row = 0; row < table.size(); ++row) rows_[next[table.key(row)]++] = row;
  }
  std::size_t keys() const { return start_.size() - 1; }
  std::span<const std::uint32_t> of(std::size_t key) const {
    return std::span(rows_).subspan(start_[key], start_[key + 1] - start_[key]);
  }

 private:
  std::vector<std::uint32_t> start_, rows_;
};

/// One check of a table, from the question to the verdict.
class TableCheck {
 public:
  TableCheck(const CallTable& table, const ModelEntry& model, const CheckOptions& options)
      : table_(table),
        model_(model),
        options_(options),
        rows_(table),
        answers_(rows_.keys()),
        verdict_{.check = "linearizable " + options.model} {}

  Verdict verdict() {
    decide_all();
    for (const KeyAnswer& answer : answers_)
      verdict_.validity = merge(verdict_.validity, answer.validity);
    if (disagree()) return std::move(verdict_);
    count_means();
    if (verdict_.validity == Validity::unknown) say_unknown();
    if (verdict_.validity == Validity::invalid) say_invalid();
    if (options_.certify && verdict_.validity != Validity::unknown) certify();
    return std::move(verdict_);
  }

 private:
  void decide_all();
  bool disagree();
  void count_means();
  void say_unknown();
  void say_invalid();
  void certify();
  /// Those with this answer, in order of the keys.
  std::vector<std::size_t> keys_that_are(Validity validity) const;
  std::string key_name(std::size_t key) const {
    const Value value = table_.key_value(static_cast<std::uint32_t>(key));
    return value.is_nil() ? "" : "key " + to_string(value) + ": ";
  }

  const CallTable& table_;
  const ModelEntry& model_;
  const CheckOptions& options_;
  const RowsByKey rows_;
  std::vector<KeyAnswer> answers_;
  Verdict verdict_;
};

/// The largest key first, in several threads.
void TableCheck::decide_all() {
  std::vector<std::uint32_t> keys(rows_.keys());
  std::iota(keys.begin(), keys.end(), 0U);
  std::ranges::stable_sort(keys, std::greater(),
                           [&](std::uint32_t k) { return rows_.of(k).size(); });
  Budget budget(options_.time_budget, options_.memory_budget, options_.stop);
  // One key that is invalid is enough. How many others are is still of interest, but not for long.
  constexpr Nanos k_least_for_others = 200ms;
  const auto began = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    KeyJudge judge(table_, model_, options_);
    for (std::size_t i = next++; i < keys.size(); i = next++) {
      answers_[keys[i]] = judge.decide(rows_.of(keys[i]), budget);
      if (answers_[keys[i]].validity != Validity::invalid) continue;
      const Nanos taken = std::chrono::steady_clock::now() - began;
      budget.shorten_to(std::max(taken, k_least_for_others));
    }
    budget.lend_thread();  // to who still searches
  };
  std::vector<std::jthread> threads;
  const auto jobs = static_cast<std::size_t>(std::max(options_.jobs, 1));
  for (std::size_t t = 1; t < jobs; ++t)
    if (t < keys.size())
      threads.emplace_back(loop);
    else
      budget.lend_thread();
  loop();
}

/// A verdict of which an engine of ours says the opposite is none.
bool TableCheck::disagree() {
  for (std::size_t key = 0; key < answers_.size(); ++key) {
    if (answers_[key].disagreement.empty()) continue;
    verdict_.disagreement = str(key_name(key), answers_[key].disagreement, " (it was decided by ",
                                answers_[key].means, ")");
    verdict_.validity = Validity::unknown;
    verdict_.reason = verdict_.disagreement;
    return true;
  }
  return false;
}

void TableCheck::count_means() {
  std::map<std::string, int> means;
  for (const KeyAnswer& answer : answers_) ++means[answer.means];
  std::size_t indeterminate = 0;
  for (std::uint32_t row = 0; row < table_.size(); ++row)
    indeterminate += table_.type(row) == EventType::info;
  verdict_.figures = {{"calls", std::to_string(table_.size())},
                      {"indeterminate calls", std::to_string(indeterminate)},
                      {"keys", std::to_string(rows_.keys())}};
  for (const auto& [name, count] : means)
    if (!name.empty())
      verdict_.figures.emplace_back("keys decided by " + name, std::to_string(count));
}

std::vector<std::size_t> TableCheck::keys_that_are(Validity validity) const {
  std::vector<std::pair<Value, std::size_t>> found;
  for (std::size_t key = 0; key < answers_.size(); ++key)
    if (answers_[key].validity == validity)
      found.emplace_back(table_.key_value(static_cast<std::uint32_t>(key)), key);
  std::ranges::sort(found);
  std::vector<std::size_t> keys;
  for (const auto& [value, key] : found) keys.push_back(key);
  return keys;
}

/// The first key that is unknown speaks for all.
void TableCheck::say_unknown() {
  const std::vector<std::size_t> keys = keys_that_are(Validity::unknown);
  const KeyAnswer& answer = answers_[keys.front()];
  const bool far = answer.position != k_open;
  verdict_.reason = str(key_name(keys.front()), answer.why,
                        far ? str("; linearizable up to event ", answer.position) : std::string());
  if (keys.size() > 1) verdict_.reason += str(" (and ", keys.size() - 1, " more keys)");
}

void TableCheck::say_invalid() {
  // Evidence has time of its own: a verdict found at the last moment must still be explained.
  constexpr Nanos k_evidence = 10s;
  Budget budget(std::min(options_.time_budget, k_evidence), options_.memory_budget, options_.stop);
  KeyJudge judge(table_, model_, options_);
  const std::vector<std::size_t> keys = keys_that_are(Validity::invalid);
  for (std::size_t i = 0; i < keys.size() && i < k_max_counterexamples; ++i)
    verdict_.counterexamples.push_back(judge.explain(rows_.of(keys[i]), answers_[keys[i]], budget));
  verdict_.reason = key_name(keys.front()) + verdict_.counterexamples[0].explanation;
  if (keys.size() > 1) verdict_.reason += str(" (and ", keys.size() - 1, " more keys are invalid)");
}

/// The proof in the form that others can check. None if some key's order was never written down
/// (see Decision).
void TableCheck::certify() {
  auto proof = std::make_shared<Certificate>();
  proof->valid = verdict_.validity == Validity::valid;
  proof->model = options_.model;
  proof->initial = options_.initial;
  proof->digest = digest_of(table_);
  proof->calls = static_cast<std::int64_t>(table_.size());
  for (const Counterexample& example : verdict_.counterexamples)
    proof->cores.push_back(core_of(example));
  if (proof->valid)
    for (const std::size_t key : keys_that_are(Validity::valid)) {
      if (!answers_[key].ordered) return;
      proof->orders.push_back({.key = table_.key_value(static_cast<std::uint32_t>(key)),
                               .ids = std::move(answers_[key].order)});
    }
  verdict_.certificate = std::move(proof);
}

Verdict unknown(const CheckOptions& options, std::string why) {
  return {.check = "linearizable " + options.model,
          .validity = Validity::unknown,
          .reason = std::move(why)};
}

}  // namespace

Verdict check_table(const CallTable& table, const CheckOptions& options) {
  if (const auto known = known_model(options.model); !known)
    return unknown(options, known.error().what);
  const ModelEntry& model = *find_model(options.model);
  if (std::string why = KeyJudge(table, model, options).refuse(); !why.empty())
    return unknown(options, std::move(why));
  return TableCheck(table, model, options).verdict();
}

Verdict check_linearizable(const History& history, const CheckOptions& options) {
  // A model that is not there is said first, whatever the history is like.
  if (const auto known = known_model(options.model); !known)
    return unknown(options, known.error().what);
  const auto table = table_of(history);
  if (!table) return unknown(options, "the history is damaged: " + table.error().what);
  return check_table(*table, options);
}

}  // namespace plumbline
