// executor.hpp - plans operations on entities by the provider's dbway.orm/1 and runs their statements on a
// Source, a Connection or a Transaction. Applications use Repository.
#pragma once

#include <dbway/ext/orm.h>
#include <dbway/export.hpp>
#include <dbway/kit/condition.hpp>
#include <dbway/kit/description.hpp>
#include <dbway/kit/errors.hpp>
#include <dbway/source.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway {

// What migrate() did.
struct Migration {
    std::vector<std::string> statements;  // executed, in order; none: nothing was missing
    std::vector<std::string> remarks;     // differences that it leaves to you
    bool changed() const noexcept { return !statements.empty(); }
};

namespace kit {

// An operation on its way to plan(); the values are those of its statements, $1 first.
struct DBWAY_API Operation {
    explicit Operation(std::uint32_t kind_, std::uint32_t flags_ = 0) : kind(kind_), flags(flags_) {}

    std::uint32_t kind;
    std::uint32_t flags;
    std::uint32_t rows = 1;
    std::vector<std::uint32_t> set;
    std::vector<std::uint32_t> returned;
    std::vector<std::uint32_t> conflict;
    std::vector<dbway_orm_node> where;
    std::vector<dbway_orm_order> orders;
    std::vector<dbway_value> values;
    std::uint32_t limit = 0;
    std::uint32_t offset = 0;
    std::uint32_t version = 0;
    const dbway_orm_existing* existing = nullptr;

    // Their ordinal.
    std::uint32_t add_value(const dbway_value& value) {
        values.push_back(value);
        return static_cast<std::uint32_t>(values.size());
    }
    void where_equal(std::span<const std::uint32_t> columns, std::span<const dbway_value> given);
};

struct Statement {
    std::string sql;
    std::uint32_t flags = 0;  // DBWAY_ORM_ROWS…
    std::uint32_t count = 0;  // of values
};

// As thread-safe as what it runs on, but for what it learns of the server at first: one thread at a time.
class DBWAY_API Executor {
  public:
    Executor(const Source& source, const QueryOptions& options);
    Executor(Connection& connection, const QueryOptions& options);
    Executor(Transaction& transaction, const QueryOptions& options);
    Executor(const Executor&);
    Executor& operator=(const Executor&);
    ~Executor();

    // Throws Unsupported, naming the providers that have entities.
    const dbway_ext_orm& orm();
    bool can(std::uint32_t flags) { return (orm().flags & flags) == flags; }
    // Values of a statement at most; some limit there always is.
    std::uint32_t max_params();

    std::vector<Statement> plan(const Description& description, const Operation& operation);
    // Of an operation that is one statement.
    Statement plan_one(const Description& description, const Operation& operation);

    Rows start(const Statement& statement, std::span<const dbway_value> values, bool prepare = true);

    // Runs a statement to its end and hands each row to `on_row(cursor)`. Errors name the entity.
    template <typename OnRow>
    dbway::detail::Outcome run(const Description& description, std::string_view action,
                               const Statement& statement, std::span<const dbway_value> values,
                               OnRow&& on_row, bool prepare = true) {
        if (record(statement)) return {};
        try {
            Rows rows = start(statement, values, prepare);
            dbway::detail::Cursor& cursor = rows.cursor();
            while (cursor.next()) on_row(cursor);
            return cursor.outcome();
        } catch (const Error& error) {
            rethrow(description, action, error);
        }
    }
    dbway::detail::Outcome run(const Description& description, std::string_view action,
                               const Statement& statement, std::span<const dbway_value> values) {
        return run(description, action, statement, values, [](const dbway::detail::Cursor&) {});
    }

    // All that `function` does or nothing: in a transaction of its own, or in a savepoint of the one around.
    void atomically(const std::function<void(Executor&)>& function);

    Migration migrate(const Description& description);
    void create(const Description& description, bool if_absent);

    // Whether statements are recorded in place of being executed. Nothing is then known of their results.
    bool dry() const noexcept { return recorded_ != nullptr; }
    void record_into(std::vector<std::string>* statements) noexcept { recorded_ = statements; }
    // True: `statement` was recorded.
    bool record(const Statement& statement);

  private:
    const dbway_conn_info* server(std::uint32_t kind);
    Rows schema(SchemaKind kind, const Description& description);
    Migration add_missing(const Description& description);

    std::optional<Source> source_;
    Connection* connection_ = nullptr;
    Transaction* transaction_ = nullptr;
    QueryOptions options_;
    const dbway_ext_orm* orm_ = nullptr;
    std::optional<ServerInfo> server_;
    dbway_conn_info server_abi_{};
    std::vector<std::string>* recorded_ = nullptr;
};

}  // namespace kit
}  // namespace dbway
