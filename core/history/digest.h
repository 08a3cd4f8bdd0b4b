#pragma once
/// A history's digest: tells whether a certificate was made for this history. It is of what the
/// client calls say (which process asked for what of which key, when in the order of events, and
/// how it ended), so it is the same however the file is written, packed or indented.
/// Cost:   one pass. Source: CRC-32 (zlib), which finds accidents, not forgers: a certificate is
///         checked against the calls themselves, whatever its digest says.

#include <string>
#include <vector>

#include "core/history/call_table.h"
#include "core/history/history.h"

namespace plumbline {

/// "crc32:1f2e3d4c".
std::string digest_of(const std::vector<Call>& calls);
std::string digest_of(const CallTable& calls);

}  // namespace plumbline
