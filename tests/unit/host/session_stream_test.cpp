// Results on their way: batches, ends before the end, result sets, errors in the middle.
#include "unit/host/session_fixture.hpp"

#include <memory>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SessionStream : public SessionTest {
  protected:
    static std::vector<std::int64_t> read(Rows& rows) { return rows.all<std::int64_t>(); }
};

// A result of `batches` ROWS events of one row each, counting how many were asked for.
Answer counted(int batches, const std::shared_ptr<int>& asked) {
    const auto cell = std::make_shared<dbway_value>(Codec<std::int64_t>::encode(1));
    Answer answer;
    answer.columns({integer("n")});
    for (int i = 0; i < batches; ++i) {
        answer.event([asked, cell](dbway_event& event) {
            ++*asked;
            event.kind = DBWAY_E_ROWS;
            event.cells = cell.get();
            event.n_rows = 1;
            event.n_columns = 1;
        });
    }
    return answer.done();
}

TEST_F(SessionStream, batches_are_asked_for_one_at_a_time) {
    const auto asked = std::make_shared<int>(0);
    provider.on("q", counted(1000, asked));
    Source db = open_source();
    int read = 0;
    for (const Row row : db.query("q")) {
        ++read;
        ASSERT_EQ(row.get<int>(0), 1);
        ASSERT_EQ(*asked, read) << "no batch is fetched before it is wanted";
    }
    EXPECT_EQ(read, 1000);
}

TEST_F(SessionStream, batch_size_goes_to_the_provider) {
    options.batch_rows = 17;
    provider.on("q", number_table(100));
    Source db = open_source();
    db.query("q").all<int>();
    EXPECT_EQ(provider.requests("q").back().batch_rows, 17U);
    QueryOptions query;
    query.batch_rows = 3;
    EXPECT_EQ(db.query(query, "q").all<int>().size(), 100U);
    EXPECT_EQ(provider.requests("q").back().batch_rows, 3U);
}

TEST_F(SessionStream, sizes_around_a_batch_are_complete) {
    options.batch_rows = 8;
    Source db = open_source();
    for (const std::int64_t count : {0, 1, 7, 8, 9, 15, 16, 17, 80}) {
        const std::string sql = "q" + std::to_string(count);
        provider.on(sql, number_table(count));
        Rows rows = db.query(sql);
        const auto all = read(rows);
        ASSERT_EQ(all.size(), static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i + 1);
    }
}

TEST_F(SessionStream, leaving_early_discards_and_the_connection_is_used_again) {
    options.batch_rows = 2;
    provider.on("q", number_table(100));
    Source db = open_source();
    for (const Row row : db.query("q"))
        if (row.get<int>(0) == 3) break;
    EXPECT_EQ(provider.discards(), 1U);
    EXPECT_EQ(db.query("q").all<int>().size(), 100U);
    EXPECT_EQ(provider.opens().size(), 1U);
    EXPECT_EQ(provider.closes(), 0U);
}

TEST_F(SessionStream, rows_that_were_never_looked_at_are_discarded) {
    provider.on("q", number_table(1000));
    Source db = open_source();
    { const Rows rows = db.query("q"); }
    EXPECT_EQ(db.query("q").all<int>().size(), 1000U);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionStream, the_connection_is_back_once_all_rows_were_read) {
    options.pool.max = 1;
    provider.on("q", number_table(3));
    Source db = open_source();
    Rows rows = db.query("q");
    EXPECT_EQ(read(rows).size(), 3U);
    EXPECT_EQ(db.query("q").all<int>().size(), 3U) << "although `rows` still exists";
}

TEST_F(SessionStream, moving_rows_in_the_middle_loses_none) {
    options.batch_rows = 4;
    provider.on("q", number_table(30));
    Source db = open_source();
    Connection connection = db.connection();
    std::vector<std::int64_t> all;
    auto rows = std::make_unique<Rows>(connection.query("q"));
    for (int round = 0; round < 29; ++round) {
        auto at = rows->begin();
        all.push_back((*at).get<std::int64_t>(0));
        ++at;
        rows = std::make_unique<Rows>(std::move(*rows));
    }
    all.push_back((*rows->begin()).get<std::int64_t>(0));
    ASSERT_EQ(all.size(), 30U);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<std::int64_t>(i + 1));
}

TEST_F(SessionStream, assigning_over_rows_frees_their_connection) {
    options.pool.max = 2;
    options.batch_rows = 2;
    provider.on("q", number_table(30));
    Source db = open_source();
    Rows rows = db.query("q");
    (void)rows.begin();
    rows = db.query("q");
    EXPECT_EQ(db.statistics().idle, 1U);
    EXPECT_EQ(read(rows).size(), 30U);
    EXPECT_EQ(db.statistics().idle, 2U);
}

