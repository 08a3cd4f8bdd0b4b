#pragma once
/// validate(gen): passes everything on and CHECKs the contract of gen.h on the way: an operation
/// has an f, a thread of the context that is free, a time that is not past, and a generator after
/// it; an event has a key that was given from here (or none). For tests: it costs a set lookup an
/// event.

#include "core/generator/gen.h"

namespace plumbline::gen {

GenPtr validate(GenPtr gen);

}  // namespace plumbline::gen
