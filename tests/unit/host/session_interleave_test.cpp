// A second statement while rows of the first are still unread.
#include "unit/host/session_fixture.hpp"

#include <memory>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SessionInterleave : public SessionTest {
  protected:
    SessionInterleave() {
        options.batch_rows = 4;
        provider.on("first", number_table(30));
        provider.on("second", number_table(10, 100));
        provider.on("third", number_table(10, 200));
        provider.on("update", Answer::ok(1));
    }

    static int value(Rows& rows) { return (*rows.begin()).get<int>(0); }
    // The current row, then on to the next.
    static int step(Rows& rows) {
        auto at = rows.begin();
        const int result = (*at).get<int>(0);
        ++at;
        return result;
    }
    static void expect_rest(Rows& rows, int from, int to) {
        for (int i = from; i <= to; ++i) ASSERT_EQ(step(rows), i);
        EXPECT_EQ(rows.begin(), rows.end());
    }
};

TEST_F(SessionInterleave, first_goes_on_with_every_row_exactly_once) {
    Source db = open_source();
    Connection connection = db.connection();
    for (int at = 0; at < 30; ++at) {
        Rows first = connection.query("first");
        for (int i = 1; i <= at; ++i) ASSERT_EQ(step(first), i);
        connection.execute("update");
        expect_rest(first, at + 1, 30);
    }
    EXPECT_EQ(provider.discards(), 0U);
    EXPECT_EQ(provider.opens().size(), 1U);
}

TEST_F(SessionInterleave, before_the_first_row_was_looked_at) {
    Source db = open_source();
    Connection connection = db.connection();
    Rows first = connection.query("first");
    Rows second = connection.query("second");
    expect_rest(first, 1, 30);
    expect_rest(second, 100, 109);
}

TEST_F(SessionInterleave, a_statement_for_each_row) {
    Source db = open_source();
    Connection connection = db.connection();
    int expected = 0;
    for (const Row row : connection.query("first")) {
        ASSERT_EQ(row.get<int>(0), ++expected);
        ASSERT_EQ(connection.query("second").all<int>().size(), 10U);
        ASSERT_EQ(row.get<int>(0), expected) << "the current row is still the current one";
    }
    EXPECT_EQ(expected, 30);
}

