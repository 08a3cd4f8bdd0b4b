#pragma once
/// OperationFields: gathers the named fields of one event, whatever notation they stood in.

#include <string_view>

#include "core/base/result.h"
#include "core/history/event.h"

namespace plumbline {

class OperationFields {
 public:
  /// Takes one field; unknown names are ignored. Fails: corrupt, saying what the field must be.
  Status set(std::string_view name, Value value);
  /// set() of "type" and of "f", without a Value in between.
  Status set_type(std::string_view type);
  void set_f(std::string_view f);
  /// The event. Fails: corrupt if process, type or f was never set.
  Result<Event> finish();
  bool has_index() const { return index_; }

 private:
  Event event_;
  bool process_ = false, type_ = false, f_ = false, index_ = false;
};

}  // namespace plumbline
