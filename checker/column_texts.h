#pragma once
/// TextColumns: keys of stores whose texts are appended to, made into cells: decide_by_texts
/// (appended_text.h, which has the proof) over columns.
///
/// There, a text that was read can be taken apart in one way only, and tells of each append in it
/// what it follows. The same holds of the text that a cas which is ok expected. So each text that
/// was put or appended, or left by a cas, a *piece*, stands for a value of its own: the state that
/// its update leaves. A get needs the value of the last piece that it shows (nil if it shows none);
/// an append that some call shows turns the value of the piece before it into its own, a cas that
/// of the last piece that it expects; delete leaves nil; every other update leaves its value
/// whatever there was. That is exact: an append that nobody shows is legal anywhere, and what it
/// leaves is not needed by anyone. CellColumns decides the rest. Without cas and delete its chains
/// are those of appended_text.h, and what an indeterminate update must be seen by is the same (rule
/// 2 of normalise.h here, rule 3 there: a get that shows a later piece of the chain needs the later
/// update, whose `from` hands that on). Links in which calls disagree make it invalid before that;
/// only nil may be appended to more than once, where the key is deleted.
///
/// Cores: a set of calls is *closed* if it has, with each call, the updates of all pieces that it
/// needs, and with each append whose place some call tells, such a call. Without delete, a closed
/// set is linearizable if the whole is. For take a linearization of the whole and delete all
/// others: a kept call has all that it needs before it, as it was; what stood between that and the
/// deletion was not there before (chains are contiguous), but what came before its chain. That
/// makes no difference: the chain begins with a put, or at the start of all, where nothing came
/// before. And nobody looks at the other kind of chain, an append that nobody saw. In a closed set
/// each link is told again, so calls that contradict one another by their places still do. Where
/// keys are deleted, only links in which calls disagree make it invalid here, and those do so by
/// themselves: each piece comes but once, whatever stands between.
///
/// Requires: the KeyRows of which take_apart() was asked last stay alive.
/// Cost:   O(t log n) for t texts in all different reads together; 48 bytes a text.

#include <string_view>

#include "checker/column_rows.h"
#include "core/history/flat_map.h"

namespace plumbline {

class TextColumns {
 public:
  /// What became of a key.
  enum class Parts : std::uint8_t {
    other,  ///< not for it: texts not as they must be; or nobody knows what an indeterminate cas
            ///< expected
    wrong,  ///< not linearizable
    known,  ///< step() tells
  };
  Parts take_apart(const KeyRows& key);
  /// Requires: take_apart() said that they are known.
  ColumnStep step(std::uint32_t row) const;
  /// Requires: take_apart() said that they are wrong.
  ColumnCore core() const;
  /// The rows that a closed set has besides `row`: not those that these need in turn.
  std::vector<std::uint32_t> besides(std::uint32_t row) const;

 private:
  static constexpr std::uint32_t k_none = 0xffffffff;
  /// A text that was put or appended; the first is the start, an empty one.
  struct Piece {
    std::uint64_t head = 0;  ///< its first bytes, as a number of the same order
    ValueId text = ValueTable::k_no_value;
    std::uint32_t length = 0;
    std::uint32_t row = k_none;
    bool appends = false;
    std::uint32_t before = k_none, after = k_none;            ///< as reads show it
    std::uint32_t told_before = k_none, told_after = k_none;  ///< rows of reads that told so
  };

  bool gather();
  bool add_update(std::uint32_t row);
  bool sort_pieces();
  ValueId needs(std::uint32_t row) const;
  bool removes(std::uint32_t row) const;
  bool take(std::uint32_t row);
  bool known(std::uint32_t row) const;
  bool link(std::uint32_t before, std::uint32_t after, std::uint32_t row);
  bool split(std::string_view text, std::vector<std::uint32_t>& parts) const;
  std::string_view text_of(const Piece& piece) const {
    return key_->table.values().text_of(piece.text);
  }
  std::uint64_t head_of(std::string_view text) const;
  bool less(std::uint64_t head, std::string_view text, const Piece& piece) const;
  bool stands_first(const Piece& piece, std::uint64_t head, std::string_view text) const;
  std::uint32_t first_piece(std::string_view text) const;
  void shown_in(std::uint32_t row, std::vector<std::uint32_t>& updates) const;

  const KeyRows* key_ = nullptr;
  bool removes_ = false;              ///< the key is deleted now and then
  bool backwards_ = false;            ///< texts are read from their ends
  std::vector<Piece> pieces_;         ///< sorted by text, in that direction
  FlatMap<ValueId> last_;             ///< of a text: the piece that it ends with
  std::vector<std::uint32_t> wrong_;  ///< reads that contradict one another
  std::vector<std::uint32_t> parts_;  ///< of the text at hand
};

}  // namespace plumbline
