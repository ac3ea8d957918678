// The cache of prepared statements: what is sent, and when.
#include "unit/host/session_fixture.hpp"

#include <session/statement_cache.hpp>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t prepare_kind = DBWAY_R_PREPARE;
constexpr std::uint32_t execute_kind = DBWAY_R_EXECUTE;
constexpr std::uint32_t unprepare_kind = DBWAY_R_UNPREPARE;
constexpr std::uint32_t query_kind = DBWAY_R_QUERY;

class CacheStatement : public SessionTest {
  protected:
    std::vector<std::uint32_t> kinds() const {
        std::vector<std::uint32_t> result;
        for (const SeenRequest& seen : provider.requests()) result.push_back(seen.kind);
        return result;
    }
    std::vector<std::string> unprepared() const {
        std::vector<std::string> result;
        for (const SeenRequest& seen : provider.requests(DBWAY_R_UNPREPARE)) result.push_back(seen.sql);
        return result;
    }
};

TEST_F(CacheStatement, miss_sends_both_requests_in_one_submit) {
    provider.on("q", number_table(1));
    Source db = open_source();
    EXPECT_EQ(db.query("q").one<int>(), 1);
    const auto seen = provider.requests();
    ASSERT_THAT(kinds(), ElementsAre(prepare_kind, execute_kind));
    EXPECT_EQ(seen[0].submit, seen[1].submit);
    EXPECT_EQ(seen[0].stmt, seen[1].stmt);
    EXPECT_NE(seen[0].flags & DBWAY_RF_CHAIN, 0U) << "EXECUTE is skipped when PREPARE fails";
}

TEST_F(CacheStatement, hit_sends_one_execute_with_known_columns) {
    provider.on("q $1", number_table(1));
    Source db = open_source();
    db.query("q $1", 1).one<int>();
    provider.forget_seen();
    EXPECT_EQ(db.query("q $1", 2).one<int>(), 1);
    db.execute("q $1", 3);
    const auto seen = provider.requests();
    ASSERT_THAT(kinds(), ElementsAre(execute_kind, execute_kind));
    for (const SeenRequest& request : seen) EXPECT_NE(request.flags & DBWAY_RF_COLUMNS_KNOWN, 0U);
    EXPECT_NE(seen[0].submit, seen[1].submit);
}

TEST_F(CacheStatement, each_connection_has_its_own) {
    provider.on("q", number_table(1));
    Source db = open_source();
    Connection a = db.connection();
    Connection b = db.connection();
    a.execute("q");
    b.execute("q");
    a.execute("q");
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 2U);
}

TEST_F(CacheStatement, least_recently_used_is_unprepared) {
    options.statement_cache = 2;
    for (const char* sql : {"a", "b", "c"}) provider.on(sql, Answer::ok());
    Source db = open_source();
    db.execute("a");
    db.execute("b");
    db.execute("a");
    db.execute("c");  // b goes
    db.execute("a");
    EXPECT_THAT(unprepared(), ElementsAre("b"));
    provider.forget_seen();
    db.execute("a");
    db.execute("c");
    EXPECT_THAT(kinds(), ElementsAre(execute_kind, execute_kind));
    db.execute("b");
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 1U);
}

TEST_F(CacheStatement, every_evicted_statement_is_unprepared_once) {
    options.statement_cache = 3;
    Source db = open_source();
    for (int i = 0; i < 40; ++i) {
        const std::string sql = "s" + std::to_string(i);
        provider.on(sql, Answer::ok());
        db.execute(sql);
    }
    provider.on("end", Answer::ok());
    QueryOptions query;
    query.prepare = false;
    db.execute(query, "end");
    std::vector<std::string> expected;
    for (int i = 0; i < 37; ++i) expected.push_back("s" + std::to_string(i));
    EXPECT_EQ(unprepared(), expected);
}

TEST_F(CacheStatement, failed_unprepare_does_no_harm) {
    options.statement_cache = 1;
    provider.on("a", Answer::ok(1));
    provider.on("b", Answer::ok(2));
    provider.on_kind(DBWAY_R_UNPREPARE, Answer::error({DBWAY_ERR_INVALID, "no such statement", 0, "26000"}));
    Source db = open_source();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(db.execute("a").affected(), 1);
        EXPECT_EQ(db.execute("b").affected(), 2);
    }
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(CacheStatement, failed_prepare_is_not_cached) {
    provider.on_match([](const SeenRequest& seen) { return seen.kind == DBWAY_R_PREPARE; },
                      {Answer::error({DBWAY_ERR_SYNTAX, "no table t", 0, "42P01", 0, 15}),
                       Answer().columns({integer("n")}).done()});
    provider.on("select * from t", number_table(2));
    Source db = open_source();
    const ErrorDetails error = thrown<SyntaxError>([&] { db.query("select * from t"); });
    EXPECT_EQ(error.position, 15U);
    EXPECT_TRUE(db.query("select * from t").begin() != std::default_sentinel) << "the table is there now";
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 2U);
    EXPECT_EQ(provider.requests(DBWAY_R_EXECUTE).size(), 2U);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(CacheStatement, failing_execute_stays_prepared) {
    provider.on("q", {Answer::error({DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}), Answer::ok(1)});
    Source db = open_source();
    thrown<UniqueViolation>([&] { db.execute("q"); });
    EXPECT_EQ(db.execute("q").affected(), 1);
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 1U);
}

