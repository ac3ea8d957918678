// time_text.hpp - "YYYY-MM-DD HH:MM:SS.ffffff" from and to microseconds since 1970-01-01, as a program writes
// it whose client library has no such type.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace bench {

// Days since 1970-01-01 of a civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
inline std::int64_t days_from_civil(int y, unsigned m, unsigned d) {
    y -= m <= 2;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const unsigned yoe = static_cast<unsigned>(y - era * 400);
    const unsigned doy = (153 * (m + (m > 2 ? static_cast<unsigned>(-3) : 9)) + 2) / 5 + d - 1;
    const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097LL + static_cast<std::int64_t>(doe) - 719468;
}

inline std::int64_t parse_timestamp(std::string_view text) {
    const char* p = text.data();
    const auto two = [&](int i) { return (p[i] - '0') * 10 + (p[i + 1] - '0'); };
    const std::int64_t days =
        days_from_civil(two(0) * 100 + two(2), static_cast<unsigned>(two(5)), static_cast<unsigned>(two(8)));
    const std::int64_t seconds = days * 86400 + two(11) * 3600 + two(14) * 60 + two(17);
    std::int64_t micros = 0;
    if (text.size() > 20) {
        std::size_t digits = 0;
        for (; digits < 6 && 20 + digits < text.size(); ++digits)
            micros = micros * 10 + (p[20 + digits] - '0');
        for (; digits < 6; ++digits) micros *= 10;
    }
    return seconds * 1'000'000 + micros;
}

// Writes 26 characters.
inline int format_timestamp(std::int64_t micros, char* out) {
    const std::int64_t days = micros / 86'400'000'000;
    std::int64_t rest = micros - days * 86'400'000'000;
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    const auto put = [](char* to, std::int64_t value, int width) {
        for (int i = width; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
    };
    put(out, static_cast<int>(date.year()), 4);
    out[4] = out[7] = '-';
    put(out + 5, static_cast<unsigned>(date.month()), 2);
    put(out + 8, static_cast<unsigned>(date.day()), 2);
    out[10] = ' ';
    put(out + 20, rest % 1'000'000, 6);
    rest /= 1'000'000;
    put(out + 17, rest % 60, 2);
    put(out + 14, rest / 60 % 60, 2);
    put(out + 11, rest / 3600, 2);
    out[13] = out[16] = ':';
    out[19] = '.';
    return 26;
}

}  // namespace bench
