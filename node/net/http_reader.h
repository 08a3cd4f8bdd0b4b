#pragma once
/// HttpReader: cuts a byte stream into HTTP/1.1 requests, with bounds on everything. It stops after
/// each request until that is taken, so that pipelined requests wait their turn.
/// Threads: none.

#include <http_parser.h>

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::net {

struct HttpRequest {
  std::string method;
  std::string path;                                        ///< as sent, still percent-encoded
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded; "?a&b=1" = {a, ""}, {b, 1}
  std::string body;
  bool keep_alive = true;

  const std::string* parameter(std::string_view name) const;  ///< null: not given
};

/// What is wrong with a request, as the status that says so.
struct HttpFault {
  int status = 400;
  std::string what;
};

class HttpReader {
 public:
  static constexpr std::size_t k_target_max = 8 << 10;
  static constexpr std::size_t k_header_max = 16 << 10;  ///< all names and values together
  static constexpr std::size_t k_body_max = 512 << 10;

  HttpReader();
  HttpReader(const HttpReader&) = delete;  // the parser holds a pointer to this
  HttpReader& operator=(const HttpReader&) = delete;

  /// Takes what it can of `bytes`, up to the end of one request; gives how many those were.
  /// Fails: the stream cannot be used any further. Requires: no whole request waits to be taken.
  std::expected<std::size_t, HttpFault> feed(std::string_view bytes);
  bool complete() const { return complete_; }
  bool partial() const { return started_ && !complete_; }
  /// The client waits for "100 Continue" before it sends the body. True once a request.
  bool take_expectation() { return std::exchange(expects_continue_, false); }
  /// Requires: complete(). Fails: the target is not one.
  std::expected<HttpRequest, HttpFault> take();

 private:
  static HttpReader& of(http_parser* parser) { return *static_cast<HttpReader*>(parser->data); }
  static const http_parser_settings& callbacks();
  int stop(int status, std::string what);
  int on_header(const char* at, std::size_t length, bool value);
  int on_headers_complete();

  http_parser parser_{};
  std::string target_;
  std::string header_name_;
  std::string header_value_;
  bool last_was_value_ = false;
  std::size_t header_bytes_ = 0;
  HttpRequest request_;
  bool started_ = false;
  bool complete_ = false;
  bool expects_continue_ = false;
  std::optional<HttpFault> fault_;
};

/// "%41" to "A". Nothing, if a % is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace plumbline::net
