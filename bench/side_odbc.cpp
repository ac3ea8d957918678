// dbway_bench_odbc: unixODBC with psqlodbc or sqliteodbc by hand: columns bound, blocks of rows both ways.
#include "sides.hpp"
#include "time_text.hpp"

#include <sql.h>
#include <sqlext.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace bench {

namespace {

constexpr std::size_t block = 1000;

std::int64_t micros_from(const SQL_TIMESTAMP_STRUCT& time) {
    const std::int64_t days = days_from_civil(time.year, time.month, time.day);
    return (days * 86400 + time.hour * 3600 + time.minute * 60 + time.second) * 1'000'000 +
           time.fraction / 1000;
}

SQLCHAR* sql_text(const std::string& text) {
    return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str()));  // ODBC does not write there
}

SQLPOINTER number(std::size_t value) { return reinterpret_cast<SQLPOINTER>(value); }

void check(SQLRETURN code, SQLSMALLINT type, SQLHANDLE handle) {
    if (SQL_SUCCEEDED(code)) return;
    std::array<SQLCHAR, 6> state{};
    std::array<SQLCHAR, 512> message{};
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    SQLGetDiagRec(type, handle, 1, state.data(), &native, message.data(), message.size(), &length);
    throw std::runtime_error(std::string("ODBC: ") + reinterpret_cast<const char*>(message.data()));
}

// A statement, and blocks of rows that it is bound to.
class Statement {
  public:
    explicit Statement(SQLHDBC connection) {
        check(SQLAllocHandle(SQL_HANDLE_STMT, connection, &handle_), SQL_HANDLE_DBC, connection);
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { SQLFreeHandle(SQL_HANDLE_STMT, handle_); }

    operator SQLHSTMT() const { return handle_; }
    void require(SQLRETURN code) const { check(code, SQL_HANDLE_STMT, handle_); }

    void bind_columns(std::size_t rows) {
        require(SQLSetStmtAttr(handle_, SQL_ATTR_ROW_ARRAY_SIZE, number(rows), 0));
        require(SQLSetStmtAttr(handle_, SQL_ATTR_ROWS_FETCHED_PTR, &fetched_, 0));
        require(SQLBindCol(handle_, 1, SQL_C_SBIGINT, ids.data(), 0, nullptr));
        require(SQLBindCol(handle_, 2, SQL_C_DOUBLE, vals.data(), 0, nullptr));
        require(SQLBindCol(handle_, 3, SQL_C_CHAR, names.data(), sizeof names[0], name_sizes.data()));
        require(SQLBindCol(handle_, 4, SQL_C_TYPE_TIMESTAMP, times.data(), 0, nullptr));
    }
    // The rows of the next block; 0: there are no more.
    std::size_t fetch() {
        const SQLRETURN code = SQLFetch(handle_);
        if (code == SQL_NO_DATA) return 0;
        require(code);
        return fetched_;
    }
    void add(Checksum& sum, std::size_t row) const {
        sum.add(ids[row], vals[row], {names[row].data(), static_cast<std::size_t>(name_sizes[row])},
                micros_from(times[row]));
    }

    std::array<SQLBIGINT, block> ids{};
    std::array<double, block> vals{};
    std::array<std::array<char, 24>, block> names{};
    std::array<SQLLEN, block> name_sizes{};
    std::array<SQL_TIMESTAMP_STRUCT, block> times{};

  private:
    SQLHSTMT handle_ = nullptr;
    SQLULEN fetched_ = 0;
};

class OdbcSide final : public Side {
  public:
    explicit OdbcSide(const Database& database) {
        SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
        SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0);
        SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
        const std::string text =
            database.kind == Database::Kind::sqlite
                ? "Driver=SQLite3;Database=" + database.text
                : "Driver={PostgreSQL Unicode};Servername=" + database.setting("host") +
                      ";Port=" + database.setting("port") + ";Database=" + database.setting("dbname") +
                      ";Username=" + database.setting("user") + ";Password=" + database.setting("password");
        check(SQLDriverConnect(connection_, nullptr, sql_text(text), SQL_NTS, nullptr, 0, nullptr,
                               SQL_DRIVER_NOPROMPT),
              SQL_HANDLE_DBC, connection_);
        point_ = std::make_unique<Statement>(connection_);
        point_->require(
            SQLPrepare(*point_, sql_text("select id, val, name, ts from t where id = ?"), SQL_NTS));
        point_->require(SQLBindParameter(*point_, 1, SQL_PARAM_INPUT, SQL_C_SBIGINT, SQL_BIGINT, 0, 0, &key_,
                                         0, nullptr));
        point_->bind_columns(1);
    }
    ~OdbcSide() override {
        point_.reset();
        SQLDisconnect(connection_);
        SQLFreeHandle(SQL_HANDLE_DBC, connection_);
        SQLFreeHandle(SQL_HANDLE_ENV, environment_);
    }

