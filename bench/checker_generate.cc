/// bench_checker_generate [--MODEL's and other settings]: writes a generated history to standard
/// output. `bench_checker_generate --help` has the settings; histories/shape.h says what they mean.

#include <charconv>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>

#include "bench/histories/source.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::bench {
namespace {

std::string usage() {
  return str(
      "usage: bench_checker_generate [SETTING ...] >history.jsonl\n"
      "  --model M          ",
      join(model_names(), ", "),
      "\n"
      "  --calls N          default 1000\n"
      "  --processes C      how many calls are open at any time, default 10\n"
      "  --values K         written over and over; 0, the default: each value once\n"
      "  --indeterminate S  share of the calls that get no answer, default 0\n"
      "  --keys N           objects, default 1\n"
      "  --skew Z           Zipf's exponent over the keys, default 0\n"
      "  --violation V      ",
      join(violation_names(), ", "),
      "\n"
      "  --at S             where in the history, default 0.9\n"
      "  --seed N           default 1; the same settings give the same bytes\n"
      "  --out FILE         instead of standard output\n");
}

Result<double> real(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Error::Code::invalid, "'" + text + "' is no number");
  return number;
}

Result<std::int64_t> whole(const std::string& text) {
  const auto number = parse_int(text);
  if (!number) return fail(Error::Code::invalid, "'" + text + "' is no whole number");
  return *number;
}

template <class Field, class Reading>
std::function<Status(const std::string&)> setter(Field& field, Reading reading) {
  return [&field, reading](const std::string& text) -> Status {
    TRY_ASSIGN(const auto read, reading(text));
    field = static_cast<Field>(read);
    return {};
  };
}

Status read_settings(const std::vector<std::string>& words, Shape& shape, std::string& file) {
  const std::map<std::string, std::function<Status(const std::string&)>> settings = {
      {"--model", setter(shape.model, model_named)},
      {"--calls", setter(shape.calls, whole)},
      {"--processes", setter(shape.processes, whole)},
      {"--values", setter(shape.values, whole)},
      {"--indeterminate", setter(shape.indeterminate, real)},
      {"--keys", setter(shape.keys, whole)},
      {"--skew", setter(shape.skew, real)},
      {"--violation", setter(shape.violation, violation_named)},
      {"--at", setter(shape.at, real)},
      {"--seed", setter(shape.seed, whole)},
      {"--out",
       [&file](const std::string& text) -> Status {
         file = text;
         return {};
       }},
  };
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto found = settings.find(words[i]);
    if (found == settings.end()) return fail(Error::Code::invalid, "no setting " + words[i]);
    if (i + 1 == words.size()) return fail(Error::Code::invalid, words[i] + " needs a value");
    if (auto done = found->second(words[i + 1]); !done) return context(done.error(), words[i]);
  }
  return check_shape(shape);
}

int run(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"--help"}) {
    std::cout << usage();
    return 0;
  }
  Shape shape;
  std::string file;
  if (auto read = read_settings(words, shape, file); !read) {
    std::cerr << "bench_checker_generate: " << read.error().what << "\n" << usage();
    return 2;
  }
  std::FILE* out = file.empty() ? stdout : std::fopen(file.c_str(), "wb");
  bool written = out != nullptr;
  if (written) {
    const auto done = generate(shape, [&](std::string_view text) {
      written = written && std::fwrite(text.data(), 1, text.size(), out) == text.size();
    });
    CHECK(done.has_value(), "the shape was checked");
    written = std::fclose(out) == 0 && written;
  }
  if (!written) std::perror("bench_checker_generate: write");
  return written ? 0 : 1;
}

}  // namespace
}  // namespace plumbline::bench

int main(int argc, char** argv) { return plumbline::bench::run({argv + 1, argv + argc}); }
