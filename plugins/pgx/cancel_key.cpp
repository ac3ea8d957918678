#include "cancel_key.hpp"

#include <cstdlib>
#include <cstring>

namespace dbway::pgx {

void CancelKeyListener::start(PGconn* connection) noexcept {
    stop(nullptr);
    trace_ = open_memstream(&text_, &size_);
    if (trace_ == nullptr) return;
    PQtrace(connection, trace_);
    PQsetTraceFlags(connection, PQTRACE_SUPPRESS_TIMESTAMPS);
}

std::optional<CancelKey> CancelKeyListener::stop(PGconn* connection) noexcept {
    if (trace_ == nullptr) return std::nullopt;
    if (connection != nullptr) PQuntrace(connection);
    std::fclose(trace_);
    trace_ = nullptr;
    std::optional<CancelKey> key;
    // "B	12	BackendKeyData	 PROCESS SECRET", both as signed integers (libpq's fe-trace.c)
    if (const char* line = text_ == nullptr ? nullptr : std::strstr(text_, "BackendKeyData")) {
        int process = 0;
        int secret = 0;
        if (std::sscanf(line, "BackendKeyData %d %d", &process, &secret) == 2)
            key = CancelKey{static_cast<std::uint32_t>(process), static_cast<std::uint32_t>(secret)};
    }
    if (text_ != nullptr) explicit_bzero(text_, size_);
    std::free(text_);
    text_ = nullptr;
    size_ = 0;
    return key;
}

}  // namespace dbway::pgx
