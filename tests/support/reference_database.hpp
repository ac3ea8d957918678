#ifndef DBWAY_TESTS_SUPPORT_REFERENCE_DATABASE_HPP
#define DBWAY_TESTS_SUPPORT_REFERENCE_DATABASE_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/owned_value.hpp"

namespace dbway::test {

using conformance::OwnedRow;
using conformance::OwnedValue;

// What a statement failed with.
struct DatabaseError : std::runtime_error {
    DatabaseError(std::int32_t status, const char* sqlstate, const std::string& message)
        : std::runtime_error(message), status(status), sqlstate(sqlstate) {}
    std::int32_t status;
    const char* sqlstate;
};

struct TableColumn {
    std::string name;
    std::uint32_t type = 0;
    std::uint32_t item_type = 0;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
    bool not_null = false;
    bool primary = false;
};

struct Table {
    std::vector<TableColumn> columns;
    std::vector<OwnedRow> rows;
};

using Tables = std::map<std::string, Table>;

// A parsed statement of a language just large enough for the conformance suite:
//   create table T (c TYPE [not null] [primary key], …) · drop table T
//   insert into T (c, …) values ($1, …) · delete from T [where c = $1]
//   select c, … | * from T [where c = $1] [order by c]
//   sample · series $1 · match $1 · slow · fail · notify CHANNEL, 'PAYLOAD'
struct Statement {
    enum class Verb { create, drop, insert, remove, select, sample, series, match, slow, fail, notify };
    Verb verb{};
    std::string table{};                 // notify: the channel
    std::vector<std::string> columns{};  // empty in select: all
    std::vector<TableColumn> definitions{};
    std::vector<std::size_t> values{};  // insert: which parameter
    std::optional<std::string> where{};
    std::optional<std::string> order{};
    std::string payload{};
    std::size_t n_params = 0;

    bool writes() const { return verb <= Verb::remove; }
    // Throws DatabaseError with SYNTAX.
    static Statement parse(std::string_view sql);
};

// Rows of a result; those of a series are made as they are read.
struct Cursor {
    std::vector<TableColumn> columns{};
    std::vector<OwnedRow> rows{};
    std::int64_t series = -1;
    std::int64_t affected = 0;
    std::size_t position = 0;

    std::size_t size() const { return series >= 0 ? static_cast<std::size_t>(series) : rows.size(); }
    std::vector<OwnedRow> take(std::size_t most);
};

// The columns that a statement yields; throws when its table does not exist.
std::vector<TableColumn> describe(const Statement& statement, const Tables& tables);
// Runs a statement on these tables; throws DatabaseError, the tables may then be half changed.
Cursor run(const Statement& statement, const OwnedRow& params, Tables& tables);
// Adds one row, values in order of `columns` (empty: all).
void insert(Table& table, const std::string& name, const std::vector<std::string>& columns,
            const OwnedRow& values);
// How to declare a column; "" when there is no such type.
const char* type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale);

}  // namespace dbway::test

#endif
