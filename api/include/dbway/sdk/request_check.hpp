// request_check.hpp - what submit() verifies before it accepts a request.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/inlining.hpp>

#include <cstddef>
#include <cstdint>

namespace dbway::sdk::detail {

inline constexpr std::uint32_t known_request_flags =
    DBWAY_RF_CHAIN | DBWAY_RF_NO_ROWS | DBWAY_RF_RAW | DBWAY_RF_SQL | DBWAY_RF_COLUMNS_KNOWN;
inline constexpr std::uint32_t known_transaction_bits =
    0xFu | DBWAY_TX_READ_ONLY | DBWAY_TX_READ_WRITE | DBWAY_TX_DEFERRABLE | DBWAY_TX_WRITE_LOCK;

struct CheckResult {
    dbway_status status = DBWAY_OK;
    const char* message = nullptr;
};

inline CheckResult check_copy_in(const dbway_request& request) noexcept {
    dbway_row_source source;
    const dbway_status status = read_struct(request.source, sizeof(dbway_row_source), source);
    if (status == DBWAY_ERR_TOO_NEW)
        return {status, "the row source has a field this provider does not know"};
    if (status != DBWAY_OK || source.pull == nullptr)
        return {DBWAY_ERR_INVALID, "a COPY_IN request needs a row source"};
    if (request.n_names != 0 && request.n_names != source.n_columns && (request.flags & DBWAY_RF_RAW) == 0)
        return {DBWAY_ERR_INVALID, "the row source has another number of columns than the request names"};
    return {};
}

inline CheckResult check_kind(const dbway_request& request) noexcept {
    switch (request.kind) {
        case DBWAY_R_SCRIPT:
            if (request.n_params != 0 || request.n_sets > 1)
                return {DBWAY_ERR_INVALID, "a script takes no parameters"};
            return {};
        case DBWAY_R_BEGIN:
            if ((request.arg & ~known_transaction_bits) != 0 || (request.arg & 0xFu) > DBWAY_TX_SERIALIZABLE)
                return {DBWAY_ERR_TOO_NEW, "BEGIN with a transaction mode this provider does not know"};
            return {};
        case DBWAY_R_SAVEPOINT:
        case DBWAY_R_RELEASE:
        case DBWAY_R_ROLLBACK_TO:
            if (request.sql.len == 0) return {DBWAY_ERR_INVALID, "a savepoint needs a name"};
            return {};
        case DBWAY_R_LISTEN:
            if (request.sql.len == 0) return {DBWAY_ERR_INVALID, "LISTEN needs a channel"};
            return {};
        case DBWAY_R_COPY_IN:
            return check_copy_in(request);
        default:
            return {};
    }
}

// `request` is complete (read_struct).
DBWAY_SDK_COLD inline CheckResult check_any_request(const dbway_request& request) noexcept {
    if (request.kind == 0 || request.kind > DBWAY_R_SCHEMA)
        return {DBWAY_ERR_UNSUPPORTED, "this provider does not know this kind of request"};
    if ((request.flags & ~known_request_flags) != 0)
        return {DBWAY_ERR_TOO_NEW, "a request flag that this provider does not know"};
    if (request.reserved != nullptr)
        return {DBWAY_ERR_TOO_NEW, "a request field that this provider does not know"};
    if (request.id == 0) return {DBWAY_ERR_INVALID, "a request needs an id that is not 0"};
    if ((request.sql.ptr == nullptr && request.sql.len != 0) ||
        (request.params == nullptr && request.n_params != 0 && request.kind != DBWAY_R_PREPARE) ||
        (request.names == nullptr && request.n_names != 0))
        return {DBWAY_ERR_INVALID, "a request with a null pointer in place of its text, parameters or names"};
    return check_kind(request);
}

// Is it an EXECUTE that check_any_request() would accept? Looks only at what an EXECUTE has.
inline bool is_good_execute(const dbway_request& request) noexcept {
    return request.kind == DBWAY_R_EXECUTE && (request.flags & ~known_request_flags) == 0 &&
           request.id != 0 && request.reserved == nullptr &&
           (request.params != nullptr || request.n_params == 0) && request.sql.len == 0 &&
           request.n_names == 0;
}

// Are the cells well formed? Null, or what is wrong with one.
inline const char* check_values(const dbway_value* values, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        const dbway_value& value = values[i];
        switch (value.type) {
            case DBWAY_T_DECIMAL:
            case DBWAY_T_TEXT:
            case DBWAY_T_BLOB:
            case DBWAY_T_JSON:
            case DBWAY_T_NATIVE:
                if (value.v.bytes == nullptr && value.len != 0) return "a parameter without its bytes";
                break;
            case DBWAY_T_INTERVAL:
                if (value.v.interval == nullptr) return "an interval parameter without its value";
                break;
            case DBWAY_T_UUID:
                if (value.v.bytes == nullptr || value.len != 16)
                    return "a UUID parameter that is not 16 bytes";
                break;
            case DBWAY_T_ARRAY:
                if (value.v.items == nullptr && value.len != 0) return "an array parameter without its items";
                break;
            default:
                if (value.type > DBWAY_T_NATIVE)
                    return "a parameter of a type that this provider does not know";
                break;
        }
    }
    return nullptr;
}

}  // namespace dbway::sdk::detail
