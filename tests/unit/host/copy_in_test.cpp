// Bulk load.
#include "unit/host/session_fixture.hpp"

#include <stdexcept>

namespace dbway::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CopyInTest : public SessionTest {
  protected:
    CopyInTest() { options.pool.max = 1; }
    SeenRequest seen() const {
        const auto all = provider.requests(DBWAY_R_COPY_IN);
        return all.empty() ? SeenRequest{} : all.back();
    }
    // Whether the pool's one connection is free and good.
    void expect_connection_back(Source& db) {
        provider.on("free?", Answer::ok(1));
        EXPECT_EQ(db.execute("free?").affected(), 1);
        EXPECT_EQ(provider.opens().size(), 1U) << "and is the same one";
    }
};

TEST_F(CopyInTest, rows_arrive_whole_and_in_order) {
    Source db = open_source();
    for (const int count : {1, 511, 512, 513, 5000}) {
        CopyIn copy = db.copy_in("t", {"id", "name"});
        for (int i = 0; i < count; ++i) copy.row(i, "name " + std::to_string(i));
        EXPECT_EQ(copy.finish(), count);
        const SeenRequest request = seen();
        EXPECT_EQ(request.sql, "t");
        EXPECT_THAT(request.names, ElementsAre("id", "name"));
        ASSERT_EQ(request.copied.size(), static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            ASSERT_THAT(request.copied[static_cast<std::size_t>(i)],
                        ElementsAre(OwnedValue::i64(i), OwnedValue::text("name " + std::to_string(i))));
    }
    expect_connection_back(db);
}

TEST_F(CopyInTest, large_values_are_copied_at_once) {
    Source db = open_source();
    CopyIn copy = db.copy_in("t", {"a", "b"});
    std::string text;
    for (int i = 0; i < 40; ++i) {
        text.assign(20'000, static_cast<char>('a' + i % 26));
        const std::vector<std::string> items{text};
        copy.row(text, items);
        text.assign(20'000, '!');
    }
    copy.finish();
    const SeenRequest request = seen();
    ASSERT_EQ(request.copied.size(), 40U);
    for (std::size_t i = 0; i < 40; ++i) {
        ASSERT_EQ(request.copied[i][0].bytes, std::string(20'000, static_cast<char>('a' + i % 26)));
        ASSERT_EQ(request.copied[i][1].items[0].bytes, request.copied[i][0].bytes);
    }
}

TEST_F(CopyInTest, without_a_list_the_first_row_tells_the_width) {
    Source db = open_source();
    CopyIn copy = db.copy_in("t");
    EXPECT_THAT(provider.requests(), IsEmpty());
    copy.row(1, nullptr, "x");
    EXPECT_THAT(thrown<InvalidUse>([&] { copy.row(1, 2); }).message, HasSubstr("2 values"));
    copy.row(2, 2.5, "y");
    EXPECT_EQ(copy.finish(), 2);
    EXPECT_THAT(seen().names, IsEmpty());
    EXPECT_EQ(seen().copied.size(), 2U);
    expect_connection_back(db);
}

TEST_F(CopyInTest, wrong_width_is_refused_and_the_load_goes_on) {
    Source db = open_source();
    CopyIn copy = db.copy_in("t", {"a", "b"});
    const ErrorDetails error = thrown<InvalidUse>([&] { copy.row(1); });
    EXPECT_THAT(error.message, HasSubstr("1 values"));
    EXPECT_THAT(error.message, HasSubstr("2 columns"));
    copy.row(1, 2);
    EXPECT_EQ(copy.finish(), 1);
}

TEST_F(CopyInTest, no_row_at_all) {
    Source db = open_source();
    EXPECT_EQ(db.copy_in("t", {"a"}).finish(), 0);
    EXPECT_EQ(db.copy_in("t").finish(), 0);
    EXPECT_EQ(provider.requests(DBWAY_R_COPY_IN).size(), 1U);
    expect_connection_back(db);
}

TEST_F(CopyInTest, wrong_table_is_told_at_once) {
    provider.on("nowhere", Answer::error({DBWAY_ERR_SYNTAX, "no table nowhere", 0, "42P01"}));
    Source db = open_source();
    thrown<SyntaxError>([&] { db.copy_in("nowhere", {"a"}); });
    expect_connection_back(db);
}

TEST_F(CopyInTest, server_failing_in_the_middle) {
    provider.on("t", Answer().copy_fails_after(1000, {DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}));
    Source db = open_source();
    CopyIn copy = db.copy_in("t", {"a"});
    int sent = 0;
    const ErrorDetails error = thrown<UniqueViolation>([&] {
        while (sent < 100'000) {
            copy.row(sent);
            ++sent;
        }
    });
    EXPECT_EQ(error.sqlstate, "23505");
    EXPECT_LT(sent, 2000) << "soon after it happened";
    expect_connection_back(db);
    EXPECT_THAT(thrown<InvalidUse>([&] { copy.row(1); }).message, HasSubstr("over"));
    EXPECT_THAT(thrown<InvalidUse>([&] { copy.finish(); }).message, HasSubstr("over"));
}

TEST_F(CopyInTest, server_failing_at_the_end) {
    provider.on("t", Answer().copy_fails_after(1000, {DBWAY_ERR_CONSTRAINT, "twice", 0, "23505"}));
    Source db = open_source();
    CopyIn copy = db.copy_in("t", {"a"});
    for (int i = 0; i < 10; ++i) copy.row(i);
    thrown<UniqueViolation>([&] { copy.finish(); });
    expect_connection_back(db);
}

TEST_F(CopyInTest, destruction_aborts) {
    Source db = open_source();
    {
        CopyIn copy = db.copy_in("t", {"a"});
        for (int i = 0; i < 600; ++i) copy.row(i);
    }
    ASSERT_EQ(provider.requests(DBWAY_R_COPY_IN).size(), 1U);
    EXPECT_TRUE(seen().finished);
    EXPECT_LE(seen().copied.size(), 512U) << "the block that was not full never left";
    expect_connection_back(db);
}

TEST_F(CopyInTest, exception_in_the_middle_aborts) {
    Source db = open_source();
    EXPECT_THROW(
        {
            CopyIn copy = db.copy_in("t", {"a"});
            copy.row(1);
            throw std::logic_error("mine");
        },
        std::logic_error);
    expect_connection_back(db);
}

TEST_F(CopyInTest, moves) {
    Source db = open_source();
    CopyIn first = db.copy_in("t", {"a"});
    first.row(1);
    CopyIn second = std::move(first);
    second.row(2);
    EXPECT_THAT(thrown<InvalidUse>([&] { first.row(3); }).message, HasSubstr("moved"));
    EXPECT_EQ(second.finish(), 2);
    EXPECT_EQ(seen().copied.size(), 2U);
}

TEST_F(CopyInTest, provider_that_counts_nothing) {
    provider.on("t", Answer().done(-1));
    Source db = open_source();
    CopyIn copy = db.copy_in("t", {"a"});
    for (int i = 0; i < 700; ++i) copy.row(i);
    EXPECT_EQ(copy.finish(), 700) << "then the host has counted";
}

TEST_F(CopyInTest, inside_a_transaction) {
    provider.set_fail_transaction_on_error(true);
    Source db = open_source();
    db.transaction([&](Transaction& transaction) {
        CopyIn copy = transaction.copy_in("t", {"a"});
        copy.row(1);
        EXPECT_EQ(copy.finish(), 1);
    });
    EXPECT_EQ(provider.requests(DBWAY_R_COMMIT).size(), 1U);
    thrown<InvalidUse>([&] {
        db.transaction([&](Transaction& transaction) { CopyIn aborted = transaction.copy_in("t", {"a"}); });
    });
    EXPECT_EQ(provider.requests(DBWAY_R_ROLLBACK).size(), 1U) << "an aborted bulk load fails its transaction";
    expect_connection_back(db);
}

TEST_F(CopyInTest, another_statement_meanwhile_is_a_clear_error) {
    Source db = open_source();
    Connection connection = db.connection();
    CopyIn copy = connection.copy_in("t", {"a"});
    copy.row(1);
    const auto refused = [](auto&& function) {
        EXPECT_THAT(thrown<InvalidUse>(function).message, HasSubstr("bulk load is running"));
    };
    refused([&] { connection.execute("x"); });
    refused([&] { connection.query("x"); });
    refused([&] { connection.run(Batch().add("x")); });
    refused([&] { connection.copy_in("u", {"a"}); });
    refused([&] { connection.begin(); });
    refused([&] { connection.ping(); });
    EXPECT_EQ(copy.finish(), 1);
    connection.ping();
}

TEST_F(CopyInTest, lost_connection) {
    provider.on("t", Answer().die());
    Source db = open_source();
    const ErrorDetails error = thrown<ConnectionError>([&] {
        CopyIn copy = db.copy_in("t", {"a"});
        copy.row(1);
        copy.finish();
    });
    EXPECT_TRUE(error.connection_lost);
    EXPECT_TRUE(error.outcome_unknown);
    EXPECT_EQ(provider.open_connections(), 0U);
    provider.on("ok", Answer::ok(1));
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(CopyInTest, provider_ending_early_is_an_internal_error) {
    provider.on("t", Answer().event([](dbway_event& event) { event.kind = DBWAY_E_DONE; }));
    Source db = open_source();
    thrown<InternalError>([&] {
        CopyIn copy = db.copy_in("t", {"a"});
        for (int i = 0; i < 2000; ++i) copy.row(i);
    });
    provider.on("ok", Answer::ok(1));
    EXPECT_EQ(db.execute("ok").affected(), 1);
}

TEST_F(CopyInTest, stop_token_and_outliving) {
    std::stop_source stop;
    QueryOptions query;
    query.stop = stop.get_token();
    Source db = open_source();
    CopyIn copy = db.copy_in(query, "t", {"a"});
    copy.row(1);
    stop.request_stop();
    thrown<Cancelled>([&] {
        for (int i = 0; i < 2000; ++i) copy.row(i);
    });
    expect_connection_back(db);
    std::optional<CopyIn> outliving;
    {
        Host host = open_host();
        outliving = host.source("db").copy_in("t", {"a"});
    }
    outliving->row(1);
    EXPECT_EQ(outliving->finish(), 1);
}

}  // namespace
}  // namespace dbway::test
