#include "checker/column_texts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace plumbline {
namespace {

constexpr std::size_t k_head = sizeof(std::uint64_t);

}  // namespace

/// Numbers that are in order where the texts are, or equal.
std::uint64_t TextColumns::head_of(std::string_view text) const {
  static_assert(std::endian::native == std::endian::little);
  std::array<char, k_head> bytes{};
  const std::size_t count = std::min(text.size(), k_head);
  if (backwards_)
    std::memcpy(bytes.data() + k_head - count, text.data() + text.size() - count, count);
  else
    std::memcpy(bytes.data(), text.data(), count);
  const auto head = std::bit_cast<std::uint64_t>(bytes);
  return backwards_ ? head : __builtin_bswap64(head);
}

bool TextColumns::less(std::uint64_t head, std::string_view text, const Piece& piece) const {
  if (head != piece.head) return head < piece.head;
  const std::string_view other = text_of(piece);
  return backwards_ ? std::lexicographical_compare(text.rbegin(), text.rend(), other.rbegin(),
                                                   other.rend())
                    : text < other;
}

/// Does `text`, which has this head, begin with the piece? The heads mostly tell.
bool TextColumns::stands_first(const Piece& piece, std::uint64_t head,
                               std::string_view text) const {
  constexpr std::size_t k_bits = 8;
  if (piece.length > text.size()) return false;
  if (piece.length < k_head) return (piece.head ^ head) >> (k_bits * (k_head - piece.length)) == 0;
  if (piece.head != head) return false;
  return backwards_ ? text.ends_with(text_of(piece)) : text.starts_with(text_of(piece));
}

/// What a call needs, if it needs something: a get what it answered, a cas what it expects.
ValueId TextColumns::needs(std::uint32_t row) const {
  switch (key_->operation(row)) {
    case ColumnOperation::read:
      return key_->required(row) ? key_->result(row) : ValueTable::k_nil;
    case ColumnOperation::cas:
      return key_->argument(row);
    default:
      return ValueTable::k_nil;
  }
}

/// Does it leave nil whatever there was? A put of nothing is like a delete.
bool TextColumns::removes(std::uint32_t row) const {
  const ColumnOperation operation = key_->operation(row);
  const bool nothing = key_->argument(row) == ValueTable::k_nil && !key_->pair(row);
  return operation == ColumnOperation::remove || (operation == ColumnOperation::write && nothing);
}

/// False: not for it.
bool TextColumns::add_update(std::uint32_t row) {
  const ValueTable& values = key_->table.values();
  const ColumnOperation operation = key_->operation(row);
  if (operation == ColumnOperation::other) return false;
  if (key_->failed(row)) return true;
  if (removes(row)) {
    removes_ = true;
    return true;
  }
  const bool swaps = operation == ColumnOperation::cas;
  const ValueId id = swaps ? key_->second(row) : key_->argument(row);
  if (key_->pair(row) != swaps || !values.is_text(id)) return false;
  if (swaps && key_->argument(row) == id) return false;
  pieces_.push_back({.text = id,
                     .length = static_cast<std::uint32_t>(values.text_of(id).size()),
                     .row = row,
                     .appends = operation == ColumnOperation::append});
  return true;
}

/// False if some call or text is not of the kind that can be taken apart.
bool TextColumns::gather() {
  pieces_.assign(1, {});
  removes_ = false;
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    const ValueId text = needs(row);
    if (text == ValueTable::k_no_value) return false;
    if (text != ValueTable::k_nil && !key_->table.values().is_text(text)) return false;
    if (key_->operation(row) != ColumnOperation::read && !add_update(row)) return false;
  }
  // What fitted the key before this one most likely fits here too.
  if (sort_pieces()) return true;
  backwards_ = !backwards_;
  return sort_pieces();
}

/// False: read in this direction, some text begins another.
bool TextColumns::sort_pieces() {
  for (std::size_t i = 1; i < pieces_.size(); ++i) pieces_[i].head = head_of(text_of(pieces_[i]));
  std::sort(pieces_.begin() + 1, pieces_.end(), [this](const Piece& a, const Piece& b) {
    return a.head != b.head ? a.head < b.head : less(a.head, text_of(a), b);
  });
  last_.reset(key_->rows.size());
  for (std::uint32_t i = 1; i < pieces_.size(); ++i) {
    // If a text begins another, it also begins the one that follows it in this order.
    const Piece &a = pieces_[i - 1], &b = pieces_[i];
    if (i > 1 && a.length <= b.length && stands_first(a, b.head, text_of(b))) return false;
    last_.insert(b.text, i);
  }
  return true;
}

/// The piece that a text begins with; 0 if there is none.
std::uint32_t TextColumns::first_piece(std::string_view text) const {
  const std::uint64_t head = head_of(text);
  const auto after =
      std::upper_bound(pieces_.begin() + 1, pieces_.end(), text,
                       [&](std::string_view t, const Piece& p) { return less(head, t, p); });
  const auto at = static_cast<std::uint32_t>(after - pieces_.begin()) - 1;
  return at > 0 && stands_first(pieces_[at], head, text) ? at : 0;
}

