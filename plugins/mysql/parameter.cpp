#include "parameter.hpp"

#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/mysql_literals.hpp>

#include <cstdint>
#include <limits>
#include <utility>

namespace dbway::mysql {
namespace {

constexpr std::uint64_t largest_signed = std::numeric_limits<std::int64_t>::max();

bool is_large_unsigned(const dbway_value& value) {
    return value.type == DBWAY_T_U64 && value.v.u64 > largest_signed;
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
            statement.setDouble(index, sdk::finite_mysql_number(value.v.f64));
            return;
        case DBWAY_T_BLOB:
            blobs_[index - 1] = std::make_unique<Blob>(value);
            statement.setBlob(index, &blobs_[index - 1]->stream);
            return;
        default:
            text_.clear();
            sdk::append_mysql_text(value, text_);
            statement.setString(index, text_);
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
        sdk::append_mysql_literal(values[order[next++] - 1], result);
        result += ' ';
    }
    return result;
}

}  // namespace dbway::mysql
