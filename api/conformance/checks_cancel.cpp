// cancel() from another thread, and timeouts.
#include <atomic>
#include <chrono>
#include <thread>

#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

using namespace std::chrono_literals;

void needs(Context& context) {
    context.need(DBWAY_CAP_CANCEL, "CANCEL");
    context.need_slow();
    context.need_sample();
}

void expect_untouched(Context& context, Connection& connection, const std::string& what) {
    const auto outcome = connection.query(context.need_sample());
    expect_done(outcome, "the sample statement after " + what);
    expect(outcome.rows().size() >= 2,
           "the sample statement after " + what + " gave " + describe_rows(outcome.rows()));
}

// Collects on this thread while another one cancels `id`. When a request begins to run is the provider's
// secret, so a cancel that came too early for "whatever runs" is repeated.
std::vector<Outcome> collect_and_cancel(Connection& connection, std::uint64_t id) {
    std::atomic<bool> ended = false;
    std::atomic<dbway_status> refused = DBWAY_OK;
    std::thread other([&] {
        std::this_thread::sleep_for(50ms);
        while (!ended && refused == DBWAY_OK) {
            const auto status = connection.cancel(id);
            if (status < 0) refused = status;
            for (int i = 0; i < 50 && !ended; ++i) std::this_thread::sleep_for(10ms);
        }
    });
    std::vector<Outcome> outcomes;
    std::exception_ptr failure;
    try {
        outcomes = connection.collect();
    } catch (...) {
        failure = std::current_exception();
    }
    ended = true;
    other.join();
    if (failure) std::rethrow_exception(failure);
    expect(refused == DBWAY_OK, "cancel() answered " + status_label(refused) + ", expected OK");
    return outcomes;
}

void cancel_running(Context& context, bool by_id) {
    needs(context);
    const auto connection = context.connect();
    std::vector<std::uint64_t> ids;
    expect(connection->submit({{.sql = context.need_slow()}}, &ids) >= 0,
           "submit() refused the slow statement");
    const auto outcomes = collect_and_cancel(*connection, by_id ? ids[0] : 0);
    expect(outcomes.size() == 1, "no outcome of the slow statement");
    expect_failed(outcomes[0], "the slow statement, cancelled while it ran", DBWAY_ERR_CANCELLED);
    expect_untouched(context, *connection, "a cancelled one");
}

void running_by_id(Context& context) { cancel_running(context, true); }
void running_by_zero(Context& context) { cancel_running(context, false); }

void running_prepared(Context& context) {
    needs(context);
    const auto connection = context.connect();
    const auto prepared =
        connection->run(Request{.kind = DBWAY_R_PREPARE, .sql = context.need_slow(), .stmt = 1});
    if (!prepared.done()) skip("the slow statement cannot be prepared");
    for (int round = 0; round < 2; ++round) {
        std::vector<std::uint64_t> ids;
        expect(connection->submit({{.kind = DBWAY_R_EXECUTE, .stmt = 1}}, &ids) >= 0,
               "submit() refused an EXECUTE");
        const auto outcomes = collect_and_cancel(*connection, ids[0]);
        expect(outcomes.size() == 1, "no outcome of the EXECUTE");
        expect_failed(outcomes[0], "an EXECUTE of the slow statement, cancelled", DBWAY_ERR_CANCELLED);
    }
    expect_untouched(context, *connection, "two cancelled ones");
}

void queued(Context& context) {
    needs(context);
    const auto connection = context.connect();
    std::vector<std::uint64_t> ids;
    expect(connection->submit(
               {{.sql = context.need_sample()}, {.sql = context.need_slow()}, {.sql = context.need_sample()}},
               &ids) >= 0,
           "submit() refused three requests");
    std::atomic<dbway_status> status = DBWAY_OK;
    std::thread([&] { status = connection->cancel(ids[1]); }).join();
    expect(status == DBWAY_OK,
           "cancel() of a queued request answered " + status_label(status) + ", expected OK");
    // Where requests wait on the server, this one cancel may have come before it ran: go on until it ends.
    const auto outcomes = collect_and_cancel(*connection, ids[1]);
    expect(outcomes.size() == 3, std::to_string(outcomes.size()) + " outcomes, expected 3");
    expect_done(outcomes[0], "the request before the cancelled one");
    expect_failed(outcomes[1], "the slow statement, cancelled in the queue", DBWAY_ERR_CANCELLED);
    expect_done(outcomes[2], "the request after the cancelled one");
}

