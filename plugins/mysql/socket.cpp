#include "socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace dbway::mysql {
namespace {

// Every socket of this process: its descriptor and inode.
std::vector<std::pair<int, ino_t>> sockets() {
    std::vector<std::pair<int, ino_t>> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        struct stat status {};
        if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode))
            found.emplace_back(descriptor, status.st_ino);
    }
    return found;
}

int port_of(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

bool leads_to(int descriptor, const ConnectOptions& options) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
    if (options.unix_socket.empty()) return port_of(peer) == options.port;
    const auto& local = reinterpret_cast<const sockaddr_un&>(peer);
    return peer.ss_family == AF_UNIX && size > sizeof local.sun_family &&
           options.unix_socket == local.sun_path;
}

int local_port_of(int descriptor) {
    sockaddr_storage self{};
    socklen_t size = sizeof self;
    return getsockname(descriptor, reinterpret_cast<sockaddr*>(&self), &size) == 0 ? port_of(self) : 0;
}

}  // namespace

SocketSet open_sockets() {
    SocketSet inodes;
    for (const auto& [descriptor, inode] : sockets()) inodes.insert(inode);
    return inodes;
}

int find_socket(const SocketSet& before, const ConnectOptions& options, int local_port) {
    std::vector<int> candidates;
    for (const auto& [descriptor, inode] : sockets())
        if (!before.contains(inode) && leads_to(descriptor, options)) candidates.push_back(descriptor);
    // The one that is looked for is among them.
    if (candidates.size() > 1 && local_port != 0)
        std::erase_if(candidates, [&](int descriptor) { return local_port_of(descriptor) != local_port; });
    return candidates.size() == 1 ? candidates.front() : -1;
}

void keep_alive(int descriptor) noexcept {
    const auto set = [&](int level, int name, int value) {
        setsockopt(descriptor, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

bool has_input(int descriptor) noexcept {
    pollfd entry{descriptor, POLLIN, 0};
    return descriptor >= 0 && poll(&entry, 1, 0) > 0;
}

void shut_down(int descriptor) noexcept {
    if (descriptor >= 0) shutdown(descriptor, SHUT_RDWR);
}

}  // namespace dbway::mysql
