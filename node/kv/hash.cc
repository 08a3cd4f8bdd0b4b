#include "node/kv/hash.h"

namespace plumbline::kv {
namespace {

// The finisher of SplitMix64 (Steele, Lea, Flood 2014): every bit in changes half of the bits out.
std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// Low byte first whatever the machine's order is.
std::uint64_t word_at(std::string_view text, std::size_t from, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i)
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[from + i])) << (8 * i);
  return word;
}

constexpr std::uint64_t k_seed_of_texts = 0x706c756d62ULL;
constexpr std::uint64_t k_seed_of_revisions = 0x6c696e65ULL;
constexpr std::uint64_t k_odd = 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio

}  // namespace

std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = scramble(seed ^ (text.size() * k_odd));
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    hash = (hash ^ word_at(text, at, 8)) * k_odd;
    hash ^= hash >> 29;
  }
  return scramble(hash ^ word_at(text, at, text.size() - at));
}

std::uint64_t share_of_text(const std::string& key, std::uint64_t position, std::string_view text) {
  return hash_of(text, hash_of(key, k_seed_of_texts) + position * k_odd);
}

std::uint64_t share_of_value(const std::string& key, const Stored& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return share_of_text(key, k_no_list, *text);
  std::uint64_t share = 0;
  std::uint64_t position = 0;
  for (const std::string& text : std::get<List>(value))
    share += share_of_text(key, position++, text);
  return share;
}

std::uint64_t share_of_revision(const std::string& key, std::uint64_t revision) {
  return scramble(hash_of(key, k_seed_of_revisions) ^ scramble(revision * k_odd));
}

}  // namespace plumbline::kv
