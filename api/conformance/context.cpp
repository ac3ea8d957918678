#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "conformance/check.hpp"

namespace dbway::conformance {

void expect_done(const Outcome& outcome, const std::string& what) {
    expect(outcome.done(), what + " ended " + outcome.describe() + "; expected DONE");
}

void expect_failed(const Outcome& outcome, const std::string& what, dbway_status status) {
    expect(outcome.failed() && outcome.status == status,
           what + " ended " + outcome.describe() + "; expected FAILED with " + status_label(status));
}

void expect_failed(const Outcome& outcome, const std::string& what) {
    expect(outcome.failed() && outcome.status != DBWAY_ERR_INTERNAL,
           what + " ended " + outcome.describe() + "; expected FAILED");
}

void expect_skipped(const Outcome& outcome, const std::string& what) {
    expect(outcome.skipped(), what + " ended " + outcome.describe() + "; expected SKIPPED");
}

void expect_tx(const Outcome& outcome, std::uint32_t state, const std::string& what) {
    expect(outcome.tx_state == state,
           what + ": tx_state is " + tx_label(outcome.tx_state) + ", expected " + tx_label(state));
}

void expect_series(const std::vector<OwnedRow>& rows, std::int64_t count, const std::string& what) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto expected = static_cast<std::int64_t>(i) + 1;
        expect(expected <= count, what + ": more than " + std::to_string(count) + " rows");
        expect(!rows[i].empty() && !rows[i][0].is_null() && rows[i][0].as_i64() == expected,
               what + ": row " + std::to_string(i + 1) + " holds " +
                   (rows[i].empty() ? "nothing" : describe(rows[i][0])) + ", expected " +
                   std::to_string(expected));
    }
    expect(static_cast<std::int64_t>(rows.size()) == count,
           what + ": " + std::to_string(rows.size()) + " rows, expected " + std::to_string(count));
}

namespace {

dbway_status outcome_status(Connection& connection, dbway_status submitted) {
    if (submitted < 0) {
        connection.sink().take();
        return submitted;
    }
    const auto outcomes = connection.collect();
    expect(outcomes.size() == 1, std::to_string(outcomes.size()) + " requests were queued, expected 1");
    expect(outcomes[0].final_kind != 0, "the request got no final event");
    return outcomes[0].failed() ? outcomes[0].status : DBWAY_OK;
}

}  // namespace

dbway_status refusal(Connection& connection, const Request& request) {
    return outcome_status(connection, connection.submit({request}));
}

dbway_status refusal(Connection& connection, const dbway_request& request) {
    const dbway_request* pointer = &request;
    return outcome_status(connection, connection.submit_raw(&pointer, 1));
}

std::string describe_rows(const std::vector<OwnedRow>& rows) {
    std::string text = std::to_string(rows.size()) + " rows";
    for (std::size_t r = 0; r < rows.size() && r < 4; ++r) {
        text += r == 0 ? ": (" : ", (";
        for (std::size_t c = 0; c < rows[r].size(); ++c) text += (c == 0 ? "" : ", ") + describe(rows[r][c]);
        text += ")";
    }
    return text;
}

Context::~Context() {
    if (tables_.empty() || provider_ == nullptr) return;
    try {
        const auto connection = connect();
        for (const auto& table : tables_) connection->query("drop table " + table);
    } catch (const std::exception&) {
        // The check's own result tells more than a failing clean-up.
    }
}

Provider& Context::provider() {
    if (provider_ == nullptr) provider_ = std::make_unique<Provider>(environment_);
    return *provider_;
}

const Statements& Context::statements() {
    if (!statements_) statements_ = statements_of(provider());
    return *statements_;
}

std::unique_ptr<Connection> Context::connect(std::uint32_t flags) {
    return std::make_unique<Connection>(provider(), flags);
}

std::uint64_t Context::caps() {
    if (!caps_) caps_ = connect()->caps();
    return *caps_;
}

void Context::need(std::uint64_t needed, const char* names) {
    if ((caps() & needed) != needed) skip(std::string("the connection does not offer ") + names);
}

const std::string& Context::need_sample() {
    if (statements().sample.empty()) skip("no sample statement is known for this provider");
    return statements().sample;
}

const std::string& Context::need_series() {
    if (statements().series.empty()) skip("no statement that yields a series is known for this provider");
    return statements().series;
}

const std::string& Context::need_failing() {
    if (statements().failing.empty()) skip("no failing statement is known for this provider");
    return statements().failing;
}

const std::string& Context::need_slow() {
    if (statements().slow.empty()) skip("no slow statement is known for this provider");
    return statements().slow;
}

void Context::need_tables() {
    need(DBWAY_CAP_WRITE, "WRITE");
    if (statements().type_name(DBWAY_T_I64).empty()) skip("the provider's dialect tells no type for I64");
}

std::string Context::unique_name() {
    static std::atomic<unsigned> counter = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    char name[64];
    std::snprintf(name, sizeof name, "dbway_c%x_%llx_%x", static_cast<unsigned>(getpid()),
                  static_cast<unsigned long long>(now) & 0xffffffffffULL, counter++);
    return name;
}

std::string create_statement(const Statements& statements, const std::string& table,
                             const std::vector<ColumnSpec>& columns) {
    std::string sql = "create table " + table + " (";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& column = columns[i];
        const std::string type = statements.type_name(column.type, column.precision, column.scale);
        if (type.empty()) skip("the provider's dialect tells no type for " + type_label(column.type));
        sql += (i == 0 ? "" : ", ") + column.name + " " + type;
        if (!column.constraint.empty()) sql += " " + column.constraint;
    }
    return sql + ")";
}

std::string insert_statement(const std::string& table, const std::vector<std::string>& columns) {
    std::string names, placeholders;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        names += (i == 0 ? "" : ", ") + columns[i];
        placeholders += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    }
    return "insert into " + table + " (" + names + ") values (" + placeholders + ")";
}

OwnedRow number_row(std::int64_t id, std::int64_t value) {
    return {OwnedValue::i64(id), OwnedValue::i64(value)};
}

std::string Context::create_table(Connection& connection, const std::vector<ColumnSpec>& columns) {
    need(DBWAY_CAP_WRITE, "WRITE");
    std::string table = unique_name();
    const std::string sql = create_statement(statements(), table, columns);
    expect_done(connection.query(sql), sql);
    tables_.push_back(table);
    return table;
}

std::string Context::create_numbers(Connection& connection) {
    return create_table(connection, {{.name = "id", .constraint = "not null primary key"}, {.name = "v"}});
}

std::vector<std::int64_t> Context::ids(Connection& connection, const std::string& table) {
    const auto outcome = connection.query("select id from " + table + " order by id");
    expect_done(outcome, "select id from " + table);
    std::vector<std::int64_t> found;
    for (const auto& row : outcome.rows()) found.push_back(row.empty() ? 0 : row[0].as_i64());
    return found;
}

void Context::forget_table(const std::string& table) { std::erase(tables_, table); }

}  // namespace dbway::conformance
