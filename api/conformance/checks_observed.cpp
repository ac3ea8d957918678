// Invariants that are watched during every check. Each check here first makes some traffic of its own, so
// that it also means something when it runs alone.
#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

void traffic(Context& context) {
    const auto connection = context.connect();
    const auto& statements = context.statements();
    std::vector<Request> requests;
    if (!statements.sample.empty()) {
        requests.push_back({.sql = statements.sample});
        requests.push_back({.sql = statements.sample, .batch_rows = 1});
        requests.push_back({.kind = DBWAY_R_PREPARE, .sql = statements.sample, .stmt = 900});
        requests.push_back(
            {.kind = DBWAY_R_EXECUTE, .stmt = 900, .flags = DBWAY_RF_COLUMNS_KNOWN, .batch_rows = 1});
    }
    if (!statements.series.empty())
        requests.push_back({.sql = statements.series, .params = {{OwnedValue::i64(700)}}});
    if (!statements.failing.empty()) {
        requests.push_back({.sql = statements.failing});
        requests.push_back({.sql = statements.failing, .flags = DBWAY_RF_CHAIN});
        requests.push_back({.sql = statements.sample.empty() ? statements.failing : statements.sample,
                            .flags = DBWAY_RF_CHAIN});
        requests.push_back({.sql = statements.sample.empty() ? statements.failing : statements.sample});
    }
    requests.push_back({.kind = DBWAY_R_PING});
    connection->run(requests);
}

Check observed(const char* invariant, const char* rule, std::string title) {
    return {{invariant, {rule}, std::move(title)}, [invariant](Context& context) {
                try {
                    traffic(context);
                } catch (const CheckFailed&) {
                    // The checks of those requests tell; here only the invariant counts.
                }
                const auto verdict = context.environment().observer.verdict(invariant);
                expect(verdict.empty(), verdict);
            }};
}

}  // namespace

std::vector<Check> observed_checks() {
    return {
        observed(invariant::columns_live, "R1", "Columns live until the final event of their request"),
        observed(invariant::call_thread, "R2", "report() and pull() come only within a call, on its thread"),
        observed(invariant::reports, "R3",
                 "Reports are complete: known status and severity, a message, a five-character SQLSTATE"),
        observed(invariant::within_size, "R4", "Nothing is written past the size of an event"),
        observed(invariant::nothing_newer, "R5",
                 "No event kind, value type, status or flag newer than the host"),
        observed(invariant::utf8, "R6", "Text is UTF-8"),
        observed(invariant::values, "R7", "Values are well-formed: pointers, lengths, zero flags"),
        observed(invariant::request_order, "R8", "Events come in the order of the requests"),
        observed(invariant::one_final, "R8", "A request has no event after its final one"),
        observed(invariant::no_missing_final, "R8", "No request is left without a final event"),
        observed(invariant::report_before_failed, "R8", "FAILED follows a report with the same request_id"),
        observed(invariant::announced_once, "R8",
                 "Each result set is announced exactly once, before its rows, and keeps its width"),
        observed(invariant::final_fields, "R8",
                 "Final events carry a status, a row count and a transaction state"),
        observed(invariant::batch_size, "R8", "ROWS hold at most batch_rows rows"),
        observed(invariant::skipped, "R9",
                 "A request is SKIPPED exactly when the one it is linked to failed or was skipped"),
    };
}

}  // namespace dbway::conformance