    void reset() override {
        const Statement statement(connection_);
        const SQLRETURN code = SQLExecDirect(statement, sql_text("delete from w"), SQL_NTS);
        if (code != SQL_NO_DATA) statement.require(code);
    }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            key_ = keys.next();
            point_->require(SQLExecute(*point_));
            if (point_->fetch() != 1) throw std::runtime_error("no row for a key");
            point_->add(sum, 0);
            SQLFreeStmt(*point_, SQL_CLOSE);
        }
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        const auto statement = std::make_unique<Statement>(connection_);
        statement->bind_columns(block);
        statement->require(SQLExecDirect(*statement, sql_text(sql), SQL_NTS));
        while (const std::size_t rows = statement->fetch())
            for (std::size_t row = 0; row < rows; ++row) statement->add(sum, row);
        return sum;
    }

    void insert(const std::vector<Row>& rows) override {
        set_autocommit(SQL_AUTOCOMMIT_OFF);
        std::vector<SQLLEN> time_sizes(block, 26);
        const auto owner = std::make_unique<Statement>(connection_);
        Statement& statement = *owner;
        statement.require(SQLPrepare(
            statement, sql_text("insert into w (id, val, name, ts) values (?, ?, ?, ?)"), SQL_NTS));
        const auto bind = [&](SQLUSMALLINT at, SQLSMALLINT from, SQLSMALLINT to, SQLULEN size,
                              SQLSMALLINT digits, SQLPOINTER values, SQLLEN length, SQLLEN* lengths) {
            statement.require(SQLBindParameter(statement, at, SQL_PARAM_INPUT, from, to, size, digits, values,
                                               length, lengths));
        };
        bind(1, SQL_C_SBIGINT, SQL_BIGINT, 0, 0, statement.ids.data(), 0, nullptr);
        bind(2, SQL_C_DOUBLE, SQL_DOUBLE, 0, 0, statement.vals.data(), 0, nullptr);
        bind(3, SQL_C_CHAR, SQL_VARCHAR, 20, 0, statement.names.data(), sizeof statement.names[0],
             statement.name_sizes.data());
        // As text: sqliteodbc writes only milliseconds of a SQL_TIMESTAMP_STRUCT.
        std::vector<std::array<char, 27>> times(block);
        bind(4, SQL_C_CHAR, SQL_TYPE_TIMESTAMP, 26, 6, times.data(), sizeof times[0], time_sizes.data());
        for (std::size_t at = 0; at < rows.size();) {
            const std::size_t size = std::min(block, rows.size() - at);
            statement.require(SQLSetStmtAttr(statement, SQL_ATTR_PARAMSET_SIZE, number(size), 0));
            for (std::size_t i = 0; i < size; ++i, ++at) {
                statement.ids[i] = rows[at].id;
                statement.vals[i] = rows[at].val;
                std::memcpy(statement.names[i].data(), rows[at].name.data(), rows[at].name.size());
                statement.name_sizes[i] = static_cast<SQLLEN>(rows[at].name.size());
                format_timestamp(rows[at].micros, times[i].data());
            }
            statement.require(SQLExecute(statement));
        }
        check(SQLEndTran(SQL_HANDLE_DBC, connection_, SQL_COMMIT), SQL_HANDLE_DBC, connection_);
        set_autocommit(SQL_AUTOCOMMIT_ON);
    }

  private:
    void set_autocommit(SQLUINTEGER value) const {
        check(SQLSetConnectAttr(connection_, SQL_ATTR_AUTOCOMMIT, number(value), 0), SQL_HANDLE_DBC,
              connection_);
    }

    SQLHENV environment_ = nullptr;
    SQLHDBC connection_ = nullptr;
    std::unique_ptr<Statement> point_;
    SQLBIGINT key_ = 0;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<OdbcSide>(database);
}

}  // namespace bench
