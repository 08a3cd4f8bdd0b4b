#pragma once
/// ListColumns: decide_by_append_order (zones.h, which has the proof) over columns.
///
/// Cores: in a linearization all observers may be deleted, and any append whose element no kept
/// observer shows: as a list only grows, every kept observer stands before it. So observers that
/// contradict one another, with the appends of all that they show, prove the whole to be invalid.
///
/// Cost:   O(n) and the length of the lists that were read.

#include "checker/column_rows.h"

namespace plumbline {

class ListColumns {
 public:
  /// Nothing: an element that was seen is appended twice, or some call is neither append nor read
  /// of a list; or the list does not start empty.
  std::optional<bool> decide(const KeyRows& key);
  /// A linearization. Requires: decide() said true.
  std::vector<std::uint32_t> order() const;
  /// Requires: decide() said false.
  ColumnCore core() const;

 private:
  static constexpr std::uint32_t k_none = 0xffffffff;
  static constexpr std::uint32_t k_open = CallTable::k_open_row;

  /// What makes the list one element longer, and who saw it at that length.
  struct Stage {
    std::uint32_t append = k_none;                     ///< row
    std::uint32_t first_read = k_open, last_read = 0;  ///< least return, greatest invocation
    std::uint32_t early = k_none, late = k_none;       ///< the rows of these
  };

  /// What a required read answered; nothing if it is no list in the table.
  std::optional<std::span<const ValueId>> answer(std::uint32_t row) const;
  bool find_longest();
  void place_elements();
  void take_reads();
  bool take_appends();
  bool explained();
  bool in_real_time();
  void contradict(std::uint32_t early, std::uint32_t late, bool late_is_append, std::size_t shown);
  std::uint32_t first_reader(std::size_t stage) const;
  bool is_read(std::uint32_t row) const { return key_->operation(row) == ColumnOperation::read; }

  const KeyRows* key_ = nullptr;
  std::span<const ValueId> longest_{};
  std::uint32_t longest_row_ = k_none;
  std::vector<Stage> stages_;          ///< by length
  FlatMap<ValueId> place_;             ///< of an element in the longest list, from 1
  std::vector<std::uint32_t> unseen_;  ///< required appends that nobody saw
  std::size_t repeated_ = 0;           ///< the first stage whose element came before, or 0
  std::vector<std::uint32_t> wrong_;   ///< rows that contradict one another
};

}  // namespace plumbline
