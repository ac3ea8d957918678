// operations.hpp - what can be done with a Source, a Connection and a Transaction alike.
#pragma once

#include <dbway/batch.hpp>
#include <dbway/copy.hpp>
#include <dbway/cursor.hpp>
#include <dbway/parameters.hpp>
#include <dbway/query_options.hpp>
#include <dbway/rows.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace dbway {

// What an executed statement did.
class Result {
  public:
    explicit Result(const detail::Outcome& outcome) noexcept : outcome_(outcome) {}
    std::int64_t affected() const noexcept { return outcome_.affected; }  // rows changed; -1 unknown
    // The generated key of the last inserted row, where the server reports one.
    std::optional<std::int64_t> last_id() const noexcept {
        return outcome_.has_last_id ? std::optional(outcome_.last_id) : std::nullopt;
    }

  private:
    detail::Outcome outcome_;
};

// What Operations::schema() lists; the columns of each are those of DBWAY_R_SCHEMA in provider.h.
enum class SchemaKind : std::uint32_t {
    schemas = DBWAY_SCHEMA_SCHEMAS,
    tables = DBWAY_SCHEMA_TABLES,
    columns = DBWAY_SCHEMA_COLUMNS,
    indexes = DBWAY_SCHEMA_INDEXES,
    constraints = DBWAY_SCHEMA_CONSTRAINTS,
};

// The mixin. Self provides start(), run_to_end(), run_batch() and start_copy(). Every member throws
// dbway::Error; thread-safety is that of Self.
template <typename Self>
class Operations {
  public:
    // Runs a statement and streams its rows. With types, query<std::int64_t, std::string_view>(…), the rows
    // are tuples of them; with one struct that has DBWAY_FIELDS, they are such structs. Errors that appear
    // later in the result are thrown while reading.
    template <typename... Ts, typename... Args>
    auto query(std::string_view sql, const Args&... args) {
        return query<Ts...>(QueryOptions{}, sql, args...);
    }
    template <typename... Ts, typename... Args>
    auto query(const QueryOptions& options, std::string_view sql, const Args&... args) {
        const detail::ParameterPack<Args...> pack(args...);
        return typename detail::QueryResult<Ts...>::type(
            [&] { return self().start(make_call(options, sql, pack)); });
    }

    // The same with parameters made at run time, borrowed for the call.
    Rows query_values(const QueryOptions& options, std::string_view sql,
                      std::span<const dbway_value> values) {
        detail::Call call;
        call.sql = sql;
        call.values = values.data();
        call.count = static_cast<std::uint32_t>(values.size());
        call.options = &options;
        return Rows([&] { return self().start(call); });
    }

    // Runs a statement to its end; rows it yields are not read.
    template <typename... Args>
    Result execute(std::string_view sql, const Args&... args) {
        return execute(QueryOptions{}, sql, args...);
    }
    template <typename... Args>
    Result execute(const QueryOptions& options, std::string_view sql, const Args&... args) {
        const detail::ParameterPack<Args...> pack(args...);
        return Result(self().run_to_end(make_call(options, sql, pack)));
    }

    // Runs all statements of a batch. Throws the error of the first that failed, with batch_index(), unless
    // the batch is independent.
    BatchResults run(const Batch& batch) { return self().run_batch(batch, QueryOptions{}); }
    BatchResults run(const QueryOptions& options, const Batch& batch) {
        return self().run_batch(batch, options);
    }

    // Statements separated by semicolons, without parameters; Rows::next_set() moves on to the next result
    // set. The statements run as the rows are read: read to the end.
    Rows script(std::string_view sql) { return script(QueryOptions{}, sql); }
    Rows script(const QueryOptions& options, std::string_view sql) {
        detail::Call call;
        call.sql = sql;
        call.kind = DBWAY_R_SCRIPT;
        call.options = &options;
        return Rows([&] { return self().start(call); });
    }

    // Loads rows into a table, schema-qualified or not. No columns: all, in the table's order.
    CopyIn copy_in(std::string_view table, const std::vector<std::string_view>& columns = {}) {
        return copy_in(QueryOptions{}, table, columns);
    }
    CopyIn copy_in(const QueryOptions& options, std::string_view table,
                   const std::vector<std::string_view>& columns = {}) {
        return self().start_copy({table, columns, 0}, options);
    }
    // Loads what is in the server's own format already: `statement` says which ("copy t from stdin (format
    // csv)" of PostgreSQL), CopyIn::write() takes the bytes. Throws Unsupported where there is no such thing.
    CopyIn copy_in_raw(std::string_view statement) { return copy_in_raw(QueryOptions{}, statement); }
    CopyIn copy_in_raw(const QueryOptions& options, std::string_view statement) {
        return self().start_copy({statement, {}, DBWAY_RF_RAW | DBWAY_RF_SQL}, options);
    }

    // All rows of a table, or of a query, by the provider's way of unloading.
    Rows copy_out(std::string_view table, const std::vector<std::string_view>& columns = {}) {
        return copy_out(QueryOptions{}, table, columns);
    }
    Rows copy_out(const QueryOptions& options, std::string_view table,
                  const std::vector<std::string_view>& columns = {}) {
        std::vector<dbway_str> names;
        names.reserve(columns.size());
        for (std::string_view column : columns) names.push_back({column.data(), column.size()});
        return unload(options, table, 0, names);
    }
    Rows copy_out_query(std::string_view sql) { return copy_out_query(QueryOptions{}, sql); }
    Rows copy_out_query(const QueryOptions& options, std::string_view sql) {
        return unload(options, sql, DBWAY_RF_SQL, {});
    }
    // What `statement` ("copy t to stdout (format csv)" of PostgreSQL) gives in the server's own format, in
    // rows of one blob each. Throws Unsupported where there is no such thing.
    Rows copy_out_raw(std::string_view statement) { return copy_out_raw(QueryOptions{}, statement); }
    Rows copy_out_raw(const QueryOptions& options, std::string_view statement) {
        return unload(options, statement, DBWAY_RF_RAW | DBWAY_RF_SQL, {});
    }

    // What the database contains; empty filters: everything.
    Rows schema(SchemaKind kind, std::string_view schema_name = {}, std::string_view table = {}) {
        const QueryOptions options;
        const dbway_str filter[2] = {{schema_name.data(), schema_name.size()}, {table.data(), table.size()}};
        detail::Call call;
        call.kind = DBWAY_R_SCHEMA;
        call.argument = static_cast<std::uint32_t>(kind);
        call.filter = filter;
        call.filter_count = 2;
        call.options = &options;
        return Rows([&] { return self().start(call); });
    }

  protected:
    ~Operations() = default;

  private:
    Self& self() noexcept { return static_cast<Self&>(*this); }

    template <typename Pack>
    static detail::Call make_call(const QueryOptions& options, std::string_view sql, const Pack& pack) {
        detail::Call call;
        call.sql = sql;
        call.values = pack.values();
        call.names = pack.names();
        call.count = Pack::size();
        call.options = &options;
        return call;
    }

    Rows unload(const QueryOptions& options, std::string_view what, std::uint32_t flags,
                const std::vector<dbway_str>& names) {
        detail::Call call;
        call.sql = what;
        call.kind = DBWAY_R_COPY_OUT;
        call.flags = flags;
        call.filter = names.data();
        call.filter_count = static_cast<std::uint32_t>(names.size());
        call.options = &options;
        return Rows([&] { return self().start(call); });
    }
};

}  // namespace dbway
