// option_text.hpp - the text forms of option values: numbers, truth values, durations; and the nearest word.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk::detail {

// The whole text as a number; nothing for anything else.
template <class Number>
std::optional<Number> parse_number(std::string_view text) noexcept {
    if (text.starts_with('+')) text.remove_prefix(1);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

inline std::optional<bool> parse_boolean(std::string_view text) noexcept {
    if (text == "true" || text == "on" || text == "yes" || text == "1") return true;
    if (text == "false" || text == "off" || text == "no" || text == "0") return false;
    return std::nullopt;
}

// "5s", "200ms", "1m30s", "0": numbers with a unit each (ns, us, ms, s, m, h, d). Not negative.
inline std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept {
    struct Unit {
        std::string_view name;
        double nanoseconds;
    };
    static constexpr Unit units[] = {{"ns", 1},   {"us", 1e3},   {"ms", 1e6},   {"s", 1e9},
                                     {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
    if (text == "0") return std::chrono::nanoseconds(0);
    if (text.empty()) return std::nullopt;
    double total = 0;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
        double count = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + digits, count, std::chars_format::fixed);
        if (digits == 0 || error != std::errc() || end != text.data() + digits) return std::nullopt;
        text.remove_prefix(digits);
        const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
        const auto* const unit =
            std::find_if(std::begin(units), std::end(units), [&](const Unit& u) { return u.name == name; });
        if (unit == std::end(units)) return std::nullopt;
        text.remove_prefix(name.size());
        total += count * unit->nanoseconds;
    }
    if (total > 9.2e18) return std::nullopt;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

// Insertions, deletions and replacements that turn one word into the other (Levenshtein).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row[b.size()];
}

// The word of `known` that is most like `word`, if one is near enough to be meant; empty otherwise.
inline std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace dbway::sdk::detail
