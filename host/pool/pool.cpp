#include <pool/pool.hpp>

#include <dbway/error.hpp>
#include <pool/sharing.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace dbway::detail {

namespace {

double random_chance() {
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

std::string in_seconds(std::chrono::nanoseconds time) {
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    return millis % 1000 == 0 ? std::to_string(millis / 1000) + " s" : std::to_string(millis) + " ms";
}

// How often the pool looks after itself.
constexpr auto housekeeping_period = std::chrono::seconds(1);

}  // namespace

Pool::Pool(SessionEnvironment environment, std::shared_ptr<Timer> housekeeper)
    : environment_(std::move(environment)), housekeeper_(std::move(housekeeper)) {
    idle_.reserve(environment_.options.pool.max);
    pipelines_ = (environment_.provider->caps() & DBWAY_CAP_PIPELINE) != 0;
    if (options().share && pipelines_) sharing_ = std::make_unique<Sharing>(*this);
}

Pool::~Pool() = default;

void Pool::start() {
    if (options().share && sharing_ == nullptr)
        environment_.log(DBWAY_LOG_WARN, "source \"" + options().name +
                                             "\": share has no effect, since provider \"" +
                                             options().provider + "\" cannot pipeline statements");
    if (options().pool.min != 0) schedule_housekeeping();
}

PoolStatistics Pool::statistics() const {
    const std::lock_guard lock(mutex_);
    PoolStatistics result = counters_;
    result.open = total_ - opening_;
    result.idle = static_cast<std::uint32_t>(idle_.size());
    result.opening = opening_;
    result.waiting = static_cast<std::uint32_t>(waiters_.size());
    if (sharing_ != nullptr) {
        result.waiting += sharing_->waiting();
        result.shared = sharing_->shared();
    }
    return result;
}

[[gnu::hot]] Session* Pool::acquire(Clock::time_point deadline, const std::stop_token& stop, const Call* call,
                                    std::uint32_t flags) {
    return acquire({deadline, &stop, pipelines_ ? call : nullptr, flags});
}

Session* Pool::try_acquire(Clock::time_point deadline) { return acquire(Wanted{deadline}); }

[[gnu::hot]] Session* Pool::acquire(const Wanted& wanted) {
    while (true) {
        SessionPtr session;
        {
            std::unique_lock lock(mutex_);
            if (!idle_.empty()) {
                session = std::move(idle_.back());
                idle_.pop_back();
                ++counters_.acquired;
            } else if (total_ < options().pool.max) {
                ++total_;
                ++opening_;
            } else if (wanted.stop != nullptr) {
                session = wait(lock, wanted);
            } else {
                return nullptr;
            }
        }
        if (session == nullptr) return lend(open(wanted.deadline));
        if (session->sent_ahead() || fit(*session)) return lend(std::move(session));
        session.reset();
        {
            const std::lock_guard lock(mutex_);
            --counters_.acquired;
            ++counters_.discarded;
            // The place stays ours, so that nobody who came later gets it, unless another one is idle.
            if (idle_.empty())
                ++opening_;
            else
                --total_;
            if (!idle_.empty()) continue;
        }
        return lend(open(wanted.deadline));
    }
}

[[gnu::hot]] Session* Pool::lend(SessionPtr session) {
    if (options().pool.leak_after.count() > 0) {
        session->mark.lent_at = CoarseClock::now();
        session->mark.leak_reported = false;
        const std::lock_guard lock(mutex_);
        lent_.push_back(session.get());
    }
    return session.release();
}

[[gnu::hot]] bool Pool::fit(Session& session) const noexcept {
    const auto now = CoarseClock::now();
    if (now >= session.mark.expires) return false;
    if (!needs_check(options().pool, now - session.mark.idle_since)) return true;
    return session.check_idle();
}

Pool::SessionPtr Pool::open(Clock::time_point deadline) {
    std::chrono::nanoseconds timeout = options().pool.connect_timeout;
    if (deadline != Clock::time_point::max()) {
        const std::chrono::nanoseconds left = deadline - Clock::now();
        if (timeout.count() <= 0 || left < timeout) timeout = std::max(left, std::chrono::nanoseconds(1));
    }
    SessionPtr session;
    try {
        session = std::make_unique<Session>(environment_, timeout);
    } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        last_open_error_ = error.what();
        --opening_;
        give_place_back();
        throw;
    }
    const auto now = CoarseClock::now();
    session->mark.idle_since = now;
    session->mark.expires = expiry(options().pool, now, random_chance());
    {
        const std::lock_guard lock(mutex_);
        --opening_;
        ++counters_.opened;
        ++counters_.acquired;
        last_open_error_.clear();
    }
    if (options().pool.leak_after.count() > 0) schedule_housekeeping();
    return session;
}

