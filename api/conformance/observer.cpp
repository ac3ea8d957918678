#include "conformance/observer.hpp"

#include <algorithm>

namespace dbway::conformance {
namespace {

constexpr int max_array_depth = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The sequence of bytes that begins here per RFC 3629: its length, 0 when it is malformed.
std::size_t utf8_sequence(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                               : (first & 0xf0) == 0xe0         ? 3
                               : first >= 0xf0 && first <= 0xf4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((at(i) & 0xc0) != 0x80) return 0;
    const unsigned second = at(1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second >= 0xa0;
    const bool too_large = first == 0xf4 && second >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace

void Observer::breach(const char* invariant, std::string message) {
    const std::lock_guard lock(mutex_);
    auto& breaches = breaches_[invariant];
    if (breaches.count++ == 0) breaches.first = std::move(message);
}

std::string Observer::verdict(const std::string& invariant) const {
    const std::lock_guard lock(mutex_);
    const auto found = breaches_.find(invariant);
    if (found == breaches_.end()) return {};
    const auto& [first, count] = found->second;
    return count == 1 ? first : first + " (" + std::to_string(count) + " such breaches in all)";
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_decimal(std::string_view text) {
    if (text == "NaN") return true;
    if (!text.empty() && text.front() == '-') text.remove_prefix(1);
    if (text == "Infinity") return true;
    const auto point = text.find('.');
    const auto digits = [](std::string_view part) {
        return !part.empty() && std::all_of(part.begin(), part.end(), is_digit);
    };
    if (point == std::string_view::npos) return digits(text);
    return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}

bool is_known_status(dbway_status status) { return status <= DBWAY_END && status >= DBWAY_ERR_DATABASE; }

void inspect_text(const dbway_str& text, const char* what, Observer& observer) {
    if (text.len == 0) return;
    if (text.ptr == nullptr) {
        observer.breach(invariant::values,
                        std::string(what) + ": null pointer with length " + std::to_string(text.len));
    } else if (!is_utf8({text.ptr, text.len})) {
        observer.breach(invariant::utf8, std::string(what) + " is not UTF-8: " +
                                             describe(OwnedValue::blob({text.ptr, text.len})));
    }
}

void inspect_value(const dbway_value& value, Observer& observer, int depth) {
    const auto breach = [&](const std::string& what) {
        observer.breach(invariant::values, "a cell of type " + type_label(value.type) + " " + what);
    };
    if (value.type > DBWAY_T_NATIVE) {
        observer.breach(invariant::nothing_newer,
                        "a cell of " + type_label(value.type) + ", unknown to ABI 1.0");
        return;
    }
    if (value.flags != 0) breach("has flags " + std::to_string(value.flags) + ", expected 0");
    if (value.aux != 0 && value.type != DBWAY_T_NULL)
        breach("has aux " + std::to_string(value.aux) + ", expected 0");
    switch (value.type) {
        case DBWAY_T_BOOL:
            if (value.v.i64 != 0 && value.v.i64 != 1)
                breach("holds " + std::to_string(value.v.i64) + ", expected 0 or 1");
            return;
        case DBWAY_T_TIME:
            if (value.v.i64 < 0 || value.v.i64 > 86'400'000'000)
                breach("is outside of a day: " + std::to_string(value.v.i64));
            return;
        case DBWAY_T_INTERVAL:
            if (value.v.interval == nullptr) breach("has a null pointer");
            return;
        case DBWAY_T_UUID:
            if (value.v.bytes == nullptr || value.len != 16)
                breach("has length " + std::to_string(value.len) + ", expected 16");
            return;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
        case DBWAY_T_BLOB:
        case DBWAY_T_NATIVE:
            if (value.len != 0 && value.v.bytes == nullptr) {
                breach("has a null pointer with length " + std::to_string(value.len));
            } else if (value.type == DBWAY_T_TEXT || value.type == DBWAY_T_JSON) {
                inspect_text({value.v.text, value.len}, type_label(value.type).c_str(), observer);
            } else if (value.type == DBWAY_T_DECIMAL &&
                       (value.v.text == nullptr || !is_decimal({value.v.text, value.len}))) {
                breach("holds '" + to_string({value.v.text, value.len}) + "', expected [-]digits[.digits]");
            }
            return;
        case DBWAY_T_ARRAY:
            if (value.len != 0 && value.v.items == nullptr) {
                breach("has null items");
            } else if (depth < max_array_depth) {
                for (std::uint32_t i = 0; i < value.len; ++i)
                    inspect_value(value.v.items[i], observer, depth + 1);
            }
            return;
        default:
            return;
    }
}

}  // namespace dbway::conformance
