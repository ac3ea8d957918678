// Errors as applications see them.
#include "unit/host/session_fixture.hpp"

#include <session/diagnostics.hpp>

#include <typeinfo>

namespace dbway::test {
namespace {

using ::testing::HasSubstr;

class ApiError : public SessionTest {};

template <typename E>
void expect_type(Source& db, ScriptedProvider& provider, std::int32_t status, Category category,
                 const std::string& sqlstate = {}) {
    provider.on("fail", Answer::error({status, "message", 0, sqlstate}));
    const ErrorDetails error = thrown<E>([&] { db.execute("fail"); });
    EXPECT_EQ(error.category, category);
    EXPECT_EQ(error.sqlstate, sqlstate);
    try {
        db.execute("fail");
    } catch (const std::exception& e) {
        EXPECT_EQ(typeid(e), typeid(E)) << e.what();
    }
}

TEST_F(ApiError, every_status_has_its_type) {
    Source db = open_source();
    expect_type<Unsupported>(db, provider, DBWAY_ERR_UNSUPPORTED, Category::unsupported);
    expect_type<InvalidUse>(db, provider, DBWAY_ERR_INVALID, Category::invalid);
    expect_type<InternalError>(db, provider, DBWAY_ERR_INTERNAL, Category::internal);
    expect_type<OutOfMemory>(db, provider, DBWAY_ERR_NOMEM, Category::out_of_memory);
    expect_type<AuthenticationError>(db, provider, DBWAY_ERR_AUTH, Category::authentication);
    expect_type<Timeout>(db, provider, DBWAY_ERR_TIMEOUT, Category::timeout);
    expect_type<Cancelled>(db, provider, DBWAY_ERR_CANCELLED, Category::cancelled);
    expect_type<SyntaxError>(db, provider, DBWAY_ERR_SYNTAX, Category::syntax, "42601");
    expect_type<PermissionDenied>(db, provider, DBWAY_ERR_PERMISSION, Category::permission);
    expect_type<ConstraintViolation>(db, provider, DBWAY_ERR_CONSTRAINT, Category::constraint, "23000");
    expect_type<UniqueViolation>(db, provider, DBWAY_ERR_CONSTRAINT, Category::constraint, "23505");
    expect_type<ForeignKeyViolation>(db, provider, DBWAY_ERR_CONSTRAINT, Category::constraint, "23503");
    expect_type<NotNullViolation>(db, provider, DBWAY_ERR_CONSTRAINT, Category::constraint, "23502");
    expect_type<CheckViolation>(db, provider, DBWAY_ERR_CONSTRAINT, Category::constraint, "23514");
    expect_type<DataError>(db, provider, DBWAY_ERR_DATA, Category::data);
    expect_type<Conflict>(db, provider, DBWAY_ERR_CONFLICT, Category::conflict);
    expect_type<ResourceError>(db, provider, DBWAY_ERR_RESOURCE, Category::resource);
    expect_type<DatabaseError>(db, provider, DBWAY_ERR_DATABASE, Category::database);
    EXPECT_EQ(provider.opens().size(), 1U);
    expect_type<ConnectionError>(db, provider, DBWAY_ERR_CONNECTION, Category::connection, "08006");
}

TEST_F(ApiError, details_arrive) {
    Diagnostic told{DBWAY_ERR_CONSTRAINT, "duplicate key", DBWAY_DIAG_RETRY, "23505", -77, 12};
    told.detail = "Key (id)=(1) exists";
    told.hint = "use another";
    told.context = "line 3 of function f";
    told.schema_name = "public";
    told.table_name = "users";
    told.column_name = "id";
    told.constraint_name = "users_pkey";
    provider.on("insert", Answer::error(told));
    Source db = open_source();
    try {
        db.execute("insert");
        FAIL();
    } catch (const UniqueViolation& error) {
        EXPECT_EQ(error.message(), "duplicate key");
        EXPECT_EQ(error.sqlstate(), "23505");
        EXPECT_EQ(error.native_code(), -77);
        EXPECT_EQ(error.position(), 12U);
        EXPECT_EQ(error.detail(), "Key (id)=(1) exists");
        EXPECT_EQ(error.hint(), "use another");
        EXPECT_EQ(error.context(), "line 3 of function f");
        EXPECT_EQ(error.schema(), "public");
        EXPECT_EQ(error.table(), "users");
        EXPECT_EQ(error.column(), "id");
        EXPECT_EQ(error.constraint(), "users_pkey");
        EXPECT_EQ(error.source(), "db");
        EXPECT_TRUE(error.retryable());
        EXPECT_FALSE(error.retry_transaction());
        EXPECT_EQ(error.batch_index(), -1);
        EXPECT_STREQ(error.what(),
                     "source \"db\": duplicate key (SQLSTATE 23505); Key (id)=(1) exists; hint: use another");
    }
}

TEST_F(ApiError, first_error_of_a_dying_connection_is_kept) {
    provider.on(
        "q",
        Answer().notice({DBWAY_ERR_DATABASE, "terminating on administrator's command", 0, "57P01"}).die());
    Source db = open_source();
    const ErrorDetails error = thrown<DatabaseError>([&] { db.query("q"); });
    EXPECT_EQ(error.sqlstate, "57P01");
    EXPECT_TRUE(error.connection_lost);
    EXPECT_EQ(provider.open_connections(), 0U);
}

TEST_F(ApiError, death_without_a_word_is_told) {
    provider.on("q", Answer().die(std::nullopt));
    Source db = open_source();
    const ErrorDetails error = thrown<ConnectionError>([&] { db.query("q"); });
    EXPECT_TRUE(error.connection_lost);
    EXPECT_THAT(error.message, HasSubstr("no reason"));
}

TEST_F(ApiError, notices_go_to_the_log) {
    Diagnostic notice{DBWAY_OK, "table exists, skipping"};
    notice.severity = DBWAY_LOG_INFO;
    provider.on("ddl", Answer().notice(notice).done());
    Source db = open_source();
    db.execute("ddl");
    const auto lines = log.lines();
    EXPECT_THAT(lines, ::testing::Contains(std::pair(DBWAY_LOG_INFO, std::string("table exists, skipping"))));
}

TEST_F(ApiError, error_of_one_statement_is_not_blamed_on_the_next) {
    provider.on("noisy", Answer().notice({DBWAY_ERR_DATA, "an error that was no failure"}).done(1));
    provider.on("fail", Answer::error({DBWAY_ERR_SYNTAX, "the real one", 0, "42601"}));
    Source db = open_source();
    EXPECT_EQ(db.execute("noisy").affected(), 1);
    EXPECT_EQ(thrown<SyntaxError>([&] { db.execute("fail"); }).message, "the real one");
}

TEST_F(ApiError, unsupported_requests_say_who_can) {
    const Diagnostic unsupported{DBWAY_ERR_UNSUPPORTED, "no scripts here"};
    provider.on("s", Answer::error(unsupported));
    Source db = open_source();
    EXPECT_THAT(thrown<Unsupported>([&] { db.script("s"); }).hint, HasSubstr("\"script\""));
}

TEST_F(ApiError, outcome_unknown_is_never_retryable) {
    ErrorDetails details;
    details.category = Category::connection;
    details.message = "lost";
    details.retry_statement = details.retry_transaction = true;
    EXPECT_TRUE(ConnectionError(details).retryable());
    details.outcome_unknown = true;
    const ConnectionError error(details);
    EXPECT_FALSE(error.retryable());
    EXPECT_FALSE(error.retry_transaction());
    EXPECT_STREQ(error.what(), "lost; whether it took effect is unknown");
}

TEST_F(ApiError, categories_have_names_and_types) {
    for (int i = 0; i <= static_cast<int>(Category::pool); ++i) {
        const auto category = static_cast<Category>(i);
        EXPECT_NE(to_string(category), "unknown");
        try {
            throw_error(category, "text");
        } catch (const Error& error) {
            EXPECT_EQ(error.category(), category);
            EXPECT_EQ(error.message(), "text");
            EXPECT_NE(typeid(error), typeid(Error)) << "each has a type of its own";
            const Error copy = error;
            EXPECT_STREQ(copy.what(), error.what());
        }
    }
    EXPECT_EQ(to_string(static_cast<Category>(200)), "unknown");
    EXPECT_STREQ(Error(Category::data, "").what(), "data");
}

TEST(DiagnosticCollectorTest, of_an_older_plugin_has_fewer_fields) {
    std::vector<std::string> logged;
    dbway::detail::DiagnosticCollector collector(
        [&](int, std::string_view text) { logged.emplace_back(text); });
    dbway_diag diagnostic{};
    diagnostic.struct_size = offsetof(dbway_diag, detail);
    diagnostic.status = DBWAY_ERR_DATA;
    diagnostic.message = {"short", 5};
    diagnostic.detail = {"not there", 9};
    const dbway_diag_sink sink = collector.sink();
    sink.report(sink.ctx, &diagnostic);
    const ErrorDetails details = collector.take(DBWAY_ERR_DATA);
    EXPECT_EQ(details.message, "short");
    EXPECT_EQ(details.detail, "");
    EXPECT_FALSE(collector.has_error());
    EXPECT_TRUE(logged.empty());
    sink.report(sink.ctx, nullptr);
    EXPECT_FALSE(collector.has_error());
}

TEST_F(ApiError, unknown_source_lists_those_there_are) {
    const Host host = open_host();
    EXPECT_THAT(thrown<InvalidUse>([&] { host.source("bd"); }).message, HasSubstr("it has \"db\""));
    EXPECT_THAT(host.source_names(), ::testing::ElementsAre("db"));
}

TEST_F(ApiError, source_and_connection_tell_about_themselves) {
    Source db = open_source();
    EXPECT_EQ(db.name(), "db");
    EXPECT_EQ(db.provider(), "scripted");
    EXPECT_TRUE(db.can(DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL));
    EXPECT_FALSE(db.can(DBWAY_CAP_STREAM | DBWAY_CAP_TLS));
    EXPECT_EQ(db.quote_identifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(db.type_name(DBWAY_T_TEXT), "");
    provider.set_connection_caps(DBWAY_CAP_STREAM);
    Connection connection = db.connection();
    const ServerInfo info = connection.info();
    EXPECT_EQ(info.product, "Scripted");
    EXPECT_EQ(info.version, "1.2.3");
    EXPECT_EQ(info.version_number, 1'002'003U);
    EXPECT_EQ(info.database, "script");
    EXPECT_EQ(info.user, "tester");
    EXPECT_EQ(info.session_id, 1);
    EXPECT_EQ(connection.capabilities(), static_cast<std::uint64_t>(DBWAY_CAP_STREAM));
    connection.reset();
    EXPECT_EQ(provider.requests(DBWAY_R_RESET).size(), 1U);
}

}  // namespace
}  // namespace dbway::test
