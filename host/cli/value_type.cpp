#include "cli/value_type.hpp"

#include "cli/exit_code.hpp"

#include <config/nearest.hpp>
#include <dbway/sdk/value_text.hpp>

#include <array>

namespace dbway::cli {

namespace {

// In the order of DBWAY_T_*.
constexpr std::array<std::string_view, 17> labels = {
    "null", "boolean",   "integer",     "unsigned", "double", "decimal", "text",  "blob",  "date",
    "time", "timestamp", "timestamptz", "interval", "uuid",   "json",    "array", "native"};

// The types that are tried, the most particular first.
constexpr std::uint8_t candidates[] = {DBWAY_T_BOOL, DBWAY_T_I64,       DBWAY_T_DECIMAL,
                                       DBWAY_T_DATE, DBWAY_T_TIMESTAMP, DBWAY_T_TIMESTAMPTZ};

bool is_canonical_integer(std::string_view text) {
    char buffer[sdk::integer_text_max];
    const auto number = sdk::parse_integer(text);
    return number && std::string_view(buffer, sdk::write_integer(buffer, *number)) == text;
}

// A decimal, but NaN and Infinity are words.
bool is_canonical_number(std::string_view text) {
    if (text.empty() || (text[0] != '-' && (text[0] < '0' || text[0] > '9'))) return false;
    const auto decimal = sdk::parse_decimal(text);
    if (!decimal) return false;
    std::string written(sdk::decimal_text_max(*decimal, -1), '\0');
    written.resize(sdk::write_decimal(written.data(), *decimal));
    return written == text;
}

bool is_timestamp(std::string_view text) {
    return text.size() > sdk::date_text_max && sdk::parse_timestamp(text).has_value() &&
           text.find_first_of("Zz+", sdk::date_text_max) == std::string_view::npos;
}

// A zone must be there: without one the instant would be a guess.
bool is_timestamptz(std::string_view text) {
    return text.size() > sdk::date_text_max && sdk::parse_timestamptz(text).has_value() &&
           text.find_first_of("Zz+-", sdk::date_text_max) != std::string_view::npos;
}

bool fits(std::uint8_t type, std::string_view text) {
    switch (type) {
        case DBWAY_T_BOOL:
            return text == "true" || text == "false";
        case DBWAY_T_I64:
            return is_canonical_integer(text);
        case DBWAY_T_DECIMAL:
            return is_canonical_number(text);
        case DBWAY_T_DATE:
            return text.size() == sdk::date_text_max && sdk::parse_date(text).has_value();
        case DBWAY_T_TIMESTAMP:
            return is_timestamp(text);
        default:
            return is_timestamptz(text);
    }
}

}  // namespace

std::string type_label(std::uint32_t type) {
    return type < labels.size() ? std::string(labels[type]) : "unknown type " + std::to_string(type);
}

std::uint32_t parse_type_label(std::string_view name) {
    for (std::uint32_t type = 0; type < labels.size(); ++type)
        if (labels[type] == name && type != DBWAY_T_NATIVE) return type;
    throw UsageError("no type \"" + std::string(name) + "\"" + detail::did_you_mean(name, labels));
}

void TypeGuess::add(std::string_view text, bool quoted) {
    any_ = true;
    if (quoted && text.empty()) fits_ = 0;
    for (std::size_t i = 0; i < std::size(candidates) && fits_ != 0; ++i)
        if ((fits_ & (1u << i)) != 0 && !fits(candidates[i], text)) fits_ &= ~(1u << i);
    fits_ &= (1u << std::size(candidates)) - 1;
}

std::uint32_t TypeGuess::type() const noexcept {
    if (any_)
        for (std::size_t i = 0; i < std::size(candidates); ++i)
            if ((fits_ & (1u << i)) != 0) return candidates[i];
    return DBWAY_T_TEXT;
}

}  // namespace dbway::cli
