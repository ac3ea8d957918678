// copy_state.hpp - the push side of COPY_IN: rows are collected in the host's memory, and the provider pulls
// them a block at a time.
#pragma once

#include <dbway/copy.hpp>
#include <dbway/cursor.hpp>
#include <dbway/query_options.hpp>
#include <dbway/sdk/row_batch.hpp>
#include <session/session.hpp>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::detail {

// Used by one thread at a time. Destruction without finish() aborts.
class CopyState {
  public:
    CopyState(Lease lease, Session& session, const CopyTarget& target, const QueryOptions& options);
    CopyState(const CopyState&) = delete;
    CopyState& operator=(const CopyState&) = delete;
    ~CopyState();

    void row(std::span<const dbway_value> values);
    void write(std::span<const std::byte> bytes);
    std::int64_t finish();

  private:
    static dbway_status DBWAY_CALL pull(void* context, const dbway_value** cells,
                                        std::uint32_t* rows) noexcept;

    void begin(std::uint32_t width);
    void flush();
    void check_open() const;
    bool raw() const noexcept { return (flags_ & DBWAY_RF_RAW) != 0; }
    // Lets the provider work until it asks for rows that are not there.
    void pump();
    void end_with(dbway_status status) noexcept;

    static constexpr std::uint32_t block_rows = 512;
    static constexpr std::size_t block_bytes = 256 * 1024;

    Lease lease_;
    Session& session_;
    std::string target_;
    std::uint32_t flags_;
    std::vector<std::string> column_names_;
    QueryOptions options_;
    dbway_row_source source_{};
    std::uint32_t width_ = 0;  // 0: not known before the first row
    std::vector<dbway_value> cells_;
    sdk::Arena arena_;
    std::uint32_t rows_ = 0;
    bool begun_ = false;
    bool over_ = false;               // done, failed or aborted
    bool ready_ = false;              // a block waits to be pulled
    bool starving_ = false;           // the provider asked for rows and there were none
    dbway_status end_ = DBWAY_AGAIN;  // what pull() answers when there is no block
    std::exception_ptr failure_;
    Outcome outcome_;
    std::int64_t sent_ = 0;
};

CopyIn make_copy(Session& session, Lease lease, const CopyTarget& target, const QueryOptions& options);

}  // namespace dbway::detail
