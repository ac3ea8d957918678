// query_options.hpp - what a call may ask for beside its statement.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

namespace dbway {

// For one statement or batch.
struct QueryOptions {
    // How long the whole call may take, waiting for a connection and reading all rows included. Unset: the
    // source's `deadline`. Zero or less: already over.
    std::optional<std::chrono::nanoseconds> deadline{};
    // Cancels the statement when stop is requested; the call then throws Cancelled.
    std::stop_token stop{};
    // Most rows a provider delivers at once; 0: the source's `batch_rows`.
    std::uint32_t batch_rows = 0;
    // False: sent once, without the prepared-statement cache.
    bool prepare = true;
};

enum class Isolation : std::uint8_t {
    server_default,
    read_uncommitted,
    read_committed,
    repeatable_read,
    snapshot,
    serializable,
};

struct TransactionOptions {
    Isolation isolation = Isolation::server_default;
    bool read_only = false;
    bool deferrable = false;
    // How often Source::transaction() runs its function again after an error for which retry_transaction()
    // holds. The pause before each is random in [0, min(10 ms * 2^n, 1 s)].
    std::uint32_t retries = 0;
    // For the transaction as a whole, its retries included; each statement inside is bound by what is left.
    std::optional<std::chrono::nanoseconds> deadline{};
    std::stop_token stop{};
};

}  // namespace dbway
