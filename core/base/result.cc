#include "core/base/result.h"

#include <cerrno>
#include <cstring>

namespace plumbline {

std::unexpected<Error> fail_errno(const std::string& what) {
  return fail(Error::Code::io, what + ": " + std::strerror(errno));
}

const char* to_string(Error::Code code) {
  switch (code) {
    case Error::Code::invalid:
      return "invalid";
    case Error::Code::not_found:
      return "not_found";
    case Error::Code::exists:
      return "exists";
    case Error::Code::corrupt:
      return "corrupt";
    case Error::Code::io:
      return "io";
    case Error::Code::transport:
      return "transport";
    case Error::Code::timeout:
      return "timeout";
    case Error::Code::unavailable:
      return "unavailable";
    case Error::Code::failed:
      return "failed";
    case Error::Code::interrupted:
      return "interrupted";
  }
  return "unknown";
}

}  // namespace plumbline
