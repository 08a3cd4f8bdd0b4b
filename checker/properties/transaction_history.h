#pragma once
/// Transactions as the anomalies' rules see them, and the dependencies that follow from their
/// reads.

#include <optional>
#include <string>
#include <vector>

#include "checker/properties/dependencies.h"
#include "core/base/result.h"
#include "core/history/history.h"

namespace plumbline::properties {

enum class Part : std::uint8_t { read, write, append };

struct Micro {
  Part part = Part::read;
  Value key{};
  Value value{};      ///< written, appended or read
  bool known = true;  ///< a read of an indeterminate transaction is not
};

struct Transaction {
  const Call* call = nullptr;
  std::vector<Micro> parts{};
};

/// One contradiction that needs no cycle.
struct Anomaly {
  std::string name;
  Value key{};
  std::vector<const Call*> calls{};
  std::string words{};
};

struct TransactionHistory {
  std::vector<Transaction> transactions{};  ///< not the failed ones; in order of invocation
  std::vector<Transaction> failed{};
};
/// Takes: txn calls, and read, write and append alone, which are transactions of one part.
/// Fails: invalid, naming a call that is none.
Result<TransactionHistory> gather_transactions(const std::vector<Call>& calls);

struct Inferred {
  Dependencies dependencies{0};
  std::vector<Anomaly> anomalies{};
};
/// The write, read and anti-dependencies; with the anomalies seen on the way.
Inferred infer(const TransactionHistory& history);
/// Adds the orders of processes and of real time.
void add_orders(const TransactionHistory& history, Dependencies& dependencies);

}  // namespace plumbline::properties