Pool::SessionPtr Pool::wait(std::unique_lock<std::mutex>& lock, const Wanted& wanted) {
    const std::stop_token& stop = *wanted.stop;
    const auto begin = Clock::now();
    const auto limit = std::min(
        wanted.deadline, begin + std::chrono::duration_cast<Clock::duration>(options().pool.acquire_timeout));
    Waiter waiter;
    waiter.wanted = &wanted;
    waiters_.push_back(&waiter);
    lock.unlock();
    const auto sleep = [&] { return waiter.parking.wait_until(Waiter::served | Waiter::stopped, limit); };
    std::uint32_t signals = 0;
    if (stop.stop_possible()) {
        const std::stop_callback wake(stop, [&] { waiter.parking.wake(Waiter::stopped); });
        signals = sleep();
    } else {
        signals = sleep();
    }
    if ((signals & Waiter::served) == 0) {
        lock.lock();
        const bool was_queued = waiter.queued;
        if (was_queued) std::erase(waiters_, &waiter);
        lock.unlock();
        // Who has taken it out of the queue is about to serve it.
        if (!was_queued) signals = waiter.parking.wait_until(Waiter::served, Clock::time_point::max());
    }
    if ((signals & Waiter::served) != 0) return std::move(waiter.session);
    if (stop.stop_requested()) {
        ErrorDetails details;
        details.category = Category::cancelled;
        details.message = "stopped while waiting for a connection";
        details.source = options().name;
        details.not_executed = true;
        throw_error(std::move(details));
    }
    throw_timeout(Clock::now() - begin);
}

void Pool::throw_timeout(Clock::duration waited) {
    ErrorDetails details;
    details.category = Category::pool;
    details.source = options().name;
    details.not_executed = true;
    details.retry_statement = true;
    std::string cause;
    {
        const std::lock_guard lock(mutex_);
        ++counters_.timeouts;
        details.message = "no connection became free within " + in_seconds(waited) + " (max " +
                          std::to_string(options().pool.max) + ", open " + std::to_string(total_ - opening_) +
                          ", idle " + std::to_string(idle_.size()) + ", opening " + std::to_string(opening_) +
                          ", waiting " + std::to_string(waiters_.size()) + ")";
        cause = last_open_error_;
    }
    if (!cause.empty()) details.detail = "the last attempt to open one failed: " + cause;
    details.hint = "raise pool.max or pool.acquire_timeout, or hold connections for a shorter time";
    throw_error(std::move(details));
}

