#include "notifications.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>

#include <poll.h>

#include <utility>

namespace dbway::pq {
namespace {

std::string checked(std::string_view channel) {
    if (channel.find('\0') != std::string_view::npos)
        throw sdk::Failure(DBWAY_ERR_INVALID, "the name of a channel contains a NUL character", "42602");
    return std::string(channel);
}

bool readable(int socket) {
    pollfd descriptor{socket, POLLIN, 0};
    return poll(&descriptor, 1, 0) > 0;
}

}  // namespace

// A receiver sends its own LISTEN, but only the first one for a channel does, and a ROLLBACK undoes that. So
// LISTEN is sent each time.
void Notifications::listen(std::string_view channel) {
    const std::string name = checked(channel);
    session_.run("LISTEN " + sdk::quote_postgresql_identifier(name));
    if (receivers_.contains(name)) return;
    session_.translated(
        [&] { receivers_.emplace(name, std::make_unique<Receiver>(session_.connection(), name, arrived_)); });
}

void Notifications::unlisten(std::string_view channel) {
    const std::string name = checked(channel);
    session_.run(name.empty() ? "UNLISTEN *" : "UNLISTEN " + sdk::quote_postgresql_identifier(name));
    if (name.empty())
        forget();
    else
        session_.limited(Canceller::Way::complete, [&] { receivers_.erase(name); });
}

void Notifications::forget() {
    // Each of them says UNLISTEN once more.
    session_.limited(Canceller::Way::complete, [this] { receivers_.clear(); });
    arrived_.clear();
}

std::optional<sdk::Notification> Notifications::poll() {
    // What arrived together with an answer is with libpq already. All else, the end of the connection and the
    // server's word about it among it, is still to be read, and none of it blocks.
    bool look = listening();
    while (arrived_.empty() && (look || readable(session_.socket()))) {
        look = false;
        // libpqxx keeps notifications back while there is a transaction object.
        session_.end_work();
        session_.limited(Canceller::Way::complete, [&] {
            if (session_.open()) session_.connection().get_notifs();
            if (!session_.open()) throw pqxx::broken_connection();
        });
    }
    if (arrived_.empty()) return std::nullopt;
    sdk::Notification first = std::move(arrived_.front());
    arrived_.pop_front();
    return first;
}

}  // namespace dbway::pq
