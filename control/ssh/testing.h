#pragma once
/// For tests: a real server on loopback in a process of its own, with keys in a temporary folder.
/// Requires: main() of the test calls run_test_server_if_asked() first.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "control/ssh/ssh_remote.h"

namespace plumbline::testing_ssh {

/// Runs the server (and exits) if this process was started to be it; else returns.
void run_test_server_if_asked(int argc, char** argv);

/// A folder that goes away with it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TestServer {
 public:
  TestServer();
  ~TestServer() { kill(); }
  /// SIGKILL for the server and its connections; start() brings it back on the same port.
  void kill();
  void start();
  SshAccess access() const;
  std::unique_ptr<Remote> connect() const;
  std::filesystem::path folder() const { return folder_.path(); }

 private:
  TempFolder folder_;
  pid_t process_ = -1;
  int stop_ = -1;
  int port_ = 0;
};

}  // namespace plumbline::testing_ssh
