#include "checker/key_judge.h"

#include "checker/cross_check.h"
#include "checker/evidence.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// Did some cas answer false? Columns know nothing of such.
bool has_refusals(const CallTable& table) {
  const auto refused = table.values().find(Value(false));
  if (!refused) return false;
  for (std::uint32_t row = 0; row < table.size(); ++row)
    if (table.type(row) == EventType::ok && table.result(row) == *refused &&
        table.f_name(table.f(row)) == "cas")
      return true;
  return false;
}

}  // namespace

KeyJudge::KeyJudge(const CallTable& table, const ModelEntry& model, const CheckOptions& options)
    : table_(table),
      model_(model),
      options_(options),
      store_(model.info.name == "kv"),
      operations_(column_operations(table, store_)) {
  const std::string& name = model.info.name;
  if (store_ || name == "register" || name == "cas-register") kind_ = Kind::cell;
  if (name == "list-append") kind_ = Kind::list;
  if (kind_ == Kind::cell && has_refusals(table)) kind_ = Kind::other;
  Value initial = options.initial;
  if (kind_ == Kind::cell) initial = (store_ ? *model.narrower : model).initial(initial);
  initial_ = table.values().find(initial).value_or(ValueTable::k_no_value);
  if (store_) empty_ = table.values().find(Value("")).value_or(ValueTable::k_nil);
}

KeyRows KeyJudge::rows_of(std::span<const std::uint32_t> rows) const {
  return {.table = table_,
          .operations = operations_,
          .rows = rows,
          .initial = initial_,
          .empty = empty_};
}

std::vector<Call> KeyJudge::calls_of(std::span<const std::uint32_t> rows) const {
  std::vector<Call> calls;
  calls.reserve(rows.size());
  for (const std::uint32_t row : rows) calls.push_back(table_.call(row));
  return calls;
}

/// Is it sure that the model takes this call? It is asked about everything else.
bool KeyJudge::surely_takes(std::uint32_t row) const {
  const bool pair = table_.second(row) != ValueTable::k_no_value;
  switch (operations_[table_.f(row)]) {
    case ColumnOperation::read:
      return kind_ == Kind::cell || (kind_ == Kind::list && table_.type(row) != EventType::ok);
    case ColumnOperation::write:
      return kind_ == Kind::cell;
    case ColumnOperation::remove:
      return store_;
    case ColumnOperation::cas:
      return kind_ == Kind::cell && model_.info.name != "register" && pair;
    case ColumnOperation::append:
      return kind_ == Kind::list ||
             (store_ && !pair && table_.values().is_text(table_.argument(row)));
    case ColumnOperation::other:
      break;
  }
  return false;
}

std::string KeyJudge::refuse() const {
  for (std::uint32_t row = 0; row < table_.size(); ++row) {
    if (surely_takes(row)) continue;
    const Call call = table_.call(row);
    if (const std::string why = refusal(model_, call); !why.empty())
      return str("call ", call.id, " (", call.f, ") is none of ", model_.info.name, ": ", why);
  }
  return "";
}

std::optional<bool> KeyJudge::by_columns(const KeyRows& key) {
  if (kind_ == Kind::cell) return cells_.decide(key);
  if (kind_ == Kind::list) return lists_.decide(key);
  return std::nullopt;
}

ColumnCore KeyJudge::core() const { return kind_ == Kind::cell ? cells_.core() : lists_.core(); }

KeyAnswer KeyJudge::decide(std::span<const std::uint32_t> rows, Budget& budget) {
  KeyAnswer answer = decide_once(rows, budget);
  if (options_.cross_check && answer.validity != Validity::unknown) {
    const std::vector<Call> calls = calls_of(rows);
    answer.disagreement =
        cross_check(calls, fitting(model_, calls), options_.initial, answer.validity, budget);
  }
  return answer;
}

KeyAnswer KeyJudge::decide_once(std::span<const std::uint32_t> rows, Budget& budget) {
  KeyAnswer answer;
  const KeyRows key = rows_of(rows);
  if (const auto linearizable = by_columns(key)) {
    answer.validity = *linearizable ? Validity::valid : Validity::invalid;
    answer.means = kind_ == Kind::list ? "append order" : cells_.means();
    answer.ordered = *linearizable && options_.certify;
    if (!answer.ordered) return answer;
    for (const std::uint32_t row : kind_ == Kind::cell ? cells_.order() : lists_.order())
      answer.order.push_back(table_.id(row));
    return answer;
  }
  auto found = std::make_shared<KeyAnswer::Found>();
  found->calls = calls_of(rows);
  found->decision = plumbline::decide(found->calls, model_, options_.initial, budget);
  const Decision& decision = found->decision;
  answer.validity = decision.validity;
  answer.position = decision.position;
  answer.why = decision.why;
  answer.means = decision.means;
  answer.ordered = decision.ordered;
  if (options_.certify)
    for (const Call* call : decision.order) answer.order.push_back(call->id);
  if (decision.validity == Validity::invalid) answer.found = std::move(found);
  return answer;
}

std::pair<ColumnCore, std::int64_t> KeyJudge::narrow(KeyRows key, Budget& budget) {
  ColumnCore first = core();
  // The events before `valid` are linearizable, those up to and with first.completed are not.
  std::uint32_t valid = 0, probe = first.completed;
  while (valid < first.completed && !budget.exhausted()) {
    key.limit = probe;
    const auto linearizable = by_columns(key);
    if (!linearizable) break;
    if (*linearizable) {
      valid = probe;
    } else {
      ColumnCore earlier = core();
      earlier.completed = std::min(earlier.completed, probe - 1);
      first = std::move(earlier);
    }
    probe = valid + (first.completed - valid + 1) / 2;
  }
  return {std::move(first), valid};
}

Counterexample KeyJudge::explain_whole(std::span<const std::uint32_t> rows, Budget& budget) const {
  const std::vector<Call> calls = calls_of(rows);
  const Decision decision = plumbline::decide(calls, model_, options_.initial, budget);
  return explain_invalid(calls, model_, options_.initial, decision, options_.minimize, budget);
}

Counterexample KeyJudge::explain(std::span<const std::uint32_t> rows, const KeyAnswer& answer,
                                 Budget& budget) {
  if (answer.found != nullptr)
    return explain_invalid(answer.found->calls, model_, options_.initial, answer.found->decision,
                           options_.minimize, budget);
  const KeyRows key = rows_of(rows);
  if (rows.size() <= k_explained_whole || by_columns(key) != false)
    return explain_whole(rows, budget);
  const auto [core, explained] = narrow(key, budget);
  const std::vector<Call> calls = calls_of(core.rows);
  const Decision decision = plumbline::decide(calls, model_, options_.initial, budget);
  if (decision.validity != Validity::invalid) return explain_whole(rows, budget);
  Counterexample example =
      explain_invalid(calls, model_, options_.initial, decision, options_.minimize, budget);
  example.explained_up_to = explained;
  return example;
}

}  // namespace plumbline
