// A provider that breaks its contract is found out, its connection closed and replaced.
#include "unit/host/session_fixture.hpp"

namespace dbway::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Misbehaviour = Answer::Misbehaviour;

class SessionContract : public SessionTest {
  protected:
    SessionContract() {
        options.pool.max = 1;
        options.batch_rows = 2;
        provider.on("ok", Answer::ok(1));
        provider.on("rows", number_table(10));
    }
    static QueryOptions unprepared() {
        QueryOptions query;
        query.prepare = false;
        return query;
    }
    void expect_replaced(Source& db) {
        EXPECT_EQ(provider.open_connections(), 0U) << "the connection is closed";
        EXPECT_EQ(db.execute("ok").affected(), 1);
        provider.kill_connections();
        EXPECT_THROW(db.execute("ok"), Error);
    }
    static void expect_blamed(const ErrorDetails& error) {
        EXPECT_THAT(error.message, HasSubstr("provider \"scripted\" broke its contract"));
        EXPECT_TRUE(error.connection_lost);
        EXPECT_EQ(error.source, "db");
    }
};

class SessionMisbehaviour : public SessionContract, public ::testing::WithParamInterface<Misbehaviour> {};

TEST_P(SessionMisbehaviour, in_a_query) {
    provider.on("lie", Answer().misbehave(GetParam()).done());
    Source db = open_source();
    for (const bool prepare : {true, false}) {
        QueryOptions query;
        query.prepare = prepare;
        expect_blamed(thrown<InternalError>([&] {
            // Some lies are only seen by the next statement.
            Connection connection = db.connection();
            connection.query(query, "lie").all<std::int64_t>();
            connection.query(query, "rows").all<std::int64_t>();
        }));
        expect_replaced(db);
    }
}

