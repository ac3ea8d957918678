// Transactions, savepoints, tx_state, read-only.
#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

void needs(Context& context) {
    context.need(DBWAY_CAP_TRANSACTION, "TRANSACTION");
    context.need_tables();
}

Request of_kind(std::uint32_t kind, std::string name = {}, std::uint32_t arg = 0) {
    return {.kind = kind, .sql = std::move(name), .arg = arg};
}

struct Fixture {
    explicit Fixture(Context& context)
        : context(context),
          connection(context.connect()),
          table(context.create_numbers(*connection)),
          insert(insert_statement(table, {"id", "v"})) {}
    Outcome put(std::int64_t id) { return connection->query(insert, number_row(id, id)); }
    void expect_ids(const std::vector<std::int64_t>& expected, const std::string& what) {
        const auto ids = context.ids(*connection, table);
        std::string shown;
        for (const auto id : ids) shown += (shown.empty() ? "" : ", ") + std::to_string(id);
        expect(ids == expected,
               what + ": the table holds the ids {" + shown + "}, which is not what was committed");
    }
    void run(std::uint32_t kind, std::uint32_t state, std::string name = {}) {
        const std::string what = kind_label(kind) + (name.empty() ? "" : " " + name);
        const auto outcome = connection->run(of_kind(kind, std::move(name)));
        expect_done(outcome, what);
        expect_tx(outcome, state, "after " + what);
        const auto info = connection->info();
        expect(info.tx_state == state, "after " + what + " info() tells " + tx_label(info.tx_state) +
                                           ", expected " + tx_label(state));
    }

    Context& context;
    std::unique_ptr<Connection> connection;
    std::string table;
    std::string insert;
};

void commit(Context& context) {
    needs(context);
    Fixture fixture(context);
    fixture.run(DBWAY_R_BEGIN, DBWAY_TX_STATE_ACTIVE);
    const auto put = fixture.put(1);
    expect_done(put, "INSERT");
    expect_tx(put, DBWAY_TX_STATE_ACTIVE, "after INSERT in a transaction");
    fixture.run(DBWAY_R_COMMIT, DBWAY_TX_STATE_IDLE);
    fixture.expect_ids({1}, "after COMMIT");
    const auto outside = fixture.put(2);
    expect_tx(outside, DBWAY_TX_STATE_IDLE, "after INSERT outside of a transaction");
    fixture.connection = context.connect();
    fixture.expect_ids({1, 2}, "seen by another connection after COMMIT");
}

void rollback(Context& context) {
    needs(context);
    Fixture fixture(context);
    expect_done(fixture.put(1), "INSERT");
    fixture.run(DBWAY_R_BEGIN, DBWAY_TX_STATE_ACTIVE);
    expect_done(fixture.put(2), "INSERT");
    expect_done(
        fixture.connection->query("delete from " + fixture.table + " where id = $1", {OwnedValue::i64(1)}),
        "DELETE");
    fixture.run(DBWAY_R_ROLLBACK, DBWAY_TX_STATE_IDLE);
    fixture.expect_ids({1}, "after ROLLBACK");
}

void close_rolls_back(Context& context) {
    needs(context);
    Fixture fixture(context);
    fixture.run(DBWAY_R_BEGIN, DBWAY_TX_STATE_ACTIVE);
    expect_done(fixture.put(1), "INSERT");
    fixture.connection->close();
    fixture.connection = context.connect();
    fixture.expect_ids({}, "after close() inside a transaction");
}

void savepoints(Context& context) {
    needs(context);
    context.need(DBWAY_CAP_SAVEPOINT, "SAVEPOINT");
    Fixture fixture(context);
    fixture.run(DBWAY_R_BEGIN, DBWAY_TX_STATE_ACTIVE);
    expect_done(fixture.put(1), "INSERT");
    fixture.run(DBWAY_R_SAVEPOINT, DBWAY_TX_STATE_ACTIVE, "outer_point");
    expect_done(fixture.put(2), "INSERT");
    fixture.run(DBWAY_R_SAVEPOINT, DBWAY_TX_STATE_ACTIVE, "inner_point");
    expect_done(fixture.put(3), "INSERT");
    fixture.run(DBWAY_R_ROLLBACK_TO, DBWAY_TX_STATE_ACTIVE, "inner_point");
    expect_done(fixture.put(4), "INSERT");
    fixture.run(DBWAY_R_RELEASE, DBWAY_TX_STATE_ACTIVE, "inner_point");
    fixture.run(DBWAY_R_RELEASE, DBWAY_TX_STATE_ACTIVE, "outer_point");
    fixture.run(DBWAY_R_COMMIT, DBWAY_TX_STATE_IDLE);
    fixture.expect_ids({1, 2, 4}, "after a rollback to the inner savepoint");
}

