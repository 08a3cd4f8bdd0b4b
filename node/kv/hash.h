#pragma once
/// The state machine's hash: 64 bits, the same on every machine; not meant against an adversary.
/// An item's share of the state's hash is a sum over its parts, so that a list grows by an append
/// at the cost of the appended text alone.

#include <cstdint>
#include <string>
#include <string_view>

#include "node/kv/commands.h"

namespace plumbline::kv {

std::uint64_t hash_of(std::string_view text, std::uint64_t seed);
/// The share of the text at `position` of a key's list; of a key's only text at k_no_list.
std::uint64_t share_of_text(const std::string& key, std::uint64_t position, std::string_view text);
inline constexpr std::uint64_t k_no_list = UINT64_MAX;
std::uint64_t share_of_value(const std::string& key, const Stored& value);
std::uint64_t share_of_revision(const std::string& key, std::uint64_t revision);

}  // namespace plumbline::kv
