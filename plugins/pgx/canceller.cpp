#include "canceller.hpp"

#include <poll.h>

#include <algorithm>
#include <exception>

namespace dbway::pgx {

namespace {

// Other connections wait for their repetitions meanwhile.
constexpr std::chrono::milliseconds longest_repetition{500};

}  // namespace

Canceller::Canceller(PGconn* connection, std::optional<sdk::PostgresqlCancelKey> key,
                     std::chrono::nanoseconds patience, CancelRepeater& repeater)
    : repeater_(repeater), key_(key), patience_(patience), descriptor_(PQsocket(connection)) {
    if (getpeername(descriptor_, reinterpret_cast<sockaddr*>(&address_), &address_size_) != 0) key_.reset();
    if (!key_) handle_ = PQgetCancel(connection);
}

Canceller::~Canceller() {
    repeater_.forget(*this);
    PQfreeCancel(handle_);
}

sdk::detail::CancelGate::Answer Canceller::cancel(std::uint64_t id) {
    std::optional<std::uint64_t> run;
    const auto answer = gate_.cancel(id, [&] {
        run = gate_.run();
        return tell(patience_);
    });
    if (run) watch(*run);
    return answer;
}

bool Canceller::repeat(std::uint64_t run) noexcept {
    if (lost_.load(std::memory_order_relaxed)) return false;
    return gate_.repeat(run, [this] {
        // What has been answered may be over, and the server at work on the request behind it.
        pollfd answer{descriptor_, POLLIN, 0};
        if (poll(&answer, 1, 0) == 0) tell(std::min<std::chrono::nanoseconds>(patience_, longest_repetition));
    });
}

void Canceller::cancel_running() {
    tell(patience_);
    watch(gate_.run());
}

void Canceller::watch(std::uint64_t run) noexcept {
    if (!key_) return;  // libpq would keep the thread of all connections for as long as it takes
    try {
        repeater_.watch(*this, run);
    } catch (const std::exception&) {
        // Without a thread or memory it stays with what was told once, which nearly always arrives.
    }
}

bool Canceller::tell(std::chrono::nanoseconds patience) noexcept {
    if (key_) {
        const auto answer =
            sdk::send_postgresql_cancel(address_, address_size_, *key_, Clock::now() + patience);
        if (answer == sdk::PostgresqlCancelAnswer::doubtful) doubtful_.store(true, std::memory_order_relaxed);
        return answer == sdk::PostgresqlCancelAnswer::told;
    }
    char message[256];
    return handle_ != nullptr && PQcancel(handle_, message, sizeof message) == 1;
}

}  // namespace dbway::pgx
