#include "statement.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/value_text_number.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dbway::pq {
namespace {

[[noreturn]] void wrong_count(std::size_t expected, std::size_t given) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_INVALID;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "07001";
    diagnostic.message = "the statement takes " + std::to_string(expected) + " parameters, but " +
                         std::to_string(given) + " were given";
    throw sdk::Failure(std::move(diagnostic));
}

bool same_columns(const std::vector<sdk::Column>& a, const std::vector<sdk::Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
        return left.name == right.name && left.native_type == right.native_type;
    });
}

}  // namespace

SqlStatement::SqlStatement(Session& session, std::string_view sql, Mode mode)
    : session_(session), sql_(sql), text_(sdk::read_postgresql_statement(sql)) {
    if (sql_.find('\0') != std::string::npos)
        throw sdk::Failure(DBWAY_ERR_SYNTAX, "the text of the statement contains a NUL character", "42601");
    // What takes no description of the server's is inferred by it at each execution.
    sdk::Column unknown;
    unknown.type = DBWAY_T_NULL;
    parameters_.assign(std::min<std::size_t>(text_.parameters, 65'535), unknown);
    if (mode == Mode::prepared && text_.parameters <= sdk::postgresql_describable_parameters) prepare();
}

void SqlStatement::prepare() {
    name_ = session_.prepare(sql_);
    try {
        const ServerConnection::Description description = session_.describe_prepared(name_);
        std::vector<sdk::Column> columns;
        for (const auto& [name, type] : description.columns) {
            columns.emplace_back().name = name;
            columns.back().native_type = type;
        }
        parameters_.assign(description.parameters.size(), {});
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            parameters_[i].native_type = description.parameters[i];
        std::vector<sdk::PostgresqlCellPlan> ignored;
        session_.describe(parameters_, ignored);
        describe(std::move(columns));
    } catch (...) {
        session_.forget(std::exchange(name_, std::string()));
        throw;
    }
}

SqlStatement::~SqlStatement() { session_.forget(std::move(name_)); }

void SqlStatement::execute(std::span<const dbway_value> values, const sdk::Request&) {
    session_.start();
    if (values.size() != parameters_.size()) wrong_count(parameters_.size(), values.size());
    result_ = name_.empty() ? run(values) : run_prepared(values);
    if (text_.silent_settings) [[unlikely]]
        session_.doubt_settings();
    if (!described_ || result_.columns() != plans_.size()) [[unlikely]]
        describe(columns_of(result_));
    row_.emplace(result_.begin());
    rows_left_ = result_.size();
}

pqxx::result SqlStatement::run(std::span<const dbway_value> values) { return session_.run(sql_, values); }

// The server refuses a plan whose result has changed with the schema, and forgets statements when a pooler
// gives the session to others (or by DISCARD ALL). Outside a transaction, where nothing is lost by the
// failure, the statement is prepared again, once.
pqxx::result SqlStatement::run_prepared(std::span<const dbway_value> values) {
    const bool may_retry = !session_.in_transaction();
    try {
        return session_.run_prepared(name_, values);
    } catch (const sdk::Failure& failure) {
        const std::string& sqlstate = failure.diagnostic().sqlstate;
        if (!may_retry || !session_.open() || (sqlstate != "0A000" && sqlstate != "26000")) throw;
    }
    session_.forget(std::exchange(name_, std::string()));
    prepare();
    return session_.run_prepared(name_, values);
}

void SqlStatement::describe(std::vector<sdk::Column> columns) {
    session_.describe(columns, plans_);
    if (!same_columns(columns_, columns)) ++version_;
    columns_ = std::move(columns);
    described_ = true;
}

bool SqlStatement::fetch(sdk::RowBatch& batch) {
    const sdk::PostgresqlCellPlan* const plans = plans_.data();
    const std::size_t count = plans_.size();
    for (; rows_left_ != 0; --rows_left_, ++*row_) {
        if (batch.full()) return true;
        dbway_value* const cells = batch.add_row();
        pqxx::const_row_iterator field = row_->begin();
        for (std::size_t i = 0; i < count; ++i, ++field) {
            const std::size_t size = field.size();
            if (size == 0 && field.is_null()) continue;
            sdk::read_postgresql_cell({field.c_str(), size}, plans[i], cells[i], batch.arena(), scratch_);
        }
    }
    return false;
}

void SqlStatement::finish(bool ok, sdk::Outcome& outcome) {
    if (ok) report(outcome);
    row_.reset();
    rows_left_ = 0;
    result_.clear();
}

void SqlStatement::report(sdk::Outcome& outcome) {
    const std::string_view keyword = std::string_view(text_.keyword).substr(0, 11);
    if (!text_.changes) {
        outcome.affected = 0;
        outcome.tag = keyword;
        return;
    }
    outcome.affected = static_cast<std::int64_t>(result_.affected_rows());
    std::memcpy(tag_, keyword.data(), keyword.size());
    tag_[keyword.size()] = ' ';
    const std::size_t digits = sdk::write_integer(tag_ + keyword.size() + 1, outcome.affected);
    outcome.tag = std::string_view(tag_, keyword.size() + 1 + digits);
}

BoundStatement::BoundStatement(Session& session, std::string_view sql, std::vector<std::string> texts)
    : SqlStatement(session, sql, Mode::direct), texts_(std::move(texts)) {
    for (const std::string& text : texts_) {
        dbway_value value{};
        if (!text.empty()) {
            value.v.text = text.data();
            value.len = static_cast<std::uint32_t>(text.size());
            value.type = DBWAY_T_TEXT;
        }
        values_.push_back(value);
    }
}

}  // namespace dbway::pq
