// Every request kind: one that is declared works, one that is not is refused cleanly.
#include <poll.h>

#include "conformance/check.hpp"
#include "conformance/row_source.hpp"

namespace dbway::conformance {
namespace {

// FAILED with UNSUPPORTED, and the connection goes on.
void expect_refused(Context& context, Connection& connection, const Request& request, const char* cap) {
    const std::string what = kind_label(request.kind) + " of a connection that does not declare " + cap;
    expect_failed(connection.run(request), what, DBWAY_ERR_UNSUPPORTED);
    if (!context.statements().sample.empty())
        expect_done(connection.query(context.statements().sample), "the sample statement after it");
}

void query(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    const auto outcome = connection->query(sample);
    expect_done(outcome, "the sample statement");
    expect(!outcome.columns.empty(), "the sample statement announced no columns");
    expect(outcome.rows().size() >= 2,
           "the sample statement gave " + describe_rows(outcome.rows()) + ", expected 2 or more");
}

void lookup(Context& context) {
    const auto& statements = context.statements();
    if (statements.lookup.empty()) skip("no lookup statement is known for this provider");
    const auto connection = context.connect();
    const auto outcome = connection->query(statements.lookup, {OwnedValue::text(statements.lookup_value)});
    expect_done(outcome, "the lookup statement");
    expect(!outcome.rows().empty(), "the lookup of '" + statements.lookup_value + "' gave no rows");
}

void prepare_execute(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    const auto expected = connection->query(sample);
    const auto outcomes = connection->run({{.kind = DBWAY_R_PREPARE, .sql = sample, .stmt = 5},
                                           {.kind = DBWAY_R_EXECUTE, .stmt = 5},
                                           {.kind = DBWAY_R_UNPREPARE, .stmt = 5}});
    if ((context.caps() & DBWAY_CAP_PREPARE) == 0 && outcomes[0].failed()) {
        expect_failed(outcomes[0], "PREPARE of a connection that does not declare PREPARE",
                      DBWAY_ERR_UNSUPPORTED);
        return;
    }
    expect_done(outcomes[0], "PREPARE of the sample statement");
    expect_done(outcomes[1], "EXECUTE of the sample statement");
    expect_done(outcomes[2], "UNPREPARE of the sample statement");
    expect(outcomes[0].announced, "PREPARE of the sample statement did not announce its columns");
    expect(outcomes[0].columns.size() == expected.columns.size(),
           "PREPARE announced " + std::to_string(outcomes[0].columns.size()) + " columns, QUERY " +
               std::to_string(expected.columns.size()));
    expect(outcomes[1].rows() == expected.rows(),
           "EXECUTE gave " + describe_rows(outcomes[1].rows()) + ", QUERY " + describe_rows(expected.rows()));
}

void script(Context& context) {
    const auto sample = context.need_sample();
    const auto connection = context.connect();
    const Request request{.kind = DBWAY_R_SCRIPT, .sql = sample + ";\n" + sample + ";"};
    if ((context.caps() & DBWAY_CAP_SCRIPT) == 0)
        return expect_refused(context, *connection, request, "SCRIPT");
    const auto expected = connection->query(sample).rows();
    const auto outcome = connection->run(request);
    expect_done(outcome, "a SCRIPT of the sample statement, twice");
    expect(outcome.sets.size() == 2, "a SCRIPT of two queries gave " + std::to_string(outcome.sets.size()) +
                                         " result sets, expected 2");
    for (const auto& set : outcome.sets)
        expect(set.rows == expected, "a result set of the SCRIPT holds " + describe_rows(set.rows) +
                                         ", expected " + describe_rows(expected));
}

void transaction(Context& context) {
    const auto connection = context.connect();
    if ((context.caps() & DBWAY_CAP_TRANSACTION) == 0)
        return expect_refused(context, *connection, {.kind = DBWAY_R_BEGIN}, "TRANSACTION");
    for (const auto end : {DBWAY_R_COMMIT, DBWAY_R_ROLLBACK}) {
        expect_done(connection->run(Request{.kind = DBWAY_R_BEGIN}), "BEGIN");
        expect_done(connection->run(Request{.kind = static_cast<std::uint32_t>(end)}), kind_label(end));
    }
}

void savepoint(Context& context) {
    const auto connection = context.connect();
    const Request request{.kind = DBWAY_R_SAVEPOINT, .sql = "dbway_a"};
    if ((context.caps() & DBWAY_CAP_SAVEPOINT) == 0)
        return expect_refused(context, *connection, request, "SAVEPOINT");
    context.need(DBWAY_CAP_TRANSACTION, "TRANSACTION");
    const auto outcomes = connection->run({{.kind = DBWAY_R_BEGIN},
                                           request,
                                           {.kind = DBWAY_R_ROLLBACK_TO, .sql = "dbway_a"},
                                           {.kind = DBWAY_R_RELEASE, .sql = "dbway_a"},
                                           {.kind = DBWAY_R_ROLLBACK}});
    for (const auto& outcome : outcomes)
        expect_done(outcome, "BEGIN, SAVEPOINT, ROLLBACK_TO, RELEASE, ROLLBACK: one of them");
}

void copy_in(Context& context) {
    if ((context.caps() & DBWAY_CAP_COPY_IN) != 0) skip("COPY_IN is declared and has checks of its own");
    const auto connection = context.connect();
    ScriptedSource source(*connection, 1);
    expect_refused(context, *connection,
                   {.kind = DBWAY_R_COPY_IN, .sql = "t", .names = {"id"}, .source = source.abi()}, "COPY_IN");
    expect(source.pulls() == 0, "pull() of an unsupported COPY_IN was called");
}

void copy_out(Context& context) {
    if ((context.caps() & DBWAY_CAP_COPY_OUT) != 0) skip("COPY_OUT is declared and has a check of its own");
    const auto connection = context.connect();
    expect_refused(context, *connection, {.kind = DBWAY_R_COPY_OUT, .sql = "t"}, "COPY_OUT");
}

void listen(Context& context) {
    const auto connection = context.connect();
    const Request request{.kind = DBWAY_R_LISTEN, .sql = "dbway_channel"};
    if ((context.caps() & DBWAY_CAP_NOTIFY) == 0)
        return expect_refused(context, *connection, request, "NOTIFY");
    const auto outcomes = connection->run(
        {request, {.kind = DBWAY_R_UNLISTEN, .sql = "dbway_channel"}, request, {.kind = DBWAY_R_UNLISTEN}});
    for (const auto& outcome : outcomes) expect_done(outcome, "LISTEN or UNLISTEN");
}

void notification(Context& context) {
    context.need(DBWAY_CAP_NOTIFY, "NOTIFY");
    if (context.statements().notify.empty()) skip("no statement that notifies is known for this provider");
    const auto listener = context.connect();
    const auto sender = context.connect();
    expect_done(listener->run(Request{.kind = DBWAY_R_LISTEN, .sql = "dbway_channel"}), "LISTEN");
    expect_done(sender->query(context.statements().notify), "the notifying statement");
    std::vector<Event> received;
    // The watchdog of the run bounds the wait.
    while (received.empty()) {
        Event event;
        expect(listener->next(event) == DBWAY_END, "next() of an idle listener gave an event of a request");
        received = listener->take_notifications();
        if (received.empty()) {
            const auto wait = listener->wait_info();
            pollfd descriptor{static_cast<int>(wait.fd), POLLIN, 0};
            poll(&descriptor, 1, 100);
        }
    }
    const auto& row = received.front().rows;
    const std::vector<OwnedRow> expected{{OwnedValue::text("dbway_channel"), OwnedValue::text("payload")}};
    expect(row.size() == 1 && row[0].size() == 3 && row[0][0] == expected[0][0] &&
               row[0][1] == expected[0][1] && row[0][2].type == DBWAY_T_I64,
           "NOTIFY holds " + describe_rows(row) + ", expected channel, payload and sender");
    expect_done(listener->run(Request{.kind = DBWAY_R_UNLISTEN, .sql = "dbway_channel"}), "UNLISTEN");
}

void ping(Context& context) {
    const auto connection = context.connect();
    const auto outcome = connection->run(Request{.kind = DBWAY_R_PING});
    if (outcome.failed()) expect_failed(outcome, "PING", DBWAY_ERR_UNSUPPORTED);
}

void reset(Context& context) {
    const auto connection = context.connect();
    const auto outcome = connection->run(Request{.kind = DBWAY_R_RESET});
    if (outcome.failed()) {
        expect_failed(outcome, "RESET", DBWAY_ERR_UNSUPPORTED);
        skip("RESET is not supported");
    }
    expect_done(outcome, "RESET");
    if ((context.caps() & DBWAY_CAP_TRANSACTION) != 0) {
        expect_done(connection->run(Request{.kind = DBWAY_R_BEGIN}), "BEGIN");
        const auto ended = connection->run(Request{.kind = DBWAY_R_RESET});
        expect_done(ended, "RESET inside a transaction");
        expect_tx(ended, DBWAY_TX_STATE_IDLE, "after RESET");
        expect_done(connection->run(Request{.kind = DBWAY_R_BEGIN}), "BEGIN after RESET");
        expect_done(connection->run(Request{.kind = DBWAY_R_ROLLBACK}), "ROLLBACK");
    }
}

void unknown_kind(Context& context) {
    const auto connection = context.connect();
    for (const std::uint32_t kind : {0u, 19u, 4000u}) {
        const auto status = refusal(*connection, Request{.kind = kind, .sql = "x"});
        expect(status == DBWAY_ERR_UNSUPPORTED, "a request of " + kind_label(kind) + " ended " +
                                                    status_label(status) + ", expected UNSUPPORTED");
    }
    if (!context.statements().sample.empty())
        expect_done(connection->query(context.statements().sample),
                    "the sample statement after unknown kinds");
}

void nonblocking_open(Context& context) {
    auto& provider = context.provider();
    if ((provider.caps() & DBWAY_CAP_NONBLOCK) != 0) {
        Connection connection(provider, DBWAY_OPEN_NONBLOCK);
        if (!context.statements().sample.empty())
            expect_done(connection.query(context.statements().sample), "the sample statement, non-blocking");
        return;
    }
    Sink sink(context.environment());
    std::vector<dbway_option> options;
    for (const auto& [name, value] : context.environment().source_options)
        options.push_back({name.c_str(), to_str(value)});
    dbway_open_args args{};
    args.struct_size = sizeof args;
    args.flags = DBWAY_OPEN_NONBLOCK;
    args.options = options.data();
    args.n_options = options.size();
    args.diag = sink.abi();
    dbway_conn* connection = nullptr;
    dbway_status status = DBWAY_OK;
    {
        const Sink::Call call(sink, "open() with DBWAY_OPEN_NONBLOCK");
        status = provider.raw()->open(provider.raw(), &args, &connection);
    }
    if (status == DBWAY_OK) provider.raw()->conn->close(connection);
    expect(status == DBWAY_ERR_UNSUPPORTED, "open() with DBWAY_OPEN_NONBLOCK answered " +
                                                status_label(status) +
                                                ", expected UNSUPPORTED since NONBLOCK is not declared");
}

struct SchemaColumn {
    const char* name;
    std::uint32_t type;
};

// As the comment at DBWAY_SCHEMA_SCHEMAS has them.
const std::vector<std::vector<SchemaColumn>>& schema_columns() {
    static const std::vector<std::vector<SchemaColumn>> columns = {
        {{"schema", DBWAY_T_TEXT}},
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"kind", DBWAY_T_TEXT},
         {"definition", DBWAY_T_TEXT}},
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"column", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"type", DBWAY_T_TEXT},
         {"nullable", DBWAY_T_BOOL},
         {"default_value", DBWAY_T_TEXT},
         {"primary_key", DBWAY_T_I64},
         {"generated", DBWAY_T_BOOL}},
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"index", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"column", DBWAY_T_TEXT},
         {"unique", DBWAY_T_BOOL},
         {"definition", DBWAY_T_TEXT}},
        {{"schema", DBWAY_T_TEXT},
         {"table", DBWAY_T_TEXT},
         {"constraint", DBWAY_T_TEXT},
         {"kind", DBWAY_T_TEXT},
         {"position", DBWAY_T_I64},
         {"column", DBWAY_T_TEXT},
         {"referenced_table", DBWAY_T_TEXT},
         {"referenced_column", DBWAY_T_TEXT},
         {"definition", DBWAY_T_TEXT}},
    };
    return columns;
}

