// connection.hpp - a connection to nothing, whose requests a mock answers.
#pragma once

#include "stage.hpp"
#include "statement.hpp"

#include <dbway/sdk/provider.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mock {

// What a connection with a script can do (DBWAY_CAP_*).
std::uint64_t capabilities() noexcept;

// [serial], except cancel().
class MockConnection final : public sdk::Connection, private Performer {
  public:
    // `report`: the file for the findings when the last connection closes, or "". Throws what the script says
    // of opening a connection.
    MockConnection(std::shared_ptr<Stage> stage, std::string name, std::string report,
                   const sdk::OpenRequest& request);
    ~MockConnection() override;

    std::unique_ptr<sdk::Statement> prepare(std::string_view sql, std::span<const dbway_value>) override;
    const sdk::ConnectionInfo& info() const override { return info_; }
    std::uint32_t transaction_state() const override { return transaction_; }
    bool dead() const noexcept override { return dead_; }
    sdk::Dialect dialect() const override { return stage_->dialect(); }

    void begin(std::uint32_t flags, const sdk::Request&) override;
    void commit(const sdk::Request&) override;
    void rollback(const sdk::Request&) override;
    void savepoint(std::string_view name, const sdk::Request&) override;
    void release(std::string_view name, const sdk::Request&) override;
    void rollback_to(std::string_view name, const sdk::Request&) override;

    std::unique_ptr<sdk::CopyIn> copy_in(const sdk::CopyTarget&, const sdk::Request&) override;
    std::unique_ptr<sdk::Statement> copy_out(const sdk::CopyTarget&, const sdk::Request&) override;
    std::unique_ptr<sdk::Statement> schema(std::uint32_t kind, std::string_view schema_filter,
                                           std::string_view table_filter) override;

    void listen(std::string_view channel, const sdk::Request&) override;
    void unlisten(std::string_view channel, const sdk::Request&) override;
    std::optional<sdk::Notification> poll_notification() override;
    std::int64_t notification_descriptor() const override { return seat_.mailbox.descriptor(); }

    void ping(const sdk::Request&) override;
    void reset(const sdk::Request&) override;
    bool cancel() noexcept override {
        seat_.mailbox.cancel();
        return true;
    }
    const void* extension(std::string_view id) override;

  private:
    std::shared_ptr<const Answer> perform(const Arrival&, const sdk::Request&, bool rows_first) override;
    void conclude(const Answer& answer) override;
    // A request without rows, from its arrival to its end.
    void simple(std::uint32_t kind, std::string_view text, const sdk::Request& request);
    void check_alive();
    void check_transaction(const char* what) const;
    std::size_t find_savepoint(std::string_view name) const;
    void lose(bool before);
    void report_findings() noexcept;

    std::shared_ptr<Stage> stage_;
    const std::string name_;
    const std::string report_;
    sdk::Reporter* const reporter_;
    Stage::Seat seat_;
    sdk::ConnectionInfo info_;
    std::uint32_t transaction_ = DBWAY_TX_STATE_IDLE;
    std::vector<std::string> savepoints_;
    bool dead_ = false;
};

}  // namespace dbway::mock
