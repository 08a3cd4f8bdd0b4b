#include "checker/properties/transaction_history.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/base/text.h"

namespace plumbline::properties {
namespace {

std::optional<Part> part_of(const Value& name) {
  if (name == Value("r") || name == Value("read")) return Part::read;
  if (name == Value("w") || name == Value("write")) return Part::write;
  if (name == Value("append")) return Part::append;
  return std::nullopt;
}

std::optional<std::vector<Micro>> parse_parts(const Value& list, bool known) {
  if (!list.is_list()) return std::nullopt;
  std::vector<Micro> parts;
  for (const Value& each : list.as_list()) {
    if (!each.is_list() || each.as_list().size() != 3) return std::nullopt;
    const Value::List& triple = each.as_list();
    const auto part = part_of(triple[0]);
    if (!part) return std::nullopt;
    parts.push_back({.part = *part,
                     .key = triple[1],
                     .value = triple[2],
                     .known = known || *part != Part::read});
  }
  return parts;
}

Result<Transaction> transaction_of(const Call& call) {
  const bool ok = call.type == EventType::ok;
  std::optional<std::vector<Micro>> parts;
  if (call.f == "txn") {
    parts = parse_parts(ok ? call.result : call.arguments, ok);
  } else if (const auto part = part_of(Value(call.f))) {
    const bool read = *part == Part::read;
    parts = {{.part = *part,
              .key = call.key,
              .value = read ? call.result : call.arguments,
              .known = ok || !read}};
  }
  if (parts) return Transaction{.call = &call, .parts = *std::move(parts)};
  return fail(Error::Code::invalid,
              str("call ", call.id, " (", call.f,
                  ") is no txn [[r|w|append key value] ...], read, write or append"));
}

/// Who wrote a value of a key, and whether it was what its transaction left there.
struct Writer {
  std::uint32_t transaction = 0;
  bool last = false;
  bool failed = false;
};

/// All that happened to one key.
struct KeyHistory {
  struct Read {
    std::uint32_t transaction;
    const Value* value;
  };
  bool lists = false;
  std::unordered_map<Value, Writer> writers{};
  std::vector<Read> reads{};  ///< of what others wrote
};

class Inference {
 public:
  explicit Inference(const TransactionHistory& history) : history_(history) {
    inferred_.dependencies = Dependencies(history.transactions.size());
  }

  Inferred run() {
    for (std::uint32_t t = 0; t < history_.transactions.size(); ++t)
      note(history_.transactions[t], t, false);
    for (std::uint32_t t = 0; t < history_.failed.size(); ++t) note(history_.failed[t], t, true);
    for (const auto& [key, of_key] : keys_) {
      if (of_key.lists)
        infer_list(key, of_key);
      else
        infer_register(key, of_key);
    }
    return std::move(inferred_);
  }

 private:
  const Call* call_of(const Writer& writer) const {
    return (writer.failed ? history_.failed : history_.transactions)[writer.transaction].call;
  }
  const Call* call_of(std::uint32_t transaction) const {
    return history_.transactions[transaction].call;
  }
  void accuse(const char* name, const Value& key, std::vector<const Call*> calls,
              std::string words) {
    inferred_.anomalies.push_back(
        {.name = name, .key = key, .calls = std::move(calls), .words = std::move(words)});
  }

  /// What a transaction knows of one key while it runs.
  struct Local {
    std::optional<Value> seen{};  ///< what it read last, with what it did since; if that is known
    Value::List appended{};       ///< while nothing is known of what stood before
    std::optional<Value> written{};
  };

  void note(const Transaction& transaction, std::uint32_t number, bool failed) {
    std::map<Value, Local> locals;
    for (const Micro& part : transaction.parts) {
      KeyHistory& of_key = keys_[part.key];
      Local& local = locals[part.key];
      if (part.part == Part::read) {
        if (part.known && !failed) note_read(part, number, of_key, local);
        continue;
      }
      note_write(transaction, part, number, failed, of_key, local);
    }
    for (auto& [key, local] : locals)
      if (local.written) keys_[key].writers[*local.written].last = true;
  }

