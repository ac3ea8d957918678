// inner_provider.hpp - another provider's plugin, loaded through the ABI and nothing else, and the
// connections of it that are recorded.
#pragma once

#include "inner_extensions.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/provider.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbway::mock {

using InnerOptions = std::vector<std::pair<std::string, std::string>>;

// The options for the recorded provider from the TOML of the option 'provider_options': strings, numbers and
// booleans. Throws Failure that never shows a value.
InnerOptions parse_inner_options(std::string_view toml);

// A created provider. The plugin's file stays loaded until the process ends. Thread-safe.
class InnerProvider {
  public:
    // Throws Failure: the file is no plugin, is of another major version, or fails to create a provider.
    explicit InnerProvider(const std::string& file);
    ~InnerProvider();
    InnerProvider(const InnerProvider&) = delete;
    InnerProvider& operator=(const InnerProvider&) = delete;

    dbway_provider* get() const noexcept { return provider_; }
    const dbway_entry& entry() const noexcept { return *entry_; }
    InnerExtensions& extensions() noexcept { return *extensions_; }

  private:
    dbway_host host_{};
    const dbway_entry* entry_ = nullptr;
    dbway_provider* provider_ = nullptr;
    std::optional<InnerExtensions> extensions_;
};

// A connection of the recorded provider, used as a host uses one. [serial] but for cancel().
class InnerConnection {
  public:
    InnerConnection(std::shared_ptr<InnerProvider> provider, const InnerOptions& options,
                    const sdk::OpenRequest& request);
    ~InnerConnection();
    InnerConnection(const InnerConnection&) = delete;
    InnerConnection& operator=(const InnerConnection&) = delete;

    // A request of that kind, with its id and what is left of its time.
    dbway_request make(std::uint32_t kind, const sdk::Request& request);
    // Throws Failure if it is refused. What the request points to must live until its final event.
    void submit(const dbway_request& request);
    // The next event of the running request; notifications are put aside. False: a COPY_IN waits for rows.
    // Throws Failure for FAILED and for a lost connection.
    bool next(dbway_event& event);
    // Reads the running request to its end. Returns its final event.
    dbway_event finish();
    void discard() noexcept;
    bool cancel() noexcept;
    // Whether a request was submitted whose final event has not been read.
    bool running() const noexcept { return running_.load(std::memory_order_relaxed) != 0; }

    std::optional<sdk::Notification> poll_notification();
    std::int64_t descriptor() noexcept;
    sdk::ConnectionInfo info();
    std::uint32_t transaction_state() const noexcept { return transaction_state_; }
    bool dead() const noexcept { return dead_; }
    // What the recorded provider says of its SQL, or this connection where the provider has none. The tables
    // live as long as the provider; null: there is none.
    const dbway_ext_dialect* dialect_extension() const noexcept { return dialect_; }
    const dbway_ext_orm* orm_extension() const noexcept { return orm_; }
    sdk::Dialect dialect() const noexcept;

  private:
    static void DBWAY_CALL report(void* self, const dbway_diag* diag) noexcept;
    [[noreturn]] void fail(dbway_status status);
    void keep(const dbway_event& event);
    const void* inner_extension(const char* id) noexcept;

    std::shared_ptr<InnerProvider> provider_;
    const dbway_conn_api* api_;
    sdk::Reporter* reporter_;
    dbway_conn* connection_ = nullptr;
    const dbway_ext_dialect* dialect_ = nullptr;
    const dbway_ext_orm* orm_ = nullptr;
    std::optional<sdk::Diagnostic> error_;
    std::deque<sdk::Notification> notifications_;
    std::atomic<std::uint64_t> running_{0};
    std::uint64_t last_id_ = 0;
    std::uint32_t transaction_state_ = DBWAY_TX_STATE_IDLE;
    bool dead_ = false;
};

}  // namespace dbway::mock
