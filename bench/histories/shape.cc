#include "bench/histories/shape.h"

#include <algorithm>

#include "core/base/text.h"

namespace plumbline::bench {
namespace {

const std::vector<std::string>& models() {
  static const std::vector<std::string> k_names = {
      "register", "cas-register",    "kv",    "list-append",    "counter", "set", "gset",
      "queue",    "unordered-queue", "stack", "priority-queue", "lock"};
  return k_names;
}
const std::vector<std::string>& violations() {
  static const std::vector<std::string> k_names = {
      "none",    "stale-read", "lost-write", "bad-cas",     "duplicate",
      "reorder", "phantom",    "lost",       "wrong-empty", "double-grant"};
  return k_names;
}

template <class Enum>
Result<Enum> named(const std::vector<std::string>& names, const std::string& name,
                   const char* what) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end())
    return fail(Error::Code::not_found,
                str("no ", what, " '", name, "'; there are ", join(names, ", ")));
  return static_cast<Enum>(at - names.begin());
}

}  // namespace

Result<Model> model_named(const std::string& name) { return named<Model>(models(), name, "model"); }
Result<Violation> violation_named(const std::string& name) {
  return named<Violation>(violations(), name, "violation");
}
std::vector<std::string> model_names() { return models(); }
std::vector<std::string> violation_names() { return violations(); }
const std::string& to_string(Model model) { return models()[static_cast<std::size_t>(model)]; }
const std::string& to_string(Violation violation) {
  return violations()[static_cast<std::size_t>(violation)];
}

bool is_collection(Model model) {
  return model == Model::queue || model == Model::unordered_queue || model == Model::stack ||
         model == Model::priority_queue;
}
bool is_listed(Model model) { return model == Model::list_append || model == Model::gset; }

bool applies(Violation violation, Model model) {
  const bool collection = is_collection(model);
  const bool readable = !collection && model != Model::lock;
  switch (violation) {
    case Violation::none:
      return true;
    case Violation::stale_read:
    case Violation::lost_write:
      return readable;
    case Violation::bad_cas:
      return model == Model::cas_register;
    case Violation::duplicate:
      return collection || model == Model::list_append;
    case Violation::reorder:
      return (collection && model != Model::unordered_queue) || model == Model::list_append;
    case Violation::phantom:
      return (readable && model != Model::set) || collection;
    case Violation::lost:
    case Violation::wrong_empty:
      return collection;
    case Violation::double_grant:
      return model == Model::lock;
  }
  return false;
}

Status check_shape(const Shape& shape) {
  const auto bad = [](const std::string& why) -> Status { return fail(Error::Code::invalid, why); };
  if (shape.calls < 1 || shape.processes < 1 || shape.keys < 1 || shape.values < 0)
    return bad("calls, processes and keys must be at least 1, values at least 0");
  if (shape.indeterminate < 0 || shape.indeterminate > 0.5)
    return bad("the indeterminate share must be between 0 and 0.5");
  if (shape.skew < 0 || shape.at < 0 || shape.at > 1)
    return bad("the skew must not be negative, and 'at' between 0 and 1");
  if (shape.violation == Violation::none) return {};
  if (!applies(shape.violation, shape.model)) {
    std::vector<std::string> fitting;
    for (std::size_t i = 0; i < violations().size(); ++i)
      if (applies(static_cast<Violation>(i), shape.model)) fitting.push_back(violations()[i]);
    return bad(str("a ", to_string(shape.model), " has no ", to_string(shape.violation),
                   "; it has ", join(fitting, ", ")));
  }
  const bool listed = is_listed(shape.model) || is_collection(shape.model);
  if (listed && shape.values != 0)
    return bad("where elements repeat, no violation is certain: use --values 0");
  if (shape.values == 1) return bad("with one value no violation is certain");
  if (shape.model == Model::lock && shape.processes < 2)
    return bad("a double grant takes two processes");
  return {};
}

}  // namespace plumbline::bench