  void note_write(const Transaction& transaction, const Micro& part, std::uint32_t number,
                  bool failed, KeyHistory& of_key, Local& local) {
    const bool fresh =
        of_key.writers
            .emplace(part.value, Writer{.transaction = number, .last = false, .failed = failed})
            .second;
    if (!fresh)
      accuse("duplicate-write", part.key, {transaction.call},
             str(to_string(part.value), " is written to ", to_string(part.key),
                 " twice: what was read cannot be told apart"));
    local.written = part.value;
    if (part.part == Part::write) {
      local.seen = part.value;
      return;
    }
    of_key.lists = true;
    if (local.seen && (local.seen->is_list() || local.seen->is_nil())) {
      Value::List longer = local.seen->is_list() ? local.seen->as_list() : Value::List{};
      longer.push_back(part.value);
      local.seen = Value(std::move(longer));
    } else {
      local.appended.push_back(part.value);
    }
  }

  void note_read(const Micro& part, std::uint32_t number, KeyHistory& of_key, Local& local) {
    const Value& value = part.value;
    if (value.is_list()) of_key.lists = true;
    const bool both_empty = local.seen && is_empty(*local.seen) && is_empty(value);
    const bool same = !local.seen || *local.seen == value || both_empty;
    if (!same || !ends_in(value, local.appended))
      accuse("internal", part.key, {call_of(number)},
             str("a transaction reads ", to_string(part.value), " of ", to_string(part.key),
                 ", which contradicts what it did or read before"));
    // Of a register only the first read, before any write of its own, is of what others did.
    if (value.is_list() || (!local.seen && !local.written))
      of_key.reads.push_back({.transaction = number, .value = &value});
    local.appended.clear();
    local.seen = value;
  }

  static bool is_empty(const Value& value) {
    return value.is_nil() || (value.is_list() && value.as_list().empty());
  }
  static bool ends_in(const Value& value, const Value::List& tail) {
    if (tail.empty()) return true;
    if (!value.is_list() || value.as_list().size() < tail.size()) return false;
    return std::equal(tail.rbegin(), tail.rend(), value.as_list().rbegin());
  }

  const Writer* find(const KeyHistory& of_key, const Value& value) const {
    const auto writer = of_key.writers.find(value);
    return writer == of_key.writers.end() ? nullptr : &writer->second;
  }

  /// G1a, G1b and phantom, for a value that `reader` saw as the newest.
  void judge_read(const Value& key, const Value& value, const Writer* writer,
                  std::uint32_t reader) {
    if (writer == nullptr) {
      accuse("phantom", key, {call_of(reader)},
             str("a read of ", to_string(key), " shows ", to_string(value), ", never written"));
    } else if (writer->failed) {
      accuse("G1a", key, {call_of(*writer), call_of(reader)},
             str("a read of ", to_string(key), " shows ", to_string(value),
                 " of a transaction that failed"));
    } else if (!writer->last && writer->transaction != reader) {
      accuse("G1b", key, {call_of(*writer), call_of(reader)},
             str("a read of ", to_string(key), " shows ", to_string(value),
                 ", which its own transaction went on to change"));
    }
  }

  // Dependencies of one list.
  void infer_list(const Value& key, const KeyHistory& of_key) {
    static const Value::List k_empty;
    const auto elements = [](const Value& value) -> const Value::List& {
      return value.is_list() ? value.as_list() : k_empty;
    };
    const KeyHistory::Read* longest = nullptr;
    for (const auto& read : of_key.reads)
      if (longest == nullptr || elements(*read.value).size() > elements(*longest->value).size())
        longest = &read;
    if (longest == nullptr) return;
    const Value::List& order = elements(*longest->value);
    judge_elements(key, of_key, order, longest->transaction);
    for (const auto& read : of_key.reads) {
      const Value::List& seen = elements(*read.value);
      if (!std::equal(seen.begin(), seen.end(), order.begin())) {
        accuse("incompatible-order", key,
               {call_of(read.transaction), call_of(longest->transaction)},
               str("two reads of ", to_string(key), " show ", to_string(*read.value), " and ",
                   to_string(*longest->value), ", neither the beginning of the other"));
        continue;
      }
      if (!seen.empty()) {
        const Writer* writer = find(of_key, seen.back());
        judge_read(key, seen.back(), writer, read.transaction);
        depend(writer, read.transaction, k_wr);
      }
      // The next element of another transaction replaced what this one read.
      for (std::size_t i = seen.size(); i < order.size(); ++i) {
        const Writer* next = find(of_key, order[i]);
        if (next == nullptr || next->failed) continue;
        inferred_.dependencies.add(read.transaction, next->transaction, k_rw);
        break;
      }
      if (seen.size() == order.size()) unseen_follow(of_key, order, read.transaction);
    }
    for (std::size_t i = 1; i < order.size(); ++i) {
      const Writer* before = find(of_key, order[i - 1]);
      const Writer* after = find(of_key, order[i]);
      if (after != nullptr && !after->failed) depend(before, after->transaction, k_ww);
    }
  }
  /// Appends that were ok, and that nobody saw, came after all that was seen.
  void unseen_follow(const KeyHistory& of_key, const Value::List& order, std::uint32_t reader) {
    const std::unordered_set<Value> seen(order.begin(), order.end());
    for (const auto& [element, writer] : of_key.writers)
      if (!writer.failed && !seen.contains(element) && call_of(writer)->type == EventType::ok)
        inferred_.dependencies.add(reader, writer.transaction, k_rw);
  }
  void judge_elements(const Value& key, const KeyHistory& of_key, const Value::List& order,
                      std::uint32_t reader) {
    std::unordered_set<Value> once;
    for (const Value& element : order) {
      if (!once.insert(element).second)
        accuse("duplicate-elements", key, {call_of(reader)},
               str("a read of ", to_string(key), " shows ", to_string(element), " twice"));
      const Writer* writer = find(of_key, element);
      if (writer == nullptr || writer->failed) judge_read(key, element, writer, reader);
    }
  }
  void depend(const Writer* on, std::uint32_t transaction, Kinds kind) {
    if (on != nullptr && !on->failed)
      inferred_.dependencies.add(on->transaction, transaction, kind);
  }

