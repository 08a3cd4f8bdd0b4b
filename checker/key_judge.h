#pragma once
/// KeyJudge: the answer for one key of a CallTable, and why it is invalid: over columns where the
/// model and the values allow it, else by decide() on the key's calls.
/// Threads: one each; they may share table, budget and options.

#include <memory>
#include <string>
#include <vector>

#include "checker/check.h"
#include "checker/column_cells.h"
#include "checker/column_lists.h"
#include "checker/decide.h"

namespace plumbline {

/// What was found of one key; Decision (decide.h) has the meaning of the fields.
struct KeyAnswer {
  Validity validity = Validity::unknown;
  std::int64_t position = k_open;
  std::string why{};
  std::string disagreement{};  ///< of another engine, if CheckOptions::cross_check asks for it
  const char* means = "";
  bool ordered = false;
  std::vector<std::int64_t> order{};  ///< ids; only if CheckOptions::certify asks for it
  /// Invalid, and not over columns: what explain() would have to find again.
  struct Found {
    std::vector<Call> calls;
    Decision decision;  ///< points to `calls`
  };
  std::shared_ptr<const Found> found{};
};

class KeyJudge {
 public:
  KeyJudge(const CallTable& table, const ModelEntry& model, const CheckOptions& options);

  /// Why some call is none of the model's; empty if all are.
  std::string refuse() const;
  /// Takes: the rows of one key, in order of invocation.
  KeyAnswer decide(std::span<const std::uint32_t> rows, Budget& budget);
  /// The evidence. A large key that was decided over columns is explained by the calls that
  /// contradict one another alone (column_cells.h and column_lists.h say why they suffice): order
  /// and state are of these, explained_up_to is of the whole, or earlier if the budget ran out.
  Counterexample explain(std::span<const std::uint32_t> rows, const KeyAnswer& answer,
                         Budget& budget);

 private:
  /// Up to so many calls the whole key is explained: it takes some twenty decisions.
  static constexpr std::size_t k_explained_whole = 2'000;

  bool surely_takes(std::uint32_t row) const;
  KeyAnswer decide_once(std::span<const std::uint32_t> rows, Budget& budget);
  std::optional<bool> by_columns(const KeyRows& key);
  ColumnCore core() const;
  KeyRows rows_of(std::span<const std::uint32_t> rows) const;
  std::vector<Call> calls_of(std::span<const std::uint32_t> rows) const;
  /// The first contradiction, and the position up to which there is none.
  std::pair<ColumnCore, std::int64_t> narrow(KeyRows key, Budget& budget);
  Counterexample explain_whole(std::span<const std::uint32_t> rows, Budget& budget) const;

  const CallTable& table_;
  const ModelEntry& model_;
  const CheckOptions& options_;
  const bool store_;  ///< the model is kv
  const std::vector<ColumnOperation> operations_;
  enum class Kind : std::uint8_t { cell, list, other } kind_ = Kind::other;
  ValueId initial_ = ValueTable::k_nil, empty_ = ValueTable::k_nil;
  CellColumns cells_;
  ListColumns lists_;
};

}  // namespace plumbline
