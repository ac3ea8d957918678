#include "copy_out.hpp"

#include "statement.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_dialect.hpp>

#include <string>
#include <string_view>

namespace dbway::mysql {
namespace {

std::string columns_of(const sdk::CopyTarget& target) {
    std::string columns;
    for (const std::string_view column : target.columns)
        columns.append(columns.empty() ? "" : ", ").append(sdk::quote_mysql_identifier(column));
    return columns.empty() ? "*" : columns;
}

// As text a FLOAT has six digits, a DOUBLE all it needs.
std::string precise(const SqlStatement& probe) {
    std::string columns;
    for (const sdk::Column& column : probe.columns()) {
        const std::string name = sdk::quote_mysql_identifier(column.name);
        columns += columns.empty() ? "" : ", ";
        if (column.native_name.starts_with("FLOAT"))
            columns.append("(").append(name).append(" + 0e0) AS ").append(name);
        else
            columns += name;
    }
    return columns;
}

bool has_float(const SqlStatement& probe) {
    for (const sdk::Column& column : probe.columns())
        if (column.native_name.starts_with("FLOAT")) return true;
    return false;
}

}  // namespace

std::unique_ptr<sdk::Statement> make_copy_out(Session& session, const sdk::CopyTarget& target) {
    if (target.raw)
        throw sdk::Failure(DBWAY_ERR_UNSUPPORTED,
                           "MySQL has no format of its own that a raw COPY_OUT could give", "0A000");
    if (target.is_sql) {
        auto statement = std::make_unique<SqlStatement>(session, target.table, SqlStatement::Use::streamed);
        if (!statement->parameters().empty())
            throw sdk::Failure(DBWAY_ERR_INVALID, "the statement of a COPY_OUT takes no parameters", "42P02");
        return statement;
    }
    const std::string from = " FROM " + sdk::parse_mysql_table(target.table).quoted();
    auto statement = std::make_unique<SqlStatement>(session, "SELECT " + columns_of(target) + from,
                                                    SqlStatement::Use::streamed);
    if (!has_float(*statement)) return statement;
    return std::make_unique<SqlStatement>(session, "SELECT " + precise(*statement) + from,
                                          SqlStatement::Use::streamed);
}

}  // namespace dbway::mysql