  // Dependencies of one register.
  void infer_register(const Value& key, const KeyHistory& of_key) {
    std::unordered_map<Value, std::vector<std::uint32_t>> successors;  // value -> who replaced it
    for (const auto& read : of_key.reads) {
      const Writer* writer = find(of_key, *read.value);
      if (writer == nullptr && read.value->is_nil()) continue;
      judge_read(key, *read.value, writer, read.transaction);
      depend(writer, read.transaction, k_wr);
    }
    for (const auto& read : of_key.reads)
      for (const Micro& part : history_.transactions[read.transaction].parts)
        if (part.part == Part::write && part.key == key)
          successors[*read.value].push_back(read.transaction);
    for (const auto& [value, writer] : of_key.writers)
      if (!writer.failed && call_of(writer)->type == EventType::ok)
        successors[Value()].push_back(writer.transaction);
    for (const auto& read : of_key.reads) {
      const auto after = successors.find(*read.value);
      if (after == successors.end()) continue;
      for (const std::uint32_t next : after->second)
        inferred_.dependencies.add(read.transaction, next, k_rw);
    }
    for (const auto& [value, nexts] : successors)
      for (const std::uint32_t next : nexts) depend(find(of_key, value), next, k_ww);
  }

  const TransactionHistory& history_;
  std::map<Value, KeyHistory> keys_;
  Inferred inferred_;
};

}  // namespace

Result<TransactionHistory> gather_transactions(const std::vector<Call>& calls) {
  TransactionHistory history;
  for (const Call& call : calls) {
    TRY_ASSIGN(Transaction transaction, transaction_of(call));
    (call.type == EventType::fail ? history.failed : history.transactions)
        .push_back(std::move(transaction));
  }
  return history;
}

Inferred infer(const TransactionHistory& history) { return Inference(history).run(); }

void add_orders(const TransactionHistory& history, Dependencies& dependencies) {
  const auto& all = history.transactions;
  std::map<ProcessId, std::uint32_t> last_of;
  std::vector<std::uint32_t> by_end;
  for (std::uint32_t t = 0; t < all.size(); ++t) {
    const Call& call = *all[t].call;
    if (const auto last = last_of.find(call.process); last != last_of.end())
      dependencies.add(last->second, t, k_process);
    if (call.type != EventType::ok) continue;
    last_of[call.process] = t;
    by_end.push_back(t);
  }
  std::ranges::sort(by_end, {}, [&](std::uint32_t t) { return all[t].call->returned; });
  // Real time, but for what follows from others: only from those that nobody who ended since began
  // after.
  std::vector<std::uint32_t> frontier;
  std::size_t ended = 0;
  for (std::uint32_t t = 0; t < all.size(); ++t) {
    for (; ended < by_end.size() && all[by_end[ended]].call->returned < all[t].call->invoked;
         ++ended) {
      const std::int64_t began = all[by_end[ended]].call->invoked;
      std::erase_if(frontier, [&](std::uint32_t f) { return all[f].call->returned < began; });
      frontier.push_back(by_end[ended]);
    }
    for (const std::uint32_t before : frontier) dependencies.add(before, t, k_real_time);
  }
}

}  // namespace plumbline::properties
