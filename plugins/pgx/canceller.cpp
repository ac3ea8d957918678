#include "canceller.hpp"

#include <exception>

namespace dbway::pgx {

Canceller::Canceller(PGconn* connection, std::optional<sdk::PostgresqlCancelKey> key,
                     std::chrono::nanoseconds patience, CancelRepeater& repeater)
    : repeater_(repeater), key_(key), patience_(patience) {
    if (getpeername(PQsocket(connection), reinterpret_cast<sockaddr*>(&address_), &address_size_) != 0)
        key_.reset();
    if (!key_) handle_ = PQgetCancel(connection);
}

Canceller::~Canceller() {
    repeater_.forget(*this);
    PQfreeCancel(handle_);
}

sdk::detail::CancelGate::Answer Canceller::cancel(std::uint64_t id) {
    std::uint64_t running = 0;
    const auto answer = gate_.cancel(id, [&] {
        running = gate_.running_id();
        return tell();
    });
    if (running != 0) watch(running);
    return answer;
}

bool Canceller::repeat(std::uint64_t id) noexcept {
    return gate_.repeat(id, [this] { tell(); });
}

void Canceller::cancel_started(std::uint64_t id) {
    tell();
    watch(id);
}

void Canceller::watch(std::uint64_t id) noexcept {
    try {
        repeater_.watch(*this, id);
    } catch (const std::exception&) {
        // Without a thread or memory it stays with what was told once, which nearly always arrives.
    }
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
