// recording_copy.hpp - a bulk load into the recorded provider; its rows pass, and only their number is kept.
#pragma once

#include "recording_statement.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace dbway::mock {

// [serial] like its connection.
class RecordingCopyIn final : public sdk::CopyIn {
  public:
    RecordingCopyIn(RecordedConnection& connection, const sdk::CopyTarget& target,
                    const sdk::Request& request);
    ~RecordingCopyIn() override;
    RecordingCopyIn(const RecordingCopyIn&) = delete;
    RecordingCopyIn& operator=(const RecordingCopyIn&) = delete;

    void write(const dbway_value* cells, std::uint32_t rows) override;
    void finish(sdk::Outcome& outcome) override;

  private:
    static dbway_status DBWAY_CALL pull(void* self, const dbway_value** cells, std::uint32_t* rows) noexcept;
    // Until the recorded provider wants more rows, or has ended.
    void drive();

    RecordedConnection& connection_;
    RecordedRequest recorded_;
    std::vector<std::string> columns_;
    std::vector<dbway_str> names_;
    dbway_row_source source_{};
    const dbway_value* cells_ = nullptr;
    std::uint32_t rows_ = 0;  // not pulled yet
    dbway_status when_empty_ = DBWAY_AGAIN;
    bool running_ = false;
    std::string tag_;
};

}  // namespace dbway::mock
