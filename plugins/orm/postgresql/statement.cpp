#include "postgresql/statement.hpp"

#include "refusal.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_parameters.hpp>

#include <algorithm>
#include <utility>

namespace dbway::orm::postgresql {
namespace {

constexpr std::size_t null_value = static_cast<std::size_t>(-1);

bool same_columns(const std::vector<sdk::Column>& a, const std::vector<sdk::Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
        return left.name == right.name && left.native_type == right.native_type;
    });
}

}  // namespace

SqlStatement::SqlStatement(Session& session, std::string_view sql, bool prepared)
    : session_(session),
      sql_(sql),
      text_(sdk::read_postgresql_statement(sql)),
      prepared_(prepared && text_.parameters <= sdk::postgresql_describable_parameters) {
    if (sql_.find('\0') != std::string::npos)
        refuse(DBWAY_ERR_SYNTAX, "the text of the statement contains a NUL character", "42601");
    if (prepared_) {
        prepare();
        return;
    }
    statement_ = session_.make_statement(sql_);
    // What takes no description of the server's is inferred by it at each execution.
    sdk::Column unknown;
    unknown.type = DBWAY_T_NULL;
    parameters_.assign(std::min<std::size_t>(text_.parameters, 65'535), unknown);
}

SqlStatement::~SqlStatement() { session_.forget(std::move(statement_)); }

void SqlStatement::prepare() {
    Session::Description description;
    statement_ = session_.prepare(sql_, description);
    try {
        parameters_ = std::move(description.parameters);
        std::vector<sdk::PostgresqlCellPlan> ignored;
        session_.describe(parameters_, ignored);
        describe(std::move(description.columns));
    } catch (...) {
        session_.forget(std::move(statement_));
        throw;
    }
}

void SqlStatement::describe(std::vector<sdk::Column> columns) {
    session_.describe(columns, plans_);
    if (!same_columns(columns_, columns)) ++version_;
    columns_ = std::move(columns);
    described_ = true;
}

// SOCI takes each value as a text that ends with a NUL character.
void SqlStatement::write_values(std::span<const dbway_value> values) {
    texts_.clear();
    starts_.clear();
    for (const dbway_value& value : values) {
        starts_.push_back(value.type == DBWAY_T_NULL ? null_value : texts_.size());
        if (value.type == DBWAY_T_NULL) continue;
        sdk::append_postgresql_text(value, texts_);
        texts_ += '\0';
    }
    values_.clear();
    for (const std::size_t start : starts_)
        values_.push_back(start == null_value ? nullptr : texts_.data() + start);
}

// The server refuses a plan whose result has changed with the schema, and forgets statements when a pooler
// gives the session to others (or by DISCARD ALL). Outside a transaction, where nothing is lost by the
// failure, the statement is prepared again, once.
void SqlStatement::execute_values() {
    const bool may_retry = prepared_ && !session_.in_transaction();
    try {
        return session_.execute(*statement_, values_);
    } catch (const sdk::Failure& failure) {
        const std::string& sqlstate = failure.diagnostic().sqlstate;
        if (!may_retry || !session_.open() || (sqlstate != "0A000" && sqlstate != "26000")) throw;
        if (sqlstate == "26000") statement_->statementName_.clear();
    }
    session_.forget(std::move(statement_));
    prepare();
    session_.execute(*statement_, values_);
}

void SqlStatement::run(std::span<const dbway_value> values) {
    if (values.size() != parameters_.size()) refuse_count(parameters_.size(), values.size());
    write_values(values);
    execute_values();
    if (text_.silent_settings) [[unlikely]]
        session_.doubt_settings();
    const PGresult* const result = result_of(*statement_);
    if (!described_ || static_cast<std::size_t>(PQnfields(result)) != plans_.size()) [[unlikely]]
        describe(columns_of(result));
    row_ = 0;
    rows_ = PQntuples(result);
}

bool SqlStatement::fetch(sdk::RowBatch& batch) {
    const PGresult* const result = result_of(*statement_);
    const int count = static_cast<int>(plans_.size());
    for (; row_ < rows_; ++row_) {
        if (batch.full()) return true;
        dbway_value* const cells = batch.add_row();
        for (int i = 0; i < count; ++i) {
            const auto size = static_cast<std::size_t>(PQgetlength(result, row_, i));
            if (size == 0 && PQgetisnull(result, row_, i) != 0) continue;
            sdk::read_postgresql_cell({PQgetvalue(result, row_, i), size},
                                      plans_[static_cast<std::size_t>(i)], cells[i], batch.arena(), scratch_);
        }
    }
    return false;
}

void SqlStatement::finish(bool ok, sdk::Outcome& outcome) {
    if (ok) {
        tag_ = text_.keyword;
        outcome.affected = text_.changes ? statement_->get_affected_rows() : 0;
        if (text_.changes) tag_.append(" ").append(std::to_string(outcome.affected));
        outcome.tag = tag_;
    }
    row_ = rows_ = 0;
    if (statement_ != nullptr) statement_->result_.reset();
}

BoundStatement::BoundStatement(Session& session, std::string_view sql, std::vector<std::string> texts)
    : SqlStatement(session, sql, false), texts_(std::move(texts)) {
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

}  // namespace dbway::orm::postgresql
