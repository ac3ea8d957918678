#include "servers/admin_connection.hpp"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

namespace dbway::test {

namespace {

using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string quoted(const std::string& text, char quote) {
    std::string result(1, quote);
    for (const char c : text) {
        if (c == quote) result += c;
        result += c;
    }
    return result + quote;
}

}  // namespace

AdminConnection::AdminConnection(const ConnectionOptions& options) {
    std::vector<const char*> keys, values;
    for (const auto& [key, value] : options) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    connection_ = PQconnectdbParams(keys.data(), values.data(), 0);
    if (PQstatus(connection_) == CONNECTION_OK) {
        PQsetNoticeProcessor(
            connection_, [](void*, const char*) {}, nullptr);
        return;
    }
    const std::string message = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw std::runtime_error("the test's own connection failed: " + message);
}

AdminConnection::AdminConnection(AdminConnection&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

AdminConnection::~AdminConnection() { PQfinish(connection_); }

TextRows AdminConnection::sql(const std::string& text) {
    start(text);
    return finish();
}

void AdminConnection::start(const std::string& text) {
    if (PQsendQuery(connection_, text.c_str()) != 1)
        throw std::runtime_error(std::string(PQerrorMessage(connection_)) + "in: " + text);
}

TextRows AdminConnection::finish() {
    TextRows rows;
    std::string error;
    for (;;) {
        const ResultPointer result(PQgetResult(connection_), &PQclear);
        if (result == nullptr) break;
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
            if (error.empty()) error = PQresultErrorMessage(result.get());
            if (error.empty())
                error = "a result that the test does not expect, " + std::string(PQresStatus(status));
            continue;
        }
        rows.clear();
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            TextRow cells;
            for (int column = 0; column < PQnfields(result.get()); ++column)
                if (PQgetisnull(result.get(), row, column) != 0)
                    cells.emplace_back();
                else
                    cells.emplace_back(PQgetvalue(result.get(), row, column));
            rows.push_back(std::move(cells));
        }
    }
    if (!error.empty()) throw std::runtime_error(error);
    return rows;
}

std::string AdminConnection::value(const std::string& text) {
    const TextRows rows = sql(text);
    if (rows.size() != 1 || rows.front().empty())
        throw std::runtime_error(std::to_string(rows.size()) + " rows instead of one from: " + text);
    return rows.front().front().value_or("");
}

std::int64_t AdminConnection::number(const std::string& text) { return std::stoll(value(text)); }

int AdminConnection::backend_pid() const { return PQbackendPID(connection_); }

std::string quote_identifier(const std::string& name) { return quoted(name, '"'); }
std::string quote_literal(const std::string& text) { return quoted(text, '\''); }

}  // namespace dbway::test
