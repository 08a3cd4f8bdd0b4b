#include "control/targets/guard.h"

#include <arpa/inet.h>

#include <array>
#include <string_view>

#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr std::string_view k_ready = "guarding";
constexpr std::string_view k_held = "held by ";

/// look PID: its state and start time; fails if it is gone (a zombie is gone).
/// alive NAME: pid and state of the process that was started as NAME, and no other with its number.
constexpr std::string_view k_processes = R"sh(
look() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  line=${line##*) }
  set -- $line
  state=$1
  shift 19
  began=$1
  [ "$state" != Z ] && [ "$state" != X ]
}
alive() {
  [ -f "$run/$1.pid" ] && read -r pid born boot <"$run/$1.pid" || return 1
  read -r now </proc/sys/kernel/random/boot_id
  [ "$boot" = "$now" ] && look "$pid" && [ "$began" = "$born" ]
}
await() {
  exec 9>>"$run/$1.lock"
  flock -w 20 9 || { echo "another command on $1 does not end" >&2; return 1; }
}
lock() { await "$1" || exit 1; }
)sh";

constexpr std::string_view k_kill = R"sh(
kill_one() {
  alive "$1" || { rm -f "$run/$1.pid"; return 0; }
  kill -s KILL -- "-$pid" 2>/dev/null
  tries=0
  while alive "$1"; do
    tries=$((tries + 1))
    [ $tries -le 500 ] || { echo "$1 (process $pid) is still there 10 s after SIGKILL" >&2; return 1; }
    sleep 0.02
  done
  rm -f "$run/$1.pid"
}
)sh";

constexpr std::string_view k_resume = R"sh(
resume_one() {
  alive "$1" || return 0
  kill -s CONT -- "-$pid" 2>/dev/null
  tries=0
  while alive "$1" && [ "$state" = T ]; do
    tries=$((tries + 1))
    [ $tries -le 250 ] || { echo "$1 (process $pid) stays stopped after SIGCONT" >&2; return 1; }
    sleep 0.02
  done
}
)sh";

constexpr std::string_view k_heal_network = R"sh(
heal_network() {
  command -v $iptables >/dev/null 2>&1 || return 0
  rules=$($iptables -w 5 -S 2>&1) || { echo "$rules" >&2; return 1; }
  case $rules in *PLUMBLINE*) ;; *) return 0 ;; esac
  while $iptables -w 5 -D INPUT -j PLUMBLINE 2>/dev/null; do :; done
  $iptables -w 5 -F PLUMBLINE 2>/dev/null
  $iptables -w 5 -X PLUMBLINE 2>/dev/null
  rules=$($iptables -w 5 -S 2>&1)
  case $rules in *PLUMBLINE*) echo "rules stay: $rules" >&2; return 1 ;; esac
}
)sh";

constexpr std::string_view k_each = R"sh(
each() {
  failed=0
  for file in "$run"/*.pid; do
    [ -f "$file" ] || continue
    name=${file##*/}
    "$1" "${name%.pid}" || failed=1
  done
  return $failed
}
)sh";

bool is_ipv6(const std::string& address) { return address.find(':') != std::string::npos; }

/// For a script that does harm, after its lock: goes on only while the holder's guard is there to
/// undo it.
///
/// Why no harm is left behind a controller that dies at any moment, although its scripts run on in
/// their own sessions: the guard first empties guard.lock, then undoes each thing under the lock of
/// that thing. A script under way either has that lock before the guard, and is undone, or gets it
/// after, and finds the node no longer held: by nobody, or by the name of another controller. A
/// lock that the guard does not see is taken by a script that starts later than guard.lock was
/// emptied.
std::string while_held(const NodeAccess& node) {
  if (node.holder.empty()) return {};
  return str("[ \"$(cat \"$dir/guard.lock\" 2>/dev/null)\" = ", shell_quote(node.holder),
             " ] || { echo 'its controller no longer holds the node' >&2; exit 1; }\n");
}

