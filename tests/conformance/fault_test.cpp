// The suite from the other side: a provider that breaks one rule fails the checks of that rule, and no
// others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/suite.hpp"
#include "support/reference_provider.hpp"

namespace dbway::test {
namespace {

struct Expectation {
    Fault fault;
    std::vector<std::string> failing;  // exactly these checks
    std::vector<std::string> only{};   // of which checks; empty: of all
    bool hangs = false;
};

void PrintTo(const Expectation& expectation, std::ostream* out) { *out << fault_name(expectation.fault); }

std::vector<std::string> failed_ids(const conformance::Report& report) {
    std::vector<std::string> ids;
    for (const auto& result : report.results)
        if (result.status == conformance::Status::failed) ids.push_back(result.check.id);
    return ids;
}

class ReferenceFault : public testing::TestWithParam<Expectation> {};

TEST_P(ReferenceFault, FailsExactlyItsChecks) {
    const auto& [fault, failing, only, hangs] = GetParam();
    conformance::Settings settings;
    settings.only = only;
    settings.patience = hangs ? std::chrono::seconds(3) : std::chrono::seconds(120);
    const auto report = conformance::run(reference_entry(fault), {{"database", "faults"}}, settings);
    EXPECT_THAT(failed_ids(report), testing::UnorderedElementsAreArray(failing))
        << conformance::report_text(report);
    EXPECT_EQ(report.hung, hangs);
    if (hangs) {
        EXPECT_THAT(report.results.back().message, testing::HasSubstr("next() with request"));
    }
}

const std::vector<Expectation> expectations = {
    {Fault::none, {}},
    {Fault::accepts_any_option, {"r3_unknown_source_option_refused", "r3_unknown_provider_option_refused"}},
    {Fault::accepts_unknown_kind, {"r4_unknown_kind_unsupported"}},
    {Fault::bends_decimals, {"r7_value_decimal_digits", "r7_value_decimal_money", "r7_values_well_formed"}},
    {Fault::cancel_hits_next, {"r10_cancel_after_end_is_harmless", "r10_cancel_of_unknown_is_harmless"}},
    {Fault::cancel_ignored, {"r10_cancel_running_by_id"}, {"r10_cancel_running_by_id"}, true},
    {Fault::chain_ends_with_submit, {"r9_chain_spans_submits", "r9_skipped_exactly_after_failure"}},
    {Fault::columns_known_ignored, {"r8_columns_known"}},
    {Fault::copy_keeps_rows,
     {"r8_copy_in_source_aborts", "r8_copy_in_fails_in_the_middle", "r9_copy_in_in_a_chain"}},
    {Fault::discard_hits_next, {"r8_discard_in_middle", "r8_reexecute_after_discard"}},
    {Fault::failed_without_report, {"r8_failed_follows_report"}},
    {Fault::final_event_twice, {"r8_one_final_event"}},
    {Fault::forgets_skipped,
     {"r9_chain_skips_what_follows", "r9_chain_spans_submits", "r9_every_kind_is_skipped",
      "r9_skipped_is_never_executed", "r9_copy_in_in_a_chain", "r9_transaction_as_chain",
      "r10_cancel_in_chain", "r8_no_request_without_final_event", "r9_skipped_exactly_after_failure"}},
    {Fault::hangs_on_ping, {"r8_kind_ping"}, {"r8_kind_ping"}, true},
    {Fault::ignores_newer_tail, {"r4_create_args_sizes", "r4_open_args_sizes", "r4_request_newer"}},
    {Fault::ignores_unknown_flags,
     {"r4_create_args_sizes", "r4_open_args_sizes", "r4_request_unknown_flags"}},
    {Fault::invalid_utf8, {"r6_text_is_utf8"}},
    {Fault::leaves_descriptor, {"r2_no_descriptor_left_behind"}},
    {Fault::leaves_thread, {"r2_no_thread_left_behind"}},
    {Fault::loses_last_partial_batch,
     {"r8_rows_exactly_once_default_batch", "r8_rows_exactly_once_small_batches",
      "r8_sample_is_the_same_in_any_batch", "r8_many_results_in_one_submit", "r8_reexecute_with_other_values",
      "r8_reexecute_sample", "r8_reexecute_in_one_submit", "r8_columns_known",
      "r8_copy_in_loads_every_row_once", "r8_copy_in_twice", "r8_copy_in_source_waits", "r8_copy_out"}},
    {Fault::newer_value_type, {"r5_nothing_newer_than_host"}},
    {Fault::nul_terminated_text, {"r6_text_is_pointer_and_length"}},
    {Fault::oversized_batches, {"r8_batches_within_batch_rows"}},
    {Fault::read_only_writes, {"r8_transaction_read_only", "r8_connection_read_only"}},
    {Fault::repeats_first_batch,
     {"r8_reexecute_with_other_values", "r8_reexecute_sample", "r8_reexecute_in_one_submit",
      "r8_reexecute_after_discard", "r8_columns_known", "r8_batches_within_batch_rows"}},
    {Fault::reports_on_other_thread, {"r2_callbacks_on_calling_thread"}},
    {Fault::reuses_column_memory, {"r1_columns_live_until_final_event"}},
    {Fault::rolls_forward,
     {"r8_transaction_rollback", "r8_transaction_close_rolls_back", "r9_transaction_as_chain"}},
    {Fault::runs_what_is_skipped, {"r9_skipped_is_never_executed"}},
    {Fault::shares_instances, {"r2_instances_are_independent"}},
    {Fault::stale_tx_state,
     {"r8_transaction_commit", "r8_transaction_rollback", "r8_transaction_close_rolls_back",
      "r8_savepoint_nested", "r8_savepoint_rollback_to_twice", "r8_savepoint_after_failure",
      "r8_transaction_isolation"}},
    {Fault::submit_keeps_good_ones, {"r8_submit_takes_all_or_none"}},
    {Fault::timeout_ignored, {"r10_timeout"}, {"r10_timeout"}, true},
    {Fault::writes_past_event, {"r4_event_sizes", "r4_output_within_size"}},
};

INSTANTIATE_TEST_SUITE_P(Faults, ReferenceFault, testing::ValuesIn(expectations),
                         [](const testing::TestParamInfo<Expectation>& info) {
                             return fault_name(info.param.fault);
                         });

TEST(ReferenceFaults, AllAreTested) {
    EXPECT_EQ(expectations.size(), static_cast<std::size_t>(Fault::last) + 1);
}

}  // namespace
}  // namespace dbway::test
