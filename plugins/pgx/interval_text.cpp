#include "interval_text.hpp"

#include "blanks.hpp"

#include <dbway/sdk/value_text_interval.hpp>

#include <limits>

namespace dbway::pgx {

namespace {

struct Unit {
    std::string_view name;
    enum Field : std::uint8_t { months, days, micros } field;
    std::int64_t scale;
};

constexpr Unit units[] = {
    {"year", Unit::months, 12},
    {"mon", Unit::months, 1},
    {"month", Unit::months, 1},
    {"week", Unit::days, 7},
    {"day", Unit::days, 1},
    {"hour", Unit::micros, 3600 * sdk::micros_per_second},
    {"minute", Unit::micros, 60 * sdk::micros_per_second},
    {"min", Unit::micros, 60 * sdk::micros_per_second},
    {"second", Unit::micros, sdk::micros_per_second},
    {"sec", Unit::micros, sdk::micros_per_second},
};

std::string_view next_word(std::string_view& text) noexcept {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    text.remove_prefix(first);
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

const Unit* find_unit(std::string_view word) noexcept {
    for (const Unit& unit : units) {
        const bool plural = word.size() == unit.name.size() + 1 && (word.back() == 's' || word.back() == 'S');
        if (sdk::detail::equals_ignoring_case(plural ? word.substr(0, unit.name.size()) : word, unit.name))
            return &unit;
    }
    return nullptr;
}

// [+-]H…:MM[:SS[.ffffff]]
bool add_clock(std::string_view word, std::int64_t& micros) noexcept {
    const bool negative = word[0] == '-';
    if (word[0] == '-' || word[0] == '+') word.remove_prefix(1);
    const std::size_t colon = word.find(':');
    const auto hours = sdk::parse_unsigned(word.substr(0, colon));
    if (!hours || *hours > 2'562'047'788U) return false;
    char rest[24] = "00";
    if (word.size() - colon > sizeof rest - 2) return false;
    word.substr(colon).copy(rest + 2, word.size() - colon);
    const char* at = rest;
    std::int64_t minutes = 0;
    const char* const end = rest + 2 + (word.size() - colon);
    if (!sdk::detail::read_time(at, end, minutes) || at != end) return false;
    const std::int64_t sign = negative ? -1 : 1;
    std::int64_t value = 0;
    return !__builtin_mul_overflow(sign * static_cast<std::int64_t>(*hours), 3600 * sdk::micros_per_second,
                                   &value) &&
           !__builtin_add_overflow(value, sign * minutes, &value) &&
           !__builtin_add_overflow(micros, value, &micros);
}

}  // namespace

std::optional<dbway_interval> read_interval(std::string_view text) noexcept {
    std::int64_t total[3] = {0, 0, 0};  // by Unit::Field
    bool any = false;
    for (std::string_view rest = text, word = next_word(rest); !word.empty(); word = next_word(rest)) {
        if (!any && (word[0] == 'P' || word.substr(1).starts_with('P')))
            return next_word(rest).empty() ? sdk::parse_interval(word) : std::nullopt;
        any = true;
        if (word.find(':') != std::string_view::npos) {
            if (!add_clock(word, total[Unit::micros])) return std::nullopt;
            continue;
        }
        // Only whole numbers: what a fraction of a month is worth is the server's business.
        const auto number = sdk::parse_integer(word);
        const Unit* unit = find_unit(next_word(rest));
        std::int64_t value = 0;
        if (!number || unit == nullptr || __builtin_mul_overflow(*number, unit->scale, &value) ||
            __builtin_add_overflow(total[unit->field], value, &total[unit->field]))
            return std::nullopt;
    }
    constexpr std::int64_t low = std::numeric_limits<std::int32_t>::min();
    constexpr std::int64_t high = std::numeric_limits<std::int32_t>::max();
    const bool fits = total[0] >= low && total[0] <= high && total[1] >= low && total[1] <= high;
    if (!any || !fits) return std::nullopt;
    return dbway_interval{static_cast<std::int32_t>(total[0]), static_cast<std::int32_t>(total[1]), total[2]};
}

}  // namespace dbway::pgx