/// What every script on a node begins with.
std::string prologue(const NodeAccess& node) {
  return str(
      "set -u\nexport LC_ALL=C PATH=\"$PATH:/usr/sbin:/sbin\"\ndir=", shell_quote(node.directory),
      "\nrun=$dir/run\niptables=", is_ipv6(node.address) ? "ip6tables" : "iptables",
      "\nmkdir -p \"$run\" || exit 1\n", k_processes);
}

void check_address(const NodeAccess& node, const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> parsed;
  const int family = is_ipv6(node.address) ? AF_INET6 : AF_INET;
  CHECK(inet_pton(family, address.c_str(), parsed.data()) == 1,
        str("not a numeric address of the node's family: ", address));
}

}  // namespace

std::string start_script(const NodeAccess& node, const std::string& name,
                         const std::string& command_line, const std::string& log_file) {
  // The process writes its own pid before it becomes the system: there is no moment at which it
  // runs unrecorded, and none at which the file names another.
  const std::string launch =
      str("read -r line </proc/$$/stat; line=${line##*) }; set -- $line; shift 19; "
          "read -r boot </proc/sys/kernel/random/boot_id; echo \"$$ $1 $boot\" "
          ">\"$PLUMBLINE_PID.new\" && "
          "mv -f \"$PLUMBLINE_PID.new\" \"$PLUMBLINE_PID\" && unset PLUMBLINE_PID PLUMBLINE_NAME "
          "&& exec ",
          command_line);
  // A shell of its own waits for it, so that the log says how it ended when it no longer could.
  const std::string watch =
      str("setsid sh -c ", shell_quote(launch),
          "; code=$?; if [ $code -gt 128 ]; then "
          "echo \"plumbline: $PLUMBLINE_NAME was ended by signal $((code - 128))\"; else "
          "echo \"plumbline: $PLUMBLINE_NAME ended with exit status $code\"; fi");
  return str(prologue(node), "name=", shell_quote(name), "\nlog=", shell_quote(log_file),
             "\nlock \"$name\"\n", while_held(node),
             R"sh(if alive "$name"; then echo "running $pid"; exit 0; fi
rm -f "$run/$name.pid"
mkdir -p "$(dirname "$log")" || exit 1
PLUMBLINE_PID=$run/$name.pid PLUMBLINE_NAME=$name setsid sh -c )sh",
             shell_quote(watch), R"sh( </dev/null >>"$log" 2>&1 9>&- &
child=$!
died() { echo "$name did not stay up; the end of $log:" >&2; tail -n 5 "$log" >&2; exit 1; }
tries=0
until alive "$name"; do
  tries=$((tries + 1))
  [ $tries -le 500 ] && look "$child" || died
  sleep 0.02
done
sleep 0.1
alive "$name" || died
echo "started $pid"
)sh");
}

std::string kill_script(const NodeAccess& node, const std::string& name) {
  return str(prologue(node), k_kill, "name=", shell_quote(name),
             "\nlock \"$name\"\nkill_one \"$name\"\n");
}

std::string pause_script(const NodeAccess& node, const std::string& name) {
  return str(prologue(node), "name=", shell_quote(name), "\nlock \"$name\"\n", while_held(node),
             R"sh(alive "$name" || { echo "$name does not run" >&2; exit 1; }
kill -s STOP -- "-$pid"
tries=0
while alive "$name" && [ "$state" != T ]; do
  tries=$((tries + 1))
  [ $tries -le 250 ] || { echo "$name (process $pid) does not stop" >&2; exit 1; }
  sleep 0.02
done
alive "$name"
)sh");
}

std::string resume_script(const NodeAccess& node, const std::string& name) {
  return str(prologue(node), k_resume, "name=", shell_quote(name),
             "\nlock \"$name\"\nresume_one \"$name\"\n");
}

