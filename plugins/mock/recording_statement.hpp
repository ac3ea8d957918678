// recording_statement.hpp - a statement of the recorded provider, passed through and written down.
#pragma once

#include "inner_provider.hpp"
#include "recording.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dbway::mock {

// What a connection and its statements share. Outlives the statements.
struct RecordedConnection {
    std::unique_ptr<InnerConnection> inner;
    std::shared_ptr<Recording> recording;
    std::uint32_t track = 0;
    std::uint64_t last_statement = 0;

    void write(const RecordedRequest& request) { recording->write(track, request, inner->dialect()); }
    // Writes the request with the failure that is being handled, and throws that on.
    [[noreturn]] void fail(RecordedRequest& request);
};

// [serial] like its connection.
class RecordingStatement final : public sdk::Statement {
  public:
    // `request`: of what is executed, its id and time apart (QUERY, COPY_OUT, SCHEMA); its pointers are to
    // what the SDK keeps for the request. `text`: as it is recorded.
    RecordingStatement(RecordedConnection& connection, const dbway_request& request, std::string text);
    // One that is prepared; throws the recorded provider's failure.
    RecordingStatement(RecordedConnection& connection, std::string_view sql,
                       std::span<const dbway_value> parameter_types);
    ~RecordingStatement() override;
    RecordingStatement(const RecordingStatement&) = delete;
    RecordingStatement& operator=(const RecordingStatement&) = delete;

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override;
    bool fetch(sdk::RowBatch& batch) override;
    void finish(bool ok, sdk::Outcome& outcome) override;

  private:
    void take(const dbway_event& event);
    void next_event();
    void set_columns(const dbway_event& event);

    RecordedConnection& connection_;
    dbway_request request_{};
    std::string text_;
    std::vector<sdk::Column> columns_;
    std::vector<sdk::Column> parameters_;
    std::vector<bool> hidden_;
    std::uint64_t version_ = 0;
    RecordedRequest recorded_;
    dbway_event event_{};    // the rows that are being handed over
    std::uint32_t row_ = 0;  // the next of them
    bool running_ = false;   // the final event has not come
    std::string tag_;
};

}  // namespace dbway::mock
