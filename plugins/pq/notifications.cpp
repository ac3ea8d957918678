#include "notifications.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>

#include <utility>

namespace dbway::pq {
namespace {

std::string checked(std::string_view channel) {
    if (channel.find('\0') != std::string_view::npos)
        throw sdk::Failure(DBWAY_ERR_INVALID, "the name of a channel contains a NUL character", "42602");
    return std::string(channel);
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
        receivers_.erase(name);
}

void Notifications::forget() {
    receivers_.clear();
    arrived_.clear();
}

std::optional<sdk::Notification> Notifications::poll() {
    if (receivers_.empty() && arrived_.empty()) return std::nullopt;
    if (arrived_.empty()) {
        // libpqxx keeps them back while there is a transaction object.
        session_.end_work();
        session_.translated([&] {
            session_.connection().get_notifs();
            if (!session_.open()) throw pqxx::broken_connection();
        });
        if (arrived_.empty()) return std::nullopt;
    }
    sdk::Notification first = std::move(arrived_.front());
    arrived_.pop_front();
    return first;
}

}  // namespace dbway::pq
