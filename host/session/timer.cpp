#include <session/timer.hpp>

#include <condition_variable>
#include <map>
#include <mutex>

namespace dbway::detail {

struct Timer::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<Key, std::function<void()>> entries;
    std::uint64_t next = 1;
    std::uint64_t running = 0;
    bool stopping = false;
};

Timer::Timer() : state_(std::make_shared<State>()) {}

Timer::~Timer() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->changed.notify_all();
    if (!thread_.joinable()) return;
    if (thread_.get_id() == std::this_thread::get_id())
        thread_.detach();
    else
        thread_.join();
}

Timer::Key Timer::schedule(Clock::time_point at, std::function<void()> function) {
    const std::lock_guard lock(state_->mutex);
    const Key key{at, state_->next++};
    state_->entries.emplace(key, std::move(function));
    if (!thread_.joinable())
        thread_ = std::thread([state = state_] { run(state); });
    else if (state_->entries.begin()->first == key)
        state_->changed.notify_all();
    return key;
}

void Timer::cancel(const Key& key) {
    std::unique_lock lock(state_->mutex);
    state_->entries.erase(key);
    if (thread_.get_id() == std::this_thread::get_id()) return;
    state_->changed.wait(lock, [&] { return state_->running != key.second; });
}

void Timer::run(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    while (!state->stopping) {
        if (state->entries.empty()) {
            state->changed.wait(lock);
            continue;
        }
        const auto next = state->entries.begin();
        const Clock::time_point at = next->first.first;
        if (Clock::now() < at) {
            state->changed.wait_until(lock, at);
            continue;
        }
        const std::function<void()> function = std::move(next->second);
        state->running = next->first.second;
        state->entries.erase(next);
        lock.unlock();
        function();
        lock.lock();
        state->running = 0;
        state->changed.notify_all();
    }
}

}  // namespace dbway::detail
