#pragma once
/// Log: what a node says about itself, one line an event on stderr, for people and for grep:
/// `2026-01-31T12:00:00.123Z level=info event=role node=1 term=4 role=leader leader=1`
/// The time is the wall clock's, since only people read it.
/// Threads: safe; a line is one write.

#include <cstdint>
#include <string>
#include <string_view>

#include "node/replica/shell.h"

namespace plumbline::net {

class Log {
 public:
  /// Lines go to file descriptor `to` and carry `node`.
  explicit Log(std::uint64_t node, int to = 2) : node_(node), to_(to) {}

  using Fields = replica::LogFields;
  void info(std::string_view event, Fields fields = {}) const { line("info", event, fields); }
  void warn(std::string_view event, Fields fields = {}) const { line("warn", event, fields); }
  void error(std::string_view event, Fields fields = {}) const { line("error", event, fields); }
  void write(replica::LogLevel level, std::string_view event, Fields fields) const;

 private:
  void line(std::string_view level, std::string_view event, Fields fields) const;
  std::uint64_t node_;
  int to_;
};

}  // namespace plumbline::net
