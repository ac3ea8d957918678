// dbway_server_guard PARENT USER DIRECTORY PROGRAM…: runs a server for the process PARENT, as USER ("-": as
// oneself). When the server ends, the guard ends with its status. When PARENT is gone, however it ended, or
// on SIGTERM, the guard stops the server and all its processes, and removes DIRECTORY. Nothing of a server
// outlives its guard.
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "servers/process.hpp"

namespace {

volatile sig_atomic_t asked_to_end = 0;

int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0u)); }

// Processes that the server left behind become children of the guard, which is their subreaper.
void kill_the_rest() {
    for (int attempt = 0; attempt < 100; ++attempt) {
        while (waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        const auto left = dbway::test::children_of(getpid());
        if (left.empty()) return;
        for (const pid_t pid : left) kill(pid, SIGKILL);
        poll(nullptr, 0, 10);
    }
}

bool reap(pid_t server, int& status) {
    for (;;) {
        const pid_t found = waitpid(-1, &status, WNOHANG);
        if (found == server) return true;
        if (found <= 0) return false;
    }
}

bool parent_is_gone(pid_t parent, int pidfd) {
    if (pidfd < 0) return kill(parent, 0) != 0 && errno == ESRCH;
    pollfd entry{pidfd, POLLIN, 0};
    return poll(&entry, 1, 0) > 0;
}

void stop(pid_t server) {
    // A frozen server does not take a signal before it goes on.
    for (const pid_t pid : dbway::test::children_of(server)) kill(pid, SIGCONT);
    kill(server, SIGCONT);
    kill(server, SIGQUIT);
    int status = 0;
    for (int waited = 0; waited < 3000 && !reap(server, status); waited += 10) poll(nullptr, 0, 10);
    kill(server, SIGKILL);
    kill_the_rest();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::cerr << "usage: dbway_server_guard PARENT USER DIRECTORY PROGRAM [ARGUMENT…]\n";
        return 2;
    }
    const pid_t parent = static_cast<pid_t>(std::atoi(argv[1]));
    const std::string user = argv[2];
    const std::filesystem::path directory = argv[3];

    const int pidfd = open_pidfd(parent);
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    // What the parent has open, a pipe to ctest for instance, must not be kept open by a server.
    close_range(pidfd >= 3 ? static_cast<unsigned>(pidfd) + 1 : 3u, ~0u, 0);
    for (int fd = 3; fd < pidfd; ++fd) close(fd);

    struct sigaction action {};
    action.sa_handler = [](int) { asked_to_end = 1; };
    sigaction(SIGTERM, &action, nullptr);
    action.sa_handler = [](int) {};  // so that the end of the server interrupts poll()
    sigaction(SIGCHLD, &action, nullptr);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);

    const passwd* entry = user == "-" ? nullptr : getpwnam(user.c_str());
    if (user != "-" && entry == nullptr) {
        std::cerr << "dbway_server_guard: there is no user '" << user << "'\n";
        return 2;
    }
    const pid_t server = fork();
    if (server == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        if (pidfd >= 0) close(pidfd);
        if (entry != nullptr && (initgroups(entry->pw_name, entry->pw_gid) != 0 ||
                                 setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)) {
            std::cerr << "dbway_server_guard: cannot become the user '" << user
                      << "': " << std::strerror(errno) << "\n";
            _exit(126);
        }
        execvp(argv[4], argv + 4);
        std::cerr << "dbway_server_guard: " << argv[4] << " cannot be started: " << std::strerror(errno)
                  << "\n";
        _exit(127);
    }

    int status = 0;
    for (;;) {
        if (reap(server, status)) {
            kill_the_rest();
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (asked_to_end != 0 || parent_is_gone(parent, pidfd)) break;
        pollfd entry_of_parent{pidfd, POLLIN, 0};
        poll(&entry_of_parent, pidfd >= 0 ? 1 : 0, 100);
    }
    stop(server);
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    return 0;
}
