// recording.hpp - the file that a session is recorded to: a script (script.hpp), so that it can be read,
// edited and replayed as one.
#pragma once

#include "expectation.hpp"
#include "pattern.hpp"
#include "recorded_rows.hpp"

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <fstream>
#include <mutex>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mock {

// One request with its answer, as it becomes an [[expect]].
struct RecordedRequest {
    std::uint32_t kind = DBWAY_MOCK_STATEMENT;
    std::string text;
    std::vector<std::string> parameters;  // TOML each, by parameter_toml()
    std::vector<sdk::Column> columns;
    RecordedRows rows;  // TOML, by append_row()
    std::int64_t affected = -1;
    std::optional<std::int64_t> last_id;
    std::string tag;
    std::optional<sdk::Diagnostic> error;
};

// What must not be written down: the values of a statement, and of columns, whose text or name fits a
// pattern. Immutable, so thread-safe.
class Redaction {
  public:
    // Letters of either case; "" hides nothing. Throws Failure for a pattern that is none.
    explicit Redaction(const std::string& pattern);
    bool hides(std::string_view name) const;

  private:
    std::optional<std::regex> pattern_;
};

// Appends one request after another, each at once and as a whole. Thread-safe.
class Recording {
  public:
    // Makes the file, readable by its owner alone, or empties it. Throws Failure.
    Recording(const std::string& file, const std::string& redact, std::string_view provider);

    const Redaction& redaction() const noexcept { return redaction_; }
    const std::string& file() const noexcept { return file_; }
    std::uint32_t next_track();
    // Of the first connection; those after it are connected to the same server, or so a replay will say.
    void write_server(const sdk::ConnectionInfo& info);
    // `dialect`: what is a literal in the text. Throws Failure when the disk is full.
    void write(std::uint32_t track, const RecordedRequest& request, sdk::Dialect dialect);
    // Belongs to the request that was written last.
    void write(const sdk::Notification& notification);

  private:
    // With the mutex.
    void append(const std::string& text, const RecordedRows& rows = {}, const std::string& after = {});

    const std::string file_;
    const Redaction redaction_;
    std::mutex mutex_;
    std::ofstream out_;
    std::uint32_t tracks_ = 0;
    bool server_known_ = false;
};

// `hidden`: only its type.
std::string parameter_toml(const dbway_value& value, bool hidden);
// "[1, "Ann"],": `hidden` has one item for each column.
void append_row(std::string& toml, std::span<const dbway_value> cells,
                const std::vector<sdk::Column>& columns, const std::vector<bool>& hidden);

}  // namespace dbway::mock
