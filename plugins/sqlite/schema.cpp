#include "schema.hpp"

#include <dbway/sdk/sqlite_schema.hpp>

#include <string>
#include <vector>

namespace dbway::sqlite {
namespace {

class Catalog final : public sdk::SqliteCatalog {
  public:
    explicit Catalog(Database& database) : database_(database) {}

    std::vector<Row> rows(const std::string& sql, const std::vector<std::string>& parameters) override {
        const StatementHandle statement = database_.prepare(sql);
        int index = 0;
        for (const std::string& parameter : parameters) bind_text(statement.get(), ++index, parameter);
        std::vector<Row> result;
        for (;;) {
            const int code = sqlite3_step(statement.get());
            if (code == SQLITE_DONE) return result;
            if (code != SQLITE_ROW) database_.fail(code);
            Row& row = result.emplace_back();
            for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
                row.emplace_back();
                if (sqlite3_column_type(statement.get(), i) != SQLITE_NULL)
                    row.back() = column_text(statement.get(), i);
            }
        }
    }

  private:
    Database& database_;
};

}  // namespace

std::unique_ptr<sdk::Statement> make_schema_statement(Database& database, std::uint32_t kind,
                                                      std::string_view schema_filter,
                                                      std::string_view table_filter) {
    database.start(Database::Clock::time_point::max());
    Catalog catalog(database);
    return sdk::make_sqlite_schema_statement(catalog, kind, schema_filter, table_filter);
}

}  // namespace dbway::sqlite