std::string partition_script(const NodeAccess& node,
                             const std::vector<std::string>& dropped_source_addresses) {
  if (dropped_source_addresses.empty())
    return str(prologue(node), k_heal_network, "lock network\nheal_network\n");
  std::string rules;
  for (const auto& address : dropped_source_addresses) {
    check_address(node, address);
    rules += str("-A PLUMBLINE -s ", address, " -j DROP\n");
  }
  return str(prologue(node), "lock network\n", while_held(node), R"sh(hook='-I INPUT 1 -j PLUMBLINE'
if $iptables -w 5 -C INPUT -j PLUMBLINE 2>/dev/null; then hook=; fi
$iptables-restore -w 5 --noflush <<END
*filter
:PLUMBLINE - [0:0]
-A PLUMBLINE -i lo -j RETURN
-A PLUMBLINE -p tcp --dport )sh",
             node.ssh.port, " -j RETURN\n", rules, "$hook\nCOMMIT\nEND\n");
}

std::string links_script(const NodeAccess& node, const std::string& trouble) {
  const std::string file = shell_quote(node.links_file());
  if (trouble.empty()) return str(prologue(node), "lock network\nrm -f ", file, "\n");
  return str(prologue(node), "lock network\n", while_held(node), "echo ", shell_quote(trouble),
             " >", file, ".new && mv -f ", file, ".new ", file, "\n");
}

std::string dropped_packets_script(const NodeAccess& node) {
  return str(prologue(node), R"sh(dropped=0
for packets in $($iptables -w 5 -nvxL PLUMBLINE 2>/dev/null | sed -n 's/^ *\([0-9]*\) .* DROP .*/\1/p'); do
  dropped=$((dropped + packets))
done
echo "$dropped"
)sh");
}

std::string heal_script(const NodeAccess& node) {
  return str(prologue(node), k_resume, k_each, k_heal_network,
             "each resume_one\nresumed=$?\nlock network\nrm -f \"$run/links\"\nheal_network && [ "
             "$resumed -eq 0 ]\n");
}

std::string audit_script(const NodeAccess& node) {
  return str(prologue(node), k_each, R"sh(
show() {
  alive "$1" || return 0
  if [ "$state" = T ]; then echo "stopped: $1 $pid"; else echo "running: $1 $pid"; fi
}
each show
[ -f "$run/links" ] && sed 's/^/links: /' "$run/links"
command -v $iptables >/dev/null 2>&1 || exit 0
rules=$($iptables -w 5 -S) || exit 1
echo "$rules" | sed -n '/PLUMBLINE/s/^/rule: /p'
)sh");
}

std::string identity_script() {
  return str(
      "set -u\nrun=\n", k_processes,
      "read -r now </proc/sys/kernel/random/boot_id\nlook 1\necho \"$now $(uname -n) $began\"\n");
}

std::string guard_script(const NodeAccess& node, const std::string& owner) {
  return str(prologue(node), k_kill, k_heal_network, R"sh(
trap '' HUP INT TERM PIPE
exec 8>>"$dir/guard.lock"
tries=0
until flock -n 8; do
  tries=$((tries + 1))
  [ $tries -le 15 ] || {
    holder=$(cat "$dir/guard.lock")
    echo "held by ${holder:-the guard of a controller that is gone}"
    exit 1
  }
  sleep 0.2
done
printf '%s\n' )sh",
             shell_quote(owner), " >\"$dir/guard.lock\"\necho ", k_ready, R"sh(
while read -r line; do :; done
exec </dev/null >>"$run/guard.log" 2>&1
: >"$dir/guard.lock"
await network
rm -f "$run/links"
heal_network
for file in "$run"/*.lock; do
  name=${file##*/}
  name=${name%.lock}
  await "$name"
  kill_one "$name"
done
)sh");
}

Result<std::unique_ptr<HeldCommand>> hold_guard(Remote& remote, NodeAccess& node,
                                                const std::string& owner) {
  auto held = remote.hold(guard_script(node, printable(owner)), std::string(k_ready));
  if (held) {
    node.holder = printable(owner);
    return held;
  }
  const Error& error = held.error();
  if (error.code == Error::Code::failed && error.what.starts_with(k_held))
    return fail(Error::Code::exists, str("node ", node.name, " is ", error.what,
                                         ": one controller at a time; wait for its end, or end it "
                                         "(its guard then frees the node)"));
  return context(error, str("guard of node ", node.name));
}

}  // namespace plumbline
