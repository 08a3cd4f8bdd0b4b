#pragma once
/// Anomalies of transactions, found from what they read and wrote.
///
/// Dependencies (Adya 1999) are inferred as Elle does (Alvaro & Kingsbury, VLDB 2020):
///   lists      every element is appended once, so a read shows the order of the appends before it;
///              all reads of a key must be prefixes of the longest
///   registers  every value is written once; a transaction that reads a value and writes another
///              puts the two in order; the initial value is before all. Other orders are not known,
///              so fewer anomalies are found than with lists.
/// A dependency is a fact of every order that explains the reads, so each cycle is a contradiction:
/// no anomaly is reported that is not one. That none is found proves nothing more than that.
///
///   G0           a cycle of write dependencies
///   G1a          a read of what an aborted transaction wrote
///   G1b          a read of a value that its writer overwrote itself
///   G1c          a cycle of write and read dependencies
///   G-single     a cycle with one anti-dependency
///   G-nonadjacent  with several, none next to another
///   G2-item      with any
/// -process and -realtime behind a name: the cycle needs the order of a process, or real time.
///   internal, incompatible-order, duplicate-elements, phantom: reads that contradict themselves,
///   each other, or what was written at all.

#include <string>
#include <vector>

#include "checker/properties/properties.h"

namespace plumbline::properties {

/// From the weakest on.
const std::vector<std::string>& consistency_names();

/// Whether `anomaly` may not happen under `consistency`, a name of the above.
bool forbids(const std::string& consistency, const std::string& anomaly);

}  // namespace plumbline::properties
