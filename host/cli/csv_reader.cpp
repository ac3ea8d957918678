#include "cli/csv_reader.hpp"

#include "cli/utf8.hpp"

#include <algorithm>
#include <cstring>

namespace dbway::cli {

namespace {

constexpr std::size_t least_room = 64 * 1024;
constexpr std::size_t first_buffer = 1024 * 1024;

// Turns each "" into ", in place; the new length.
std::size_t undouble(char* text, std::size_t size) noexcept {
    char* to = text;
    const char* from = text;
    const char* const end = text + size;
    while (from != end) {
        const auto* quote =
            static_cast<const char*>(std::memchr(from, '"', static_cast<std::size_t>(end - from)));
        const char* stop = quote == nullptr ? end : quote + 1;
        const auto length = static_cast<std::size_t>(stop - from);
        std::memmove(to, from, length);
        to += length;
        from = quote == nullptr ? end : stop + 1;
    }
    return static_cast<std::size_t>(to - text);
}

}  // namespace

CsvReader::CsvReader(char delimiter, std::size_t record_limit)
    : delimiter_(delimiter), record_limit_(record_limit) {
    for (const char c : {'\n', '\r', '"', '\0', delimiter})
        stops_unquoted_[static_cast<unsigned char>(c)] = true;
    for (const char c : {'\n', '"', '\0'}) stops_quoted_[static_cast<unsigned char>(c)] = true;
}

std::span<char> CsvReader::room() {
    const std::size_t keep_from = state_ == State::skip_line || !in_record_ ? at_ : record_;
    if (keep_from > 0) {
        if (size_ > keep_from) std::memmove(buffer_.data(), buffer_.data() + keep_from, size_ - keep_from);
        size_ -= keep_from;
        at_ -= keep_from;
        record_ = 0;
    }
    if (buffer_.size() - size_ < least_room) buffer_.resize(std::max(first_buffer, buffer_.size() * 2));
    return {buffer_.data() + size_, buffer_.size() - size_};
}

void CsvReader::filled(std::size_t bytes) {
    size_ += bytes;
    if (bytes == 0) ended_ = true;
}

bool CsvReader::skip_byte_order_mark() {
    if (size_ < 3 && !ended_) return false;
    if (size_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) at_ = 3;
    started_ = true;
    return true;
}

void CsvReader::begin_record() noexcept {
    record_ = at_;
    line_ = current_line_;
    marks_.clear();
    in_record_ = true;
    begin_field();
}

void CsvReader::begin_field() noexcept {
    state_ = State::field_start;
    quoted_ = doubled_ = false;
    field_ = at_ - record_;
}

void CsvReader::end_field(std::size_t end) {
    marks_.push_back({field_, end - record_ - field_, quoted_, doubled_});
}

void CsvReader::fail(const char* message) {
    error_ = message;
    state_ = State::skip_line;
}

CsvReader::Event CsvReader::next() {
    if (!started_ && !skip_byte_order_mark()) return Event::need_input;
    if (!in_record_) begin_record();
    return scan();
}

// True: the record is complete.
bool CsvReader::scan_unquoted() {
    const char* const data = buffer_.data();
    std::size_t at = at_;
    while (at < size_ && !stops_unquoted_[static_cast<unsigned char>(data[at])]) ++at;
    at_ = at;
    if (at == size_) return false;
    const char c = data[at];
    if (c == '"') {
        fail("a quote inside a field that does not begin with one");
    } else if (c == '\0') {
        fail("a NUL character");
    } else {
        end_field(at);
        ++at_;
        if (c == delimiter_) {
            begin_field();
        } else if (c == '\r') {
            state_ = State::carriage_return;
        } else {
            return true;
        }
    }
    return false;
}

void CsvReader::scan_quoted() {
    const char* const data = buffer_.data();
    std::size_t at = at_;
    while (at < size_) {
        while (at < size_ && !stops_quoted_[static_cast<unsigned char>(data[at])]) ++at;
        if (at == size_) break;
        if (data[at] == '\n') {
            ++current_line_;
            ++at;
            continue;
        }
        at_ = at;
        if (data[at] == '\0') {
            fail("a NUL character");
        } else {
            state_ = State::quote;
            ++at_;
        }
        return;
    }
    at_ = at;
}

// Behind a quote inside a quoted field. True: the record is complete.
bool CsvReader::scan_after_quote() {
    const char c = buffer_[at_];
    if (c == '"') {
        doubled_ = true;
        state_ = State::quoted;
        ++at_;
        return false;
    }
    if (c != delimiter_ && c != '\n' && c != '\r') {
        fail("text after a closing quote");
        return false;
    }
    end_field(at_ - 1);
    ++at_;
    if (c == delimiter_) {
        begin_field();
        return false;
    }
    if (c == '\r') state_ = State::carriage_return;
    return c == '\n';
}

CsvReader::Event CsvReader::scan() {
    while (at_ < size_) {
        switch (state_) {
            case State::field_start:
                if (buffer_[at_] == '"') {
                    ++at_;
                    ++field_;
                    quoted_ = true;
                    state_ = State::quoted;
                } else {
                    state_ = State::unquoted;
                }
                break;
            case State::unquoted:
                if (scan_unquoted()) return complete();
                break;
            case State::quoted:
                scan_quoted();
                break;
            case State::quote:
                if (scan_after_quote()) return complete();
                break;
            case State::carriage_return:
                if (buffer_[at_] == '\n') {
                    ++at_;
                    return complete();
                }
                fail("a carriage return that no line feed follows");
                break;
            case State::skip_line: {
                const auto* end =
                    static_cast<const char*>(std::memchr(buffer_.data() + at_, '\n', size_ - at_));
                at_ = end == nullptr ? size_ : static_cast<std::size_t>(end - buffer_.data()) + 1;
                if (end == nullptr) break;
                ++current_line_;
                in_record_ = false;
                return Event::error;
            }
        }
        if (at_ - record_ > record_limit_ && state_ != State::skip_line) {
            if (state_ == State::quoted)
                return unterminated("a record that is too long: is a quote not closed?");
            fail("a record that is too long");
        }
    }
    return ended_ ? at_end_of_input() : Event::need_input;
}

CsvReader::Event CsvReader::at_end_of_input() {
    switch (state_) {
        case State::field_start:
            if (at_ == record_) {
                in_record_ = false;
                return Event::end;
            }
            end_field(at_);
            break;
        case State::unquoted:
            end_field(at_);
            break;
        case State::quoted:
            return unterminated("a quote that is not closed");
        case State::quote:
            end_field(at_ - 1);
            break;
        case State::carriage_return:
            break;
        case State::skip_line:
            in_record_ = false;
            return Event::error;
    }
    return complete();
}

// The quote may have swallowed many good rows: reading goes on with the line after the one where the record
// starts.
CsvReader::Event CsvReader::unterminated(const char* message) {
    error_ = message;
    const auto* end = static_cast<const char*>(std::memchr(buffer_.data() + record_, '\n', size_ - record_));
    at_ = end == nullptr ? size_ : static_cast<std::size_t>(end - buffer_.data()) + 1;
    current_line_ = line_ + 1;
    in_record_ = false;
    state_ = State::field_start;
    return Event::error;
}

CsvReader::Event CsvReader::complete() {
    in_record_ = false;
    state_ = State::field_start;
    ++current_line_;
    char* const record = buffer_.data() + record_;
    if (!is_utf8({record, at_ - record_})) {
        error_ = "text that is not UTF-8";
        return Event::error;
    }
    fields_.clear();
    for (const Mark& mark : marks_) {
        char* const text = record + mark.begin;
        const std::size_t size = mark.doubled ? undouble(text, mark.size) : mark.size;
        fields_.push_back({{text, size}, mark.quoted});
    }
    return Event::row;
}

}  // namespace dbway::cli
