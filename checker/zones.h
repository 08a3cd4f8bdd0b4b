#pragma once
/// Two kinds of history in which the updates have but one possible order, or nearly so.
/// Cost: O(n log n).

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// Cells in which no value is written twice, nor the initial one again.
///
/// Then every call that needs value v comes after the one writer of v and before the next update,
/// and an indeterminate update that normalise() kept did happen (somebody saw its value). An update
/// a -> b follows the writer of a at once: updates form chains, each from the initial value or from
/// an overwriting call. Two updates of the same value, a value without a writer, or a cycle: not
/// linearizable. Else each chain with its observers is contiguous in every linearization, and its
/// inner order is fixed but for observers of one value, which may as well go by invocation.
///
/// Chains: let f be the least return in a chain and s its greatest invocation. A must precede B iff
/// f_A < s_B. Put them in order of min(f, s). If that breaks real time, A stands behind B though
/// f_A < s_B, and min(f_B, s_B) < min(f_A, s_A): the minimum of B is not s_B (as f_A < s_B), so
/// f_B < f_A and f_B < s_A, so B must precede A too: there is no order at all. So the order either
/// is a linearization or proves that there is none.
///
/// Gives: nothing if some value is written twice.
/// Source: Gibbons & Korach 1997 for registers (forward and backward zones); chains are ours.
std::optional<DirectAnswer> decide_by_zones(const std::vector<NormalCall>& calls,
                                            const ModelEntry& model, const Value& initial,
                                            Budget& budget);

/// list-append in which no element is appended twice. Every read is a state of one growing list, so
/// reads must be prefixes of the longest, which gives the order of all appends that were seen; the
/// required ones that nobody saw follow in any order, the indeterminate ones that nobody saw are
/// gone (normalise). Only reads of one state, and appends that nobody saw, may be exchanged, and by
/// invocation is as good as any order.
/// Gives: nothing if an element is appended twice.
std::optional<DirectAnswer> decide_by_append_order(const std::vector<NormalCall>& calls,
                                                   const ModelEntry& model, const Value& initial,
                                                   Budget& budget);

}  // namespace plumbline
