// Whatever a certificate's bytes are, reading them says what is wrong or gives one that is written
// and read back the same; and the verifier ends, whatever it says.

#include <cstdint>

#include "checker/verify/verify.h"
#include "core/base/check.h"
#include "core/history/codec.h"
#include "core/history/digest.h"

using namespace plumbline;

namespace {

std::vector<Call> small_history() {
  const auto read =
      parse_jsonl(R"({"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":1}
{"index":1,"time":1,"process":0,"type":"ok","f":"write","value":1}
{"index":2,"time":2,"process":1,"type":"invoke","f":"read"}
{"index":3,"time":3,"process":1,"type":"ok","f":"read","value":2}
{"index":4,"time":4,"process":0,"type":"invoke","f":"write","value":2}
{"index":5,"time":5,"process":0,"type":"info","f":"write","value":2}
)",
                  "fuzz");
  CHECK(read.has_value(), read.error().what);
  auto calls = pair_calls(read->events);
  CHECK(calls.has_value(), calls.error().what);
  return std::move(*calls);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Call> k_calls = small_history();
  static const std::string k_digest = digest_of(k_calls);
  auto read = parse_certificate({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!read) {
    CHECK(!read.error().what.empty(), "an error without words");
    return 0;
  }
  const std::string text = to_text(*read);
  const auto again = parse_certificate(text, "fuzz");
  CHECK(again.has_value(), again.error().what);
  CHECK(to_text(*again) == text, "not read back as it was written");
  read->calls = static_cast<std::int64_t>(k_calls.size());
  read->digest = k_digest;
  const Verification verification = verify(*read, k_calls);
  CHECK(!verification.why.empty(), "an answer without a reason");
  return 0;
}