/// The pieces of a text, first to last. False if there is something else in it.
bool TextColumns::split(std::string_view text, std::vector<std::uint32_t>& parts) const {
  parts.clear();
  while (!text.empty()) {
    // What follows the last one is mostly known.
    std::uint32_t next = k_none;
    if (!parts.empty())
      next = backwards_ ? pieces_[parts.back()].before : pieces_[parts.back()].after;
    if (next == k_none || next == 0 || !stands_first(pieces_[next], head_of(text), text))
      next = first_piece(text);
    if (next == 0) break;
    parts.push_back(next);
    const std::size_t length = pieces_[next].length;
    backwards_ ? text.remove_suffix(length) : text.remove_prefix(length);
  }
  if (backwards_) std::ranges::reverse(parts);
  return text.empty();
}

/// False if another call told something else.
bool TextColumns::link(std::uint32_t before, std::uint32_t after, std::uint32_t row) {
  Piece &a = pieces_[before], &b = pieces_[after];
  const bool again = removes_ && before == 0;  // what was removed may be appended to again
  std::uint32_t other = k_none;
  if (b.before != k_none && b.before != before) other = b.told_before;
  if (!again && a.after != k_none && a.after != after) other = a.told_after;
  if (other != k_none) {
    wrong_ = {other, row};
    return false;
  }
  b.before = before;
  b.told_before = row;
  a.after = after;
  a.told_after = row;
  return true;
}

/// Takes apart what a required call needs. False if that cannot be.
bool TextColumns::take(std::uint32_t row) {
  const ValueId id = needs(row);
  if (id == ValueTable::k_nil) return true;
  if (const std::uint32_t at = last_.find(id); at != k_none)
    return pieces_[at].text != id || !pieces_[at].appends || link(0, at, row);
  bool fits = split(key_->table.values().text_of(id), parts_);
  for (std::size_t i = 1; i < parts_.size(); ++i) fits = fits && pieces_[parts_[i]].appends;
  if (!fits) {
    wrong_ = {row};
    return false;
  }
  std::uint32_t last = 0;
  for (const std::uint32_t part : parts_) {
    if (pieces_[part].appends && !link(last, part, row)) return false;
    last = part;
  }
  last_.insert(id, last);
  return true;
}

/// Is it known what this call needs?
bool TextColumns::known(std::uint32_t row) const {
  if (key_->operation(row) != ColumnOperation::cas || key_->failed(row)) return true;
  const ValueId id = key_->argument(row);
  if (id == ValueTable::k_nil) return true;
  const std::uint32_t at = last_.find(id);
  return at != k_none &&
         (pieces_[at].text != id || !pieces_[at].appends || pieces_[at].before == 0);
}

TextColumns::Parts TextColumns::take_apart(const KeyRows& key) {
  key_ = &key;
  wrong_.clear();
  if (key.initial != ValueTable::k_nil || !gather()) return Parts::other;
  const auto all = [&](auto holds) {
    for (const std::uint32_t row : key.rows) {
      if (key.table.invoked(row) >= key.limit) break;
      if (!holds(row)) return false;
    }
    return true;
  };
  if (!all([&](std::uint32_t row) { return !key.required(row) || take(row); })) return Parts::wrong;
  return all([&](std::uint32_t row) { return known(row); }) ? Parts::known : Parts::other;
}

ColumnStep TextColumns::step(std::uint32_t row) const {
  using What = ColumnStep::What;
  // The value of a piece is its number.
  const auto value = [](std::uint32_t piece) { return piece == 0 ? ValueTable::k_nil : piece; };
  const auto needed = [&] {
    const ValueId text = needs(row);
    return text == ValueTable::k_nil ? text : value(last_.find(text));
  };
  const ColumnOperation operation = key_->operation(row);
  if (operation == ColumnOperation::read)
    return key_->required(row) ? ColumnStep{What::observe, needed()} : ColumnStep{What::nothing};
  if (key_->failed(row)) return {What::nothing};
  if (removes(row)) return {What::update, ValueTable::k_no_value, ValueTable::k_nil};
  if (operation == ColumnOperation::cas)
    return {What::update, needed(), last_.find(key_->second(row))};
  const std::uint32_t piece = last_.find(key_->argument(row));
  const std::uint32_t before = pieces_[piece].before;
  return {What::update, before == k_none ? ValueTable::k_no_value : value(before), piece};
}

/// Adds the updates of what a call needs, as far as it can be taken apart.
void TextColumns::shown_in(std::uint32_t row, std::vector<std::uint32_t>& updates) const {
  const ValueId id = needs(row);
  if (id == ValueTable::k_nil) return;
  std::vector<std::uint32_t> parts;
  split(key_->table.values().text_of(id), parts);
  for (const std::uint32_t part : parts) updates.push_back(pieces_[part].row);
}

std::vector<std::uint32_t> TextColumns::besides(std::uint32_t row) const {
  std::vector<std::uint32_t> rows;
  shown_in(row, rows);
  if (key_->operation(row) != ColumnOperation::append) return rows;
  const std::uint32_t told = pieces_[last_.find(key_->argument(row))].told_before;
  if (told != k_none) rows.push_back(told);
  return rows;
}

ColumnCore TextColumns::core() const {
  ColumnCore core{.rows = wrong_, .completed = 0};
  for (const std::uint32_t row : wrong_) {
    core.completed = std::max(core.completed, key_->returned(row));
    shown_in(row, core.rows);
  }
  std::ranges::sort(core.rows);
  core.rows.erase(std::unique(core.rows.begin(), core.rows.end()), core.rows.end());
  return core;
}

}  // namespace plumbline
