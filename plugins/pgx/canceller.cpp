#include "canceller.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace dbway::pgx {

sdk::detail::CancelGate::Answer Canceller::cancel(std::uint64_t id) {
    return gate_.cancel(id, [this] { return tell(); });
}

bool Canceller::tell() noexcept {
    char message[256];
    return handle_ != nullptr && PQcancel(handle_, message, sizeof message) == 1;
}

struct CancelThreads::Worker {
    std::atomic<bool> done{false};
    std::thread thread;
};

CancelThreads::CancelThreads() = default;
CancelThreads::~CancelThreads() {
    for (const auto& worker : workers_) worker->thread.join();
}

bool CancelThreads::start(const std::shared_ptr<Canceller>& canceller, std::uint64_t id) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        collect();
        auto worker = std::make_unique<Worker>();
        Worker* const self = worker.get();
        workers_.reserve(workers_.size() + 1);
        worker->thread = std::thread([self, held = canceller, id]() mutable {
            try {
                held->cancel(id);
            } catch (...) {
                // Without memory there is no cancel; the request's time limit goes on without it.
            }
            held.reset();
            self->done.store(true, std::memory_order_release);
        });
        workers_.push_back(std::move(worker));
        return true;
    } catch (...) {
        return false;
    }
}

void CancelThreads::collect() {
    std::erase_if(workers_, [](const std::unique_ptr<Worker>& worker) {
        if (!worker->done.load(std::memory_order_acquire)) return false;
        worker->thread.join();
        return true;
    });
}

}  // namespace dbway::pgx
