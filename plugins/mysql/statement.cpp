#include "statement.hpp"

#include "watchdog.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_errors.hpp>
#include <dbway/sdk/placeholders.hpp>
#include <dbway/sdk/script_run.hpp>
#include <dbway/sdk/value_text_number.hpp>

#include <cppconn/exception.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace dbway::mysql {
namespace {

// Not in the prepared statement protocol; and a statement that the server has no longer.
constexpr std::int64_t not_preparable = 1295;
constexpr std::int64_t unknown_statement = 1243;
// The client library's: the result has another number of columns than when it was prepared.
constexpr std::int64_t new_metadata = 2057;

// What is left of a result that nobody wants is read if it is this little, since a KILL needs a connection.
constexpr auto reading_on = std::chrono::milliseconds(5);

[[noreturn]] void refuse(dbway_status status, const char* sqlstate, std::string message) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(message);
    throw sdk::Failure(std::move(diagnostic));
}

// Where in the text with $1 the byte of the text with ? is.
std::size_t original_place(std::string_view original, std::size_t place) {
    sdk::Lexer lexer(original, sdk::Dialect::mysql);
    std::size_t translated = 0;
    for (sdk::Token token = lexer.next(); token.kind != sdk::TokenKind::end; token = lexer.next()) {
        const std::size_t size = token.kind == sdk::TokenKind::dollar_parameter ? 1 : token.text.size();
        if (translated + size > place)
            return static_cast<std::size_t>(token.text.data() - original.data()) +
                   (size == token.text.size() ? place - translated : 0);
        translated += size;
    }
    return original.size();
}

}  // namespace

SqlStatement::SqlStatement(Session& session, std::string_view sql, Use use)
    : session_(session), original_(sql), text_(sdk::read_mysql_statement(sql)), use_(use) {
    const Session::Call call(session_);
    session_.check_running();
    read_placeholders(sql);
    generation_ = session_.generation();
    if (use_ != Use::once || text_.yields_rows || parameter_count_ != 0) prepare();
}

SqlStatement::~SqlStatement() {
    if (result_ != nullptr) close_result();
    // Its end is a message to the server.
    if (generation_ != session_.generation() || !session_.open()) return;
    try {
        prepared_.reset();
    } catch (...) {
        // The connection is lost, as the next request will find.
    }
}

void SqlStatement::read_placeholders(std::string_view sql) {
    sdk::QuestionRewrite rewrite = sdk::rewrite_to_question(sql, sdk::Dialect::mysql);
    if (!rewrite.error.empty()) refuse(DBWAY_ERR_SYNTAX, "42601", rewrite.error);
    sql_ = std::move(rewrite.text);
    order_ = std::move(rewrite.order);
    parameter_count_ = rewrite.highest;
    sdk::Column unknown;
    unknown.type = DBWAY_T_NULL;  // the server infers it at each execution
    parameters_.assign(parameter_count_, unknown);
}

// Runs `step`; an error gets the place in the statement and the table it is about.
template <class Step>
auto SqlStatement::checked(Step&& step) {
    try {
        return session_.translated(std::forward<Step>(step));
    } catch (const sdk::Failure& failure) {
        fail_at(failure);
    }
}

void SqlStatement::fail_at(const sdk::Failure& failure) const {
    sdk::Diagnostic diagnostic = failure.diagnostic();
    if (diagnostic.native_code == 1064) {
        const std::size_t place = sdk::find_mysql_error_place(diagnostic.message, sql_);
        if (place != std::string_view::npos)
            diagnostic.position = sdk::detail::count_characters(std::string_view(original_).substr(
                                      0, original_place(original_, place))) +
                                  1;
    }
    // The messages of these name the column only.
    const bool about_row = diagnostic.status == DBWAY_ERR_CONSTRAINT || diagnostic.status == DBWAY_ERR_DATA;
    if (about_row && diagnostic.table_name.empty() && text_.changes) {
        diagnostic.table_name = text_.table;
        diagnostic.schema_name = text_.schema.empty() ? session_.facts().database : text_.schema;
    }
    throw sdk::Failure(std::move(diagnostic));
}

