#include "control/run/stop.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "control/run/exit_codes.h"
#include "core/base/check.h"

namespace plumbline {

namespace {

constexpr std::array k_signals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<Stop*> listener = nullptr;
static_assert(std::atomic<Stop*>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may touch only lock-free atomics");

extern "C" void pass_signal_on(int) {
  Stop* stop = listener;
  if (stop != nullptr && stop->on_signal() >= 3) _exit(k_exit_interrupted);
}

void set_action(int signal_number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(signal_number, &action, nullptr) == 0, "sigaction of a standard signal");
}

}  // namespace

int Stop::on_signal() {
  const int count = ++signals_;
  raise_to(std::min(count, 2));
  if (judging_ || count >= 2) abandon_judging_ = true;
  return count;
}

void Stop::raise_to(int level) {
  int now = level_;
  while (now < level && !level_.compare_exchange_weak(now, level)) {
  }
}

SignalsTo::SignalsTo(Stop& stop) {
  CHECK(listener == nullptr, "signals already go somewhere");
  listener = &stop;
  for (const int signal_number : k_signals) set_action(signal_number, pass_signal_on);
  set_action(SIGPIPE, SIG_IGN);
}

SignalsTo::~SignalsTo() {
  for (const int signal_number : k_signals) set_action(signal_number, SIG_DFL);
  set_action(SIGPIPE, SIG_DFL);
  listener = nullptr;
}

}  // namespace plumbline