TEST_F(SessionInterleave, small_results_that_have_ended_already) {
    provider.on("small", number_table(3));
    Source db = open_source();
    Connection connection = db.connection();
    std::vector<int> seen;
    for (const Row row : connection.query("small")) {
        connection.execute("update");
        seen.push_back(row.get<int>(0));
    }
    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

TEST_F(SessionInterleave, three_deep) {
    Source db = open_source();
    Connection connection = db.connection();
    Rows first = connection.query("first");
    EXPECT_EQ(step(first), 1);
    Rows second = connection.query("second");
    EXPECT_EQ(step(second), 100);
    Rows third = connection.query("third");
    EXPECT_EQ(step(third), 200);
    EXPECT_EQ(step(first), 2);
    EXPECT_EQ(step(second), 101);
    connection.execute("update");
    EXPECT_EQ(step(third), 201);
    expect_rest(second, 102, 109);
    expect_rest(first, 3, 30);
    expect_rest(third, 202, 209);
}

TEST_F(SessionInterleave, variable_size_values_are_copied) {
    std::vector<OwnedRow> rows;
    for (int i = 0; i < 50; ++i)
        rows.push_back(
            {OwnedValue::text(std::string(100, static_cast<char>('A' + i % 26))),
             OwnedValue::array({OwnedValue::text("item " + std::to_string(i)), OwnedValue::null()}),
             OwnedValue::interval_of(i, i, i),
             OwnedValue::blob(std::string(static_cast<std::size_t>(i), 'b'))});
    provider.on("wide", Answer::table({text("t"),
                                       {.name = "a", .type = DBWAY_T_ARRAY, .item_type = DBWAY_T_TEXT},
                                       {.name = "i", .type = DBWAY_T_INTERVAL},
                                       {.name = "b", .type = DBWAY_T_BLOB}},
                                      rows));
    Source db = open_source();
    Connection connection = db.connection();
    int i = 0;
    for (const Row row : connection.query("wide")) {
        connection.execute("update");
        ASSERT_EQ(row.get<std::string>(0), std::string(100, static_cast<char>('A' + i % 26)));
        ASSERT_THAT(row.get<std::vector<std::optional<std::string>>>(1),
                    ElementsAre("item " + std::to_string(i), std::nullopt));
        ASSERT_EQ(row.get<Interval>(2), (Interval{i, i, i}));
        ASSERT_EQ(row.get<Blob>(3).size(), static_cast<std::size_t>(i));
        ++i;
    }
    EXPECT_EQ(i, 50);
}

TEST_F(SessionInterleave, rows_without_columns) {
    provider.on("empty", Answer::table({}, std::vector<OwnedRow>(30)));
    Source db = open_source();
    Connection connection = db.connection();
    int count = 0;
    for (const Row row : connection.query("empty")) {
        count += row.size() == 0;
        if (count % 5 == 1) connection.execute("update");
    }
    EXPECT_EQ(count, 30);
}

TEST_F(SessionInterleave, unread_result_sets_of_a_script) {
    provider.on("script", Answer()
                              .result({integer("a")}, numbers(9))
                              .result({integer("b")}, {})
                              .result({integer("c")}, numbers(6), true));
    Source db = open_source();
    Connection connection = db.connection();
    for (int sets_before = 0; sets_before < 3; ++sets_before) {
        Rows rows = connection.script("script");
        std::string seen;
        int set = 0;
        do {
            if (set == sets_before) {
                auto at = rows.begin();
                if (at != rows.end()) seen += (*at).get<std::string>(0);
                connection.execute("update");
                if (at != rows.end()) ++at;
            }
            seen += rows.columns()[0].name;
            for (const Row row : rows) seen += row.get<std::string>(0);
            ++set;
        } while (rows.next_set());
        EXPECT_EQ(seen, sets_before == 0   ? "1a23456789bc123456"
                        : sets_before == 1 ? "a123456789bc123456"
                                           : "a123456789b1c23456");
    }
}

TEST_F(SessionInterleave, too_much_to_keep_is_an_error_that_harms_nobody) {
    options.buffer_limit = 10 * sizeof(dbway_value);
    Source db = open_source();
    Connection connection = db.connection();
    Rows first = connection.query("first");
    EXPECT_EQ(step(first), 1);
    EXPECT_EQ(step(first), 2);
    const ErrorDetails error = thrown<InvalidUse>([&] { connection.execute("update"); });
    EXPECT_TRUE(error.not_executed);
    EXPECT_THAT(error.message, HasSubstr("buffer_limit"));
    EXPECT_TRUE(provider.requests("update").empty());
    for (int i = 3; i <= 8; ++i) ASSERT_EQ(step(first), i);
    thrown<InvalidUse>([&] { connection.query("second"); });
    expect_rest(first, 9, 30);
    EXPECT_EQ(connection.execute("update").affected(), 1) << "there is nothing left to keep";
}

TEST_F(SessionInterleave, the_limit_is_of_what_is_kept_at_a_time) {
    options.buffer_limit = 20 * sizeof(dbway_value);
    Source db = open_source();
    Connection connection = db.connection();
    Rows first = connection.query("first");
    EXPECT_EQ(step(first), 1);
    thrown<InvalidUse>([&] { connection.execute("update"); });
    for (int i = 2; i <= 24; ++i) ASSERT_EQ(step(first), i);
    EXPECT_EQ(connection.execute("update").affected(), 1) << "six rows are below the limit";
    expect_rest(first, 25, 30);
}

TEST_F(SessionInterleave, error_of_the_first_arrives_at_its_reader) {
    provider.on("broken", Answer()
                              .columns({integer("n")})
                              .rows(numbers(3))
                              .rows(numbers(2, 4))
                              .failed({DBWAY_ERR_DATA, "division by zero", 0, "22012"}));
    Source db = open_source();
    Connection connection = db.connection();
    Rows first = connection.query("broken");
    EXPECT_EQ(step(first), 1);
    EXPECT_EQ(connection.execute("update").affected(), 1);
    for (int i = 2; i <= 4; ++i) ASSERT_EQ(step(first), i);
    auto last = first.begin();
    EXPECT_EQ((*last).get<int>(0), 5);
    EXPECT_EQ(thrown<DataError>([&] { ++last; }).sqlstate, "22012");
    EXPECT_EQ(connection.execute("update").affected(), 1);
}

TEST_F(SessionInterleave, connection_lost_under_the_first) {
    provider.on("dying", Answer().columns({integer("n")}).rows(numbers(3)).die());
    Source db = open_source();
    Connection connection = db.connection();
    Rows first = connection.query("dying");
    EXPECT_EQ(step(first), 1);
    const ErrorDetails second = thrown<ConnectionError>([&] { connection.execute("update"); });
    EXPECT_TRUE(second.not_executed);
    EXPECT_EQ(step(first), 2);
    auto last = first.begin();
    EXPECT_THAT(thrown<ConnectionError>([&] { ++last; }).message, HasSubstr("server closed"));
}

TEST_F(SessionInterleave, rows_are_moved_in_between) {
    Source db = open_source();
    Connection connection = db.connection();
    auto first = std::make_unique<Rows>(connection.query("first"));
    for (int i = 1; i <= 30; ++i) {
        ASSERT_EQ(value(*first), i);
        if (i % 3 == 0) connection.execute("update");
        first = std::make_unique<Rows>(std::move(*first));
        if (i % 5 == 0) connection.query("second").all<int>();
        ASSERT_EQ(step(*first), i);
    }
    EXPECT_EQ(first->begin(), first->end());
}

TEST_F(SessionInterleave, batch_copy_ping_and_transactions_as_the_second_statement) {
    Source db = open_source();
    Connection connection = db.connection();
    {
        Rows first = connection.query("first");
        EXPECT_EQ(step(first), 1);
        Batch batch;
        batch.add("update").add("second");
        EXPECT_EQ(connection.run(batch)[1].rows().all<int>().size(), 10U);
        expect_rest(first, 2, 30);
    }
    {
        Rows first = connection.query("first");
        EXPECT_EQ(step(first), 1);
        CopyIn copy = connection.copy_in("t", {"a"});
        EXPECT_EQ(step(first), 2) << "the buffered result can be read while the bulk load runs";
        copy.row(1);
        EXPECT_EQ(copy.finish(), 1);
        expect_rest(first, 3, 30);
    }
    {
        Rows first = connection.query("first");
        EXPECT_EQ(step(first), 1);
        connection.ping();
        EXPECT_EQ(step(first), 2);
    }
    {
        Rows first = connection.query("first");
        EXPECT_EQ(step(first), 1);
        connection.transaction([&](Transaction& transaction) {
            EXPECT_EQ(step(first), 2);
            Rows inner = transaction.query("second");
            EXPECT_EQ(step(inner), 100);
            transaction.savepoint([&] { transaction.execute("update"); });
            expect_rest(inner, 101, 109);
        });
        expect_rest(first, 3, 30);
    }
}

TEST_F(SessionInterleave, rows_read_after_their_transaction) {
    options.pool.max = 1;
    Source db = open_source();
    std::optional<Rows> rows;
    db.transaction([&](Transaction& transaction) {
        rows = transaction.query("first");
        EXPECT_EQ(step(*rows), 1);
    });
    EXPECT_EQ(db.query("second").all<int>().size(), 10U) << "the connection is someone else's";
    expect_rest(*rows, 2, 30);
}

TEST_F(SessionInterleave, unread_result_dropped_after_it_was_buffered) {
    Source db = open_source();
    Connection connection = db.connection();
    {
        Rows first = connection.query("first");
        connection.execute("update");
    }
    EXPECT_EQ(connection.execute("update").affected(), 1);
    EXPECT_EQ(provider.discards(), 0U);
}

}  // namespace
}  // namespace dbway::test
