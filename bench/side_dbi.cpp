// dbway_bench_dbi: libdbi 0.9 by hand, with its drivers pgsql or sqlite3. It has neither prepared statements
// nor bulk inserts, and reads whole seconds.
#include "sides.hpp"

#include <dbi/dbi.h>

#include <ctime>
#include <filesystem>

namespace bench {

namespace {

struct Free {
    void operator()(dbi_result result) const noexcept { dbi_result_free(result); }
};
using Result = std::unique_ptr<void, Free>;

class DbiSide final : public Side {
  public:
    explicit DbiSide(const Database& database) {
        if (dbi_initialize_r(nullptr, &library_) < 1) throw std::runtime_error("libdbi has no drivers");
        const bool sqlite = database.kind == Database::Kind::sqlite;
        connection_ = dbi_conn_new_r(sqlite ? "sqlite3" : "pgsql", library_);
        if (connection_ == nullptr) throw std::runtime_error("libdbi has not got the driver");
        if (sqlite) {
            const std::filesystem::path file(database.text);
            dbi_conn_set_option(connection_, "sqlite3_dbdir", file.parent_path().c_str());
            dbi_conn_set_option(connection_, "dbname", file.filename().c_str());
        } else {
            for (const auto& [key, value] : database.settings()) {
                const char* name = key == "user" ? "username" : key.c_str();
                if (key == "port")
                    dbi_conn_set_option_numeric(connection_, name, std::stoi(value));
                else
                    dbi_conn_set_option(connection_, name, value.c_str());
            }
        }
        if (dbi_conn_connect(connection_) != 0) fail();
    }
    ~DbiSide() override {
        dbi_conn_close(connection_);
        dbi_shutdown_r(library_);
    }

    void reset() override { query("delete from w"); }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            const Result result(dbi_conn_queryf(connection_,
                                                "select id, val, name, ts from t where id = %lld",
                                                static_cast<long long>(keys.next())));
            if (!result || dbi_result_next_row(result.get()) == 0) fail();
            add(sum, result.get());
        }
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        const Result result = query(sql.c_str());
        while (dbi_result_next_row(result.get()) != 0) add(sum, result.get());
        return sum;
    }

    void insert(const std::vector<Row>& rows) override {
        dbi_conn_transaction_begin(connection_);
        for (const Row& row : rows) {
            const Result result(dbi_conn_queryf(
                connection_, "insert into w (id, val, name, ts) values (%lld, %.17g, '%s', '%s')",
                static_cast<long long>(row.id), row.val, row.name.c_str(), row.time_text.c_str()));
            if (!result) fail();
        }
        dbi_conn_transaction_commit(connection_);
    }

  private:
    [[noreturn]] void fail() const {
        const char* message = "";
        dbi_conn_error(connection_, &message);
        throw std::runtime_error(std::string("libdbi: ") + message);
    }
    Result query(const char* sql) const {
        Result result(dbi_conn_query(connection_, sql));
        if (!result) fail();
        return result;
    }
    static void add(Checksum& sum, dbi_result row) {
        const std::int64_t id = dbi_result_get_longlong_idx(row, 1);
        const double val = dbi_result_get_double_idx(row, 2);
        const std::string_view name(dbi_result_get_string_idx(row, 3),
                                    dbi_result_get_field_length_idx(row, 3));
        const std::time_t seconds = dbi_result_get_datetime_idx(row, 4);
        sum.add(id, val, name, static_cast<std::int64_t>(seconds) * 1'000'000 + fraction_of(id));
    }

    dbi_inst library_ = nullptr;
    dbi_conn connection_ = nullptr;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<DbiSide>(database);
}

}  // namespace bench