void check_schema_shape(const Outcome& outcome, std::uint32_t what) {
    const std::string label = "SCHEMA " + std::to_string(what);
    const auto& expected = schema_columns()[what - 1];
    expect_done(outcome, label);
    expect(outcome.columns.size() == expected.size(),
           label + " has " + std::to_string(outcome.columns.size()) + " columns, expected " +
               std::to_string(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        expect(outcome.columns[i].name == expected[i].name, label + ": column " + std::to_string(i + 1) +
                                                                " is named '" + outcome.columns[i].name +
                                                                "', expected '" + expected[i].name + "'");
        for (const auto& row : outcome.rows())
            expect(row[i].is_null() || row[i].type == expected[i].type,
                   label + ": " + expected[i].name + " holds " + describe(row[i]) + ", expected " +
                       type_label(expected[i].type));
    }
}

void schema(Context& context) {
    const auto connection = context.connect();
    if ((context.caps() & DBWAY_CAP_SCHEMA) == 0)
        return expect_refused(context, *connection, {.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_TABLES},
                              "SCHEMA");
    for (std::uint32_t what = DBWAY_SCHEMA_SCHEMAS; what <= DBWAY_SCHEMA_CONSTRAINTS; ++what)
        check_schema_shape(connection->run(Request{.kind = DBWAY_R_SCHEMA, .arg = what}), what);
}

void schema_of_table(Context& context) {
    context.need(DBWAY_CAP_SCHEMA, "SCHEMA");
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto other = context.create_numbers(*connection);
    // The schema it lives in is the server's choice: filter by table only.
    const Request tables{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_TABLES, .names = {"", table}};
    const auto listed = connection->run(tables);
    check_schema_shape(listed, DBWAY_SCHEMA_TABLES);
    expect(listed.rows().size() == 1,
           "SCHEMA TABLES filtered by one table gave " + describe_rows(listed.rows()) + ", expected one row");
    expect(listed.rows()[0][1].bytes == table && listed.rows()[0][2].bytes == "table",
           "SCHEMA TABLES gave " + describe_rows(listed.rows()) + ", expected the table '" + table + "'");
    const auto columns =
        connection->run(Request{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_COLUMNS, .names = {"", table}});
    check_schema_shape(columns, DBWAY_SCHEMA_COLUMNS);
    const auto rows = columns.rows();
    expect(rows.size() == 2, "SCHEMA COLUMNS of a table of two gave " + describe_rows(rows));
    expect(rows[0][2].bytes == "id" && rows[1][2].bytes == "v",
           "SCHEMA COLUMNS gave " + describe_rows(rows) + ", expected id and v in this order");
    expect(rows[0][3].as_i64() == 1 && rows[1][3].as_i64() == 2,
           "SCHEMA COLUMNS: positions are " + describe(rows[0][3]) + " and " + describe(rows[1][3]) +
               ", expected 1 and 2");
    expect(rows[0][5] == OwnedValue::boolean(false) && rows[1][5] == OwnedValue::boolean(true),
           "SCHEMA COLUMNS: nullable is " + describe(rows[0][5]) + " and " + describe(rows[1][5]) +
               ", expected false and true");
    expect(rows[0][7].as_i64() == 1 && rows[1][7].as_i64() == 0,
           "SCHEMA COLUMNS: primary_key is " + describe(rows[0][7]) + " and " + describe(rows[1][7]) +
               ", expected 1 and 0");
    const auto constraints = connection->run(
        Request{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_CONSTRAINTS, .names = {"", table}});
    check_schema_shape(constraints, DBWAY_SCHEMA_CONSTRAINTS);
    bool found = false;
    for (const auto& row : constraints.rows())
        found = found || (row[3].bytes == "primary key" && row[5].bytes == "id");
    expect(found, "SCHEMA CONSTRAINTS does not list the primary key: " + describe_rows(constraints.rows()));
}

}  // namespace

