#include <pool/sharing.hpp>

#include <dbway/error.hpp>
#include <dbway/sdk/script.hpp>
#include <pool/pool.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

namespace dbway::detail {

namespace {

// So much goes out at once: what is far behind in the queue may be served sooner by another connection.
constexpr std::size_t most_in_flight = 64;
// How long after its deadline a statement that was sent may still be answered: the cancelled one that runs
// is.
constexpr auto grace = std::chrono::milliseconds(250);

// Taking over what the calls of a flight point to is done so soon.
constexpr auto copying = std::chrono::milliseconds(1);

[[noreturn]] void refuse(Category category, std::string message, const std::string& source, bool sent,
                         bool changes) {
    ErrorDetails details;
    details.category = category;
    details.message = std::move(message);
    details.source = source;
    details.not_executed = !sent;
    details.outcome_unknown = sent && changes;
    throw_error(std::move(details));
}

bool reads_only(const Call& call) noexcept {
    const std::string_view word = sdk::leading_keyword(call.sql, sdk::Dialect::generic);
    return sdk::is_keyword(word, "select") || sdk::is_keyword(word, "values");
}

}  // namespace

bool Sharing::suits(const Call& call) noexcept {
    if (call.kind != DBWAY_R_QUERY) return false;
    const std::string_view word = sdk::leading_keyword(call.sql, sdk::Dialect::generic);
    constexpr std::array<std::string_view, 7> single = {"select", "insert", "update", "delete",
                                                        "with",   "values", "merge"};
    return std::any_of(single.begin(), single.end(),
                       [word](std::string_view known) { return sdk::is_keyword(word, known); });
}

std::uint32_t Sharing::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.empty() ? 0 : static_cast<std::uint32_t>(queue_.size()) - 1;  // the first is in the pool
}

std::uint64_t Sharing::shared() const {
    const std::lock_guard lock(mutex_);
    return shared_;
}

void Sharing::enqueue(const WaitingPtr& waiting) {
    waiting->collects = queue_.empty();
    queue_.push_back(waiting);
    waiting_.store(static_cast<std::uint32_t>(queue_.size()), std::memory_order_relaxed);
}

void Sharing::leave_queue(const WaitingPtr& waiting) noexcept {
    const bool collected = waiting->collects;
    queue_.erase(std::find(queue_.begin(), queue_.end(), waiting));
    waiting_.store(static_cast<std::uint32_t>(queue_.size()), std::memory_order_relaxed);
    if (collected) pass_on();
}

void Sharing::pass_on() noexcept {
    if (queue_.empty()) return;
    queue_.front()->collects = true;
    queue_.front()->changed.notify_one();
}

std::shared_ptr<SharedAnswer> Sharing::run(const Call& call, Clock::time_point deadline) {
    const auto mine = std::make_shared<Waiting>();
    mine->call = &call;
    mine->deadline = deadline;
    mine->since = Clock::now();
    {
        std::unique_lock lock(mutex_);
        enqueue(mine);
        if (!mine->collects) await_turn(mine, lock);
    }
    if (mine->state == State::queued) collect(mine);
    return {mine, &mine->answer};
}

// Returns with the lock, when the answer is there or it is this thread's turn.
void Sharing::await_turn(const WaitingPtr& mine, std::unique_lock<std::mutex>& lock) {
    const auto acquire_limit =
        mine->since + std::chrono::duration_cast<Clock::duration>(pool_.options().pool.acquire_timeout);
    Clock::time_point deadline = mine->deadline;
    static const std::stop_token never;
    const std::stop_token& stop = mine->call->options != nullptr ? mine->call->options->stop : never;
    const auto done = [&] { return mine->state == State::answered || mine->collects; };
    // The callback takes the lock, so it must be neither made nor unmade under it.
    lock.unlock();
    {
        const std::stop_callback wake(stop, [&] {
            const std::lock_guard inner(mutex_);
            mine->changed.notify_one();
        });
        lock.lock();
        bool stopped = false;
        while (!done()) {
            const auto now = Clock::now();
            if (!stopped && stop.stop_requested()) {
                stopped = true;
                deadline = std::min(deadline, now);
            }
            const auto limit = mine->state == State::queued           ? std::min(deadline, acquire_limit)
                               : mine->state == State::taken          ? now + copying
                               : deadline == Clock::time_point::max() ? deadline
                                                                      : deadline + grace;
            if (mine->state != State::taken && now >= limit) break;
            if (limit == Clock::time_point::max())
                mine->changed.wait(lock);
            else
                mine->changed.wait_until(lock, limit);
        }
        lock.unlock();
    }
    lock.lock();
    while (mine->state == State::taken) mine->changed.wait_for(lock, copying);
    if (!done()) give_up(mine, lock);
}