TEST_P(SessionMisbehaviour, under_a_buffered_result) {
    if (GetParam() == Misbehaviour::rows_before_columns) GTEST_SKIP() << "here they come after";
    provider.on("lie", Answer().columns({integer("one")}).rows(numbers(2)).misbehave(GetParam()).done());
    Source db = open_source();
    {
        Connection connection = db.connection();
        Rows rows = connection.query("lie");
        EXPECT_EQ((*rows.begin()).get<int>(0), 1);
        EXPECT_THROW(
            {
                connection.execute("ok");
                connection.execute("ok");
                rows.all<std::int64_t>();
            },
            Error);
    }
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_P(SessionMisbehaviour, in_a_batch) {
    provider.on("lie", Answer().misbehave(GetParam()).done());
    Source db = open_source();
    for (const bool independent : {true, false}) {
        EXPECT_THROW(
            {
                Connection connection = db.connection();
                BatchResults results =
                    connection.run(Batch().independent(independent).add("ok").add("lie").add("rows"));
                for (BatchResult& result : results) result.rows().all<std::int64_t>();
                connection.execute("ok");
            },
            Error);
        EXPECT_EQ(db.execute("ok").affected(), 1);
    }
}

INSTANTIATE_TEST_SUITE_P(Every, SessionMisbehaviour,
                         ::testing::Values(Misbehaviour::wrong_request_id, Misbehaviour::unknown_event,
                                           Misbehaviour::event_after_end, Misbehaviour::changing_column_count,
                                           Misbehaviour::rows_before_columns,
                                           Misbehaviour::failed_without_report, Misbehaviour::unknown_status),
                         [](const auto& info) {
                             switch (info.param) {
                                 case Misbehaviour::wrong_request_id:
                                     return "wrong_request_id";
                                 case Misbehaviour::unknown_event:
                                     return "unknown_event";
                                 case Misbehaviour::event_after_end:
                                     return "event_after_end";
                                 case Misbehaviour::changing_column_count:
                                     return "changing_column_count";
                                 case Misbehaviour::rows_before_columns:
                                     return "rows_before_columns";
                                 case Misbehaviour::failed_without_report:
                                     return "failed_without_report";
                                 case Misbehaviour::unknown_status:
                                     return "unknown_status";
                                 case Misbehaviour::unknown_value_type:
                                     return "unknown_value_type";
                             }
                             return "other";
                         });

TEST_F(SessionContract, unknown_value_type_is_a_data_error_and_harms_nobody) {
    provider.on("lie", Answer().misbehave(Misbehaviour::unknown_value_type).done());
    Source db = open_source();
    EXPECT_EQ(thrown<DataError>([&] { db.query("lie").one<std::int64_t>(); }).column, "strange");
    thrown<DataError>([&] { db.query("lie").one<std::string>(); });
    thrown<DataError>([&] { db.query("lie").one<std::optional<double>>(); });
    thrown<DataError>([&] { db.query("lie").one<Blob>(); });
    thrown<DataError>([&] { db.query("lie").one<bool>(); });
    thrown<DataError>([&] { db.query("lie").one<std::vector<int>>(); });
    Connection connection = db.connection();
    Rows rows = connection.query("lie");
    connection.execute("ok");
    thrown<DataError>([&] { rows.one<int>(); });
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionContract, other_lies) {
    const auto event = [](auto fill) { return Answer().event(fill).done(); };
    const std::vector<std::pair<const char*, Answer>> lies = {
        {"columns without columns", event([](dbway_event& e) {
             e.kind = DBWAY_E_COLUMNS;
             e.n_columns = 3;
         })},
        {"rows without cells", Answer().columns({integer("n")}).event([](dbway_event& e) {
             e.kind = DBWAY_E_ROWS;
             e.n_rows = 5;
             e.n_columns = 1;
         })},
        {"READY in a result", event([](dbway_event& e) { e.kind = DBWAY_E_READY; })},
        {"SKIPPED without a chain", event([](dbway_event& e) { e.kind = DBWAY_E_SKIPPED; })},
        {"a notification without cells", event([](dbway_event& e) { e.kind = DBWAY_E_NOTIFY; })},
        {"FAILED with a positive status", Answer().event([](dbway_event& e) {
             e.kind = DBWAY_E_FAILED;
             e.status = 5;
         })},
        {"FAILED with OK", Answer().event([](dbway_event& e) { e.kind = DBWAY_E_FAILED; })},
    };
    Source db = open_source();
    for (const auto& [name, lie] : lies) {
        SCOPED_TRACE(name);
        provider.on("lie", lie);
        expect_blamed(thrown<InternalError>([&] { db.query(unprepared(), "lie").all<int>(); }));
        EXPECT_EQ(provider.open_connections(), 0U);
        thrown<InternalError>([&] { db.run(unprepared(), Batch().add("lie"))[0].rows().all<int>(); });
        EXPECT_EQ(provider.open_connections(), 0U);
        EXPECT_EQ(db.execute("ok").affected(), 1);
    }
    for (const char* sql : {"ok", "rows"}) EXPECT_NO_THROW(db.execute(sql));
}

TEST_F(SessionContract, lies_about_columns_seen_by_execute) {
    provider.on("lie", Answer().event([](dbway_event& e) {
        e.kind = DBWAY_E_COLUMNS;
        e.n_columns = 3;
    }));
    Source db = open_source();
    expect_blamed(thrown<InternalError>([&] { db.execute("lie"); }));
    expect_replaced(db);
}

TEST_F(SessionContract, lies_about_prepare_and_transactions) {
    Source db = open_source();
    const auto lie = Answer().misbehave(Misbehaviour::wrong_request_id);
    for (const std::uint32_t kind :
         {DBWAY_R_PREPARE, DBWAY_R_BEGIN, DBWAY_R_COMMIT, DBWAY_R_COPY_IN, DBWAY_R_SCHEMA}) {
        provider.on_kind(kind, {lie, Answer::ok()});
        EXPECT_THROW(
            {
                db.transaction([](Transaction& transaction) {
                    transaction.execute("ok");
                    transaction.copy_in("t", {"a"}).finish();
                    transaction.schema(SchemaKind::tables);
                });
            },
            InternalError)
            << kind;
        EXPECT_EQ(provider.open_connections(), 0U);
        // The rule has been used up.
        provider.on_kind(DBWAY_R_SCHEMA, number_table(1));
        EXPECT_EQ(db.execute("ok").affected(), 1);
    }
}

TEST_F(SessionContract, dead_session_is_never_asked_again) {
    provider.on("lie", Answer().misbehave(Misbehaviour::unknown_event));
    Source db = open_source();
    Connection connection = db.connection();
    thrown<InternalError>([&] { connection.query("lie"); });
    provider.forget_seen();
    thrown<ConnectionError>([&] { connection.execute("ok"); });
    thrown<ConnectionError>([&] { connection.run(Batch().add("ok")); });
    thrown<ConnectionError>([&] { connection.copy_in("t", {"a"}); });
    EXPECT_THAT(provider.requests(), IsEmpty());
    EXPECT_EQ(provider.discards(), 0U);
}

TEST_F(SessionContract, internal_error_of_the_provider_is_an_error_like_others) {
    provider.on("bug", Answer::error({DBWAY_ERR_INTERNAL, "assertion failed"}));
    Source db = open_source();
    EXPECT_EQ(thrown<InternalError>([&] { db.execute("bug"); }).message, "assertion failed");
    EXPECT_EQ(provider.open_connections(), 1U) << "it followed the rules";
}

TEST_F(SessionContract, provider_that_cannot_be_created_or_opened) {
    provider.fail_create({DBWAY_ERR_INVALID, "no such thing"});
    EXPECT_THROW(open_host(), Error);
    EXPECT_NO_THROW(open_host());
    options.options.emplace_back().key = "nonsense";
    options.options.back().value = Secret("x");
    EXPECT_THROW(open_source().execute("ok"), Error);
}

}  // namespace
}  // namespace dbway::test
