#include "control/ssh/server_connection.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <list>
#include <memory>
#include <vector>

#include "control/ssh/server_command.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr long k_login_seconds = 10;
/// Upper bound of one wait, in case libssh has taken in a packet that the socket no longer shows.
constexpr int k_longest_wait_ms = 50;

Result<ssh_key> read_authorized_key(const std::filesystem::path& file) {
  ssh_key key = nullptr;
  if (ssh_pki_import_pubkey_file(file.c_str(), &key) != SSH_OK)
    return fail(Error::Code::io, str("cannot read the public key ", file.string()));
  return key;
}

class ServerConnection {
 public:
  explicit ServerConnection(ssh_key authorized) : authorized_(authorized), session_(ssh_new()) {}
  ~ServerConnection() {
    commands_.clear();
    if (event_ != nullptr) ssh_event_free(event_);
    ssh_disconnect(session_);
    ssh_free(session_);
    ssh_key_free(authorized_);
  }
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  bool log_in(int client, const std::filesystem::path& host_key);
  void serve();

 private:
  void set_callbacks();
  int judge_key(const char* user, ssh_key key, char signature) const;
  ssh_channel open_channel();
  bool work();
  void wait();

  ssh_key authorized_;
  ssh_session session_;
  ssh_event event_ = nullptr;
  ssh_server_callbacks_struct callbacks_{};
  bool logged_in_ = false;
  std::list<std::unique_ptr<ServerCommand>> commands_;
};

bool ServerConnection::log_in(int client, const std::filesystem::path& host_key) {
  ssh_bind bind = ssh_bind_new();
  const bool no_config = false;
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_config);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, host_key.c_str());
  const bool accepted = ssh_bind_accept_fd(bind, session_, client) == SSH_OK;
  ssh_bind_free(bind);
  if (!accepted) return false;
  ssh_options_set(session_, SSH_OPTIONS_TIMEOUT, &k_login_seconds);
  set_callbacks();
  if (ssh_handle_key_exchange(session_) != SSH_OK) return false;
  event_ = ssh_event_new();
  ssh_event_add_session(event_, session_);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(k_login_seconds);
  while (!logged_in_ && std::chrono::steady_clock::now() < end && ssh_is_connected(session_))
    if (ssh_event_dopoll(event_, k_longest_wait_ms) == SSH_ERROR) return false;
  ssh_set_blocking(session_, 0);
  return logged_in_;
}

void ServerConnection::set_callbacks() {
  callbacks_.userdata = this;
  callbacks_.auth_pubkey_function = [](ssh_session, const char* user, ssh_key key, char signature,
                                       void* self) {
    auto* connection = static_cast<ServerConnection*>(self);
    const int answer = connection->judge_key(user, key, signature);
    connection->logged_in_ = connection->logged_in_ ||
                             (answer == SSH_AUTH_SUCCESS && signature == SSH_PUBLICKEY_STATE_VALID);
    return answer;
  };
  callbacks_.channel_open_request_session_function = [](ssh_session, void* self) {
    return static_cast<ServerConnection*>(self)->open_channel();
  };
  ssh_callbacks_init(&callbacks_);
  ssh_set_server_callbacks(session_, &callbacks_);
  ssh_set_auth_methods(session_, SSH_AUTH_METHOD_PUBLICKEY);
}

/// A key is first shown without a signature, to ask whether it would do; only a signature logs in.
int ServerConnection::judge_key(const char* user, ssh_key key, char signature) const {
  const bool ours =
      std::string_view(user) == "root" && ssh_key_cmp(key, authorized_, SSH_KEY_CMP_PUBLIC) == 0;
  const bool fine = signature == SSH_PUBLICKEY_STATE_NONE || signature == SSH_PUBLICKEY_STATE_VALID;
  return ours && fine ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
}

ssh_channel ServerConnection::open_channel() {
  if (!logged_in_) return nullptr;
  ssh_channel channel = ssh_channel_new(session_);
  if (channel != nullptr) commands_.push_back(std::make_unique<ServerCommand>(session_, channel));
  return channel;
}

void ServerConnection::serve() {
  while (ssh_is_connected(session_)) {
    while (work()) continue;
    wait();
  }
}

/// One round over all commands; true if anything moved.
bool ServerConnection::work() {
  if (ssh_event_dopoll(event_, 0) == SSH_ERROR || !ssh_is_connected(session_)) return false;
  bool moved = false;
  for (auto& command : commands_) moved = command->work() || moved;
  commands_.remove_if([](const auto& command) { return command->over(); });
  return moved;
}

void ServerConnection::wait() {
  if (!ssh_is_connected(session_)) return;
  const bool unsent = (ssh_get_poll_flags(session_) & SSH_WRITE_PENDING) != 0;
  std::vector<pollfd> waits;
  waits.push_back(
      {ssh_get_fd(session_), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), 0});
  for (const auto& command : commands_) command->add_waits(waits);
  (void)poll(waits.data(), waits.size(), k_longest_wait_ms);
}

}  // namespace

Status check_server_keys(const std::filesystem::path& host_key,
                         const std::filesystem::path& authorized_key) {
  TRY_ASSIGN(ssh_key key, read_authorized_key(authorized_key));
  ssh_key_free(key);
  if (ssh_pki_import_privkey_file(host_key.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK)
    return fail(Error::Code::io, str("cannot read the host key ", host_key.string()));
  ssh_key_free(key);
  return {};
}

void serve_connection(int client, const std::filesystem::path& host_key,
                      const std::filesystem::path& authorized_key) {
  auto key = read_authorized_key(authorized_key);
  if (!key) return;
  (void)signal(SIGPIPE, SIG_IGN);  // clients and commands may be gone before they have read all
  ServerConnection connection(*key);
  if (connection.log_in(client, host_key)) connection.serve();
}

}  // namespace plumbline
