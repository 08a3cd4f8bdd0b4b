#pragma once
/// The table of models. To add one: a file beside this, and a line in all.cc.

#include <memory>

#include "checker/check.h"
#include "checker/machine.h"
#include "checker/models/model.h"

namespace plumbline {

struct ModelEntry {
  ModelInfo info;
  std::string (*refuse)(const Call&);
  Role (*role)(const Call&);
  Transition (*transition)(const Call&);  ///< null unless it is a CellModel
  Value (*initial)(const Value&);         ///< of a CellModel: the value at the start
  Shows shows;
  bool append_order;  ///< list-append: append_order.h decides most histories
  std::unique_ptr<Machine> (*machine)(const Value& initial);
};

/// Null if there is none of that name.
const ModelEntry* find_model(const std::string& name);

}  // namespace plumbline
