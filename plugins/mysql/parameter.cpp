#include "parameter.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/value_text.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace dbway::mysql {
namespace {

[[noreturn]] void refuse(dbway_status status, const char* sqlstate, const char* message) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = message;
    throw sdk::Failure(std::move(diagnostic));
}

std::string_view characters(const dbway_value& value) {
    return value.len == 0 ? std::string_view() : std::string_view(value.v.text, value.len);
}

void append_sized(std::string& out, const char* buffer, std::size_t size, const char* what) {
    if (size == 0) refuse(DBWAY_ERR_DATA, "22008", what);
    out.append(buffer, size);
}

constexpr std::uint64_t largest_signed = std::numeric_limits<std::int64_t>::max();

bool is_large_unsigned(const dbway_value& value) {
    return value.type == DBWAY_T_U64 && value.v.u64 > largest_signed;
}

bool is_finite_time(const dbway_value& value) {
    return value.v.i64 != sdk::time_infinity && value.v.i64 != sdk::time_minus_infinity;
}

double checked(double number) {
    if (!std::isfinite(number)) refuse(DBWAY_ERR_DATA, "22003", "MySQL has neither infinities nor NaN");
    return number;
}

void append_hex(const dbway_value& value, std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + sdk::blob_text_size(value.len));
    sdk::write_blob(out.data() + at, value.v.bytes, value.len);
    out[at] = 'X';
    out[at + 1] = '\'';
    out += '\'';
}

// A quote is doubled; what has a backslash goes as hexadecimal digits, since its meaning depends on a mode.
void append_quoted(std::string_view text, std::string& out) {
    if (text.find('\\') != std::string_view::npos) {
        dbway_value value{};
        value.v.text = text.data();
        value.len = static_cast<std::uint32_t>(text.size());
        out += "_utf8mb4 ";
        append_hex(value, out);
        return;
    }
    out += '\'';
    for (;;) {
        const std::size_t quote = text.find('\'');
        if (quote == std::string_view::npos) break;
        out.append(text.substr(0, quote + 1));
        out += '\'';
        text.remove_prefix(quote + 1);
    }
    out.append(text);
    out += '\'';
}

// As a literal without an exponent would be a decimal.
void append_double(double number, std::string& out) {
    char buffer[sdk::double_text_max];
    const std::string_view text(buffer, sdk::write_double(buffer, checked(number)));
    out.append(text);
    if (text.find('e') == std::string_view::npos) out += "e0";
}

}  // namespace

Binder::Bytes::Bytes(const dbway_value& value) {
    char* const begin = const_cast<char*>(value.len == 0 ? "" : value.v.text);  // a get area is never written
    setg(begin, begin, begin + value.len);
}

Binder::Binder(std::vector<std::uint32_t> order)
    : order_(std::move(order)), unsigned_(order_.size()), blobs_(order_.size()) {}

bool Binder::fits(std::span<const dbway_value> values) const noexcept {
    for (std::size_t i = 0; i < order_.size(); ++i) {
        if (!unsigned_[i]) continue;
        const dbway_value& value = values[order_[i] - 1];
        if (value.type == DBWAY_T_I64 && value.v.i64 < 0) return false;
    }
    return true;
}

void Binder::bind(sql::PreparedStatement& statement, std::span<const dbway_value> values) {
    for (std::size_t i = 0; i < order_.size(); ++i)
        bind_one(statement, static_cast<unsigned>(i + 1), values[order_[i] - 1]);
}

void Binder::bind_one(sql::PreparedStatement& statement, unsigned index, const dbway_value& value) {
    switch (value.type) {
        case DBWAY_T_NULL:
            statement.setNull(index, 0);
            return;
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
            statement.setInt64(index, value.v.i64);
            return;
        case DBWAY_T_U64:
            if (!is_large_unsigned(value)) {
                statement.setInt64(index, value.v.i64);
                return;
            }
            unsigned_[index - 1] = true;
            statement.setUInt64(index, value.v.u64);
            return;
        case DBWAY_T_F64:
            statement.setDouble(index, checked(value.v.f64));
            return;
        case DBWAY_T_BLOB:
            blobs_[index - 1] = std::make_unique<Blob>(value);
            statement.setBlob(index, &blobs_[index - 1]->stream);
            return;
        default:
            text_.clear();
            append_text(value, text_);
            statement.setString(index, text_);
            return;
    }
}

