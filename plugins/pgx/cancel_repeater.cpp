#include "cancel_repeater.hpp"

#include "canceller.hpp"

#include <algorithm>

namespace dbway::pgx {

namespace {

constexpr std::chrono::milliseconds first_pause{500};
constexpr std::chrono::seconds longest_pause{10};

}  // namespace

CancelRepeater::~CancelRepeater() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void CancelRepeater::watch(Canceller& canceller, std::uint64_t run) {
    {
        const std::lock_guard lock(mutex_);
        const auto known = [&](const Watch& watch) {
            return watch.canceller == &canceller && watch.run == run;
        };
        if (std::any_of(watches_.begin(), watches_.end(), known)) return;
        if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
        watches_.push_back({&canceller, run, Clock::now() + first_pause, first_pause});
    }
    changed_.notify_all();
}

void CancelRepeater::forget(const Canceller& canceller) noexcept {
    std::unique_lock lock(mutex_);
    std::erase_if(watches_, [&](const Watch& watch) { return watch.canceller == &canceller; });
    changed_.wait(lock, [&] { return telling_ != &canceller; });
}

void CancelRepeater::serve() noexcept {
    std::unique_lock lock(mutex_);
    while (!over_) {
        const auto next = std::min_element(watches_.begin(), watches_.end(),
                                           [](const Watch& a, const Watch& b) { return a.next < b.next; });
        if (next == watches_.end()) {
            changed_.wait(lock);
            continue;
        }
        const Watch due = *next;
        if (Clock::now() < due.next) {
            changed_.wait_until(lock, due.next);
            continue;
        }
        telling_ = due.canceller;
        lock.unlock();
        const bool runs = due.canceller->repeat(due.run);
        lock.lock();
        telling_ = nullptr;
        changed_.notify_all();
        const auto same = std::find_if(watches_.begin(), watches_.end(), [&](const Watch& watch) {
            return watch.canceller == due.canceller && watch.run == due.run;
        });
        if (same == watches_.end()) continue;  // forgotten meanwhile
        if (runs) {
            same->pause = std::min<Clock::duration>(2 * same->pause, longest_pause);
            same->next = Clock::now() + same->pause;
        } else {
            watches_.erase(same);
        }
    }
}

}  // namespace dbway::pgx