void SqlStatement::prepare() {
    try {
        checked([&] { prepared_.reset(session_.connection().prepareStatement(sql_)); });
    } catch (const sdk::Failure& failure) {
        // The server sees such a statement when it is executed, with its values as literals.
        if (failure.diagnostic().native_code != not_preparable) throw;
        prepared_.reset();
        return;
    }
    generation_ = session_.generation();
    binder_ = std::make_unique<Binder>(order_);
    checked([&] {
        sql::ResultSetMetaData* const metadata = prepared_->getMetaData();
        if (same_columns(*metadata, columns_) && version_ != 0) return;
        columns_ = describe_columns(*metadata, session_.options(), plans_);
        look_up_notes(*metadata);
        ++version_;
    });
    choose_way();
}

void SqlStatement::look_up_notes(sql::ResultSetMetaData& metadata) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        sdk::Column& column = columns_[i];
        if (plans_[i].kind != CellKind::text || column.table_name.empty() || column.schema_name.empty())
            continue;
        const sdk::MysqlColumnNotes& notes = session_.notes(column.schema_name, column.table_name);
        const auto note = notes.find(metadata.getColumnName(static_cast<unsigned>(i + 1)).asStdString());
        if (note != notes.end()) apply_note(note->second, column, plans_[i]);
    }
}

void SqlStatement::choose_way() {
    const bool binary_only = std::any_of(plans_.begin(), plans_.end(),
                                         [](const CellPlan& plan) { return plan.kind == CellKind::single; });
    const bool text_only =
        std::any_of(plans_.begin(), plans_.end(), [](const CellPlan& plan) { return !plan.fits_binary; });
    if (columns_.empty())
        // CALL may have several results. MariaDB describes those of RETURNING only when they come.
        as_text_ = text_.keyword == "CALL" || (text_.yields_rows && parameter_count_ == 0);
    else if (text_only)
        as_text_ = true;
    else if (binary_only)
        as_text_ = false;
    else if (use_ == Use::streamed)
        as_text_ = true;
    else if (session_.options().results == Results::automatic)
        as_text_ = parameter_count_ == 0;
    else
        as_text_ = session_.options().results == Results::streamed;
    if (as_text_) prepared_.reset();
}

void SqlStatement::execute(std::span<const dbway_value> values, const sdk::Request&) {
    const Session::Call call(session_);
    session_.check_running();
    if (values.size() != parameter_count_)
        refuse(DBWAY_ERR_INVALID, "07001",
               "the statement takes " + std::to_string(parameter_count_) + " parameters, but " +
                   std::to_string(values.size()) + " were given");
    affected_ = rows_ = 0;
    at_end_ = true;
    failed_ = true;  // until it has run
    if (as_text_) {
        run_text(values);
    } else {
        run_prepared(values);
    }
    failed_ = false;
}

std::int64_t SqlStatement::change(std::span<const dbway_value> values) {
    const Session::Call call(session_, Session::Call::Kind::further);
    session_.check_running();
    affected_ = 0;
    if (as_text_)
        run_text(values);
    else
        run_prepared(values);
    return affected_;
}

void SqlStatement::run_prepared(std::span<const dbway_value> values) {
    if (generation_ != session_.generation() || !binder_->fits(values)) {
        prepared_.reset();
        prepare();
        session_.check_running();
        if (as_text_) return run_text(values);
    }
    for (bool again = true;; again = false) {
        try {
            checked([&] {
                binder_->bind(*prepared_, values);
                if (columns_.empty() && !text_.yields_rows) {
                    affected_ = static_cast<std::uint32_t>(prepared_->executeUpdate());
                } else {
                    result_.reset(prepared_->executeQuery());
                }
            });
            break;
        } catch (const sdk::Failure& failure) {
            const std::int64_t code = failure.diagnostic().native_code;
            // The second was executed; what only reads may be executed again.
            const bool repeatable = code == unknown_statement || (code == new_metadata && !text_.changes);
            if (!again || !repeatable) throw;
            prepared_.reset();  // with what it has not read
        }
        session_.check_running();
        prepare();
    }
    if (result_ != nullptr) adopt_result();
}