void rollback_to_twice(Context& context) {
    needs(context);
    context.need(DBWAY_CAP_SAVEPOINT, "SAVEPOINT");
    Fixture fixture(context);
    fixture.run(DBWAY_R_BEGIN, DBWAY_TX_STATE_ACTIVE);
    fixture.run(DBWAY_R_SAVEPOINT, DBWAY_TX_STATE_ACTIVE, "point");
    for (int i = 1; i <= 2; ++i) {
        expect_done(fixture.put(i), "INSERT");
        fixture.run(DBWAY_R_ROLLBACK_TO, DBWAY_TX_STATE_ACTIVE, "point");
    }
    expect_done(fixture.put(3), "INSERT");
    fixture.run(DBWAY_R_COMMIT, DBWAY_TX_STATE_IDLE);
    fixture.expect_ids({3}, "after two rollbacks to the same savepoint");
}

void failure_then_rollback_to(Context& context) {
    needs(context);
    context.need(DBWAY_CAP_SAVEPOINT, "SAVEPOINT");
    Fixture fixture(context);
    fixture.run(DBWAY_R_BEGIN, DBWAY_TX_STATE_ACTIVE);
    expect_done(fixture.put(1), "INSERT");
    fixture.run(DBWAY_R_SAVEPOINT, DBWAY_TX_STATE_ACTIVE, "point");
    const auto failed = fixture.put(1);
    expect_failed(failed, "INSERT of a second row with id 1", DBWAY_ERR_CONSTRAINT);
    expect(failed.tx_state == DBWAY_TX_STATE_ACTIVE || failed.tx_state == DBWAY_TX_STATE_FAILED,
           "after a failure in a transaction tx_state is " + tx_label(failed.tx_state) +
               ", expected ACTIVE or FAILED");
    fixture.run(DBWAY_R_ROLLBACK_TO, DBWAY_TX_STATE_ACTIVE, "point");
    expect_done(fixture.put(2), "INSERT after ROLLBACK_TO");
    fixture.run(DBWAY_R_COMMIT, DBWAY_TX_STATE_IDLE);
    fixture.expect_ids({1, 2}, "after a failure that was rolled back to a savepoint");
}

void read_only_transaction(Context& context) {
    needs(context);
    Fixture fixture(context);
    expect_done(fixture.put(1), "INSERT");
    const auto begin = fixture.connection->run(of_kind(DBWAY_R_BEGIN, {}, DBWAY_TX_READ_ONLY));
    if (begin.failed() && begin.status == DBWAY_ERR_UNSUPPORTED)
        skip("BEGIN with TX_READ_ONLY is not supported");
    expect_done(begin, "BEGIN with TX_READ_ONLY");
    fixture.expect_ids({1}, "in a read-only transaction");
    expect_failed(fixture.put(2), "INSERT in a read-only transaction");
    expect_done(fixture.connection->run(of_kind(DBWAY_R_ROLLBACK)), "ROLLBACK");
    expect_done(fixture.put(3), "INSERT after the read-only transaction");
    fixture.expect_ids({1, 3}, "after the read-only transaction");
}

void read_only_connection(Context& context) {
    needs(context);
    Fixture fixture(context);
    expect_done(fixture.put(1), "INSERT");
    const auto writable = std::move(fixture.connection);
    fixture.connection = context.connect(DBWAY_OPEN_READONLY);
    fixture.expect_ids({1}, "on a read-only connection");
    expect_failed(fixture.put(2), "INSERT on a connection opened with DBWAY_OPEN_READONLY");
    fixture.expect_ids({1}, "after the refused INSERT");
}

