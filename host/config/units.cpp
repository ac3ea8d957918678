#include <config/units.hpp>

#include <array>
#include <charconv>
#include <limits>

namespace dbway::detail {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// From large to small.
constexpr std::array<Unit, 7> duration_units = {{{"d", 86'400'000'000'000},
                                                 {"h", 3'600'000'000'000},
                                                 {"m", 60'000'000'000},
                                                 {"s", 1'000'000'000},
                                                 {"ms", 1'000'000},
                                                 {"us", 1'000},
                                                 {"ns", 1}}};
constexpr std::array<Unit, 4> size_units = {{{"GiB", std::uint64_t{1} << 30},
                                             {"MiB", std::uint64_t{1} << 20},
                                             {"KiB", std::uint64_t{1} << 10},
                                             {"B", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes "12" or "1.5" off the front of text, times factor. False: no number, or too large, or finer than one.
bool take_amount(std::string_view digits, std::uint64_t factor, std::uint64_t& sum) {
    const std::size_t point = digits.find('.');
    const std::string_view whole = digits.substr(0, point);
    std::uint64_t amount = 0;
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), amount);
    if (error != std::errc() || end != whole.data() + whole.size()) return false;
    if (amount != 0 && factor > std::numeric_limits<std::uint64_t>::max() / amount) return false;
    amount *= factor;
    if (point != std::string_view::npos) {
        std::uint64_t scale = factor;
        const std::string_view fraction = digits.substr(point + 1);
        if (fraction.empty()) return false;
        for (const char digit : fraction) {
            if (!is_digit(digit) || scale % 10 != 0) return false;
            scale /= 10;
            const std::uint64_t part = scale * static_cast<std::uint64_t>(digit - '0');
            if (part > std::numeric_limits<std::uint64_t>::max() - amount) return false;
            amount += part;
        }
    }
    if (amount > std::numeric_limits<std::uint64_t>::max() - sum) return false;
    sum += amount;
    return true;
}

template <std::size_t N>
std::optional<std::uint64_t> parse_units(std::string_view text, const std::array<Unit, N>& units) {
    if (text.empty()) return std::nullopt;
    std::uint64_t sum = 0;
    std::size_t next = 0;  // units before this one have been used
    while (!text.empty()) {
        std::size_t digits = 0;
        while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.')) ++digits;
        std::size_t letters = digits;
        while (letters < text.size() && !is_digit(text[letters]) && text[letters] != '.') ++letters;
        const std::string_view unit = text.substr(digits, letters - digits);
        while (next < N && units[next].name != unit) ++next;
        if (next == N || !take_amount(text.substr(0, digits), units[next].factor, sum)) return std::nullopt;
        ++next;
        text.remove_prefix(letters);
    }
    return sum;
}

template <std::size_t N>
std::string units_text(std::uint64_t value, const std::array<Unit, N>& units, std::string_view zero) {
    if (value == 0) return std::string(zero);
    std::string text;
    for (const Unit& unit : units) {
        if (const std::uint64_t amount = value / unit.factor; amount != 0)
            text += std::to_string(amount) + std::string(unit.name);
        value %= unit.factor;
    }
    return text;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    const auto value = parse_units(text, duration_units);
    if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(*value));
}

std::string duration_text(std::chrono::nanoseconds duration) {
    return units_text(static_cast<std::uint64_t>(duration.count()), duration_units, "0s");
}

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse_units(text, size_units); }

std::string size_text(std::uint64_t bytes) { return units_text(bytes, size_units, "0B"); }

}  // namespace dbway::detail
