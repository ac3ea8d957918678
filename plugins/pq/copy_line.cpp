#include "copy_line.hpp"

#include <dbway/sdk/postgresql_parameters.hpp>

#include <array>
#include <cstring>

namespace dbway::pq {
namespace {

// The letter behind the backslash; 0 for a byte that needs none.
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> letters{};
    letters['\b'] = 'b';
    letters['\f'] = 'f';
    letters['\n'] = 'n';
    letters['\r'] = 'r';
    letters['\t'] = 't';
    letters['\v'] = 'v';
    letters['\\'] = '\\';
    return letters;
}();

void append_escaped(std::string_view text, std::string& out) {
    const char* begin = text.data();
    const char* const end = begin + text.size();
    for (const char* p = begin; p != end; ++p) {
        const char letter = escapes[static_cast<unsigned char>(*p)];
        if (letter == 0) [[likely]]
            continue;
        out.append(begin, p);
        out += '\\';
        out += letter;
        begin = p + 1;
    }
    out.append(begin, end);
}

void append_field(const dbway_value& cell, std::string& out, std::string& scratch) {
    switch (cell.type) {
        case DBWAY_T_NULL:
            out += "\\N";
            return;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            if (cell.len != 0 && std::memchr(cell.v.text, 0, cell.len) == nullptr) {
                append_escaped({cell.v.text, cell.len}, out);
                return;
            }
            sdk::append_postgresql_text(cell, out);
            return;
        case DBWAY_T_ARRAY:
            scratch.clear();
            sdk::append_postgresql_text(cell, scratch);
            append_escaped(scratch, out);
            return;
        case DBWAY_T_BLOB:
            out += '\\';  // the backslash of \x, doubled
            sdk::append_postgresql_text(cell, out);
            return;
        default:
            sdk::append_postgresql_text(cell, out);
            return;
    }
}

char unescaped(char letter) noexcept {
    switch (letter) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        default:
            return letter;
    }
}

}  // namespace

void append_line(const dbway_value* cells, std::uint32_t count, std::string& out, std::string& scratch) {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (i != 0) out += '\t';
        append_field(cells[i], out, scratch);
    }
    out += '\n';
}

LineReader::LineReader(char* line, std::size_t size) noexcept : at_(line), end_(line + size) {
    if (size != 0 && end_[-1] == '\n') --end_;
}

bool LineReader::next() noexcept {
    if (done_) return false;
    char* const begin = at_;
    char* to = at_;
    null_ = end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'N' && (end_ - at_ == 2 || at_[2] == '\t');
    while (at_ != end_ && *at_ != '\t') {
        if (*at_ == '\\' && at_ + 1 != end_) {
            *to++ = unescaped(at_[1]);
            at_ += 2;
        } else {
            *to++ = *at_++;
        }
    }
    text_ = std::string_view(begin, static_cast<std::size_t>(to - begin));
    done_ = at_ == end_;
    if (!done_) ++at_;
    return true;
}

}  // namespace dbway::pq
