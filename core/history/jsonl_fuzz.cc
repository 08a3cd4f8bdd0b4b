// Any bytes as JSON lines: an error or a history, never a crash; and what was read can be written
// as JSON lines and read back. The stream reader says the same of it.

#include <cstdint>

#include "core/base/check.h"
#include "core/history/edn.h"
#include "core/history/jepsen_log.h"
#include "core/history/read_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = parse_jsonl(text, "fuzz");
  const auto table = parse_table(text, "fuzz");
  const auto calls =
      read ? pair_calls(read->events) : Result<std::vector<Call>>(std::unexpected(read.error()));
  CHECK(table.has_value() == calls.has_value(), table   ? calls.error().what
                                                : calls ? table.error().what
                                                        : "");
  if (calls) {
    CHECK(table->calls.size() == calls->size(), "another number of calls");
    for (std::size_t row = 0; row < calls->size(); ++row) {
      const Call call = table->calls.call(row);
      CHECK(describe(call) == describe((*calls)[row]), describe(call));
    }
  }
  if (!read) return 0;
  for (const Event& event : read->events) {
    const std::string line = to_json_line(event);
    const auto again = from_json_line(line);
    CHECK(again.has_value(), line);
    CHECK(to_json_line(*again) == line, line);
  }
  return 0;
}