TEST_F(CacheStatement, forgotten_statement_is_prepared_again_invisibly) {
    const Answer forgotten = Answer::error({DBWAY_ERR_INVALID, "no such statement", 0, "26000"});
    provider.on("q", {number_table(1), forgotten, number_table(2), forgotten, number_table(3)});
    Source db = open_source();
    EXPECT_EQ(db.query("q").all<int>().size(), 1U);
    EXPECT_EQ(db.query("q").all<int>().size(), 2U);
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 2U);
    db.execute("q");
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 3U);
    EXPECT_EQ(provider.requests(DBWAY_R_EXECUTE).size(), 5U);
}

TEST_F(CacheStatement, changed_result_type_is_prepared_again) {
    provider.on(
        "q", {Answer::ok(),
              Answer::error({DBWAY_ERR_UNSUPPORTED, "cached plan must not change result type", 0, "0A000"}),
              Answer::ok(4)});
    Source db = open_source();
    db.execute("q");
    EXPECT_EQ(db.execute("q").affected(), 4);
    provider.on("other",
                {Answer::ok(), Answer::error({DBWAY_ERR_UNSUPPORTED, "not implemented", 0, "0A000"})});
    db.execute("other");
    thrown<Unsupported>([&] { db.execute("other"); });
}

TEST_F(CacheStatement, forgotten_again_at_once_is_an_error) {
    provider.on("q", {Answer::ok(), Answer::error({DBWAY_ERR_INVALID, "no such statement", 0, "26000"})});
    Source db = open_source();
    db.execute("q");
    EXPECT_EQ(thrown<InvalidUse>([&] { db.execute("q"); }).sqlstate, "26000");
    EXPECT_EQ(thrown<InvalidUse>([&] { db.query("q"); }).sqlstate, "26000");
}

TEST_F(CacheStatement, forgotten_inside_a_transaction_is_an_error) {
    provider.on("q", {Answer::ok(), Answer::error({DBWAY_ERR_INVALID, "no such statement", 0, "26000"}),
                      Answer::ok()});
    options.pool.max = 1;
    Source db = open_source();
    db.execute("q");
    Transaction transaction = db.begin();
    EXPECT_EQ(thrown<InvalidUse>([&] { transaction.execute("q"); }).sqlstate, "26000");
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 1U);
}

TEST_F(CacheStatement, changed_columns_are_taken_from_execute) {
    const auto wide = Answer()
                          .columns({integer("n"), text("t")})
                          .rows({{OwnedValue::i64(1), OwnedValue::text("x")}})
                          .done();
    provider.on("q",
                {number_table(2), wide, Answer().rows({{OwnedValue::i64(2), OwnedValue::text("y")}}).done()});
    Source db = open_source();
    EXPECT_EQ(db.query("q").all<int>().size(), 2U);
    EXPECT_EQ((db.query<int, std::string>("q").one()), std::tuple(1, "x"));
    EXPECT_EQ((db.query<int, std::string>("q").one()), std::tuple(2, "y")) << "known from the time before";
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 1U);
}

TEST_F(CacheStatement, changed_columns_seen_by_execute_are_known_to_query) {
    const auto wide = Answer()
                          .columns({integer("n"), text("t")})
                          .rows({{OwnedValue::i64(1), OwnedValue::text("x")}})
                          .done();
    provider.on("q",
                {number_table(2), wide, Answer().rows({{OwnedValue::i64(2), OwnedValue::text("y")}}).done()});
    Source db = open_source();
    db.query("q").all<int>();
    db.execute("q");
    EXPECT_EQ((db.query<int, std::string>("q").one()), std::tuple(2, "y"));
}

TEST_F(CacheStatement, size_zero_prepares_nothing) {
    options.statement_cache = 0;
    provider.on("q", number_table(1));
    Source db = open_source();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(db.query("q").one<int>(), 1);
    EXPECT_THAT(kinds(), ElementsAre(query_kind, query_kind, query_kind));
}

TEST_F(CacheStatement, provider_that_cannot_prepare_gets_queries) {
    provider.set_caps(DBWAY_CAP_STREAM);
    provider.on("q", number_table(1));
    Source db = open_source();
    EXPECT_EQ(db.query("q").one<int>(), 1);
    EXPECT_THAT(kinds(), ElementsAre(query_kind));
}

TEST_F(CacheStatement, reset_forgets_all_of_them) {
    provider.on("a", Answer::ok(1));
    provider.on("b", Answer::ok(2));
    Source db = open_source();
    Connection connection = db.connection();
    connection.execute("a");
    connection.execute("b");
    connection.reset();
    Transaction transaction = connection.begin();
    EXPECT_EQ(transaction.execute("a").affected(), 1) << "although the provider has forgotten it";
    transaction.commit();
    EXPECT_EQ(provider.requests(DBWAY_R_PREPARE).size(), 3U);
}

TEST(StatementCacheOrder, evicts_what_was_not_used_for_longest) {
    dbway::detail::StatementCache cache(2);
    cache.insert("a", 1);
    cache.insert("b", 2);
    EXPECT_EQ(cache.evict(), 0U);
    EXPECT_EQ(cache.find("a")->id, 1U);
    cache.insert("c", 3);
    EXPECT_EQ(cache.evict(), 2U);
    EXPECT_EQ(cache.find("b"), nullptr);
    cache.erase("a");
    cache.erase("never there");
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.find_id(3)->text, "c");
    EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace dbway::test
