// script_run.hpp - the place in the text of a SCRIPT request.
#pragma once

#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/script.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbway::sdk::detail {

// Characters (code points) of UTF-8 text.
inline std::uint32_t count_characters(std::string_view text) noexcept {
    std::uint32_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

// Borrows the script. Not thread-safe.
class ScriptRun {
  public:
    void start(std::string_view script) noexcept {
        script_ = script;
        begin_ = end_ = 0;
        active_ = true;
    }
    void stop() noexcept { active_ = false; }
    bool active() const noexcept { return active_; }

    // Goes to the next statement that has anything to run. False: there is none.
    bool next(Connection& connection) {
        const Dialect dialect = connection.dialect();
        for (;;) {
            const std::string_view rest = script_.substr(end_);
            const std::size_t length = std::min(connection.next_statement(rest), rest.size());
            if (length == 0) return false;
            begin_ = end_;
            end_ += length;
            text_ = rest.substr(0, length);
            lead_ = leading_blanks(text_, dialect);
            if (!is_empty_statement(text_, dialect)) break;
        }
        while (!text_.empty() && is_closing(text_.back())) text_.remove_suffix(1);
        return true;
    }

    // Of the current statement: its text without the closing semicolon, and where it is in the script.
    std::string_view text() const noexcept { return text_; }
    std::uint32_t characters_before() const noexcept { return count_characters(script_.substr(0, begin_)); }
    std::uint32_t first_character() const noexcept {
        return count_characters(script_.substr(0, begin_ + lead_)) + 1;
    }

  private:
    static bool is_closing(char c) noexcept { return c == ';' || c == ' ' || (c >= '\t' && c <= '\r'); }

    static std::size_t leading_blanks(std::string_view text, Dialect dialect) noexcept {
        Lexer lexer(text, dialect);
        const Token first = lexer.next_significant();
        return lexer.position() - first.text.size();
    }

    std::string_view script_;
    std::string_view text_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t lead_ = 0;
    bool active_ = false;
};

}  // namespace dbway::sdk::detail
