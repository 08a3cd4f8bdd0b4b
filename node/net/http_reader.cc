#include "node/net/http_reader.h"

#include <algorithm>
#include <cctype>

#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::net {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

const std::string* HttpRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return &value;
  return nullptr;
}

HttpReader::HttpReader() {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

const http_parser_settings& HttpReader::callbacks() {
  static const http_parser_settings settings = [] {
    http_parser_settings s{};
    s.on_message_begin = [](http_parser* p) {
      of(p).started_ = true;
      return 0;
    };
    s.on_url = [](http_parser* p, const char* at, std::size_t length) {
      HttpReader& self = of(p);
      self.target_.append(at, length);
      return self.target_.size() <= k_target_max ? 0 : self.stop(414, "the target is too long");
    };
    s.on_header_field = [](http_parser* p, const char* at, std::size_t length) {
      return of(p).on_header(at, length, false);
    };
    s.on_header_value = [](http_parser* p, const char* at, std::size_t length) {
      return of(p).on_header(at, length, true);
    };
    s.on_headers_complete = [](http_parser* p) { return of(p).on_headers_complete(); };
    s.on_body = [](http_parser* p, const char* at, std::size_t length) {
      HttpReader& self = of(p);
      self.request_.body.append(at, length);
      return self.request_.body.size() <= k_body_max ? 0 : self.stop(413, "the body is too long");
    };
    s.on_message_complete = [](http_parser* p) {
      of(p).complete_ = true;
      http_parser_pause(p, 1);
      return 0;
    };
    return s;
  }();
  return settings;
}

int HttpReader::stop(int status, std::string what) {
  fault_ = HttpFault{status, std::move(what)};
  return -1;
}

int HttpReader::on_header(const char* at, std::size_t length, bool value) {
  header_bytes_ += length;
  if (header_bytes_ > k_header_max) return stop(431, "the headers are too long");
  if (!value && last_was_value_) {
    header_name_.clear();
    header_value_.clear();
  }
  (value ? header_value_ : header_name_).append(at, length);
  last_was_value_ = value;
  // Values may come in pieces; the last look at the whole is the one that counts.
  if (value && same_word(header_name_, "expect"))
    expects_continue_ = same_word(trim(header_value_), "100-continue");
  return 0;
}

int HttpReader::on_headers_complete() {
  if (parser_.upgrade) return stop(400, "no other protocol is spoken here");
  if (parser_.http_major != 1) return stop(505, "only HTTP/1.0 and 1.1 are spoken here");
  // Said before any of the body is taken.
  if (parser_.content_length != UINT64_MAX && parser_.content_length > k_body_max)
    return stop(413, "the body is too long");
  request_.method = http_method_str(static_cast<http_method>(parser_.method));
  request_.keep_alive = http_should_keep_alive(&parser_) != 0;
  return 0;
}

std::expected<std::size_t, HttpFault> HttpReader::feed(std::string_view bytes) {
  CHECK(!complete_, "a whole request must be taken before more is fed");
  if (fault_) return std::unexpected(*fault_);
  if (bytes.empty()) return 0;  // to the parser it would mean the end of the stream
  const std::size_t used = http_parser_execute(&parser_, &callbacks(), bytes.data(), bytes.size());
  const http_errno error = HTTP_PARSER_ERRNO(&parser_);
  if (error == HPE_PAUSED && complete_) {
    http_parser_pause(&parser_, 0);
    return used;
  }
  if (error != HPE_OK && !fault_)
    fault_ = HttpFault{error == HPE_HEADER_OVERFLOW ? 431 : 400,
                       str("not HTTP: ", http_errno_description(error))};
  if (fault_) return std::unexpected(*fault_);
  return used;
}

std::expected<HttpRequest, HttpFault> HttpReader::take() {
  CHECK(complete_, "there must be a whole request to take");
  HttpRequest request = std::exchange(request_, {});
  const std::string target = std::exchange(target_, {});
  started_ = complete_ = last_was_value_ = expects_continue_ = false;
  header_bytes_ = 0;
  header_name_.clear();
  header_value_.clear();
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question == std::string::npos) return request;
  for (const std::string& piece : split(std::string_view(target).substr(question + 1), '&')) {
    const std::size_t equals = piece.find('=');
    auto key = percent_decoded(std::string_view(piece).substr(0, equals));
    auto value =
        percent_decoded(equals == std::string::npos ? std::string_view()
                                                    : std::string_view(piece).substr(equals + 1));
    if (!key || !value)
      return std::unexpected(HttpFault{400, "a % in the query is not followed by two hex digits"});
    request.query.emplace_back(std::move(*key), std::move(*value));
  }
  return request;
}

}  // namespace plumbline::net
