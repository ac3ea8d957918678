#include <dbway/kit/executor.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <utility>

namespace dbway::kit {
namespace {

std::string_view view(const dbway_str& text) noexcept { return {text.ptr, text.len}; }
dbway_str text(std::string_view view) noexcept { return {view.data(), view.size()}; }

// What plan() gives and reports, copied within its calls.
struct Collected {
    std::vector<Statement> statements;
    ErrorDetails error;
    bool failed = false;
    std::exception_ptr thrown;  // in the sink, whose caller knows no exceptions

    static dbway_status DBWAY_CALL take(void* context, const dbway_orm_statement* given) noexcept {
        auto& self = *static_cast<Collected*>(context);
        try {
            self.statements.push_back({std::string(view(given->sql)), given->flags, given->n_params});
            return DBWAY_OK;
        } catch (...) {
            self.thrown = std::current_exception();
            return DBWAY_ERR_NOMEM;
        }
    }
    static void DBWAY_CALL report(void* context, const dbway_diag* diagnostic) noexcept {
        auto& self = *static_cast<Collected*>(context);
        if (diagnostic->status >= 0 || self.failed) return;
        try {
            self.failed = true;
            self.error.message = view(diagnostic->message);
            self.error.detail = view(diagnostic->detail);
            self.error.hint = view(diagnostic->hint);
            self.error.column = view(diagnostic->column_name);
        } catch (...) {
            self.thrown = std::current_exception();
        }
    }
};

Category category_of(dbway_status status) {
    if (status == DBWAY_ERR_UNSUPPORTED || status == DBWAY_ERR_TOO_NEW) return Category::unsupported;
    if (status == DBWAY_ERR_NOMEM) return Category::out_of_memory;
    return status == DBWAY_ERR_INVALID ? Category::invalid : Category::internal;
}

// The rows of a SCHEMA request, with their texts.
class Catalog {
  public:
    explicit Catalog(Rows rows) {
        for (const Row row : rows) {
            ++count_;
            for (std::size_t i = 0; i < row.size(); ++i) {
                dbway_value cell = row.cell(i);
                if (cell.type == DBWAY_T_TEXT)
                    cell.v.text = texts_.emplace_back(cell.v.text, cell.len).c_str();
                cells_.push_back(cell);
            }
        }
    }
    std::uint32_t count() const noexcept { return count_; }
    const dbway_value* cells() const noexcept { return cells_.data(); }

