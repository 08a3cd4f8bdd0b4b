// raftkvd: one node of a replicated key-value store.

#include <csignal>
#include <exception>
#include <iostream>

#include "node/net/log.h"
#include "node/net/options.h"
#include "node/net/server.h"

namespace {

constexpr int k_cannot_start = 1;
constexpr int k_bad_option = 2;

int exit_code(plumbline::Error::Code code) {
  using Code = plumbline::Error::Code;
  return code == Code::invalid || code == Code::exists ? k_bad_option : k_cannot_start;
}

int run(const plumbline::net::Options& options) {
  const plumbline::net::Log log(options.id.value);
  auto server = plumbline::net::Server::open(options, log);
  if (!server) {
    std::cerr << "raftkvd: " << server.error().what << "\n";
    return exit_code(server.error().code);
  }
  (*server)->run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed stderr must not end a node
  const auto options = plumbline::net::parse_options(argc, argv);
  if (!options) {
    (options.error().code == 0 ? std::cout : std::cerr) << options.error().text << "\n";
    return options.error().code;
  }
  try {
    return run(*options);
  } catch (const std::exception& error) {  // the system refused a thread, a descriptor or memory
    std::cerr << "raftkvd: " << error.what() << "\n";
    return k_cannot_start;
  }
}