void isolation_levels(Context& context) {
    context.need(DBWAY_CAP_TRANSACTION, "TRANSACTION");
    const auto connection = context.connect();
    for (std::uint32_t level = DBWAY_TX_DEFAULT; level <= DBWAY_TX_SERIALIZABLE; ++level) {
        const std::string what = "BEGIN with isolation " + std::to_string(level);
        const auto outcome = connection->run(of_kind(DBWAY_R_BEGIN, {}, level));
        if (outcome.failed() && level != DBWAY_TX_DEFAULT) {
            expect_failed(outcome, what, DBWAY_ERR_UNSUPPORTED);
            expect_tx(outcome, DBWAY_TX_STATE_IDLE, "after a refused BEGIN");
            continue;
        }
        expect_done(outcome, what);
        expect_tx(outcome, DBWAY_TX_STATE_ACTIVE, "after " + what);
        expect_done(connection->run(of_kind(DBWAY_R_ROLLBACK)), "ROLLBACK");
    }
    const auto status = refusal(*connection, of_kind(DBWAY_R_BEGIN, {}, 0x8000'0000u));
    expect(status == DBWAY_ERR_TOO_NEW,
           "BEGIN with an unknown bit in arg ended " + status_label(status) + ", expected TOO_NEW");
}

void without_begin(Context& context) {
    context.need(DBWAY_CAP_TRANSACTION, "TRANSACTION");
    const auto connection = context.connect();
    for (const std::uint32_t kind : {DBWAY_R_COMMIT, DBWAY_R_ROLLBACK}) {
        const auto outcome = connection->run(of_kind(kind));
        // A server may take it as a no-op with a warning.
        if (!outcome.done()) expect_failed(outcome, kind_label(kind) + " without BEGIN");
        expect_tx(outcome, DBWAY_TX_STATE_IDLE, "after " + kind_label(kind) + " without BEGIN");
    }
    expect_done(connection->run(of_kind(DBWAY_R_BEGIN)), "BEGIN after that");
    expect_done(connection->run(of_kind(DBWAY_R_ROLLBACK)), "ROLLBACK");
}

void atomic_chain(Context& context) {
    needs(context);
    Fixture fixture(context);
    const auto put = [&](std::int64_t id) {
        return Request{.sql = fixture.insert, .params = {number_row(id, id)}, .flags = DBWAY_RF_CHAIN};
    };
    auto begin = of_kind(DBWAY_R_BEGIN);
    begin.flags = DBWAY_RF_CHAIN;
    auto outcomes = fixture.connection->run({begin, put(1), put(2), put(1), put(3), of_kind(DBWAY_R_COMMIT)});
    expect_done(outcomes[2], "the second INSERT");
    expect_failed(outcomes[3], "the INSERT of a second row with id 1", DBWAY_ERR_CONSTRAINT);
    expect_skipped(outcomes[4], "the INSERT after the failure");
    expect_skipped(outcomes[5], "the COMMIT after the failure");
    expect(
        outcomes[5].tx_state == DBWAY_TX_STATE_ACTIVE || outcomes[5].tx_state == DBWAY_TX_STATE_FAILED,
        "a SKIPPED COMMIT left tx_state " + tx_label(outcomes[5].tx_state) + ", expected ACTIVE or FAILED");
    expect_done(fixture.connection->run(of_kind(DBWAY_R_ROLLBACK)), "ROLLBACK");
    fixture.expect_ids({}, "after a transaction that failed");
    outcomes = fixture.connection->run({begin, put(1), put(2), of_kind(DBWAY_R_COMMIT)});
    expect_done(outcomes[3], "COMMIT");
    fixture.expect_ids({1, 2}, "after a transaction in one submit()");
}

}  // namespace

std::vector<Check> transaction_checks() {
    return {
        {{"r8_transaction_commit", {"R8"}, "COMMIT keeps; tx_state follows each final event"}, commit},
        {{"r8_transaction_rollback", {"R8"}, "ROLLBACK undoes"}, rollback},
        {{"r8_transaction_close_rolls_back", {"R8"}, "close() inside a transaction undoes it"},
         close_rolls_back},
        {{"r8_savepoint_nested", {"R8"}, "SAVEPOINT, ROLLBACK_TO and RELEASE, nested"}, savepoints},
        {{"r8_savepoint_rollback_to_twice", {"R8"}, "A savepoint outlives ROLLBACK_TO"}, rollback_to_twice},
        {{"r8_savepoint_after_failure", {"R8"}, "ROLLBACK_TO revives a transaction after a failure"},
         failure_then_rollback_to},
        {{"r8_transaction_read_only", {"R8"}, "A read-only transaction refuses writes"},
         read_only_transaction},
        {{"r8_connection_read_only", {"R8"}, "A connection opened read-only refuses writes"},
         read_only_connection},
        {{"r8_transaction_isolation",
          {"R4", "R8"},
          "Each isolation level works or is UNSUPPORTED; unknown bits are TOO_NEW"},
         isolation_levels},
        {{"r8_transaction_end_without_begin",
          {"R8"},
          "COMMIT and ROLLBACK without BEGIN leave the connection usable"},
         without_begin},
        {{"r9_transaction_as_chain", {"R9"}, "BEGIN to COMMIT as one chain is atomic"}, atomic_chain},
    };
}

}  // namespace dbway::conformance
