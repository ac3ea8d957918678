// COPY_IN: rows pulled from the host, and every way in which that can end.
#include "sdk_client.hpp"

namespace dbway::sdk::test {
namespace {

// Answers what the test has written down, one step a pull.
struct Source {
    struct Step {
        dbway_status status;
        std::vector<dbway_value> cells;
    };
    std::vector<Step> steps;
    std::size_t at = 0;
    dbway_row_source table{};

    explicit Source(std::vector<Step> given) : steps(std::move(given)) {
        table.struct_size = sizeof table;
        table.n_columns = 1;
        table.ctx = this;
        table.pull = [](void* self, const dbway_value** cells, std::uint32_t* rows) noexcept -> dbway_status {
            Source& source = *static_cast<Source*>(self);
            if (source.at == source.steps.size()) return DBWAY_END;
            const Step& step = source.steps[source.at++];
            *cells = step.cells.data();
            *rows = static_cast<std::uint32_t>(step.cells.size());
            return step.status;
        };
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
};

TEST(SdkCopy, RowsAreKeptAndCounted) {
    Client client;
    Source source({{DBWAY_OK, {integer(1), integer(2)}}, {DBWAY_OK, {integer(3)}}});
    dbway_request& copy = client.request(DBWAY_R_COPY_IN, "numbers");
    const dbway_str names[] = {detail::to_str("n")};
    copy.names = names;
    copy.n_names = 1;
    copy.source = &source.table;
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "1:DONE");
    EXPECT_EQ(events[0].event.affected, 3);
    EXPECT_EQ(client.world_of().table, (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_TRUE(client.world_of().noted("copy_in numbers n"));
}

TEST(SdkCopy, SourceWithoutRowsYetPausesTheCopy) {
    Client client;
    Source source({{DBWAY_OK, {integer(1)}}, {DBWAY_AGAIN, {}}, {DBWAY_AGAIN, {}}, {DBWAY_OK, {integer(2)}}});
    client.request(DBWAY_R_COPY_IN, "numbers").source = &source.table;
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    EXPECT_EQ(client.next(event), DBWAY_AGAIN);
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    wait.fd = 5;
    ASSERT_EQ(client.api->wait_info(client.connection, &wait), DBWAY_OK);
    EXPECT_EQ(wait.fd, -1);
    EXPECT_EQ(wait.timeout_ns, 0U);
    EXPECT_EQ(wait.interest, 0U);
    EXPECT_EQ(client.next(event), DBWAY_AGAIN);
    EXPECT_TRUE(client.world_of().table.empty());
    EXPECT_EQ(shape(client.drain()), "1:DONE 2:ROWS1+.");
    EXPECT_EQ(client.world_of().table, (std::vector<std::int64_t>{1, 2}));
}

TEST(SdkCopy, SourceThatGivesUpLeavesNothingBehind) {
    Client client;
    Source source({{DBWAY_OK, {integer(1)}}, {DBWAY_ERR_DATA, {}}});
    client.request(DBWAY_R_COPY_IN, "numbers", DBWAY_RF_CHAIN).source = &source.table;
    client.request(DBWAY_R_QUERY, "nothing");
    const std::vector<Received> events = client.run();
    EXPECT_EQ(shape(events), "1:FAILED 2:SKIPPED");
    EXPECT_EQ(events[0].event.status, DBWAY_ERR_DATA);
    EXPECT_TRUE(client.world_of().table.empty());
    EXPECT_TRUE(client.world_of().noted("copy taken back"));
}

TEST(SdkCopy, CancelDuringAPauseEndsIt) {
    Client client;
    Source source({{DBWAY_AGAIN, {}}, {DBWAY_OK, {integer(1)}}});
    client.request(DBWAY_R_COPY_IN, "numbers").source = &source.table;
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    EXPECT_EQ(client.next(event), DBWAY_AGAIN);
    EXPECT_EQ(client.api->cancel(client.connection, 1), DBWAY_OK);
    const std::vector<Received> events = client.drain();
    EXPECT_EQ(shape(events), "1:FAILED");
    EXPECT_EQ(events[0].event.status, DBWAY_ERR_CANCELLED);
    EXPECT_TRUE(client.world_of().noted("copy taken back"));
}

TEST(SdkCopy, CloseDuringAPauseLeavesNothingBehind) {
    Client client;
    Source source({{DBWAY_OK, {integer(1)}}, {DBWAY_AGAIN, {}}});
    client.request(DBWAY_R_COPY_IN, "numbers").source = &source.table;
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    EXPECT_EQ(client.next(event), DBWAY_AGAIN);
    client.close();
    EXPECT_TRUE(client.world_of().table.empty());
    EXPECT_TRUE(client.world_of().noted("copy taken back"));
}

TEST(SdkCopy, NonsenseFromTheSourceIsRefused) {
    for (const dbway_status status : {DBWAY_OK, 7}) {
        Client client;
        Source source(std::vector<Source::Step>{{status, {}}});
        client.request(DBWAY_R_COPY_IN, "numbers").source = &source.table;
        EXPECT_EQ(shape(client.run()), "1:FAILED");
        EXPECT_EQ(client.reports[0].status, DBWAY_ERR_INVALID);
    }
}

TEST(SdkCopy, RequestIsCheckedWhenSubmitted) {
    Client client;
    client.request(DBWAY_R_COPY_IN, "numbers");
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    Source source(std::vector<Source::Step>{});
    source.table.pull = nullptr;
    client.request(DBWAY_R_COPY_IN, "numbers").source = &source.table;
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    Source two(std::vector<Source::Step>{});
    two.table.n_columns = 2;
    const dbway_str names[] = {detail::to_str("n")};
    dbway_request& copy = client.request(DBWAY_R_COPY_IN, "numbers");
    copy.source = &two.table;
    copy.names = names;
    copy.n_names = 1;
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
}

}  // namespace
}  // namespace dbway::sdk::test
