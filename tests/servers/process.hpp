#ifndef DBWAY_TESTS_SERVERS_PROCESS_HPP
#define DBWAY_TESTS_SERVERS_PROCESS_HPP

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace dbway::test {

// Whom a server runs as: servers refuse root, hence a user of their own for root, else oneself.
struct ServerUser {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    bool change = false;  // false: the processes keep the user of this one
};

// For root the first of `names` that the system knows. Throws std::runtime_error for root on a system without
// any of them.
ServerUser server_user(std::initializer_list<const char*> names = {"postgres"});

using Command = std::vector<std::string>;

// Starts a program with stdin empty and both outputs appended to `log`, as `user`. Returns its pid; that the
// program is missing shows as exit status 127.
pid_t spawn(const Command& command, const std::filesystem::path& log, const ServerUser& user = {});
// Waits for a child of this process; nothing if it still runs at the end of `timeout`.
std::optional<int> wait_exit(pid_t pid, std::chrono::milliseconds timeout);
// Runs a program to its end. Throws std::runtime_error with the end of its log if it fails or takes longer
// than a minute.
void run(const Command& command, const std::filesystem::path& log, const ServerUser& user = {});

// The program that watches over a server: ends it, and removes `directory`, when the process `parent` is
// gone. Returns the guard's pid. The server's parent is the guard.
pid_t spawn_guarded(const Command& server, const std::filesystem::path& log, const ServerUser& user,
                    const std::filesystem::path& directory, pid_t parent);

// A new directory under the temporary directory, owned by `user`, that every user may enter.
std::filesystem::path make_server_directory(const std::string& prefix, const ServerUser& user);
// A TCP port of 127.0.0.1 below the ephemeral range on which nothing listens.
int free_port();
// Letters, digits and underscores, different in every process and call: names of databases and roles.
std::string unique_name(const std::string& prefix);
// The last lines of a file, for messages.
std::string tail(const std::filesystem::path& file);
// The process exists and is no zombie.
bool is_running(pid_t pid);
// Processes whose parent is `pid`.
std::vector<pid_t> children_of(pid_t pid);
// SIGSTOP, and returns when no thread of the process runs any more: the signal takes effect when a thread is
// next scheduled, and until then the others answer. Throws std::runtime_error after ten seconds.
void suspend(pid_t pid);

}  // namespace dbway::test

#endif
