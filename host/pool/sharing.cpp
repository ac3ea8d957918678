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
    queue_.front()->parking.wake(its_turn);
}

std::shared_ptr<SharedAnswer> Sharing::run(const Call& call, Clock::time_point deadline) {
    const auto mine = std::make_shared<Waiting>();
    mine->call = &call;
    mine->deadline = deadline;
    mine->since = Clock::now();
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        enqueue(mine);
        first = mine->collects;
    }
    if (first || await(mine) == its_turn) collect(mine);
    return {mine, &mine->answer};
}

std::uint32_t Sharing::await(const WaitingPtr& mine) {
    const std::stop_token& stop = stop_of(*mine);
    if (!stop.stop_possible()) return await(mine, answered | its_turn);
    const std::stop_callback wake(stop, [&] { mine->parking.wake(stopped); });
    return await(mine, answered | its_turn | stopped);
}

std::uint32_t Sharing::await(const WaitingPtr& mine, std::uint32_t wanted) {
    const auto acquire_limit =
        mine->since + std::chrono::duration_cast<Clock::duration>(pool_.options().pool.acquire_timeout);
    Clock::time_point deadline = mine->deadline;
    Clock::time_point limit = std::min(deadline, acquire_limit);
    while (true) {
        const std::uint32_t signals = mine->parking.wait_until(wanted, limit);
        if ((signals & answered) != 0) return answered;
        if ((signals & its_turn) != 0) return its_turn;
        const auto now = Clock::now();
        if ((signals & wanted & stopped) != 0) {
            wanted &= ~stopped;
            deadline = std::min(deadline, now);
        }
        std::unique_lock lock(mutex_);
        if (mine->collects) return its_turn;
        if (mine->state == State::taken) {
            limit = now + copying;
            continue;
        }
        if (mine->state == State::queued)
            limit = std::min(deadline, acquire_limit);
        else
            limit = deadline == Clock::time_point::max() ? deadline : deadline + grace;
        if (now >= limit) give_up(mine, lock);
    }
}

void Sharing::give_up(const WaitingPtr& mine, std::unique_lock<std::mutex>& lock) {
    const bool sent = mine->state == State::sent;
    if (!sent) leave_queue(mine);
    lock.unlock();
    const Call& call = *mine->call;
    const std::string& source = pool_.options().name;
    const bool changes = !reads_only(call);
    if (stop_of(*mine).stop_requested())
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

const std::stop_token& Sharing::stop_of(const Waiting& waiting) noexcept {
    static const std::stop_token never;
    return waiting.call->options != nullptr ? waiting.call->options->stop : never;
}

// Whether the collector, who stays until the end, does not stay longer than it may.
bool Sharing::ends_with(const Waiting& one, const Waiting& collector) noexcept {
    return collector.deadline == Clock::time_point::max() ||
           (one.deadline != Clock::time_point::max() && one.deadline - grace <= collector.deadline);
}

// What goes with the collector: this connection's part of those that wait, as far as they must end as early
// as its own statement, which comes last, so that it waits for none that it did not have to wait for.
std::vector<Sharing::WaitingPtr> Sharing::take(const WaitingPtr& collector) {
    const std::size_t most = std::min(queue_.size() / pool_.options().pool.max + 1, most_in_flight);
    std::vector<WaitingPtr> flight;
    std::deque<WaitingPtr> others;
    for (WaitingPtr& one : queue_) {
        if (one == collector) continue;
        if (flight.size() + 1 < most && ends_with(*one, *collector) && !stop_of(*one).stop_requested()) {
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
    Lease lease;
    try {
        lease = Lease(pool_.shared_from_this(), pool_.acquire(collector->deadline, stop_of(*collector)));
    } catch (...) {
        const std::lock_guard lock(mutex_);
        leave_queue(collector);
        throw;
    }
    std::vector<WaitingPtr> flight;
    {
        std::unique_lock lock(mutex_);
        if (stop_of(*collector).stop_requested()) give_up(collector, lock);
        flight = take(collector);
    }
    fly(*lease.session(), flight);
}

void Sharing::fly(Session& session, const std::vector<WaitingPtr>& flight) {
    std::size_t done = 0;
    std::size_t told = 0;
    // Who is woken often takes the processor from this thread, and the others would wait until it has it
    // back: first all that has come with the same receive.
    const auto tell = [&] {
        while (told < done) flight[told++]->parking.wake(answered);
    };
    const auto answer = [&](std::size_t index, SharedAnswer&& given) {
        flight[index]->answer = std::move(given);
        done = index + 1;
        if (done == flight.size() || !session.next_is_at_hand()) tell();
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
        session.run_shared(batch, statements, answer);
    } catch (...) {
        // Only for want of memory.
        session.give_up();
        while (done < flight.size()) answer(done, {{}, std::current_exception(), false});
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