void in_chain(Context& context) {
    needs(context);
    const auto connection = context.connect();
    std::vector<std::uint64_t> ids;
    expect(connection->submit({{.sql = context.need_slow(), .flags = DBWAY_RF_CHAIN},
                               {.sql = context.need_sample()},
                               {.sql = context.need_sample()}},
                              &ids) >= 0,
           "submit() refused three requests");
    const auto outcomes = collect_and_cancel(*connection, ids[0]);
    expect(outcomes.size() == 3, std::to_string(outcomes.size()) + " outcomes, expected 3");
    expect_failed(outcomes[0], "the slow statement, cancelled", DBWAY_ERR_CANCELLED);
    expect_skipped(outcomes[1], "the request linked to it");
    expect_done(outcomes[2], "the request after the chain");
}

void ended(Context& context) {
    needs(context);
    const auto connection = context.connect();
    for (int i = 0; i < 20; ++i) {
        std::vector<std::uint64_t> ids;
        expect(connection->submit({{.sql = context.need_sample()}}, &ids) >= 0,
               "submit() refused the sample statement");
        expect_done(connection->collect().front(), "the sample statement");
        std::thread([&] { connection->cancel(i % 2 == 0 ? ids[0] : 0); }).join();
        expect_untouched(
            context, *connection,
            i % 2 == 0 ? "cancel() of a request that had ended" : "cancel(0) with an empty queue");
    }
}

void of_unknown(Context& context) {
    needs(context);
    const auto connection = context.connect();
    expect(connection->submit({{.sql = context.need_sample()}}) >= 0,
           "submit() refused the sample statement");
    std::thread([&] { connection->cancel(connection->next_id() + 1000); }).join();
    expect_done(connection->collect().front(), "the sample statement, while an unknown id was cancelled");
}

void undeclared(Context& context) {
    if ((context.caps() & DBWAY_CAP_CANCEL) != 0) skip("CANCEL is declared and has checks of its own");
    const auto connection = context.connect();
    const auto status = connection->cancel(0);
    expect(status == DBWAY_ERR_UNSUPPORTED || status == DBWAY_OK,
           "cancel() of a connection that does not declare CANCEL answered " + status_label(status) +
               ", expected UNSUPPORTED");
    if (!context.statements().sample.empty()) expect_untouched(context, *connection, "cancel()");
}

void timeout(Context& context) {
    context.need(DBWAY_CAP_TIMEOUT, "TIMEOUT");
    const auto connection = context.connect();
    const auto started = std::chrono::steady_clock::now();
    const auto outcome = connection->run(Request{.sql = context.need_slow(), .timeout_ns = 100'000'000});
    const auto passed = std::chrono::steady_clock::now() - started;
    expect_failed(outcome, "the slow statement with a timeout of 100 ms", DBWAY_ERR_TIMEOUT);
    expect(passed >= 90ms, "the timeout of 100 ms came too early");
    expect_untouched(context, *connection, "one that timed out");
    const auto quick = connection->run(Request{.sql = context.need_sample(), .timeout_ns = 20'000'000'000});
    expect_done(quick, "the sample statement with a timeout of 20 s");
}

void timeout_of_queued(Context& context) {
    context.need(DBWAY_CAP_TIMEOUT, "TIMEOUT");
    const auto connection = context.connect();
    const auto outcomes = connection->run(
        {{.sql = context.need_slow(), .timeout_ns = 100'000'000}, {.sql = context.need_sample()}});
    expect_failed(outcomes[0], "the slow statement with a timeout of 100 ms", DBWAY_ERR_TIMEOUT);
    expect_done(outcomes[1], "the request behind it, which has no timeout");
}

}  // namespace

std::vector<Check> cancel_checks() {
    return {
        {{"r10_cancel_running_by_id",
          {"R10", "R2"},
          "cancel() from another thread stops the running request it names"},
         running_by_id},
        {{"r10_cancel_running_by_zero", {"R10", "R2"}, "cancel(0) stops whatever runs"}, running_by_zero},
        {{"r10_cancel_running_prepared", {"R10"}, "cancel() stops an EXECUTE, which can run again"},
         running_prepared},
        {{"r10_cancel_queued",
          {"R10", "R9"},
          "cancel() of a queued request touches neither the one before nor the one after"},
         queued},
        {{"r10_cancel_in_chain", {"R10", "R9"}, "A cancelled request fails its chain"}, in_chain},
        {{"r10_cancel_after_end_is_harmless",
          {"R10"},
          "cancel() of an ended request touches nothing submitted later"},
         ended},
        {{"r10_cancel_of_unknown_is_harmless", {"R10"}, "cancel() of an unknown id touches nothing"},
         of_unknown},
        {{"r10_cancel_undeclared", {"R10"}, "cancel() without the capability is refused or harmless"},
         undeclared},
        {{"r10_timeout", {"R10"}, "A request ends at its timeout, the next one is untouched"}, timeout},
        {{"r10_timeout_in_queue", {"R10"}, "The timeout of one request does not touch the one behind it"},
         timeout_of_queued},
    };
}

}  // namespace dbway::conformance
