// raftkvctl: raftkvd from the command line.
// Exit codes: 0 done, 1 answered no (mismatch, not found, wrong type, a change of members that
// cannot be, replicas that differ), 2 usage, 3 unavailable or unknown.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "core/base/text.h"
#include "node/client/endpoints.h"
#include "node/client/members.h"

namespace {

using plumbline::Nanos;
using plumbline::Result;
using plumbline::kv_client::Code;
using plumbline::kv_client::Endpoints;
using plumbline::kv_client::Op;
using plumbline::kv_client::Reply;
using plumbline::kv_client::Request;

constexpr Nanos k_compare_again = std::chrono::milliseconds(50);

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
  std::uint64_t node = 0;
  std::string contact;
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
      else if (request.op == Op::transfer_leadership)
        std::cout << "ok leader=" << (reply.leader ? reply.leader->id : 0) << "\n";
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
      return complain(request.op >= Op::add_member ? k_answered_no : k_usage, reply.message);
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

/// Each endpoint for itself: one line a node.
int run_on_each(const Arguments& arguments, const Request& request, Nanos timeout) {
  int code = k_done;
  for (const std::string& endpoint : arguments.endpoints) {
    const Result<Reply> reply = plumbline::kv_client::ask_one(endpoint, request, timeout);
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

/// As the leader knows them: one line each.
int list_members(const Arguments& arguments, Nanos timeout) {
  const auto leader = plumbline::kv_client::find_leader(arguments.endpoints, timeout);
  if (!leader) return complain(k_unavailable, "none of the endpoints knows a leader");
  const auto& status = leader->status;
  const auto print = [&](const std::vector<std::uint64_t>& nodes, const char* as) {
    for (const std::uint64_t node : nodes) {
      const auto contact = status.contacts.find(node);
      std::cout << node << " " << as << " "
                << (contact == status.contacts.end() ? "?" : contact->second)
                << (node == status.id ? " leader" : "") << "\n";
    }
  };
  print(status.voters, "voter");
  print(status.outgoing, "outgoing");
  print(status.learners, "learner");
  if (!is_settled(status)) std::cerr << "raftkvctl: a change is under way\n";
  return k_done;
}

/// A change of voters is answered when it is certain to come about; here it has come about.
int change_members(const Arguments& arguments, const Request& request, Nanos timeout) {
  const auto begin = std::chrono::steady_clock::now();
  if (const int code = run(arguments, request, timeout); code != k_done) return code;
  const Nanos left = timeout - (std::chrono::steady_clock::now() - begin);
  const auto settled = plumbline::kv_client::change_members(
      arguments.endpoints, [](const auto&) { return std::nullopt; }, left);
  return settled ? k_done : complain(k_unavailable, settled.error().what);
}

/// Whether all endpoints had the same state at the greatest index that they can be compared at.
int compare_hashes(const Arguments& arguments, Nanos timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    std::vector<plumbline::proto::Status> statuses;
    for (const std::string& endpoint : arguments.endpoints) {
      auto status = plumbline::kv_client::status_of(endpoint, timeout, true);
      if (!status)
        return complain(k_unavailable, plumbline::str(endpoint, ": ", status.error().what));
      statuses.push_back(*std::move(status));
    }
    if (const auto compared = plumbline::kv_client::compare(statuses)) {
      std::cout << (compared->equal() ? "equal" : "different") << " at index " << compared->index
                << "\n";
      for (std::size_t i = 0; !compared->equal() && i < statuses.size(); ++i)
        std::cout << arguments.endpoints[i] << " id=" << statuses[i].id
                  << " hash=" << compared->hashes[i] << "\n";
      return compared->equal() ? k_done : k_answered_no;
    }
    if (std::chrono::steady_clock::now() >= deadline)
      return complain(k_unavailable,
                      "there is no index at which all keep a hash: one is far behind");
    std::this_thread::sleep_for(k_compare_again);
  }
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what,
                      Arguments& arguments, bool takes_key) {
  CLI::App* command = app.add_subcommand(name, what);
  if (takes_key) command->add_option("key", arguments.key)->required();
  return command;
}

Op member_op(const CLI::App& app) {
  const std::string name = app.get_subcommand("member")->get_subcommands().front()->get_name();
  if (name == "add") return Op::add_member;
  return name == "promote" ? Op::promote_member : Op::remove_member;
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
  } else if (name == "snapshot") {
    request.op = Op::make_snapshot;
  } else {
    request.op = name == "transfer" ? Op::transfer_leadership : member_op(app);
    request.node = arguments.node;
    request.contact = arguments.contact;
  }
  return request;
}

void declare_members(CLI::App& app, Arguments& arguments) {
  CLI::App* member = app.add_subcommand("member", "Who is of the cluster");
  member->add_subcommand("list", "One line for each member");
  CLI::App* add = member->add_subcommand("add", "Add a node, started with --join, as a learner");
  CLI::App* promote = member->add_subcommand("promote", "Make a voter of a learner");
  CLI::App* remove = member->add_subcommand("remove", "Take a node out");
  CLI::App* transfer = app.add_subcommand("transfer", "Hand leadership over to a voter");
  for (CLI::App* command : {add, promote, remove, transfer})
    command->add_option("id", arguments.node, "The node's id")->required();
  add->add_option("contact", arguments.contact, "HOST[:PEER_PORT[:CLIENT_PORT[:HTTP_PORT]]]")
      ->required();
  member->require_subcommand(1);
  member->fallthrough();
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
  add_command(app, "compare", "Whether the endpoints' states were equal at a common index",
              arguments, false);
  declare_members(app, arguments);
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
  if (app.got_subcommand("compare")) return compare_hashes(arguments, *timeout);
  CLI::App* member = app.get_subcommand("member");
  if (member->parsed() && member->got_subcommand("list")) return list_members(arguments, *timeout);
  const auto request = build(app, arguments);
  if (!request) return complain(k_usage, request.error().what);
  const bool of_each_node = request->op == Op::status || request->op == Op::make_snapshot;
  if (member->parsed()) return change_members(arguments, *request, *timeout);
  return of_each_node ? run_on_each(arguments, *request, *timeout)
                      : run(arguments, *request, *timeout);
}
