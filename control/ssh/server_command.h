#pragma once
/// ServerCommand: a channel of the small SSH server and the command that runs in it.
/// Bytes move between the channel and three pipes no faster than their receiver takes them.
/// Requires: one thread; the session outlives it.

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <poll.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace plumbline {

class ServerCommand {
 public:
  ServerCommand(ssh_session session, ssh_channel channel);
  /// Closes the pipes: the command, if it still runs, reads the end of its input.
  ~ServerCommand();
  ServerCommand(const ServerCommand&) = delete;
  ServerCommand& operator=(const ServerCommand&) = delete;

  /// Moves what can be moved without waiting; true if anything was.
  bool work();
  bool over() const { return over_; }
  /// Adds the pipes that it would move bytes of.
  void add_waits(std::vector<pollfd>& waits) const;

 private:
  struct Output {
    int fd = -1;         ///< -1: its end was reached
    std::string unsent;  ///< read from the command, not yet taken by the channel
    bool done() const { return fd < 0 && unsent.empty(); }
  };

  bool start(const char* command);
  bool feed();
  bool fetch(Output& output, bool is_stderr);
  void finish();

  ssh_session session_;
  ssh_channel channel_;
  ssh_channel_callbacks_struct callbacks_{};
  pid_t child_ = -1;
  int end_ = -1;       ///< a pidfd: readable when the command has ended
  int in_ = -1;        ///< our end of its input; -1: closed
  std::string unfed_;  ///< read from the channel, not yet taken by the command
  Output out_, err_;
  int status_ = 0;
  bool ended_ = false;   ///< the command, not yet what it printed
  bool closed_ = false;  ///< by the client
  bool over_ = false;
};

}  // namespace plumbline
