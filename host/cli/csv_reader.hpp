// csv_reader.hpp - RFC 4180, as a state machine over a buffer: it is fed and does not read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::cli {

struct CsvField {
    std::string_view text;  // without quotes, doubled quotes undone
    bool quoted = false;
};

// Records end with LF or CRLF; the last one may lack it. A byte order mark is dropped. What RFC 4180 does not
// allow is an error of its record, and reading goes on behind it. Nothing is allocated per record. Not
// thread-safe.
class CsvReader {
  public:
    enum class Event : std::uint8_t {
        row,
        error,       // see error() and line()
        need_input,  // call room() and filled()
        end,
    };

    // A record of more than `record_limit` bytes is an error: most likely a quote that is never closed.
    explicit CsvReader(char delimiter = ',', std::size_t record_limit = 64 * 1024 * 1024);

    // Where to put more input: at least 64 KiB.
    std::span<char> room();
    // Tells how many bytes were put there; 0: the input has ended.
    void filled(std::size_t bytes);

    Event next();

    // Of the last row; valid until the next call of next() or room(). An empty line is one empty field.
    std::span<const CsvField> fields() const noexcept { return fields_; }
    // The line, from 1, on which the last row or broken record starts.
    std::uint64_t line() const noexcept { return line_; }
    const std::string& error() const noexcept { return error_; }

  private:
    enum class State : std::uint8_t { field_start, unquoted, quoted, quote, carriage_return, skip_line };
    struct Mark {
        std::size_t begin, size;  // begin: from the start of the record
        bool quoted, doubled;
    };

    bool skip_byte_order_mark();
    void begin_record() noexcept;
    void begin_field() noexcept;
    void end_field(std::size_t end);
    bool scan_unquoted();
    void scan_quoted();
    bool scan_after_quote();
    void fail(const char* message);
    Event scan();
    Event at_end_of_input();
    Event unterminated(const char* message);
    Event complete();

    char delimiter_;
    std::size_t record_limit_;
    std::array<bool, 256> stops_unquoted_{};
    std::array<bool, 256> stops_quoted_{};

    std::vector<char> buffer_;
    std::size_t size_ = 0;    // bytes of input in the buffer
    std::size_t at_ = 0;      // how far it has been scanned
    std::size_t record_ = 0;  // where the record starts
    bool started_ = false;    // the byte order mark has been looked for
    bool in_record_ = false;
    bool ended_ = false;

    State state_ = State::field_start;
    std::size_t field_ = 0;  // where the field starts, from the start of the record
    bool quoted_ = false;
    bool doubled_ = false;
    std::vector<Mark> marks_;
    std::vector<CsvField> fields_;
    std::uint64_t current_line_ = 1;
    std::uint64_t line_ = 1;
    std::string error_;
};

}  // namespace dbway::cli