void Sharing::give_up(const WaitingPtr& mine, std::unique_lock<std::mutex>& lock) {
    const bool sent = mine->state == State::sent;
    if (!sent) leave_queue(mine);
    lock.unlock();
    const Call& call = *mine->call;
    const std::string& source = pool_.options().name;
    const bool changes = !reads_only(call);
    if (call.options != nullptr && call.options->stop.stop_requested())
        refuse(Category::cancelled,
               sent ? "stopped while the statement waited behind others on a shared connection"
                    : "stopped while waiting for a connection",
               source, sent, changes);
    if (sent)
        refuse(Category::timeout,
               "the deadline passed while the statement waited behind others on a shared connection", source,
               sent, changes);
    pool_.throw_timeout(Clock::now() - mine->since);
}

bool Sharing::is_stopped(const Waiting& waiting) noexcept {
    return waiting.call->options != nullptr && waiting.call->options->stop.stop_requested();
}

// Whether the collector, who stays until the end, does not stay longer than it may.
bool Sharing::ends_with(const Waiting& one, const Waiting& collector) noexcept {
    return collector.deadline == Clock::time_point::max() ||
           (one.deadline != Clock::time_point::max() && one.deadline - grace <= collector.deadline);
}

// What goes with the collector: whatever must end as early as its own statement, which comes last, so that it
// waits for none that it did not have to wait for.
std::vector<Sharing::WaitingPtr> Sharing::take(const WaitingPtr& collector) {
    std::vector<WaitingPtr> flight;
    std::deque<WaitingPtr> others;
    for (WaitingPtr& one : queue_) {
        if (one == collector) continue;
        if (flight.size() + 1 < most_in_flight && ends_with(*one, *collector) && !is_stopped(*one)) {
            one->state = State::taken;
            flight.push_back(std::move(one));
        } else {
            others.push_back(std::move(one));
        }
    }
    queue_ = std::move(others);
    waiting_.store(static_cast<std::uint32_t>(queue_.size()), std::memory_order_relaxed);
    collector->state = State::taken;
    flight.push_back(collector);
    if (flight.size() > 1) shared_ += flight.size();
    pass_on();
    return flight;
}

void Sharing::collect(const WaitingPtr& collector) {
    static const std::stop_token never;
    const QueryOptions* options = collector->call->options;
    Lease lease;
    try {
        lease = Lease(pool_.shared_from_this(),
                      pool_.acquire(collector->deadline, options != nullptr ? options->stop : never));
    } catch (...) {
        const std::lock_guard lock(mutex_);
        leave_queue(collector);
        throw;
    }
    std::vector<WaitingPtr> flight;
    {
        std::unique_lock lock(mutex_);
        if (is_stopped(*collector)) give_up(collector, lock);
        flight = take(collector);
    }
    fly(*lease.session(), flight);
}

void Sharing::fly(Session& session, const std::vector<WaitingPtr>& flight) {
    std::size_t done = 0;
    const auto answered = [&](std::size_t index, SharedAnswer&& answer) {
        Waiting& one = *flight[index];
        {
            const std::lock_guard lock(mutex_);
            one.answer = std::move(answer);
            one.state = State::answered;
        }
        one.changed.notify_one();
        done = index + 1;
    };
    try {
        Batch batch;
        std::vector<SharedStatement> statements;
        statements.reserve(flight.size());
        batch.independent();
        for (const WaitingPtr& one : flight) statements.push_back(add(batch, *one));
        if (flight.size() > 1) {
            const std::lock_guard lock(mutex_);
            for (const WaitingPtr& one : flight) one->state = State::sent;
        }
        session.run_shared(batch, statements, answered);
    } catch (...) {
        // Only for want of memory.
        session.give_up();
        while (done < flight.size()) answered(done, {{}, std::current_exception(), false});
    }
}

// Copies the call into the batch: its own thread may leave before it is answered.
SharedStatement Sharing::add(Batch& batch, const Waiting& waiting) {
    const Call& call = *waiting.call;
    batch.add_copy(call.sql, call.values, call.names, call.count);
    SharedStatement statement;
    statement.flags = call.flags;
    if (call.options != nullptr) {
        statement.stop = call.options->stop;
        statement.batch_rows = call.options->batch_rows;
        statement.prepare = call.options->prepare;
    }
    if (waiting.deadline != Clock::time_point::max())
        statement.timeout =
            static_cast<std::uint64_t>(std::max<std::int64_t>((waiting.deadline - Clock::now()).count(), 1));
    return statement;
}

}  // namespace dbway::detail
