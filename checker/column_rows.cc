#include "checker/column_rows.h"

namespace plumbline {

namespace {

ColumnOperation operation_named(const std::string& name, bool store) {
  if (name == "read" || (store && name == "get")) return ColumnOperation::read;
  if (name == "write" || (store && name == "put")) return ColumnOperation::write;
  if (store && (name == "remove" || name == "delete")) return ColumnOperation::remove;
  if (name == "cas") return ColumnOperation::cas;
  return name == "append" ? ColumnOperation::append : ColumnOperation::other;
}

}  // namespace

std::vector<ColumnOperation> column_operations(const CallTable& table, bool store) {
  std::vector<ColumnOperation> operations;
  for (std::size_t f = 0; f < table.fs(); ++f)
    operations.push_back(operation_named(table.f_name(static_cast<std::uint16_t>(f)), store));
  return operations;
}

}  // namespace plumbline
