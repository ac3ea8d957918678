#include <dbway/listener.hpp>

#include <dbway/provider.h>
#include <dbway/error.hpp>
#include <pool/pool.hpp>
#include <session/listener_state.hpp>
#include <session/session.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <utility>

namespace dbway {
namespace detail {

std::chrono::milliseconds reconnect_pause(std::uint32_t attempt, double chance) noexcept {
    const std::int64_t cap = std::min<std::int64_t>(std::int64_t{100} << std::min(attempt, 20U), 10'000);
    return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(cap) * chance));
}

ListenerState::ListenerState(std::shared_ptr<Pool> pool, std::string_view channel) : pool_(std::move(pool)) {
    channels_.emplace_back(channel);
    connect(Clock::time_point::max(), {});
}

ListenerState::~ListenerState() {
    if (lease_.session() == nullptr || lease_.session()->dead()) return;
    try {
        lease_.session()->command(DBWAY_R_UNLISTEN);
    } catch (...) {
        lease_.session()->give_up();
    }
}

void ListenerState::connect(Clock::time_point deadline, const std::stop_token& stop) {
    lease_ = Lease(pool_, pool_->acquire(deadline, stop));
    for (const std::string& channel : channels_) lease_.session()->command(DBWAY_R_LISTEN, channel);
}

bool ListenerState::reconnect(Clock::time_point deadline, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            connect(deadline, stop);
            attempts_ = 0;
            return true;
        } catch (const Error& error) {
            if (lease_.session() != nullptr)
                lease_.session()->give_up();  // it may listen to some of the channels
            lease_ = Lease();
            pool_->environment().log(DBWAY_LOG_WARN, std::string("listener: ") + error.what());
        }
        thread_local std::minstd_rand generator(std::random_device{}());
        const double chance = std::uniform_real_distribution<double>(0.0, 1.0)(generator);
        const auto until = std::min(deadline, Clock::now() + reconnect_pause(attempts_++, chance));
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        wake.wait_until(lock, stop, until, [] { return false; });
        if (Clock::now() >= deadline) return false;
    }
    return false;
}

void ListenerState::add(std::string_view channel) {
    if (std::find(channels_.begin(), channels_.end(), channel) != channels_.end()) return;
    if (lease_.session() != nullptr) lease_.session()->command(DBWAY_R_LISTEN, channel);
    channels_.emplace_back(channel);
}

void ListenerState::remove(std::string_view channel) {
    if (std::erase(channels_, channel) == 0) return;
    if (lease_.session() != nullptr) lease_.session()->command(DBWAY_R_UNLISTEN, channel);
}

std::optional<Notification> ListenerState::next(std::chrono::nanoseconds timeout,
                                                const std::stop_token& stop) {
    const auto deadline = deadline_of(timeout);
    while (true) {
        if (lease_.session() == nullptr && !reconnect(deadline, stop)) return std::nullopt;
        if (gap_) {
            gap_ = false;
            Notification note;
            note.gap = true;
            return note;
        }
        try {
            return lease_.session()->next_notification(deadline, stop);
        } catch (const Error& error) {
            if (!error.connection_lost()) throw;
            pool_->environment().log(DBWAY_LOG_WARN, std::string("listener: ") + error.what());
            lease_ = Lease();
            gap_ = true;
        }
    }
}

void ListenerStateDeleter::operator()(ListenerState* state) const noexcept { delete state; }

Listener make_listener(const std::shared_ptr<Pool>& pool, std::string_view channel) {
    if ((pool->environment().provider->caps() & DBWAY_CAP_NOTIFY) == 0) {
        ErrorDetails details;
        details.category = Category::unsupported;
        details.source = pool->options().name;
        details.message =
            "provider \"" + pool->options().provider + "\" has no notifications (capability \"notify\")";
        details.hint =
            pool->environment().capable ? pool->environment().capable(DBWAY_CAP_NOTIFY) : std::string();
        throw_error(std::move(details));
    }
    return Listener(std::unique_ptr<ListenerState, ListenerStateDeleter>(new ListenerState(pool, channel)));
}

}  // namespace detail

Listener::Listener(std::unique_ptr<detail::ListenerState, detail::ListenerStateDeleter> state) noexcept
    : state_(std::move(state)) {}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener() = default;

void Listener::add(std::string_view channel) { state_->add(channel); }
void Listener::remove(std::string_view channel) { state_->remove(channel); }
std::optional<Notification> Listener::next(std::chrono::nanoseconds timeout, const std::stop_token& stop) {
    return state_->next(timeout, stop);
}

}  // namespace dbway
