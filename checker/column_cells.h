#pragma once
/// CellColumns: decide_by_zones (zones.h, which has the proof) for registers and keys of stores,
/// over columns: per value eight numbers, no objects, one pass over the calls.
///
/// Rule 2 of normalise.h, as a least fixpoint: use(v) is the latest return of a required call that
/// needs v, and of what an indeterminate update v -> w hands on: use(w), if it is kept, that is, if
/// use(w) is not before its invocation. Values are settled from the latest use down, so each is
/// settled once. (normalise() leaves out what is not kept and starts again until nothing changes.
/// That comes to the same: what is left out there is never kept here, as use() only shrinks; and of
/// what stays there each hands on its use, as it is kept.)
///
/// Order: chains by min(f, s), in a chain its values in order, of each value the writer, then the
/// observers by invocation. It keeps real time iff no writer and no earliest returning observer
/// returned before the latest invocation of all that stands before it: observers among themselves
/// are in order of invocation already.
///
/// Cores: let each value have one writer among the kept calls. A set of calls that has with each
/// call the writer of the value it needs is linearizable if the whole is: in a linearization of the
/// whole, the last update before a call is the writer of the value it needs (or there is none, and
/// it needs the initial value), and still is when all others are deleted. So the calls that
/// contradict one another, with the writers before them in their chains, prove the whole to be
/// invalid. An indeterminate update in it is there because some required call needs its value, or a
/// later one of its chain: that call is put in too, or else rule 2 would drop the update.
/// Of texts that are appended to, column_texts.h says what calls need and leave, and what must
/// be put in besides.
///
/// Requires: KeyRows of which decide() was asked last stay alive.
/// Cost:   O(n) and sorting the chains; 40 bytes a value.

#include "checker/column_rows.h"
#include "checker/column_texts.h"
#include "checker/column_walk.h"

namespace plumbline {

class CellColumns {
 public:
  /// Nothing: some value is written twice and ColumnWalk does not get through; or some call is none
  /// of read, write, cas and remove; or something is appended, and TextColumns is not for that.
  std::optional<bool> decide(const KeyRows& key);
  /// How: as verdicts call it.
  const char* means() const {
    return walked_ ? "one walk" : of_texts_ ? "order of texts" : "zones";
  }
  /// A linearization. Requires: decide() said true.
  std::vector<std::uint32_t> order() const;
  /// Requires: decide() said false.
  ColumnCore core() const;

 private:
  static constexpr std::uint32_t k_none = 0xffffffff;
  static constexpr std::uint32_t k_open = CallTable::k_open_row;

  /// Everything that concerns one value.
  struct Cluster {
    std::uint32_t written = k_none;  ///< invocation of its writer
    std::uint32_t write_returned = k_open;
    std::uint32_t first_read = k_open;  ///< least return of its observers
    std::uint32_t last_read = 0;        ///< greatest invocation of them
    std::uint32_t next = k_none;        ///< what the update of this value leaves
    std::uint32_t from = k_none;        ///< what its writer needs
    std::uint32_t use = 0;              ///< 0: never
    bool has_writer() const { return written != k_none; }
    bool needed() const { return first_read != k_open || next != k_none; }
  };
  using Step = ColumnStep;
  struct Late {  ///< an indeterminate update
    std::uint32_t from, to, invoked;
  };
  struct Chain {
    std::uint64_t key;  ///< 1 + min(f, s); 0: of the initial value
    std::uint32_t root;
    bool operator<(const Chain& other) const { return key < other.key; }
  };

  std::optional<bool> decide_steps();
  bool walk();
  Step step(std::uint32_t row) const;
  bool happened(std::uint32_t row, const Step& update) const;
  void number_values();
  std::uint32_t slot(ValueId id);
  std::uint32_t slot_of(ValueId id) const;
  bool take(std::uint32_t row);
  bool update(std::uint32_t from, std::uint32_t to, std::uint32_t invoked, std::uint32_t returned);
  void find_uses();
  bool keep_needed();
  bool follow_chains();
  bool in_real_time() const;

  friend class CellCore;

  const KeyRows* key_ = nullptr;
  TextColumns texts_;
  bool of_texts_ = false;  ///< steps are those of texts_
  ColumnWalk walk_;
  bool walked_ = false;       ///< the order is walk_'s
  bool wrong_texts_ = false;  ///< they cannot be taken apart: that is why it is invalid
  std::vector<Cluster> clusters_;
  bool dense_ = false;
  ValueId low_ = 0;  ///< dense: the value of slot 1; nil has slot 0
  FlatMap<ValueId> slots_;
  std::uint32_t initial_ = 0;
  std::vector<Late> late_;
  std::vector<Chain> chains_;
  bool doubled_ = false;  ///< two updates need the same value
};

}  // namespace plumbline
