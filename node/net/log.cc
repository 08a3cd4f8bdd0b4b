#include "node/net/log.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>

namespace plumbline::net {
namespace {

std::string wall_time() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t whole = std::chrono::system_clock::to_time_t(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  ::gmtime_r(&whole, &utc);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(ms));
  return text;
}

std::string quoted(const std::string& value) {
  if (!value.empty() && value.find_first_of(" \"=\\") == std::string::npos) return printable(value);
  std::string out = "\"";
  for (const char c : printable(value, 500)) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

void Log::write(replica::LogLevel level, std::string_view event, Fields fields) const {
  switch (level) {
    case replica::LogLevel::info:
      return info(event, fields);
    case replica::LogLevel::warn:
      return warn(event, fields);
    case replica::LogLevel::error:
      return error(event, fields);
  }
}

void Log::line(std::string_view level, std::string_view event, Fields fields) const {
  std::string text = str(wall_time(), " level=", level, " event=", event, " node=", node_);
  for (const replica::LogField& field : fields)
    text += str(' ', field.key, '=', quoted(field.value));
  text += '\n';
  // A log that cannot be written is no reason to stop serving.
  [[maybe_unused]] const ssize_t written = ::write(to_, text.data(), text.size());
}

}  // namespace plumbline::net
