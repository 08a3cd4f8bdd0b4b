/// plumbline list: what can be named on the command line.

#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "checker/check.h"
#include "checker/properties/property.h"
#include "control/run/commands/commands.h"
#include "control/systems/all.h"
#include "core/base/text.h"
#include "nemesis/all.h"
#include "node/replica/defects.h"
#include "workloads/all.h"

namespace plumbline {

namespace {

struct Row {
  std::string name;
  std::string summary;
};
struct Table {
  std::string name;
  std::vector<Row> rows;
};

template <class Entries>
Table table_of(const std::string& name, const Entries& entries) {
  Table table{name, {}};
  for (const auto& entry : entries) table.rows.push_back({entry.name, entry.summary});
  return table;
}

std::vector<Table> all_tables() {
  std::vector<Table> tables;
  tables.push_back(table_of("workloads", all_workloads()));
  Table faults{"faults", {}};
  for (const Fault& fault : all_faults()) {
    const std::string needs = needs_in_words(fault);
    faults.rows.push_back(
        {fault.name, needs.empty() ? fault.summary : str(fault.summary, " (", needs, ")")});
  }
  tables.push_back(std::move(faults));
  tables.push_back(table_of("systems", all_systems()));
  tables.push_back(table_of("models", all_models()));
  tables.push_back(table_of("properties", all_properties()));
  tables.push_back({"targets",
                    {{"local", "processes on this machine, each in namespaces of its own"},
                     {"docker", "containers beside this one, over SSH"},
                     {"ssh", "machines that you name, over SSH"},
                     {"sim", "a simulated cluster in this process, in virtual time"}}});
  Table defects{"defects", {}};
  for (const replica::PlantedDefect& defect : replica::all_planted_defects())
    defects.rows.push_back(
        {std::string(defect.name), str(defect.what, " (as in ", defect.model, ")")});
  tables.push_back(std::move(defects));
  return tables;
}

void print(const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    std::size_t width = 0;
    for (const Row& row : table.rows) width = std::max(width, row.name.size());
    std::cout << table.name << (table.rows.empty() ? " (none in this build)" : "") << "\n";
    for (const Row& row : table.rows)
      std::cout << "  " << std::left << std::setw(static_cast<int>(width)) << row.name << "  "
                << row.summary << "\n";
  }
  std::cout << std::flush;
}

void print_json(const std::vector<Table>& tables) {
  nlohmann::ordered_json object;
  for (const Table& table : tables) {
    object[table.name] = nlohmann::ordered_json::array();
    for (const Row& row : table.rows)
      object[table.name].push_back({{"name", row.name}, {"summary", row.summary}});
  }
  std::cout << object.dump(2) << std::endl;
}

Result<int> list(const std::string& what, bool json) {
  std::vector<Table> tables = all_tables();
  if (!what.empty()) {
    std::vector<std::string> names;
    for (const Table& table : tables) names.push_back(table.name);
    std::erase_if(tables, [&](const Table& table) { return table.name != what; });
    if (tables.empty()) {
      const auto close = nearest(what, names);
      return fail(Error::Code::invalid, str("there is no list of '", printable(what), "'",
                                            close ? str(": did you mean '", *close, "'?")
                                                  : str(": one of ", join(names, ", "))));
    }
  }
  if (json)
    print_json(tables);
  else
    print(tables);
  return k_exit_ok;
}

}  // namespace

Command add_list_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("list", "Lists what can be named on the command line");
  auto what = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("what", *what, "workloads, faults, systems, models, targets or defects");
  command->add_flag("--json", *json, "One JSON object");
  return {command, [what, json](const Invocation&) { return list(*what, *json); }};
}

}  // namespace plumbline
