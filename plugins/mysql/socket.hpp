// socket.hpp - the descriptor of a connection, which the connector keeps to itself. Without it a connection
// whose peer has fallen silent could not be left before the kernel gives it up: the connector's own timeouts
// are whole seconds, the same for all statements, and fixed when it connects.
#pragma once

#include "options.hpp"

#include <sys/types.h>

#include <set>

namespace dbway::mysql {

// The sockets of this process, by their inodes, at one moment.
using SocketSet = std::set<ino_t>;
SocketSet open_sockets();

// The socket that was opened since `before` and is connected to the server of the options; -1 if that might
// be another one. `local_port`: the port of this side as the server sees it, 0 if unknown; it decides between
// several that were opened at the same time by other threads.
int find_socket(const SocketSet& before, const ConnectOptions& options, int local_port);

// A peer that has vanished is noticed: 30 s after data it did not acknowledge, 90 s into silence. Nothing
// happens for a Unix socket.
void keep_alive(int descriptor) noexcept;

// Something has arrived that nobody has read, be it the end of the connection.
bool has_input(int descriptor) noexcept;

// Ends the connection for both directions: a call that waits for the peer returns at once.
void shut_down(int descriptor) noexcept;

}  // namespace dbway::mysql
