#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace dbway::cli {

namespace {

void clear_line() noexcept {
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
}

}  // namespace

bool can_show_progress() noexcept {
    const char* terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

std::string progress_line(std::uint64_t rows, std::uint64_t bytes, std::uint64_t total_bytes,
                          double seconds) {
    char megabytes[48];
    std::snprintf(megabytes, sizeof megabytes, "%.1f MB", static_cast<double>(bytes) / 1e6);
    const double rate = seconds > 0 ? static_cast<double>(rows) / seconds : 0;
    std::string line =
        grouped(rows) + " rows  " + megabytes + "  " + grouped(static_cast<std::uint64_t>(rate)) + " rows/s";
    if (total_bytes != 0)
        line += "  " + std::to_string(std::min<std::uint64_t>(100, bytes * 100 / total_bytes)) + " %";
    return line;
}

Progress::Progress(bool enabled, std::uint64_t total_bytes) : enabled_(enabled), total_bytes_(total_bytes) {}

void Progress::update(std::uint64_t rows, std::uint64_t bytes) {
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r\033[K%s", progress_line(rows, bytes, total_bytes_, seconds).c_str());
    std::fflush(stderr);
    shown_ = true;
}

void Progress::clear() noexcept {
    if (shown_) clear_line();
    shown_ = false;
}

void StatusLine::show(const std::string& text) {
    if (!enabled_) return;
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
    std::fflush(stderr);
    shown_ = true;
}

void StatusLine::clear() noexcept {
    if (shown_) clear_line();
    shown_ = false;
}

}  // namespace dbway::cli
