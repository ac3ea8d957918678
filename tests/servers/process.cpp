#include "servers/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace dbway::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

std::string joined(const Command& command) {
    std::string text;
    for (const std::string& part : command) text += (text.empty() ? "" : " ") + part;
    return text;
}

// Letter of the state of a process or a thread whose entry in /proc this is, and the parent; nothing if there
// is no such entry.
std::optional<std::pair<char, pid_t>> state_at(const std::filesystem::path& entry) {
    std::ifstream file(entry / "stat");
    std::string text;
    if (!std::getline(file, text)) return {};
    // The second field is the program's name in parentheses, which may contain anything.
    std::istringstream rest(text.substr(text.rfind(')') + 1));
    char state = 0;
    pid_t parent = 0;
    rest >> state >> parent;
    return std::pair(state, parent);
}

std::filesystem::path process_entry(pid_t pid) { return "/proc/" + std::to_string(pid); }

bool rests(const std::filesystem::path& entry) {
    const auto state = state_at(entry);
    return !state || state->first == 'T' || state->first == 't' || state->first == 'Z' || state->first == 'X';
}

}  // namespace

ServerUser server_user(std::initializer_list<const char*> names) {
    ServerUser user;
    if (geteuid() != 0) {
        const passwd* self = getpwuid(geteuid());
        user.name = self != nullptr ? self->pw_name : std::to_string(geteuid());
        return user;
    }
    std::string tried;
    for (const char* name : names) {
        if (const passwd* entry = getpwnam(name)) return {name, entry->pw_uid, entry->pw_gid, true};
        tried.append(tried.empty() ? "'" : ", '").append(name).append("'");
    }
    throw std::runtime_error("a server does not run as root, and there is no user " + tried +
                             " to run it as; install the server's package, or run the tests as another user");
}

pid_t spawn(const Command& command, const std::filesystem::path& log, const ServerUser& user) {
    std::vector<char*> argv;
    for (const std::string& part : command) argv.push_back(const_cast<char*>(part.c_str()));
    argv.push_back(nullptr);
    std::vector<gid_t> groups(64);
    int n_groups = static_cast<int>(groups.size());
    if (user.change && getgrouplist(user.name.c_str(), user.gid, groups.data(), &n_groups) < 0) n_groups = 0;

    const pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid > 0) return pid;
    // Between fork and exec of a program with threads only plain system calls are safe.
    const int input = open("/dev/null", O_RDONLY);
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (input < 0 || output < 0) _exit(126);
    dup2(input, 0);
    dup2(output, 1);
    dup2(output, 2);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    if (user.change && (setgroups(static_cast<std::size_t>(n_groups), groups.data()) != 0 ||
                        setgid(user.gid) != 0 || setuid(user.uid) != 0))
        _exit(126);
    execvp(argv[0], argv.data());
    _exit(127);
}

std::optional<int> wait_exit(pid_t pid, std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        int status = 0;
        const pid_t found = waitpid(pid, &status, WNOHANG);
        if (found == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (found < 0 && errno != EINTR) return 0;  // somebody else has waited for it
        if (std::chrono::steady_clock::now() >= end) return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void run(const Command& command, const std::filesystem::path& log, const ServerUser& user) {
    const pid_t pid = spawn(command, log, user);
    const auto status = wait_exit(pid, std::chrono::seconds(60));
    if (!status) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        throw std::runtime_error(joined(command) + " did not end within a minute\n" + tail(log));
    }
    if (*status == 127) throw std::runtime_error("the program " + command.front() + " was not found");
    if (*status != 0)
        throw std::runtime_error(joined(command) + " failed with exit status " + std::to_string(*status) +
                                 "\n" + tail(log));
}

pid_t spawn_guarded(const Command& server, const std::filesystem::path& log, const ServerUser& user,
                    const std::filesystem::path& directory, pid_t parent) {
    Command command{DBWAY_SERVER_GUARD, std::to_string(parent), user.change ? user.name : "-",
                    directory.string()};
    command.insert(command.end(), server.begin(), server.end());
    return spawn(command, log);
}

std::filesystem::path make_server_directory(const std::string& prefix, const ServerUser& user) {
    std::string pattern = (std::filesystem::temp_directory_path() / (prefix + "-XXXXXX")).string();
    if (mkdtemp(pattern.data()) == nullptr) fail("a directory like " + pattern + " cannot be made");
    if (chmod(pattern.c_str(), 0755) != 0 || (user.change && chown(pattern.c_str(), user.uid, user.gid) != 0))
        fail("the directory " + pattern + " cannot be given to the user " + user.name);
    return pattern;
}

int free_port() {
    std::random_device random;
    for (int attempt = 0; attempt < 200; ++attempt) {
        // The kernel takes ports of outgoing connections from 32768 on; a server that restarts must find its
        // port free again.
        const int port = 20000 + static_cast<int>(random() % 12000);
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) fail("socket");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        const bool is_free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        close(fd);
        if (is_free) return port;
    }
    throw std::runtime_error("no free TCP port between 20000 and 32000 on 127.0.0.1");
}

std::string unique_name(const std::string& prefix) {
    static const std::uint32_t seed = std::random_device{}();
    static std::atomic<unsigned> counter{0};
    std::ostringstream name;
    name << prefix << '_' << getpid() << '_' << std::hex << seed << '_' << ++counter;
    return name.str();
}

std::string tail(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::string text;
    for (std::size_t i = lines.size() > 20 ? lines.size() - 20 : 0; i < lines.size(); ++i)
        text += lines[i] + "\n";
    return text;
}

bool is_running(pid_t pid) {
    const auto state = state_at(process_entry(pid));
    return state && state->first != 'Z' && state->first != 'X';
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const pid_t candidate = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
        if (candidate <= 0) continue;
        const auto state = state_at(entry.path());
        if (state && state->second == pid) found.push_back(candidate);
    }
    return found;
}

void suspend(pid_t pid) {
    kill(pid, SIGSTOP);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
        std::error_code gone;
        bool all = true;
        std::filesystem::directory_iterator thread(process_entry(pid) / "task", gone);
        for (; !gone && thread != std::filesystem::directory_iterator(); thread.increment(gone))
            all = all && rests(thread->path());
        if (all) return;
        if (std::chrono::steady_clock::now() > end)
            throw std::runtime_error("process " + std::to_string(pid) + " does not stop");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace dbway::test
