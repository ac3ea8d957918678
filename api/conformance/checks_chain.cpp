// Chains, SKIPPED, and failures among independent requests.
#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

void skips_what_follows(Context& context) {
    const auto sample = context.need_sample();
    const auto failing = context.need_failing();
    const auto connection = context.connect();
    const auto outcomes = connection->run({{.sql = sample, .flags = DBWAY_RF_CHAIN},
                                           {.sql = failing, .flags = DBWAY_RF_CHAIN},
                                           {.sql = sample, .flags = DBWAY_RF_CHAIN},
                                           {.sql = sample},
                                           {.sql = sample}});
    expect_done(outcomes[0], "request 1, before the failure");
    expect_failed(outcomes[1], "request 2, the failing one");
    expect_skipped(outcomes[2], "request 3, linked to the failed one");
    expect_skipped(outcomes[3], "request 4, linked to a skipped one");
    expect_done(outcomes[4], "request 5, linked to nothing");
}

void across_submits(Context& context) {
    const auto sample = context.need_sample();
    const auto failing = context.need_failing();
    const auto connection = context.connect();
    expect_failed(connection->run(Request{.sql = failing, .flags = DBWAY_RF_CHAIN}), "the failing request");
    expect_skipped(connection->run(Request{.sql = sample, .flags = DBWAY_RF_CHAIN}),
                   "the linked request of the next submit");
    expect_skipped(connection->run(Request{.sql = sample}), "the last of the chain, in a third submit");
    expect_done(connection->run(Request{.sql = sample}), "the request after the chain");
}

void only_links_matter(Context& context) {
    const auto sample = context.need_sample();
    const auto failing = context.need_failing();
    const auto connection = context.connect();
    const auto outcomes = connection->run({{.sql = sample, .flags = DBWAY_RF_CHAIN},
                                           {.sql = failing},
                                           {.sql = sample, .flags = DBWAY_RF_CHAIN},
                                           {.sql = sample}});
    expect_done(outcomes[0], "request 1");
    expect_failed(outcomes[1], "request 2, the end of its chain");
    expect_done(outcomes[2], "request 3, not linked to the failed one");
    expect_done(outcomes[3], "request 4");
}

void every_kind_is_skipped(Context& context) {
    const auto sample = context.need_sample();
    const auto failing = context.need_failing();
    const auto connection = context.connect();
    std::vector<Request> requests{{.sql = failing, .flags = DBWAY_RF_CHAIN}};
    for (const std::uint32_t kind :
         {DBWAY_R_QUERY, DBWAY_R_PREPARE, DBWAY_R_EXECUTE, DBWAY_R_UNPREPARE, DBWAY_R_SCRIPT, DBWAY_R_BEGIN,
          DBWAY_R_COMMIT, DBWAY_R_ROLLBACK, DBWAY_R_SAVEPOINT, DBWAY_R_PING, DBWAY_R_RESET, DBWAY_R_SCHEMA})
        requests.push_back({.kind = kind,
                            .sql = sample,
                            .stmt = 77,
                            .flags = DBWAY_RF_CHAIN,
                            .arg = kind == DBWAY_R_SCHEMA ? DBWAY_SCHEMA_TABLES : 0u});
    requests.back().flags = 0;
    const auto outcomes = connection->run(requests);
    for (std::size_t i = 1; i < outcomes.size(); ++i)
        expect_skipped(outcomes[i], kind_label(requests[i].kind) + " after a failure in its chain");
    expect_done(connection->query(sample), "the sample statement after the chain");
}

void not_executed(Context& context) {
    const auto failing = context.need_failing();
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto insert = insert_statement(table, {"id", "v"});
    const auto outcomes =
        connection->run({{.sql = insert, .params = {number_row(1, 1)}, .flags = DBWAY_RF_CHAIN},
                         {.sql = failing, .flags = DBWAY_RF_CHAIN},
                         {.sql = insert, .params = {number_row(2, 2)}, .flags = DBWAY_RF_CHAIN},
                         {.sql = insert, .params = {number_row(3, 3)}},
                         {.sql = insert, .params = {number_row(4, 4)}}});
    expect_skipped(outcomes[2], "the INSERT after the failure");
    expect_skipped(outcomes[3], "the second INSERT after the failure");
    const auto ids = context.ids(*connection, table);
    expect(ids == std::vector<std::int64_t>({1, 4}), "the table holds " + std::to_string(ids.size()) +
                                                         " rows, expected those of requests 1 and 5 only");
}

void pipeline_of_independent_requests(Context& context) {
    context.need_tables();
    const auto connection = context.connect();
    const auto table = context.create_numbers(*connection);
    const auto insert = insert_statement(table, {"id", "v"});
    std::vector<Request> requests;
    for (int i = 1; i <= 50; ++i)
        requests.push_back({.sql = insert, .params = {number_row(i == 25 ? 1 : i, i)}});
    const auto outcomes = connection->run(requests);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (i == 24) {
            expect_failed(outcomes[i], "the INSERT of a second row with id 1", DBWAY_ERR_CONSTRAINT);
        } else {
            expect_done(outcomes[i], "INSERT " + std::to_string(i + 1) + " of 50");
            expect(outcomes[i].affected == 1, "INSERT " + std::to_string(i + 1) + " affected " +
                                                  std::to_string(outcomes[i].affected) + " rows, expected 1");
        }
    }
    expect(context.ids(*connection, table).size() == 49,
           "the table does not hold the 49 rows whose INSERT succeeded");
}

}  // namespace

std::vector<Check> chain_checks() {
    return {
        {{"r9_chain_skips_what_follows",
          {"R9", "R8"},
          "After a failure the rest of its chain is SKIPPED, what follows runs"},
         skips_what_follows},
        {{"r9_chain_spans_submits", {"R9"}, "A chain goes on in the next submit()"}, across_submits},
        {{"r9_only_links_matter", {"R9"}, "A failure at the end of a chain does not touch the next request"},
         only_links_matter},
        {{"r9_every_kind_is_skipped",
          {"R9"},
          "Requests of every kind are SKIPPED, even those that could not run"},
         every_kind_is_skipped},
        {{"r9_skipped_is_never_executed", {"R9"}, "The server never sees what was SKIPPED"}, not_executed},
        {{"r9_independent_requests_survive_a_failure",
          {"R9", "R8"},
          "A failure in a pipeline of independent requests stays alone"},
         pipeline_of_independent_requests},
    };
}

}  // namespace dbway::conformance
