// libFuzzer: etcd's reports of any bytes; what can be read is a history whose calls pair up.

#include "core/base/check.h"
#include "core/history/etcd_report.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace plumbline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)looks_like_etcd_report(text);
  const auto read = parse_etcd_report(text, "fuzz");
  if (!read) return 0;
  for (std::size_t i = 0; i < read->events.size(); ++i) {
    CHECK(read->events[i].index == static_cast<std::int64_t>(i), "indexes are positions");
    CHECK(i == 0 || read->events[i - 1].time <= read->events[i].time, "in the order of time");
  }
  return 0;
}