  private:
    std::vector<dbway_value> cells_;
    std::deque<std::string> texts_;
    std::uint32_t count_ = 0;
};

}  // namespace

void Operation::where_equal(std::span<const std::uint32_t> columns, std::span<const dbway_value> given) {
    if (columns.size() > 1)
        where.push_back({DBWAY_ORM_AND, 0, 0, static_cast<std::uint32_t>(columns.size())});
    for (std::size_t i = 0; i < columns.size(); ++i)
        where.push_back({DBWAY_ORM_EQ, columns[i], add_value(given[i]), 0});
}

Executor::Executor(const Source& source, const QueryOptions& options) : source_(source), options_(options) {}
Executor::Executor(Connection& connection, const QueryOptions& options)
    : connection_(&connection), options_(options) {}
Executor::Executor(Transaction& transaction, const QueryOptions& options)
    : transaction_(&transaction), options_(options) {}
Executor::Executor(const Executor&) = default;
Executor& Executor::operator=(const Executor&) = default;
Executor::~Executor() = default;

const dbway_ext_orm& Executor::orm() {
    if (orm_ != nullptr) return *orm_;
    const auto* found = static_cast<const dbway_ext_orm*>(
        transaction_ != nullptr  ? transaction_->require_extension(DBWAY_EXT_ORM)
        : connection_ != nullptr ? connection_->require_extension(DBWAY_EXT_ORM)
                                 : source_->require_extension(DBWAY_EXT_ORM));
    if (!DBWAY_HAS(dbway_ext_orm, found, plan))
        throw_error(Category::unsupported, "the provider's entities (" DBWAY_EXT_ORM ") are incomplete");
    orm_ = found;
    return *orm_;
}

std::uint32_t Executor::max_params() {
    const std::uint32_t most = orm().max_params;
    return most == 0 ? 65'535 : most;
}

// Asked only where the plan depends on it: a provider whose statements return rows need not be told.
const dbway_conn_info* Executor::server(std::uint32_t kind) {
    const bool returns = kind == DBWAY_ORM_INSERT || kind == DBWAY_ORM_UPSERT || kind == DBWAY_ORM_UPDATE;
    if (kind != DBWAY_ORM_MIGRATE && !(returns && (orm_->flags & DBWAY_ORM_RETURNING) == 0)) return nullptr;
    if (!server_)
        server_ = transaction_ != nullptr  ? transaction_->info()
                  : connection_ != nullptr ? connection_->info()
                                           : source_->connection().info();
    server_abi_.struct_size = sizeof server_abi_;
    server_abi_.caps = server_->capabilities;
    server_abi_.server_version = server_->version_number;
    server_abi_.session_id = -1;
    server_abi_.product = text(server_->product);
    server_abi_.version = text(server_->version);
    server_abi_.database = text(server_->database);
    server_abi_.user = text(server_->user);
    return &server_abi_;
}

std::vector<Statement> Executor::plan(const Description& description, const Operation& operation) {
    const dbway_ext_orm& orm = this->orm();
    dbway_orm_operation abi{};
    abi.struct_size = sizeof abi;
    abi.kind = operation.kind;
    abi.flags = operation.flags;
    abi.n_rows = operation.rows == 1 ? 0 : operation.rows;
    abi.n_set = static_cast<std::uint32_t>(operation.set.size());
    abi.n_returned = static_cast<std::uint32_t>(operation.returned.size());
    abi.n_where = static_cast<std::uint32_t>(operation.where.size());
    abi.n_orders = static_cast<std::uint32_t>(operation.orders.size());
    abi.n_conflict = static_cast<std::uint32_t>(operation.conflict.size());
    abi.limit_value = operation.limit;
    abi.offset_value = operation.offset;
    abi.version_value = operation.version;
    abi.set = operation.set.data();
    abi.returned = operation.returned.data();
    abi.conflict = operation.conflict.data();
    abi.where = operation.where.data();
    abi.orders = operation.orders.data();
    abi.existing = operation.existing;
    abi.server = server(operation.kind);

    Collected collected;
    const dbway_orm_sink sink{&collected, &Collected::take};
    const dbway_diag_sink diagnostics{&collected, &Collected::report};
    dbway_provider* provider = transaction_ != nullptr  ? transaction_->native_provider()
                               : connection_ != nullptr ? connection_->native_provider()
                                                        : source_->native_provider();
    const dbway_status status = orm.plan(provider, &description.abi(), &abi, &sink, &diagnostics);
    if (collected.thrown) std::rethrow_exception(collected.thrown);
    if (status != DBWAY_OK) {
        ErrorDetails details = std::move(collected.error);
        details.category = category_of(status);
        if (details.message.empty()) details.message = "the provider could not plan it, and did not say why";
        details.message = std::string(description.name()) + ": " + details.message;
        details.not_executed = true;
        if (source_) details.source = source_->name();
        throw_error(std::move(details));
    }
    return std::move(collected.statements);
}

Statement Executor::plan_one(const Description& description, const Operation& operation) {
    std::vector<Statement> statements = plan(description, operation);
    if (statements.size() != 1 || statements.front().count != operation.values.size())
        throw_error(Category::internal, std::string(description.name()) +
                                            ": the provider planned something else than one statement of " +
                                            std::to_string(operation.values.size()) + " values");
    return std::move(statements.front());
}

Rows Executor::start(const Statement& statement, std::span<const dbway_value> values, bool prepare) {
    QueryOptions options = options_;
    options.prepare = options.prepare && prepare;
    if (transaction_ != nullptr) return transaction_->query_values(options, statement.sql, values);
    if (connection_ != nullptr) return connection_->query_values(options, statement.sql, values);
    return source_->query_values(options, statement.sql, values);
}

bool Executor::record(const Statement& statement) {
    if (recorded_ != nullptr) recorded_->push_back(statement.sql);
    return recorded_ != nullptr;
}

void Executor::atomically(const std::function<void(Executor&)>& function) {
    if (dry() || (connection_ != nullptr && connection_->in_transaction())) return function(*this);
    if (transaction_ != nullptr) return transaction_->savepoint([&] { function(*this); });
    TransactionOptions options;
    options.deadline = options_.deadline;
    options.stop = options_.stop;
    const auto run = [&](Transaction& transaction) {
        Executor inner(*this);
        inner.source_.reset();
        inner.connection_ = nullptr;
        inner.transaction_ = &transaction;
        function(inner);
    };
    if (connection_ != nullptr)
        connection_->transaction(options, run);
    else
        source_->transaction(options, run);
}

Rows Executor::schema(SchemaKind kind, const Description& description) {
    const std::string_view schema = description.schema();
    const std::string_view table = description.table();
    if (transaction_ != nullptr) return transaction_->schema(kind, schema, table);
    if (connection_ != nullptr) return connection_->schema(kind, schema, table);
    return source_->schema(kind, schema, table);
}

Migration Executor::migrate(const Description& description) {
    Migration done;
    const auto run_all = [&](Executor& executor) { done = executor.add_missing(description); };
    // Where changes of the schema can be taken back, all of them or none.
    orm();
    if (source_ && (server(DBWAY_ORM_MIGRATE)->caps & DBWAY_CAP_TX_DDL) != 0)
        atomically(run_all);
    else
        run_all(*this);
    return done;
}

Migration Executor::add_missing(const Description& description) {
    Migration done;
    std::vector<Statement> statements;
    {
        const Catalog columns(schema(SchemaKind::columns, description));
        const Catalog indexes(schema(SchemaKind::indexes, description));
        const Catalog constraints(schema(SchemaKind::constraints, description));
        dbway_orm_existing existing{};
        existing.struct_size = sizeof existing;
        existing.n_columns = columns.count();
        existing.n_indexes = indexes.count();
        existing.n_constraints = constraints.count();
        existing.columns = columns.cells();
        existing.indexes = indexes.cells();
        existing.constraints = constraints.cells();
        Operation operation(DBWAY_ORM_MIGRATE);
        operation.existing = &existing;
        statements = plan(description, operation);
    }
    for (Statement& statement : statements) {
        if ((statement.flags & DBWAY_ORM_REMARK) != 0) {
            done.remarks.push_back(std::move(statement.sql));
            continue;
        }
        run(description, "migrate", statement, {});
        done.statements.push_back(std::move(statement.sql));
    }
    return done;
}

void Executor::create(const Description& description, bool if_absent) {
    const Operation operation(DBWAY_ORM_CREATE, if_absent ? DBWAY_ORM_IF_ABSENT : 0);
    for (const Statement& statement : plan(description, operation))
        run(description, "create the table of", statement, {});
}

}  // namespace dbway::kit
