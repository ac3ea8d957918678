#include "copy_in.hpp"

#include "cell.hpp"
#include "copy_target.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/scanner.hpp>

namespace dbway::sqlite {

CopyInto::CopyInto(Database& database, const sdk::CopyTarget& target)
    : database_(database), columns_(target.column_count), nested_(database.in_transaction()) {
    refuse_raw(target);
    prepare(target);
    database_.run(nested_ ? "SAVEPOINT dbway_copy_in" : "BEGIN IMMEDIATE");
    open_ = true;
    changes_before_ = sqlite3_total_changes64(database_.handle());
}

CopyInto::~CopyInto() {
    take_back();
    database_.stop();
}

void CopyInto::prepare(const sdk::CopyTarget& target) {
    sql_ = target.is_sql ? std::string(target.table) : copy_in_statement(database_, target);
    const char* tail = nullptr;
    statement_ = database_.prepare(sql_, &tail);
    const std::string_view rest = std::string_view(sql_).substr(static_cast<std::size_t>(tail - sql_.data()));
    if (statement_ == nullptr || !sdk::is_empty_statement(rest, sdk::Dialect::sqlite) ||
        sqlite3_stmt_readonly(statement_.get()) != 0 || sqlite3_column_count(statement_.get()) != 0)
        throw sdk::Failure(DBWAY_ERR_INVALID, "COPY_IN needs one statement that changes rows and yields none",
                           "42601");
    parameters_ = std::make_unique<sdk::SqliteParameterMap>(parameter_map_of(statement_.get()));
    if (parameters_->size() != columns_)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "the rows of the COPY_IN have " + std::to_string(columns_) +
                               " cells, but the statement takes " + std::to_string(parameters_->size()),
                           "42601");
    counts_rows_ = !target.is_sql;
    bind_room_.reset(new char[columns_ * bind_room]);
}

void CopyInto::write(const dbway_value* cells, std::uint32_t rows) {
    database_.check_running();
    sqlite3_stmt* const statement = statement_.get();
    const sdk::SqliteParameterMap& parameters = *parameters_;
    const std::uint32_t columns = columns_;
    for (std::uint32_t row = 0; row < rows; ++row, cells += columns) {
        char* room = bind_room_.get();
        for (std::uint32_t i = 0; i < columns; ++i, room += bind_room) {
            const int index = parameters.index(i);
            if (index == 0) continue;
            const int code = bind_cell(statement, index, cells[i], room);
            if (code != SQLITE_OK) [[unlikely]]
                fail_row(code);
        }
        const int code = sqlite3_step(statement);
        if (code != SQLITE_DONE) [[unlikely]]
            fail_row(code);
        sqlite3_reset(statement);
        ++rows_;
    }
}

void CopyInto::fail_row(int code) {
    sdk::Diagnostic diagnostic = database_.diagnostic(code, sql_);
    diagnostic.context = "row " + std::to_string(rows_ + 1) + " of the COPY_IN";
    diagnostic.position = 0;
    sqlite3_reset(statement_.get());
    throw sdk::Failure(std::move(diagnostic));
}

void CopyInto::finish(sdk::Outcome& outcome) {
    const std::int64_t changes = sqlite3_total_changes64(database_.handle()) - changes_before_;
    if (nested_) {
        database_.run("RELEASE dbway_copy_in");
    } else {
        const StatementHandle commit = database_.prepare("COMMIT");
        database_.run(commit.get(), true);
    }
    open_ = false;
    database_.stop();
    outcome.affected = counts_rows_ ? rows_ : changes;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

// Errors are of no use here: a transaction that cannot be rolled back is rolled back already.
void CopyInto::take_back() noexcept {
    if (!open_) return;
    open_ = false;
    sqlite3_reset(statement_.get());
    if (database_.in_transaction())
        sqlite3_exec(database_.handle(),
                     nested_ ? "ROLLBACK TO dbway_copy_in; RELEASE dbway_copy_in" : "ROLLBACK", nullptr,
                     nullptr, nullptr);
}

}  // namespace dbway::sqlite
