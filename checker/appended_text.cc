#include "checker/appended_text.h"

#include <algorithm>
#include <string_view>

#include "checker/models/kv.h"
#include "checker/order.h"

namespace plumbline {
namespace {

/// A text that was put or appended; the first is the start of the history, an empty one.
struct Piece {
  const NormalCall* update = nullptr;
  std::string_view text{};
  std::size_t before = SIZE_MAX, after = SIZE_MAX;  ///< as reads show it
  /// Reads that told so.
  const NormalCall *read_before = nullptr, *read_after = nullptr;
  std::vector<const NormalCall*> reads{};  ///< of what this update left

  bool appends() const { return update != nullptr && update->call->f == "append"; }
};

class Texts {
 public:
  explicit Texts(const std::vector<NormalCall>& calls) : calls_(calls) {}
  std::optional<DirectAnswer> decide();

 private:
  /// False if some text is not of the kind that can be taken apart.
  bool gather();
  bool sort_pieces();
  bool less(std::string_view a, std::string_view b) const {
    return backwards_ ? std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend())
                      : a < b;
  }
  bool begins(std::string_view text, std::string_view with) const {
    return backwards_ ? text.ends_with(with) : text.starts_with(with);
  }
  /// Its pieces, first to last; nothing if there is something else in it.
  std::optional<std::vector<std::size_t>> split(std::string_view text) const;
  /// False, with a core, if this read cannot be.
  bool take_apart(const NormalCall& read);
  std::size_t find(std::string_view text) const;
  bool link(std::size_t before, std::size_t after, const NormalCall& read);
  DirectAnswer ordered() const;

  const std::vector<NormalCall>& calls_;
  bool backwards_ = false;     ///< texts are read from their ends
  std::vector<Piece> pieces_;  ///< sorted by text, in that direction
  std::vector<const NormalCall*> core_;
};

bool Texts::gather() {
  pieces_.resize(1);
  for (const NormalCall& c : calls_) {
    if (c.role == Role::observer) {
      if (!KvCell::is_get(*c.call) || !(c.call->result.is_nil() || c.call->result.is_text()))
        return false;
      continue;
    }
    const bool known = c.call->f == "append" || KvCell::is_put(*c.call);
    if (!known || !c.call->arguments.is_text()) return false;
    pieces_.push_back({.update = &c, .text = c.call->arguments.as_text()});
  }
  if (sort_pieces()) return true;
  backwards_ = true;
  return sort_pieces();
}

/// False: read in this direction, some text begins another.
bool Texts::sort_pieces() {
  std::sort(pieces_.begin() + 1, pieces_.end(),
            [this](const Piece& a, const Piece& b) { return less(a.text, b.text); });
  // If a text begins another, it also begins the one that follows it in this order.
  for (std::size_t i = 1; i < pieces_.size(); ++i)
    if (pieces_[i].text.empty() || (i > 1 && begins(pieces_[i].text, pieces_[i - 1].text)))
      return false;
  return true;
}

/// The piece that `text` begins with; 0 if there is none.
std::size_t Texts::find(std::string_view text) const {
  const auto after =
      std::upper_bound(pieces_.begin() + 1, pieces_.end(), text,
                       [this](std::string_view t, const Piece& p) { return less(t, p.text); });
  const auto at = static_cast<std::size_t>(after - pieces_.begin()) - 1;
  return at > 0 && begins(text, pieces_[at].text) ? at : 0;
}

std::optional<std::vector<std::size_t>> Texts::split(std::string_view text) const {
  std::vector<std::size_t> parts;
  while (!text.empty()) {
    const std::size_t next = find(text);
    if (next == 0) return std::nullopt;
    parts.push_back(next);
    const std::size_t length = pieces_[next].text.size();
    backwards_ ? text.remove_suffix(length) : text.remove_prefix(length);
  }
  if (backwards_) std::ranges::reverse(parts);
  return parts;
}

bool Texts::link(std::size_t before, std::size_t after, const NormalCall& read) {
  Piece &a = pieces_[before], &b = pieces_[after];
  if (b.before == before && a.after == after) return true;
  const NormalCall* other = b.before != SIZE_MAX ? b.read_before : a.read_after;
  if (other != nullptr) {
    core_ = {other, &read};
    return false;
  }
  b.before = before;
  b.read_before = &read;
  a.after = after;
  a.read_after = &read;
  return true;
}

bool Texts::take_apart(const NormalCall& read) {
  const std::string whole = Kv::text_of(read.call->result);
  const auto parts = split(whole);
  bool fits = parts.has_value();
  for (std::size_t i = 1; fits && i < parts->size(); ++i) fits = pieces_[(*parts)[i]].appends();
  if (!fits) {
    core_ = {&read};
    return false;
  }
  std::size_t last = 0;
  for (const std::size_t next : *parts) {
    if (pieces_[next].appends() && !link(last, next, read)) return false;
    last = next;
  }
  pieces_[last].reads.push_back(&read);
  return true;
}

DirectAnswer Texts::ordered() const {
  struct Chain {
    std::int64_t key = 0;
    std::vector<const NormalCall*> calls{};
  };
  std::vector<Chain> chains;
  for (std::size_t root = 0; root < pieces_.size(); ++root) {
    if (pieces_[root].before != SIZE_MAX) continue;
    Chain chain;
    std::int64_t first_return = root == 0 ? -1 : k_open, last_invoked = -1;
    for (std::size_t at = root; at != SIZE_MAX; at = pieces_[at].after) {
      if (pieces_[at].update != nullptr) chain.calls.push_back(pieces_[at].update);
      chain.calls.insert(chain.calls.end(), pieces_[at].reads.begin(), pieces_[at].reads.end());
    }
    // An indeterminate update that nobody saw need not have happened.
    if (chain.calls.size() == 1 && !chain.calls[0]->required) continue;
    for (const NormalCall* c : chain.calls) {
      first_return = std::min(first_return, c->returned);
      last_invoked = std::max(last_invoked, c->call->invoked);
    }
    chain.key = std::min(first_return, last_invoked);
    chains.push_back(std::move(chain));
  }
  std::stable_sort(chains.begin(), chains.end(),
                   [](const Chain& a, const Chain& b) { return a.key < b.key; });
  std::vector<const NormalCall*> order;
  for (const Chain& c : chains) order.insert(order.end(), c.calls.begin(), c.calls.end());
  if (!respects_real_time(order)) return {};
  return {.linearizable = true, .order = std::move(order)};
}

std::optional<DirectAnswer> Texts::decide() {
  if (!gather()) return std::nullopt;
  for (const NormalCall& c : calls_)
    if (c.role == Role::observer && !take_apart(c)) return DirectAnswer{.core = core_};
  return ordered();
}

}  // namespace

std::optional<DirectAnswer> decide_by_texts(const std::vector<NormalCall>& calls,
                                            const ModelEntry& /*model*/, const Value& initial,
                                            Budget& /*budget*/) {
  if (!Kv::initial(initial).is_nil()) return std::nullopt;
  return Texts(calls).decide();
}

}  // namespace plumbline
