#pragma once
/// Generates a history: clients that always have a call open, on atomic objects.
///
/// A call takes effect at a random point between its invocation and its answer. An indeterminate
/// one gets no answer; it takes effect before it is given up, at some time after, or never, and its
/// client goes on as a new process. One violation is planted if the shape asks for it (plant.h).
/// The same shape gives the same bytes. Lists that are read as a whole are read the more rarely the
/// longer they are, so that a history stays linear in its calls.
/// Cost: linear in the calls; memory: the objects, and the calls that are open.

#include <functional>
#include <string_view>

#include "bench/histories/shape.h"

namespace plumbline::bench {

/// The lines of the history (docs/history-format.md) are given to `out` piece by piece, each of
/// some whole lines. Fails: invalid, if the shape is (check_shape).
Status generate(const Shape& shape, const std::function<void(std::string_view)>& out);

}  // namespace plumbline::bench
