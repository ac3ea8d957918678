// pattern.hpp - a regular expression in the syntax of ECMAScript.
#pragma once

#include <cstddef>
#include <regex>
#include <string>
#include <string_view>

namespace dbway::mock {

// Immutable, so thread-safe.
class Pattern {
  public:
    // std::regex recurses once per character, so longer texts are looked at only so far.
    static constexpr std::size_t longest = 4096;

    // Throws Failure (DBWAY_ERR_INVALID) that shows the pattern and says what is wrong with it.
    explicit Pattern(std::string_view text);

    const std::string& text() const noexcept { return text_; }
    // Found anywhere in the first `longest` bytes of `subject`.
    bool found_in(std::string_view subject) const;

  private:
    std::string text_;
    std::regex regex_;
};

}  // namespace dbway::mock