void append_text(const dbway_value& value, std::string& out) {
    char buffer[sdk::interval_text_max];
    switch (value.type) {
        case DBWAY_T_BOOL:
            out += value.v.i64 != 0 ? '1' : '0';
            return;
        case DBWAY_T_I64:
            out.append(buffer, sdk::write_integer(buffer, value.v.i64));
            return;
        case DBWAY_T_U64:
            out.append(buffer, sdk::write_unsigned(buffer, value.v.u64));
            return;
        case DBWAY_T_F64:
            out.append(buffer, sdk::write_double(buffer, checked(value.v.f64)));
            return;
        case DBWAY_T_DECIMAL:
            if (!sdk::is_canonical_decimal(characters(value)) ||
                characters(value).find_first_of("yN") != std::string_view::npos)
                refuse(DBWAY_ERR_DATA, "22003", "MySQL's decimals are finite numbers");
            out.append(characters(value));
            return;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            out.append(characters(value));
            return;
        case DBWAY_T_DATE:
            append_sized(out, buffer, is_finite_time(value) ? sdk::write_date(buffer, value.v.i64) : 0,
                         "MySQL's dates go from 0001-01-01 to 9999-12-31");
            return;
        case DBWAY_T_TIME:
            append_sized(out, buffer, sdk::write_time(buffer, value.v.i64),
                         "a time of day goes from 00:00:00 to 24:00:00");
            return;
        // The session is set to UTC. MySQL before 8.0.19 and MariaDB know no offset in a text.
        case DBWAY_T_TIMESTAMP:
        case DBWAY_T_TIMESTAMPTZ:
            append_sized(out, buffer, is_finite_time(value) ? sdk::write_timestamp(buffer, value.v.i64) : 0,
                         "MySQL's timestamps go from 0001-01-01 to 9999-12-31");
            return;
        case DBWAY_T_INTERVAL:
            out.append(buffer, sdk::write_interval(buffer, *value.v.interval));
            return;
        case DBWAY_T_UUID:
            out.append(buffer, sdk::write_uuid(buffer, value.v.bytes));
            return;
        case DBWAY_T_ARRAY:
            if (!sdk::format_value(value, out))
                refuse(DBWAY_ERR_DATA, "22000", "an array holds a value that has no text");
            return;
        default:
            refuse(DBWAY_ERR_UNSUPPORTED, "0A000", "a value in the server's own form cannot be a parameter");
    }
}

void append_literal(const dbway_value& value, std::string& out) {
    std::string text;
    switch (value.type) {
        case DBWAY_T_NULL:
            out += "NULL";
            return;
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
        case DBWAY_T_U64:
        case DBWAY_T_DECIMAL:
            append_text(value, out);
            return;
        case DBWAY_T_F64:
            append_double(value.v.f64, out);
            return;
        case DBWAY_T_BLOB:
            append_hex(value, out);
            return;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            append_quoted(characters(value), out);
            return;
        default:
            append_text(value, text);
            append_quoted(text, out);
            return;
    }
}

std::string with_literals(std::string_view sql, std::span<const std::uint32_t> order,
                          std::span<const dbway_value> values) {
    std::string result;
    sdk::Lexer lexer(sql, sdk::Dialect::mysql);
    std::size_t next = 0;
    for (sdk::Token token = lexer.next(); token.kind != sdk::TokenKind::end; token = lexer.next()) {
        if (token.kind != sdk::TokenKind::question_parameter) {
            result.append(token.text);
            continue;
        }
        result += ' ';
        append_literal(values[order[next++] - 1], result);
        result += ' ';
    }
    return result;
}

}  // namespace dbway::mysql
