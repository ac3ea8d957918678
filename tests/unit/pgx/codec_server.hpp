// Values of a real server in their binary and their text form, past the provider: libpq fetches them.
#ifndef DBWAY_TESTS_PGX_CODEC_SERVER_HPP
#define DBWAY_TESTS_PGX_CODEC_SERVER_HPP

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "buffer.hpp"
#include "catalog.hpp"
#include "servers/shared_postgresql.hpp"

namespace dbway::test {

// One value. Bytes are what the binary format has, or for a type without one the text.
struct ServerValue {
    pgx::Oid type = 0;
    bool null = false;
    std::string bytes;
    std::string text;

    std::span<const std::uint8_t> data() const {
        return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
    }
};

// A session with the settings under which render() promises to print what the server does.
class CodecServer {
  public:
    CodecServer() : database_(shared_postgresql()) {
        std::vector<const char*> keys;
        std::vector<const char*> values;
        const ConnectionOptions options = database_.options();
        for (const auto& [key, value] : options) {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
        keys.push_back(nullptr);
        values.push_back(nullptr);
        connection_.reset(PQconnectdbParams(keys.data(), values.data(), 0));
        if (PQstatus(connection_.get()) != CONNECTION_OK) fail("connect");
        run("set timezone to 'UTC'; set datestyle to 'ISO'; set intervalstyle to 'postgres'; "
            "set bytea_output to 'hex'; set lc_monetary to 'C'; set client_min_messages to error; "
            "set client_encoding to 'UTF8'");
    }

    struct ResultDeleter {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, ResultDeleter>;

    void run(const std::string& sql) {
        const Result result(PQexec(connection_.get(), sql.c_str()));
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(sql);
    }

    Result query(const std::string& sql, int format = 0) {
        Result result(
            PQexecParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, format));
        if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail(sql);
        return result;
    }

    // The first column of every row of a statement, `binary` or, for types without a binary form, not.
    std::vector<ServerValue> fetch(const std::string& sql, bool binary = true) {
        const Result bytes = query(sql, binary ? 1 : 0);
        const Result text = query(sql, 0);
        std::vector<ServerValue> values;
        values.reserve(static_cast<std::size_t>(PQntuples(bytes.get())));
        for (int row = 0; row < PQntuples(bytes.get()); ++row)
            values.push_back({PQftype(bytes.get(), 0), PQgetisnull(bytes.get(), row, 0) != 0,
                              bytes_of(bytes.get(), row), bytes_of(text.get(), row)});
        return values;
    }

    // What the server makes of a parameter, in the format asked for; or its error, in `error`.
    std::optional<std::string> echo(pgx::Oid type, bool binary, const pgx::Buffer& value, bool binary_result,
                                    std::string& error) {
        std::string bytes(reinterpret_cast<const char*>(value.data()), value.size());
        const char* values[] = {bytes.c_str()};
        const int lengths[] = {static_cast<int>(bytes.size())};
        const int formats[] = {binary ? 1 : 0};
        const Oid types[] = {type};
        const Result result(PQexecParams(connection_.get(), "select $1", 1, types, values, lengths, formats,
                                         binary_result ? 1 : 0));
        if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
            error = PQerrorMessage(connection_.get());
            return std::nullopt;
        }
        return bytes_of(result.get(), 0);
    }

    // The answer to one of the catalog's statements; rows borrow from the result.
    struct TypeRows {
        Result result;
        std::vector<pgx::TypeRow> rows;
    };
    TypeRows types(std::string_view sql, const char* parameter = nullptr) {
        TypeRows answer;
        answer.result.reset(PQexecParams(connection_.get(), std::string(sql).c_str(), parameter ? 1 : 0,
                                         nullptr, &parameter, nullptr, nullptr, 0));
        PGresult* result = answer.result.get();
        if (PQresultStatus(result) != PGRES_TUPLES_OK) fail(std::string(sql));
        if (PQnfields(result) != static_cast<int>(pgx::TypeRow::n_columns))
            throw std::runtime_error("the columns of types_sql() are not those of TypeRow");
        for (int row = 0; row < PQntuples(result); ++row) {
            pgx::TypeRow& to = answer.rows.emplace_back();
            for (std::size_t i = 0; i < pgx::TypeRow::n_columns; ++i) {
                if (PQgetisnull(result, row, static_cast<int>(i)) != 0)
                    throw std::runtime_error("types_sql() gave a NULL");
                to.columns[i] = PQgetvalue(result, row, static_cast<int>(i));
            }
        }
        return answer;
    }

    // Sends the bytes of a whole binary COPY; the server's error, or nothing.
    std::string copy(const std::string& statement, const pgx::Buffer& data) {
        const Result begun(PQexec(connection_.get(), statement.c_str()));
        if (PQresultStatus(begun.get()) != PGRES_COPY_IN) fail(statement);
        PQputCopyData(connection_.get(), reinterpret_cast<const char*>(data.data()),
                      static_cast<int>(data.size()));
        PQputCopyEnd(connection_.get(), nullptr);
        std::string error;
        while (const Result result{PQgetResult(connection_.get())})
            if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) error += PQresultErrorMessage(result.get());
        return error;
    }

  private:
    static std::string bytes_of(PGresult* result, int row) {
        return {PQgetvalue(result, row, 0), static_cast<std::size_t>(PQgetlength(result, row, 0))};
    }
    [[noreturn]] void fail(const std::string& what) {
        throw std::runtime_error(what + ": " + PQerrorMessage(connection_.get()));
    }

    struct ConnectionDeleter {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };

    PooledDatabase database_;
    std::unique_ptr<PGconn, ConnectionDeleter> connection_;
};

}  // namespace dbway::test

#endif
