#include "difference.hpp"

#include "statement_text.hpp"
#include "value.hpp"

#include <dbway/sdk/option_text.hpp>

#include <algorithm>
#include <string_view>

namespace dbway::mock {
namespace {

// The comparison of words is quadratic.
constexpr std::size_t compared = 400;
constexpr std::size_t far = 1'000'000;

bool starts_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// A long text is shown around the place where it differs.
std::string excerpt(std::string_view text, std::size_t at, std::size_t& column) {
    constexpr std::size_t before = 60;
    constexpr std::size_t width = 160;
    std::size_t begin = text.size() > width && at > before ? at - before : 0;
    while (begin > 0 && !starts_character(text[begin])) --begin;
    std::size_t end = std::min(text.size(), begin + width);
    while (end < text.size() && !starts_character(text[end])) ++end;
    const std::string_view lead = begin > 0 ? "…" : "";
    column = begin > 0 ? 1 : 0;
    for (std::size_t i = begin; i < at && i < end; ++i) column += starts_character(text[i]) ? 1 : 0;
    return std::string(lead).append(text.substr(begin, end - begin)).append(end < text.size() ? "…" : "");
}

std::string explain_text(std::string_view expected, std::string_view got) {
    const auto parted = std::mismatch(expected.begin(), expected.end(), got.begin(), got.end());
    auto at = static_cast<std::size_t>(parted.first - expected.begin());
    while (at > 0 && at < expected.size() && !starts_character(expected[at])) --at;
    std::size_t column = 0;
    std::string text = "  expected: " + excerpt(expected, at, column);
    text += "\n  got:      " + excerpt(got, at, column);
    return text + "\n            " + std::string(column, ' ') + "^";
}

std::string explain_parameters(const Expectation& expectation, std::span<const dbway_value> values) {
    std::string text;
    const std::size_t wanted = expectation.parameters.size();
    if (wanted != values.size())
        text +=
            "\n  expected " + std::to_string(wanted) + " parameters, got " + std::to_string(values.size());
    for (std::size_t i = 0; i < std::min(wanted, values.size()); ++i)
        if (!parameter_fits(expectation.parameters[i], values[i]))
            text += "\n  $" + std::to_string(i + 1) + ": expected " + describe(expectation.parameters[i]) +
                    ", got " + describe_value(values[i]);
    return text;
}

}  // namespace

std::size_t difference(const Expectation& expectation, const Arrival& arrival, const ArrivalText& text) {
    if (expectation.kind != arrival.kind) return far;
    if (text_fits(expectation, arrival, text)) {
        std::size_t wrong = 0;
        const std::size_t common = std::min(expectation.parameters.size(), arrival.parameters.size());
        for (std::size_t i = 0; i < common; ++i)
            wrong += parameter_fits(expectation.parameters[i], arrival.parameters[i]) ? 0 : 1;
        return wrong + std::max(expectation.parameters.size(), arrival.parameters.size()) - common;
    }
    if (expectation.match == DBWAY_MOCK_PATTERN) return compared;  // how far off it is cannot be told
    return 10 + sdk::detail::edit_distance(std::string_view(expectation.comparable).substr(0, compared),
                                           std::string_view(text.comparable).substr(0, compared));
}

std::string explain_difference(const Expectation& expectation, const Arrival& arrival,
                               const ArrivalText& text) {
    if (expectation.kind != arrival.kind)
        return "  expected: " + describe(expectation) + "\n  got:      " + describe(arrival);
    std::string lines;
    if (!text_fits(expectation, arrival, text)) {
        if (expectation.match == DBWAY_MOCK_PATTERN)
            lines = "  expected: " + describe(expectation) + "\n  got:      " + text.line;
        else if (expectation.kind == DBWAY_MOCK_STATEMENT)
            lines = explain_text(one_line(expectation.text, arrival.dialect), text.line);
        else
            lines = explain_text(expectation.text, text.line);
    }
    if (!expectation.any_parameters) lines += explain_parameters(expectation, arrival.parameters);
    if (lines.starts_with("\n")) lines.erase(0, 1);
    return lines;
}

}  // namespace dbway::mock