[[gnu::hot]] void Pool::release(Session* given) noexcept {
    SessionPtr session(given);
    if (options().pool.leak_after.count() > 0) {
        // First of all: whoever looks for leaks looks into it.
        const std::lock_guard lock(mutex_);
        std::erase(lent_, given);
    }
    const bool usable = session->clean();
    if (usable)
        session->mark.idle_since = CoarseClock::now();
    else
        session.reset();
    std::unique_lock lock(mutex_);
    if (!usable) {
        ++counters_.discarded;
        give_place_back();
        return;
    }
    if (!waiters_.empty()) {
        ++counters_.acquired;
        Waiter& waiter = *waiters_.front();
        waiters_.pop_front();
        waiter.queued = false;
        lock.unlock();
        // The server has something to do while that thread wakes up, which may then find the answer there
        // and need not sleep once more.
        const Wanted& wanted = *waiter.wanted;
        if (wanted.call != nullptr && session->mark.idle_since < session->mark.expires)
            session->send_ahead(*wanted.call, wanted.flags, wanted.deadline);
        waiter.session = std::move(session);
        waiter.parking.wake(Waiter::served);
        return;
    }
    idle_.push_back(std::move(session));
    if (housekeeping_) return;
    lock.unlock();
    // Only an idle connection can grow too old. Until there is one, the program has no thread of ours, which
    // would make its every allocation and system call dearer.
    try {
        schedule_housekeeping();
    } catch (const std::exception& error) {
        environment_.log(DBWAY_LOG_WARN, std::string("the pool looks after itself no more: ") + error.what());
    }
}

void Pool::give_place_back() noexcept {
    if (waiters_.empty()) {
        --total_;
        return;
    }
    ++opening_;
    Waiter& waiter = *waiters_.front();
    waiters_.pop_front();
    waiter.queued = false;
    waiter.parking.wake(Waiter::served);
}

void Pool::schedule_housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        if (housekeeping_) return;
        housekeeping_ = true;
    }
    housekeeper_->schedule(Clock::now(), [weak = weak_from_this()] {
        if (const std::shared_ptr<Pool> pool = weak.lock()) pool->housekeep();
    });
}

void Pool::housekeep() noexcept {
    try {
        std::vector<SessionPtr> old;
        bool open_more = false;
        {
            const std::lock_guard lock(mutex_);
            const auto now = CoarseClock::now();
            // The least recently used ones are in front.
            for (auto i = idle_.begin(); i != idle_.end();) {
                const Session& session = **i;
                if (now >= session.mark.expires ||
                    idle_too_long(options().pool, now - session.mark.idle_since, total_)) {
                    old.push_back(std::move(*i));
                    i = idle_.erase(i);
                    ++counters_.discarded;
                    give_place_back();
                } else {
                    ++i;
                }
            }
            open_more = total_ < options().pool.min;
            if (open_more) {
                ++total_;
                ++opening_;
            }
        }
        old.clear();
        if (open_more) {
            SessionPtr session;
            try {
                session = open(Clock::now() + options().pool.connect_timeout);
                const std::lock_guard lock(mutex_);
                --counters_.acquired;  // nobody asked for it
            } catch (const std::exception& error) {
                environment_.log(DBWAY_LOG_WARN,
                                 "source \"" + options().name +
                                     "\": a connection for pool.min could not be opened: " + error.what());
            }
            if (session) release(session.release());
        }
        report_leaks();
        bool more = false;
        {
            const std::lock_guard lock(mutex_);
            more = total_ < options().pool.min && last_open_error_.empty();
        }
        housekeeper_->schedule(
            Clock::now() + (more ? Clock::duration::zero() : Clock::duration(housekeeping_period)),
            [weak = weak_from_this()] {
                if (const std::shared_ptr<Pool> pool = weak.lock()) pool->housekeep();
            });
    } catch (const std::exception& error) {
        environment_.log(DBWAY_LOG_ERROR, std::string("the pool's housekeeping ended: ") + error.what());
    }
}

void Pool::report_leaks() {
    if (options().pool.leak_after.count() <= 0) return;
    std::size_t late = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto now = CoarseClock::now();
        for (Session* session : lent_) {
            if (session->mark.leak_reported || now - session->mark.lent_at < options().pool.leak_after)
                continue;
            session->mark.leak_reported = true;
            ++late;
        }
    }
    if (late != 0)
        environment_.log(DBWAY_LOG_WARN, "source \"" + options().name + "\": " + std::to_string(late) +
                                             " connection(s) lent for longer than " +
                                             in_seconds(options().pool.leak_after) +
                                             "; is one kept by mistake?");
}

}  // namespace dbway::detail
