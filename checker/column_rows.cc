#include "checker/column_rows.h"

namespace plumbline {

std::vector<ColumnOperation> column_operations(const CallTable& table) {
  std::vector<ColumnOperation> operations;
  for (std::size_t f = 0; f < table.fs(); ++f) {
    const std::string& name = table.f_name(static_cast<std::uint16_t>(f));
    operations.push_back(name == "read"     ? ColumnOperation::read
                         : name == "write"  ? ColumnOperation::write
                         : name == "cas"    ? ColumnOperation::cas
                         : name == "append" ? ColumnOperation::append
                                            : ColumnOperation::other);
  }
  return operations;
}

}  // namespace plumbline
