#pragma once
/// JsonFields: the fields of one JSON object as JsonReader gives it, by name, each asked for as
/// what it must be. Of a name that is there twice the last one counts.
/// Fails: corrupt, with where the object stands and which field is wrong.

#include <map>
#include <string>

#include "core/base/result.h"
#include "core/history/value.h"

namespace plumbline {

class JsonFields {
 public:
  /// `where` is put in front of every complaint: "faults[3]".
  static Result<JsonFields> of(const Value& object, std::string where) {
    JsonFields fields(std::move(where));
    if (!object.is_list()) return fields.wrong("must be an object");
    for (const Value& pair : object.as_list()) {
      if (!pair.is_list() || pair.as_list().size() != 2 || !pair.as_list()[0].is_text())
        return fields.wrong("must be an object");
      fields.values_[pair.as_list()[0].as_text()] = pair.as_list()[1];
    }
    return fields;
  }

  bool has(const std::string& name) const { return values_.contains(name); }
  /// nil if it is not there.
  Value get(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? Value() : found->second;
  }
  Result<std::int64_t> number(const std::string& name) const {
    const Value value = get(name);
    if (!value.is_int() || value.as_int() < 0) return wrong(name, "a number from 0");
    return value.as_int();
  }
  Result<std::string> text(const std::string& name) const {
    const Value value = get(name);
    if (!value.is_text()) return wrong(name, "a text");
    return value.as_text();
  }
  Result<bool> boolean(const std::string& name) const {
    const Value value = get(name);
    if (!value.is_bool()) return wrong(name, "true or false");
    return value.as_bool();
  }
  Result<Value::List> list(const std::string& name) const {
    const Value value = get(name);
    if (!value.is_list()) return wrong(name, "a list");
    return value.as_list();
  }
  std::unexpected<Error> wrong(const std::string& why) const {
    return fail(Error::Code::corrupt, where_ + ": " + why);
  }
  std::unexpected<Error> wrong(const std::string& name, const std::string& what) const {
    return wrong("\"" + name + "\" must be " + what);
  }

 private:
  explicit JsonFields(std::string where) : where_(std::move(where)) {}

  std::string where_;
  std::map<std::string, Value> values_;
};

}  // namespace plumbline
