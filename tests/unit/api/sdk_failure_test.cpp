// Failures: exceptions at every entry point (R3), lost connections (R8), growth (R4), arguments.
#include "sdk_client.hpp"

#include <cstring>

namespace dbway::sdk::test {
namespace {

TEST(SdkFailure, R3_EveryExceptionBecomesAStatus) {
    Client client;
    client.request(DBWAY_R_QUERY, "throw std");
    client.request(DBWAY_R_QUERY, "throw int");
    client.request(DBWAY_R_QUERY, "throw memory");
    client.request(DBWAY_R_QUERY, "bad");
    client.request(DBWAY_R_QUERY, "fail_after 3");
    client.request(DBWAY_R_QUERY, "fail_finish");
    client.request(DBWAY_R_QUERY, "nothing");
    const std::vector<Received> events = client.run();
    ASSERT_EQ(shape(events), "1:FAILED 2:FAILED 3:FAILED 4:FAILED 5:FAILED 6:FAILED 7:DONE");
    const dbway_status expected[] = {DBWAY_ERR_INTERNAL, DBWAY_ERR_INTERNAL, DBWAY_ERR_NOMEM,
                                     DBWAY_ERR_SYNTAX,   DBWAY_ERR_DATABASE, DBWAY_ERR_CONSTRAINT};
    ASSERT_EQ(client.reports.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(events[i].event.status, expected[i]) << i;
        EXPECT_EQ(client.reports[i].status, expected[i]) << i;
        EXPECT_EQ(client.reports[i].request_id, i + 1);
        EXPECT_FALSE(client.reports[i].message.empty());
    }
    EXPECT_EQ(client.reports[3].position, 3U);
    EXPECT_EQ(client.reports[3].sqlstate, "42601");
    // Whatever was executed was ended, once.
    EXPECT_TRUE(client.world_of().noted("finish failed throw"));
    EXPECT_TRUE(client.world_of().noted("finish failed fail_after"));
    EXPECT_TRUE(client.world_of().noted("finish ok fail_finish"));
    EXPECT_FALSE(client.world_of().noted("finish failed fail_finish"));
}

TEST(SdkFailure, R3_ExtensionsThatThrowAreNull) {
    Client client;
    EXPECT_EQ(client.api->get_extension(client.connection, "throws/1"), nullptr);
    EXPECT_EQ(client.api->get_extension(client.connection, nullptr), nullptr);
    EXPECT_NE(client.api->get_extension(client.connection, "self/1"), nullptr);
    EXPECT_NE(client.provider->get_extension(client.provider, "provider/1"), nullptr);
    EXPECT_EQ(client.provider->get_extension(client.provider, "other/1"), nullptr);
}

TEST(SdkFailure, PreparedStatementSurvivesItsFailure) {
    Client client;
    client.prepare(1, "add");
    client.run();
    client.execute(1, {integer(666)});
    client.execute(1, {integer(1)});
    EXPECT_EQ(shape(client.run()), "2:FAILED 3:DONE");
}

TEST(SdkFailure, R8_LostConnectionVoidsTheQueue) {
    Client client;
    client.request(DBWAY_R_QUERY, "die");
    client.request(DBWAY_R_QUERY, "nothing");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    ASSERT_EQ(client.next(event), DBWAY_OK);
    EXPECT_EQ(shape({event}), "1:FAILED");
    EXPECT_TRUE(client.reports.at(0).flags & DBWAY_DIAG_CONN_DEAD);
    EXPECT_EQ(client.next(event), DBWAY_ERR_CONNECTION);
    EXPECT_EQ(client.next(event), DBWAY_ERR_CONNECTION);
    client.request(DBWAY_R_PING);
    EXPECT_EQ(client.submit(), DBWAY_ERR_CONNECTION);
    EXPECT_FALSE(client.world_of().noted("execute nothing"));
}

TEST(SdkFailure, NoticesCarryTheirRequest) {
    Client client;
    client.request(DBWAY_R_QUERY, "notice");
    EXPECT_EQ(shape(client.run()), "1:DONE");
    ASSERT_EQ(client.reports.size(), 1U);
    EXPECT_EQ(client.reports[0].status, DBWAY_OK);
    EXPECT_EQ(client.reports[0].severity, DBWAY_LOG_WARN);
    EXPECT_EQ(client.reports[0].request_id, 1U);
}

TEST(SdkFailure, SubmitTakesAllOrNone) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1");
    client.request(999);
    EXPECT_EQ(client.submit(), DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(client.reports.at(0).request_id, 2U);
    EXPECT_TRUE(client.drain().empty());
    client.request(DBWAY_R_QUERY, "rows 1");
    EXPECT_EQ(shape(client.run()), "3:ROWS1+.");
}

TEST(SdkFailure, R4_UnknownFlagsAndModesAreTooNew) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1", 0x8000);
    EXPECT_EQ(client.submit(), DBWAY_ERR_TOO_NEW);
    client.request(DBWAY_R_BEGIN).arg = 0x4000;
    EXPECT_EQ(client.submit(), DBWAY_ERR_TOO_NEW);
    client.request(DBWAY_R_BEGIN).arg = 6;
    EXPECT_EQ(client.submit(), DBWAY_ERR_TOO_NEW);
    client.request(DBWAY_R_QUERY, "rows 1").reserved = &client;
    EXPECT_EQ(client.submit(), DBWAY_ERR_TOO_NEW);
    client.request(0);
    EXPECT_EQ(client.submit(), DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(client.reports.size(), 5U);
}

TEST(SdkFailure, WrongArgumentsAreInvalid) {
    Client client;
    client.request(DBWAY_R_QUERY, "rows 1").id = 0;
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    client.request(DBWAY_R_QUERY).sql = {nullptr, 3};
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    client.request(DBWAY_R_QUERY, "add").n_params = 1;
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    client.with_values(client.request(DBWAY_R_SCRIPT, "nothing"), {integer(1)});
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    client.request(DBWAY_R_SAVEPOINT);
    EXPECT_EQ(client.submit(), DBWAY_ERR_INVALID);
    const dbway_request* none[] = {nullptr};
    EXPECT_EQ(client.api->submit(client.connection, none, 1), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.api->submit(client.connection, nullptr, 1), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.api->submit(client.connection, nullptr, 0), DBWAY_OK);
    EXPECT_EQ(client.api->submit(nullptr, nullptr, 0), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.api->next(client.connection, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.api->next(nullptr, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.api->info(client.connection, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.api->wait_info(client.connection, nullptr), DBWAY_ERR_INVALID);
}

TEST(SdkFailure, ParametersAreChecked) {
    Client client;
    client.prepare(1, "add");
    client.run();
    dbway_value uuid{};
    uuid.type = DBWAY_T_UUID;
    uuid.len = 15;
    dbway_value text{};
    text.type = DBWAY_T_TEXT;
    text.len = 1;
    dbway_value unknown{};
    unknown.type = 17;
    client.execute(1, {integer(1), integer(2)});
    client.execute(1, {});
    client.execute(1, {uuid});
    client.execute(1, {text});
    client.execute(1, {unknown});
    client.execute(1, {integer(1), unknown}, 0, 2);
    EXPECT_EQ(shape(client.run()), "2:FAILED 3:FAILED 4:FAILED 5:FAILED 6:FAILED 7:FAILED");
    for (const Report& report : client.reports) EXPECT_EQ(report.status, DBWAY_ERR_INVALID);
    EXPECT_TRUE(client.world_of().table.empty());
}

// A struct of a host that knows more than this SDK.
template <class T>
struct Grown {
    T known;
    std::uint64_t added[4];
};

TEST(SdkFailure, R4_NewerRequestsPassWithAZeroTail) {
    Client client;
    Grown<dbway_request> grown{};
    grown.known.struct_size = sizeof grown;
    grown.known.kind = DBWAY_R_PING;
    grown.known.id = 50;
    const dbway_request* requests[] = {&grown.known};
    EXPECT_EQ(client.api->submit(client.connection, requests, 1), DBWAY_OK);
    EXPECT_EQ(shape(client.drain()), "50:DONE");
    grown.added[3] = 1;
    EXPECT_EQ(client.api->submit(client.connection, requests, 1), DBWAY_ERR_TOO_NEW);
    EXPECT_TRUE(client.drain().empty());
}

TEST(SdkFailure, R4_OlderRequestsHaveZeroInPlaceOfMissingFields) {
    Client client;
    dbway_request old;
    std::memset(static_cast<void*>(&old), 0xFF, sizeof old);
    old.struct_size = offsetof(dbway_request, stmt);
    old.kind = DBWAY_R_PING;
    old.id = 51;
    const dbway_request* requests[] = {&old};
    EXPECT_EQ(client.api->submit(client.connection, requests, 1), DBWAY_OK);
    EXPECT_EQ(shape(client.drain()), "51:DONE");
    old.struct_size = 8;
    EXPECT_EQ(client.api->submit(client.connection, requests, 1), DBWAY_ERR_INVALID);
}

TEST(SdkFailure, R4_OutputStructsAreWrittenAsFarAsTheyGo) {
    Client client;
    client.request(DBWAY_R_PING);
    client.request(DBWAY_R_PING);
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Grown<dbway_event> event;
    std::memset(static_cast<void*>(&event), 0xAB, sizeof event);
    event.known.struct_size = offsetof(dbway_event, n_rows);
    ASSERT_EQ(client.api->next(client.connection, &event.known), DBWAY_OK);
    EXPECT_EQ(event.known.struct_size, offsetof(dbway_event, n_rows));
    EXPECT_EQ(event.known.kind, static_cast<std::uint32_t>(DBWAY_E_DONE));
    EXPECT_EQ(event.known.n_rows, 0xABABABABU);
    event.known.struct_size = sizeof event;
    ASSERT_EQ(client.api->next(client.connection, &event.known), DBWAY_OK);
    EXPECT_EQ(event.known.struct_size, sizeof(dbway_event));
    EXPECT_EQ(event.known.n_rows, 0U);
    EXPECT_EQ(event.added[0], 0xABABABABABABABABU);

    Grown<dbway_conn_info> info;
    std::memset(static_cast<void*>(&info), 0xAB, sizeof info);
    info.known.struct_size = sizeof info;
    ASSERT_EQ(client.api->info(client.connection, &info.known), DBWAY_OK);
    EXPECT_EQ(info.known.struct_size, sizeof(dbway_conn_info));
    EXPECT_EQ(info.known.session_id, 77);
    EXPECT_EQ(info.known.caps & DBWAY_CAP_NONBLOCK, 0U);
    EXPECT_EQ(detail::to_view(info.known.product), "Memory");
    EXPECT_EQ(info.added[0], 0xABABABABABABABABU);
    info.known.struct_size = offsetof(dbway_conn_info, product);
    info.known.product.len = 99;
    ASSERT_EQ(client.api->info(client.connection, &info.known), DBWAY_OK);
    EXPECT_EQ(info.known.product.len, 99U);
}

TEST(SdkFailure, OpenIsChecked) {
    Client client;
    dbway_conn* opened = client.connection;
    const auto open = [&](dbway_open_args args) {
        opened = client.connection;
        const std::size_t before = client.reports.size();
        const dbway_status status = client.provider->open(client.provider, &args, &opened);
        EXPECT_EQ(opened, nullptr);
        EXPECT_EQ(client.reports.size(), before + 1);
        return status;
    };
    dbway_open_args args = client.open_args();
    args.flags = DBWAY_OPEN_NONBLOCK;
    EXPECT_EQ(open(args), DBWAY_ERR_UNSUPPORTED);
    args.flags = 0x100;
    EXPECT_EQ(open(args), DBWAY_ERR_TOO_NEW);
    args = client.open_args();
    args.n_options = 1;
    EXPECT_EQ(open(args), DBWAY_ERR_INVALID);
    const dbway_option unknown[] = {{"nune", {"1", 1}}};
    args.options = unknown;
    EXPECT_EQ(open(args), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.reports.back().message, "unknown option 'nune'; did you mean 'none'?");
    const dbway_option none[] = {{"none", {"true", 4}}};
    args.options = none;
    EXPECT_EQ(open(args), DBWAY_ERR_INTERNAL);
    const dbway_option throws[] = {{"throws", {"true", 4}}};
    args.options = throws;
    EXPECT_EQ(open(args), DBWAY_ERR_INTERNAL);
    const dbway_option keyless[] = {{nullptr, {"true", 4}}};
    args.options = keyless;
    EXPECT_EQ(open(args), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.provider->open(client.provider, nullptr, &opened), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.provider->open(client.provider, &args, nullptr), DBWAY_ERR_INVALID);
}

TEST(SdkFailure, OpenPassesOnWhatTheHostWants) {
    Client client(DBWAY_OPEN_READONLY);
    EXPECT_TRUE(client.world_of().noted("open read-only"));
    dbway_open_args args = client.open_args();
    args.timeout_ns = 1'000'000'000;
    dbway_conn* opened = nullptr;
    ASSERT_EQ(client.provider->open(client.provider, &args, &opened), DBWAY_OK);
    client.api->close(opened);
    EXPECT_TRUE(client.world_of().noted("open deadline"));
}

TEST(SdkFailure, R4_CreateAndOpenFollowTheGrowthRules) {
    Client client;
    Grown<dbway_open_args> open{};
    open.known = client.open_args();
    open.known.struct_size = sizeof open;
    dbway_conn* opened = nullptr;
    ASSERT_EQ(client.provider->open(client.provider, &open.known, &opened), DBWAY_OK);
    client.api->close(opened);
    open.added[0] = 1;
    EXPECT_EQ(client.provider->open(client.provider, &open.known, &opened), DBWAY_ERR_TOO_NEW);

    Grown<dbway_create_args> create{};
    create.known.struct_size = sizeof create;
    create.known.diag = client.sink();
    dbway_provider* made = nullptr;
    ASSERT_EQ(sdk_memory_entry.create(nullptr, &create.known, &made), DBWAY_OK);
    made->destroy(made);
    create.added[0] = 1;
    EXPECT_EQ(sdk_memory_entry.create(nullptr, &create.known, &made), DBWAY_ERR_TOO_NEW);
    EXPECT_EQ(made, nullptr);
    create = {};
    create.known.struct_size = sizeof(dbway_create_args);
    create.known.flags = 1;
    EXPECT_EQ(sdk_memory_entry.create(nullptr, &create.known, &made), DBWAY_ERR_TOO_NEW);
}

TEST(SdkFailure, CreateReportsWhatTheAuthorThrows) {
    Client client;
    const dbway_option refuse[] = {{"refuse", {"yes", 3}}};
    dbway_create_args create{};
    create.struct_size = sizeof create;
    create.diag = client.sink();
    create.options = refuse;
    create.n_options = 1;
    dbway_provider* made = client.provider;
    EXPECT_EQ(sdk_memory_entry.create(nullptr, &create, &made), DBWAY_ERR_AUTH);
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(client.reports.back().message, "told to refuse");
    const dbway_option unknown[] = {{"elephant", {"yes", 3}}};
    create.options = unknown;
    EXPECT_EQ(sdk_memory_entry.create(nullptr, &create, &made), DBWAY_ERR_INVALID);
    EXPECT_EQ(client.reports.back().message, "unknown option 'elephant'");
}

TEST(SdkFailure, LongQueuesAreTakenAndForgotten) {
    Client client;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 5000; ++i) client.request(DBWAY_R_PING);
        EXPECT_EQ(client.run().size(), 5000U);
    }
}

TEST(SdkFailure, R1_ClosingInTheMiddleOfEverythingFreesIt) {
    Client client;
    client.prepare(1, "rows 1000");
    client.run();
    client.execute(1).batch_rows = 5;
    client.request(DBWAY_R_QUERY, "rows 1");
    ASSERT_EQ(client.submit(), DBWAY_OK);
    Received event;
    ASSERT_EQ(client.next(event), DBWAY_OK);
    client.close();
    EXPECT_TRUE(client.world_of().noted("finish failed rows"));
    EXPECT_TRUE(client.world_of().noted("closed"));
}

}  // namespace
}  // namespace dbway::sdk::test