std::vector<Check> kind_checks() {
    return {
        {{"r8_kind_query", {"R8"}, "QUERY"}, query},
        {{"r8_kind_query_with_parameter", {"R8"}, "QUERY with a parameter"}, lookup},
        {{"r8_kind_prepare_execute_unprepare", {"R8"}, "PREPARE, EXECUTE, UNPREPARE in one submit()"},
         prepare_execute},
        {{"r8_kind_script", {"R8"}, "SCRIPT gives a result set for each query, or is refused"}, script},
        {{"r8_kind_transaction", {"R8"}, "BEGIN, COMMIT, ROLLBACK work or are refused"}, transaction},
        {{"r8_kind_savepoint", {"R8"}, "SAVEPOINT, ROLLBACK_TO, RELEASE work or are refused"}, savepoint},
        {{"r8_kind_copy_in", {"R8"}, "COPY_IN that is not declared is refused"}, copy_in},
        {{"r8_kind_copy_out", {"R8"}, "COPY_OUT that is not declared is refused"}, copy_out},
        {{"r8_kind_listen", {"R8"}, "LISTEN and UNLISTEN work or are refused"}, listen},
        {{"r8_notification_arrives", {"R8"}, "A notification reaches a connection that listens"},
         notification},
        {{"r8_kind_ping", {"R8"}, "PING"}, ping},
        {{"r8_kind_reset", {"R8"}, "RESET ends a transaction"}, reset},
        {{"r4_unknown_kind_unsupported", {"R4"}, "An unknown request kind is UNSUPPORTED"}, unknown_kind},
        {{"r8_nonblocking_open", {"R8"}, "A non-blocking open works or is refused"}, nonblocking_open},
        {{"r8_kind_schema", {"R8"}, "SCHEMA answers with the columns specified, or is refused"}, schema},
        {{"r8_schema_tells_of_a_table", {"R8"}, "SCHEMA tells of a table, its columns and its key"},
         schema_of_table},
    };
}

}  // namespace dbway::conformance
