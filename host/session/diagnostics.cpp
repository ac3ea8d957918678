#include <session/diagnostics.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

namespace dbway::detail {

namespace {

std::string to_string(const dbway_str& text) {
    return text.ptr == nullptr ? std::string() : std::string(text.ptr, text.len);
}

// A diagnostic of a smaller struct_size, from an older plugin, reads as one whose missing fields are zero
// (R4).
dbway_diag complete(const dbway_diag& given) {
    dbway_diag whole{};
    std::memcpy(&whole, &given, std::min<std::size_t>(given.struct_size, sizeof whole));
    return whole;
}

}  // namespace

Category category_of(dbway_status status) noexcept {
    switch (status) {
        case DBWAY_ERR_UNSUPPORTED:
            return Category::unsupported;
        case DBWAY_ERR_INVALID:
            return Category::invalid;
        case DBWAY_ERR_NOMEM:
            return Category::out_of_memory;
        case DBWAY_ERR_CONNECTION:
            return Category::connection;
        case DBWAY_ERR_AUTH:
            return Category::authentication;
        case DBWAY_ERR_TIMEOUT:
            return Category::timeout;
        case DBWAY_ERR_CANCELLED:
            return Category::cancelled;
        case DBWAY_ERR_SYNTAX:
            return Category::syntax;
        case DBWAY_ERR_PERMISSION:
            return Category::permission;
        case DBWAY_ERR_CONSTRAINT:
            return Category::constraint;
        case DBWAY_ERR_DATA:
            return Category::data;
        case DBWAY_ERR_CONFLICT:
            return Category::conflict;
        case DBWAY_ERR_RESOURCE:
            return Category::resource;
        case DBWAY_ERR_DATABASE:
            return Category::database;
        default:
            return Category::internal;
    }
}

void DBWAY_CALL DiagnosticCollector::report(void* context, const dbway_diag* diagnostic) noexcept {
    if (context == nullptr || diagnostic == nullptr) return;
    try {
        static_cast<DiagnosticCollector*>(context)->add(complete(*diagnostic));
    } catch (...) {
        // Out of memory while copying: the status that follows still tells that the request failed.
    }
}

void DiagnosticCollector::add(const dbway_diag& diagnostic) {
    if (diagnostic.flags & DBWAY_DIAG_CONN_DEAD) connection_dead_ = true;
    if (diagnostic.status >= 0) {
        if (log_) log_(diagnostic.severity, to_string(diagnostic.message));
        return;
    }
    if (has_error_) return;
    error_ = ErrorDetails{};
    error_.category = category_of(diagnostic.status);
    error_.message = to_string(diagnostic.message);
    error_.sqlstate.assign(diagnostic.sqlstate, strnlen(diagnostic.sqlstate, sizeof diagnostic.sqlstate));
    error_.native_code = diagnostic.native_code;
    error_.position = diagnostic.position;
    error_.detail = to_string(diagnostic.detail);
    error_.hint = to_string(diagnostic.hint);
    error_.context = to_string(diagnostic.context);
    error_.schema = to_string(diagnostic.schema_name);
    error_.table = to_string(diagnostic.table_name);
    error_.column = to_string(diagnostic.column_name);
    error_.constraint = to_string(diagnostic.constraint_name);
    error_.connection_lost = (diagnostic.flags & DBWAY_DIAG_CONN_DEAD) != 0;
    error_.not_executed = (diagnostic.flags & DBWAY_DIAG_NOT_EXECUTED) != 0;
    error_.retry_statement = (diagnostic.flags & DBWAY_DIAG_RETRY) != 0;
    error_.retry_transaction = (diagnostic.flags & DBWAY_DIAG_RETRY_TX) != 0;
    has_error_ = true;
}

ErrorDetails DiagnosticCollector::take(dbway_status status) {
    ErrorDetails details;
    if (has_error_) {
        details = std::move(error_);
    } else {
        details.category = category_of(status);
        details.message = "the provider gave no reason (status " + std::to_string(status) + ")";
    }
    if (connection_dead_) details.connection_lost = true;
    clear();
    return details;
}

}  // namespace dbway::detail