TEST_F(SessionStream, second_loop_goes_on_where_the_first_stopped) {
    options.batch_rows = 4;
    provider.on("q", number_table(10));
    Source db = open_source();
    Rows rows = db.query("q");
    for (const Row row : rows)
        if (row.get<int>(0) == 6) break;
    std::vector<int> rest;
    for (const Row row : rows) rest.push_back(row.get<int>(0));
    EXPECT_THAT(rest, ElementsAre(6, 7, 8, 9, 10)) << "the row it stopped at is still the current one";
}

TEST_F(SessionStream, script_gives_its_result_sets_in_turn) {
    options.batch_rows = 3;
    for (const bool final : {true, false}) {
        Answer answer;
        answer.result({integer("a")}, numbers(4))
            .result({text("b")}, {})
            .result({integer("c")}, numbers(2, 10));
        answer.result({integer("d")}, {}).result({integer("e")}, numbers(7, 100), final);
        if (!final) answer.done(9);
        provider.on("script", answer);
        Source db = open_source();
        Rows rows = db.script("script");
        std::vector<std::string> seen;
        do {
            std::string set = rows.columns().at(0).name;
            for (const Row row : rows) set += " " + row.get<std::string>(0);
            seen.push_back(set);
        } while (rows.next_set());
        EXPECT_THAT(seen, ElementsAre("a 1 2 3 4", "b", "c 10 11", "d", "e 100 101 102 103 104 105 106"));
        EXPECT_FALSE(rows.next_set());
        EXPECT_EQ(db.statistics().idle, 1U);
    }
}

TEST_F(SessionStream, next_set_passes_over_unread_rows) {
    options.batch_rows = 2;
    provider.on("script",
                Answer().result({integer("a")}, numbers(9)).result({integer("b")}, numbers(3), true));
    Source db = open_source();
    Rows rows = db.script("script");
    (void)rows.begin();
    ASSERT_TRUE(rows.next_set());
    EXPECT_EQ(rows.columns()[0].name, "b");
    EXPECT_THAT(read(rows), ElementsAre(1, 2, 3));
}

TEST_F(SessionStream, sets_announced_by_columns_events) {
    provider.on("script", Answer()
                              .columns({integer("a")})
                              .columns({integer("b")})
                              .rows(numbers(2))
                              .columns({integer("c")})
                              .done());
    Source db = open_source();
    Rows rows = db.script("script");
    std::vector<std::string> sets;
    do sets.push_back(rows.columns()[0].name + std::to_string(rows.all<int>().size()));
    while (rows.next_set());
    EXPECT_THAT(sets, ElementsAre("a0", "b2", "c0"));
}

TEST_F(SessionStream, error_after_some_rows_comes_while_reading) {
    provider.on("q", Answer()
                         .columns({integer("n")})
                         .rows(numbers(2))
                         .failed({DBWAY_ERR_DATA, "division by zero", 0, "22012"}));
    Source db = open_source();
    Rows rows = db.query("q");
    auto at = rows.begin();
    EXPECT_EQ((*at).get<int>(0), 1);
    ++at;
    EXPECT_EQ((*at).get<int>(0), 2);
    EXPECT_EQ(thrown<DataError>([&] { ++at; }).sqlstate, "22012");
    EXPECT_EQ(db.statistics().idle, 1U) << "the error has not cost the connection";
    EXPECT_EQ(provider.closes(), 0U);
    EXPECT_FALSE(rows.next_set());
}

TEST_F(SessionStream, error_before_the_first_row_comes_at_once) {
    provider.on("q", Answer().columns({integer("n")}).failed({DBWAY_ERR_DATA, "bad", 0, "22012"}));
    Source db = open_source();
    thrown<DataError>([&] { db.query("q"); });
    EXPECT_EQ(db.statistics().idle, 1U);
}

TEST_F(SessionStream, connection_lost_in_the_middle_is_replaced) {
    provider.on("q", {Answer().columns({integer("n")}).rows(numbers(2)).die(), number_table(1)});
    Source db = open_source();
    Rows rows = db.query("q");
    const ErrorDetails error = thrown<ConnectionError>([&] { read(rows); });
    EXPECT_TRUE(error.connection_lost);
    EXPECT_THAT(error.message, HasSubstr("closed the connection"));
    EXPECT_EQ(db.query("q").one<int>(), 1);
    EXPECT_EQ(provider.opens().size(), 2U);
    EXPECT_EQ(provider.closes(), 1U);
}

TEST_F(SessionStream, rows_outlive_source_and_host) {
    options.batch_rows = 2;
    provider.on("q", number_table(9));
    std::optional<Rows> rows;
    {
        std::optional<Source> db;
        {
            const Host host = open_host();
            db = host.source("db");
        }
        rows = db->query("q");
    }
    EXPECT_EQ(read(*rows).size(), 9U);
    rows.reset();
    EXPECT_TRUE(provider.await([](const ScriptedProvider& p) { return p.destroys() == 1; }));
    EXPECT_EQ(provider.open_connections(), 0U);
}

}  // namespace
}  // namespace dbway::test
