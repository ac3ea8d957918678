#include "canceller.hpp"

namespace dbway::pgx {

Canceller::Canceller(PGconn* connection, std::optional<sdk::PostgresqlCancelKey> key,
                     std::chrono::nanoseconds patience)
    : key_(key), patience_(patience) {
    if (getpeername(PQsocket(connection), reinterpret_cast<sockaddr*>(&address_), &address_size_) != 0)
        key_.reset();
    if (!key_) handle_ = PQgetCancel(connection);
}

Canceller::~Canceller() { PQfreeCancel(handle_); }

sdk::detail::CancelGate::Answer Canceller::cancel(std::uint64_t id) {
    return gate_.cancel(id, [this] { return tell(); });
}

bool Canceller::tell() noexcept {
    if (key_) {
        const auto answer =
            sdk::send_postgresql_cancel(address_, address_size_, *key_, Clock::now() + patience_);
        if (answer == sdk::PostgresqlCancelAnswer::doubtful) doubtful_.store(true, std::memory_order_relaxed);
        return answer == sdk::PostgresqlCancelAnswer::told;
    }
    char message[256];
    return handle_ != nullptr && PQcancel(handle_, message, sizeof message) == 1;
}

}  // namespace dbway::pgx
