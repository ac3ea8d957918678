// Stopping what runs on the server, from any thread.
#pragma once

#include <dbway/sdk/cancel_gate.hpp>

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace dbway::pgx {

// A cancel request is a connection of its own, which ends once the server has signalled the backend. The gate
// keeps the running request from ending, and so the next one from being sent, until then. [any]
class Canceller {
  public:
    explicit Canceller(PGconn* connection) : handle_(PQgetCancel(connection)) {}
    ~Canceller() { PQfreeCancel(handle_); }
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    sdk::detail::CancelGate& gate() noexcept { return gate_; }

    // Cancels the request, or remembers that it is to be. Waits for the server's postmaster.
    sdk::detail::CancelGate::Answer cancel(std::uint64_t id);
    // Tells the server to stop whatever runs; for the thread that owns the connection.
    bool tell() noexcept;

  private:
    PGcancel* handle_;
    sdk::detail::CancelGate gate_;
};

// Threads that cancel on behalf of somebody who cannot wait: of a server that does not answer, only the
// system's time limit ends the attempt to reach it. [any]
class CancelThreads {
  public:
    CancelThreads();
    ~CancelThreads();
    CancelThreads(const CancelThreads&) = delete;
    CancelThreads& operator=(const CancelThreads&) = delete;

    // Cancels the request by a thread; false if there is none to be had.
    bool start(const std::shared_ptr<Canceller>& canceller, std::uint64_t id) noexcept;

  private:
    struct Worker;
    void collect();

    std::mutex mutex_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace dbway::pgx
