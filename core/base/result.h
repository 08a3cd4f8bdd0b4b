#pragma once
/// Result<T>: a value, or an Error that says in one line what went wrong and what to do about it.
/// For what may fail through no fault of the code: input, files, the network, other programs.

#include <expected>
#include <string>
#include <utility>

namespace plumbline {

struct Error {
  enum class Code {
    invalid,      ///< bad input or option: the caller must change it
    not_found,    ///< no such file, node, run, name
    exists,       ///< it is there already, or somebody else holds it
    corrupt,      ///< bytes that do not say what they must; nothing was changed
    io,           ///< the operating system refused (the errno text is in `what`)
    transport,    ///< the connection broke or never was: it may be tried again
    timeout,      ///< no answer in time: it may have happened
    unavailable,  ///< this machine or system cannot do that
    failed,       ///< it was carried out and said no
    interrupted,  ///< a signal asked us to stop
  };
  Code code = Code::failed;
  std::string what;

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// An Error, ready to return from any function that gives a Result.
inline std::unexpected<Error> fail(Error::Code code, std::string what) {
  return std::unexpected(Error{code, std::move(what)});
}
/// The same Error, with `where` put in front: "open wal: permission denied".
inline std::unexpected<Error> context(Error error, const std::string& where) {
  error.what = where + ": " + error.what;
  return std::unexpected(std::move(error));
}
/// An io Error with the text of the current errno.
std::unexpected<Error> fail_errno(const std::string& what);

const char* to_string(Error::Code code);

}  // namespace plumbline

#define PLUMBLINE_CAT_(a, b) a##b
#define PLUMBLINE_CAT(a, b) PLUMBLINE_CAT_(a, b)
/// TRY(expression): returns its Error from this function, else goes on.
#define TRY(expression)                                       \
  do {                                                        \
    if (auto try_result_ = (expression); !try_result_)        \
      return std::unexpected(std::move(try_result_).error()); \
  } while (false)
/// TRY_ASSIGN(auto x, expression): x is its value, or its Error is returned.
#define TRY_ASSIGN(target, expression) \
  TRY_ASSIGN_(PLUMBLINE_CAT(try_result_, __LINE__), target, expression)
#define TRY_ASSIGN_(name, target, expression)                 \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name).error()); \
  target = std::move(*name)
