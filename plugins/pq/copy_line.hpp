// copy_line.hpp - the lines of COPY's text format: fields between tabs, \N for NULL, backslash escapes.
#pragma once

#include <dbway/provider.h>

#include <string>
#include <string_view>

namespace dbway::pq {

// Appends a row as a line, with its line feed. `scratch` is room for one value. Throws Failure for a value
// that PostgreSQL has no text of.
void append_line(const dbway_value* cells, std::uint32_t count, std::string& out, std::string& scratch);

// Takes the fields of a line one by one and undoes their escapes in place.
class LineReader {
  public:
    // `line`: with or without its line feed.
    LineReader(char* line, std::size_t size) noexcept;

    // False at the end of the line.
    bool next() noexcept;
    bool null() const noexcept { return null_; }
    std::string_view text() const noexcept { return text_; }

  private:
    char* at_;
    char* end_;
    bool done_ = false;
    bool null_ = false;
    std::string_view text_;
};

}  // namespace dbway::pq
