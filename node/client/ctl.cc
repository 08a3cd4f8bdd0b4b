// raftkvctl: raftkvd from the command line.
// Exit codes: 0 done, 1 answered no (mismatch, not found, wrong type), 2 usage, 3 unavailable or
// unknown.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "core/base/text.h"
#include "node/client/endpoints.h"

namespace {

using plumbline::Nanos;
using plumbline::Result;
using plumbline::kv_client::Code;
using plumbline::kv_client::Connection;
using plumbline::kv_client::Endpoints;
using plumbline::kv_client::Op;
using plumbline::kv_client::Reply;
using plumbline::kv_client::Request;

enum Exit : int { k_done = 0, k_answered_no = 1, k_usage = 2, k_unavailable = 3 };

struct Arguments {
  std::vector<std::string> endpoints = {"127.0.0.1:7001"};
  std::string timeout = "5s";
  std::string mode = "linearizable";
  bool session = false;
  bool hash = false;
  bool absent = false;
  std::string key;
  std::string value;
  std::string expected;
};

int complain(int code, std::string what) {
  std::replace(what.begin(), what.end(), '\n', ' ');
  std::cerr << "raftkvctl: " << what << "\n";
  return code;
}

void print_value(const plumbline::kv_client::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    std::cout << *text << "\n";
  else
    for (const std::string& item : std::get<std::vector<std::string>>(value))
      std::cout << item << "\n";
}

int report(const Request& request, const Reply& reply) {
  switch (reply.code) {
    case Code::ok:
      if (request.op == Op::get && reply.value)
        print_value(*reply.value);
      else
        std::cout << "ok " << reply.revision << "\n";
      return k_done;
    case Code::mismatch:
    case Code::not_found:
    case Code::wrong_type:
      complain(k_answered_no, to_string(reply.code));
      if (reply.value) print_value(*reply.value);
      return k_answered_no;
    case Code::invalid:
      return complain(k_usage, reply.message);
    default:
      return complain(
          k_unavailable,
          plumbline::str(to_string(reply.code), reply.message.empty() ? "" : ": ", reply.message));
  }
}

int run(const Arguments& arguments, const Request& request, Nanos timeout) {
  auto endpoints = Endpoints::parse(arguments.endpoints);
  if (!endpoints) return complain(k_usage, endpoints.error().what);
  if (arguments.session)
    if (const auto registered = endpoints->register_session(timeout); !registered)
      return complain(k_unavailable, registered.error().what);
  const Result<Reply> reply = endpoints->call(request, timeout);
  if (reply) return report(request, *reply);
  const bool invalid = reply.error().code == plumbline::Error::Code::invalid;
  return complain(invalid ? k_usage : k_unavailable, reply.error().what);
}

Result<Reply> ask_one(const std::string& endpoint, const Request& request, Nanos timeout) {
  TRY_ASSIGN(const auto address, plumbline::kv_client::parse_endpoint(endpoint));
  TRY_ASSIGN(auto connection, Connection::open(address.first, address.second, timeout));
  return connection.call(request, timeout);
}

/// Each endpoint for itself: one line a node.
int run_on_each(const Arguments& arguments, const Request& request, Nanos timeout) {
  int code = k_done;
  for (const std::string& endpoint : arguments.endpoints) {
    const Result<Reply> reply = ask_one(endpoint, request, timeout);
    if (!reply || reply->code != Code::ok) {
      code = complain(
          k_unavailable,
          plumbline::str(endpoint, ": ", reply ? to_string(reply->code) : reply.error().what));
      continue;
    }
    std::cout << endpoint;
    if (const auto& status = reply->status) {
      std::cout << " id=" << status->id << " role=" << status->role << " term=" << status->term
                << " leader=" << status->leader << " commit=" << status->commit
                << " applied=" << status->applied << " last=" << status->last_index
                << " first=" << status->first_index << " snapshot=" << status->snapshot_index
                << " keys=" << status->keys << " sessions=" << status->sessions;
      if (status->hash) std::cout << " hash=" << *status->hash;
    } else {
      std::cout << " index=" << reply->revision;
    }
    std::cout << "\n";
  }
  return code;
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what,
                      Arguments& arguments, bool takes_key) {
  CLI::App* command = app.add_subcommand(name, what);
  if (takes_key) command->add_option("key", arguments.key)->required();
  return command;
}

Result<Request> build(const CLI::App& app, const Arguments& arguments) {
  Request request;
  request.key = arguments.key;
  request.value = arguments.value;
  const std::string name = app.get_subcommands().front()->get_name();
  if (name == "get") {
    const auto mode = plumbline::proto::parse_read_mode(arguments.mode);
    if (!mode)
      return plumbline::fail(plumbline::Error::Code::invalid,
                             "--mode: one of linearizable, lease, stale");
    request.mode = *mode;
  } else if (name == "put") {
    request.op = Op::put;
  } else if (name == "cas") {
    request.op = Op::compare_and_set;
    if (!arguments.absent) request.expected = arguments.expected;
  } else if (name == "del") {
    request.op = Op::remove;
  } else if (name == "append") {
    request.op = Op::append;
  } else if (name == "status") {
    request.op = Op::status;
    request.with_hash = arguments.hash;
  } else {
    request.op = Op::make_snapshot;
  }
  return request;
}

void declare(CLI::App& app, Arguments& arguments) {
  app.add_option("--endpoints", arguments.endpoints,
                 "HOST:PORT,... of client doors (127.0.0.1:7001)")
      ->delimiter(',');
  app.add_option("--timeout", arguments.timeout, "How long to try (5s)");
  app.add_flag("--session", arguments.session, "Try again safely: the command is done once");
  add_command(app, "get", "Print a key's value", arguments, true)
      ->add_option("--mode", arguments.mode, "linearizable, lease or stale");
  add_command(app, "put", "Set a key", arguments, true)
      ->add_option("value", arguments.value)
      ->required();
  CLI::App* cas = add_command(app, "cas", "Set a key if it is as expected", arguments, true);
  cas->add_option("value", arguments.value, "The new value")->required();
  auto* expected = cas->add_option("--expected", arguments.expected, "What must be there");
  auto* absent = cas->add_flag("--absent", arguments.absent, "The key must not exist");
  expected->excludes(absent);
  add_command(app, "del", "Remove a key", arguments, true);
  add_command(app, "append", "Append an item to a key's list", arguments, true)
      ->add_option("value", arguments.value)
      ->required();
  add_command(app, "status", "One line for each endpoint", arguments, false)
      ->add_flag("--hash", arguments.hash, "With the hash of the state");
  add_command(app, "snapshot", "Make a snapshot on each endpoint", arguments, false);
  app.require_subcommand(1);
  app.fallthrough();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("raftkvctl: ask a raftkvd cluster", "raftkvctl");
  Arguments arguments;
  declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return k_done;
  } catch (const CLI::Error& error) {
    return complain(k_usage, error.what());
  }
  const auto timeout = plumbline::parse_duration(arguments.timeout);
  if (!timeout) return complain(k_usage, "--timeout: " + timeout.error().what);
  const CLI::App* cas = app.get_subcommand("cas");
  if (cas->parsed() && !arguments.absent && cas->get_option("--expected")->empty())
    return complain(k_usage, "cas: give --expected VALUE or --absent");
  const auto request = build(app, arguments);
  if (!request) return complain(k_usage, request.error().what);
  const bool of_each_node = request->op == Op::status || request->op == Op::make_snapshot;
  return of_each_node ? run_on_each(arguments, *request, *timeout)
                      : run(arguments, *request, *timeout);
}
