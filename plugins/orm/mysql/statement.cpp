#include "mysql/statement.hpp"

#include "refusal.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_literals.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace dbway::orm::mysql {
namespace {

bool same_columns(const std::vector<sdk::Column>& a, const std::vector<sdk::Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
        return left.name == right.name && left.type == right.type && left.item_type == right.item_type &&
               left.native_type == right.native_type && left.table_name == right.table_name;
    });
}

}  // namespace

// SOCI looks for colons in the text, also in comments and in double quotes; so it gets an empty one to cut,
// and then the text as it is cut here.
SqlStatement::SqlStatement(Session& session, std::string_view sql, bool describe)
    : session_(session),
      sql_(sql),
      text_(read_statement_text(sql_)),
      statement_(make_backend_statement<soci::mysql_statement_backend>(session.soci())) {
    statement_->prepare(std::string(), soci::details::st_repeatable_query);
    statement_->queryChunks_ = text_.chunks;
    sdk::Column unknown;
    unknown.type = DBWAY_T_NULL;
    parameters_.assign(text_.parameters, unknown);
    literals_.resize(text_.order.size());
    buffers_.resize(text_.order.size());
    for (std::size_t i = 0; i < buffers_.size(); ++i)
        statement_->useByPosBuffers_[static_cast<int>(i)] = &buffers_[i];
    if (describe) describe_prepared();
}

// By a prepared statement of the server's that lives no longer than this.
void SqlStatement::describe_prepared() {
    std::string text = text_.chunks.front();
    for (std::size_t i = 1; i < text_.chunks.size(); ++i) text.append("?").append(text_.chunks[i]);
    const PreparedDescription description = session_.describe(text);
    if (description.fields != nullptr) this->describe(description.fields.get());
}

void SqlStatement::write_values(std::span<const dbway_value> values) {
    if (values.size() != parameters_.size()) refuse_count(parameters_.size(), values.size());
    for (std::size_t i = 0; i < literals_.size(); ++i) {
        literals_[i].clear();
        sdk::append_mysql_literal(values[text_.order[i] - 1], literals_[i]);
        // It would end the literal for SOCI.
        if (literals_[i].find('\0') != std::string::npos) {
            const dbway_value& text = values[text_.order[i] - 1];
            literals_[i] = sdk::quote_mysql_literal({text.v.text, text.len});
        }
        buffers_[i] = literals_[i].data();
    }
}

void SqlStatement::run(std::span<const dbway_value> values) {
    write_values(values);
    execute_named();
    affected_ = text_.changes ? static_cast<std::int64_t>(mysql_affected_rows(session_.handle())) : 0;
    last_id_.reset();
    if (const auto id = text_.inserts() ? mysql_insert_id(session_.handle()) : 0; id != 0)
        last_id_ = static_cast<std::int64_t>(id);
    if (text_.defines) session_.forget_notes();
    describe(result());
    if (result() != nullptr && !statement_->resultRowOffsets_.empty())
        mysql_row_seek(result(), statement_->resultRowOffsets_.front());
}

// The server names the constraint that a change violates, not always its table.
void SqlStatement::execute_named() {
    try {
        session_.execute(*statement_, sql_);
    } catch (const sdk::Failure& failure) {
        sdk::Diagnostic diagnostic = failure.diagnostic();
        if (diagnostic.status != DBWAY_ERR_CONSTRAINT || !diagnostic.table_name.empty()) throw;
        diagnostic.table_name = text_.table;
        if (diagnostic.schema_name.empty()) diagnostic.schema_name = text_.schema;
        throw sdk::Failure(std::move(diagnostic));
    }
}

// May ask for the notes of a table, which leaves the result alone: it is read already.
void SqlStatement::describe(MYSQL_RES* result) {
    std::vector<sdk::Column> columns;
    const unsigned count = result == nullptr ? 0 : mysql_num_fields(result);
    columns.resize(count);
    plans_.resize(count);
    for (unsigned i = 0; i < count; ++i) {
        const MYSQL_FIELD& field = *mysql_fetch_field_direct(result, i);
        plans_[i] = describe_field(field, session_.options().tinyint1_is_bool, columns[i]);
        if (columns[i].type != DBWAY_T_TEXT || columns[i].table_name.empty()) continue;
        const sdk::MysqlColumnNotes& notes = session_.notes(columns[i].schema_name, columns[i].table_name);
        const auto note = notes.find(std::string_view(field.org_name));
        if (note == notes.end()) continue;
        plans_[i].type = columns[i].type = note->second.type;
        plans_[i].item_type = columns[i].item_type = note->second.item_type;
    }
    if (same_columns(columns_, columns)) [[likely]]
        return;
    columns_ = std::move(columns);
    ++version_;
}

bool SqlStatement::fetch(sdk::RowBatch& batch) {
    const std::size_t count = plans_.size();
    while (!batch.full()) {
        const MYSQL_ROW row = mysql_fetch_row(result());
        if (row == nullptr) return false;
        const unsigned long* const lengths = mysql_fetch_lengths(result());
        dbway_value* const cells = batch.add_row();
        for (std::size_t i = 0; i < count; ++i)
            if (row[i] != nullptr) read_cell({row[i], lengths[i]}, plans_[i], cells[i], batch.arena());
    }
    return true;
}

void SqlStatement::finish(bool ok, sdk::Outcome& outcome) {
    statement_->clean_up();
    if (!ok) return;
    tag_ = text_.keyword;
    outcome.affected = affected_;
    outcome.last_id = last_id_;
    if (text_.changes) tag_.append(" ").append(std::to_string(affected_));
    outcome.tag = tag_;
}

}  // namespace dbway::orm::mysql
