#pragma once
/// Key-value stores of texts with append, where each read tells which texts it consists of.
///
/// Let no text that is put or appended be empty or the beginning of another; or let none be empty
/// or the end of another (so in both cases none is used twice). Then a text that was read can be
/// taken apart in one way only: what it begins with, or else what it ends with, is one certain
/// text, and so on with the rest. It must be perhaps one that was put, then ones that were
/// appended. So each append that was seen follows one certain update at once, and updates with
/// their reads form chains as in zones.h, each from the start or from a put: nothing lies in
/// between, or the read would show it. An update that nobody saw is a chain of its own: a put
/// always; an append because it can stand at the end of any chain, nobody looks there. Chains are
/// ordered as there, by the same proof; the first is that of the start. Not linearizable if a read
/// shows what nobody wrote, or two reads differ in what comes before a text, or after it: these
/// reads are the core, as what is put or appended comes but once. Cost: O(t log n) for t texts in
/// all reads together. Source: zones.h.

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// For the model kv. Gives: nothing unless all calls are get, put and append, of texts as above.
std::optional<DirectAnswer> decide_by_texts(const std::vector<NormalCall>& calls,
                                            const ModelEntry& model, const Value& initial,
                                            Budget& budget);

}  // namespace plumbline