void SqlStatement::run_text(std::span<const dbway_value> values) {
    const std::string* sql = &sql_;
    std::string filled;
    if (!order_.empty()) {
        filled = with_literals(sql_, order_, values);
        sql = &filled;
    }
    checked([&] {
        if (direct_ == nullptr || generation_ != session_.generation())
            direct_.reset(session_.connection().createStatement());
        generation_ = session_.generation();
        direct_->setResultSetType(session_.options().results == Results::buffered && use_ != Use::streamed
                                      ? sql::ResultSet::TYPE_SCROLL_INSENSITIVE
                                      : sql::ResultSet::TYPE_FORWARD_ONLY);
        if (direct_->execute(*sql)) {
            result_.reset(direct_->getResultSet());
        } else {
            affected_ = static_cast<std::int64_t>(direct_->getUpdateCount());
        }
    });
    if (result_ != nullptr) {
        adopt_result();
    } else if (!columns_.empty()) {
        columns_.clear();
        plans_.clear();
        ++version_;
    }
}

void SqlStatement::adopt_result() {
    at_end_ = false;
    checked([&] {
        sql::ResultSetMetaData* const metadata = result_->getMetaData();
        if (same_columns(*metadata, columns_)) [[likely]]
            return;
        columns_ = describe_columns(*metadata, session_.options(), plans_);
        ++version_;
    });
}

bool SqlStatement::fetch(sdk::RowBatch& batch) {
    const Session::Call call(session_, Session::Call::Kind::further);
    const CellPlan* const plans = plans_.data();
    const unsigned count = static_cast<unsigned>(plans_.size());
    const bool binary = !as_text_;
    const ZeroDates zero_dates = session_.options().zero_dates;
    return checked([&] {
        while (!batch.full()) {
            if (at_end_ || !result_->next()) {
                check_end();
                return false;
            }
            dbway_value* const cells = batch.add_row();
            for (unsigned i = 0; i < count; ++i)
                read_cell(*result_, i + 1, plans[i], binary, zero_dates, cells[i], batch);
            ++rows_;
        }
        return true;
    });
}

// The connector (1.1.12) takes most errors in the middle of a result for its end. A request for another
// result tells them: there is none, and the last error is still the client library's.
void SqlStatement::check_end() {
    if (at_end_) return;
    at_end_ = true;
    failed_ = true;
    if (as_text_) std::unique_ptr<sql::ResultSet>(direct_->getResultSet()).reset();
    // BENCHMARK() and SLEEP() that are killed give a result all the same.
    if (text_.yields_rows && !text_.changes) session_.check_running();
    failed_ = false;
}

void SqlStatement::finish(bool ok, sdk::Outcome& outcome) {
    const Session::Call call(session_, Session::Call::Kind::further);
    if (result_ != nullptr) close_result();
    if (!ok) {
        if (failed_ && session_.open()) session_.follow(text_, false);
        return;
    }
    session_.follow(text_, true);
    report(outcome);
}

// A result that is being received has to be read to its end, which may be far.
void SqlStatement::close_result() {
    std::optional<Watchdog> watchdog;
    if (!at_end_ && as_text_ && session_.open()) {
        const auto enough = std::chrono::steady_clock::now() + reading_on;
        watchdog.emplace(session_.descriptor(), enough + 2 * session_.options().cancel_timeout);
        try {
            while (!at_end_) {
                at_end_ = !result_->next();
                if (!at_end_ && !session_.cancelled() && std::chrono::steady_clock::now() > enough) {
                    session_.stop_sending();
                    break;
                }
            }
        } catch (const std::exception&) {
            // The connection is lost, or the rest was stopped: both are found by what comes next.
        }
    }
    try {
        result_.reset();
        // CALL gives a result for each query of the procedure and one for itself.
        while (direct_ != nullptr && session_.open() && text_.keyword == "CALL" && direct_->getMoreResults())
            std::unique_ptr<sql::ResultSet>(direct_->getResultSet()).reset();
    } catch (const std::exception&) {
        // As above.
    }
    at_end_ = true;
}

void SqlStatement::report(sdk::Outcome& outcome) {
    const std::string_view keyword = std::string_view(text_.keyword).substr(0, 18);
    outcome.tag = keyword;
    outcome.affected = 0;
    if (!text_.changes) return;
    outcome.affected = text_.returning ? rows_ : affected_;
    std::memcpy(tag_, keyword.data(), keyword.size());
    tag_[keyword.size()] = ' ';
    const std::size_t digits = sdk::write_integer(tag_ + keyword.size() + 1, outcome.affected);
    outcome.tag = std::string_view(tag_, keyword.size() + 1 + digits);
    if (outcome.affected > 0 && !text_.returning && text_.inserts())
        outcome.last_id = session_.generated_key(text_);
}

}  // namespace dbway::mysql
