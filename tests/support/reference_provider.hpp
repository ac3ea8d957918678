#ifndef DBWAY_TESTS_SUPPORT_REFERENCE_PROVIDER_HPP
#define DBWAY_TESTS_SUPPORT_REFERENCE_PROVIDER_HPP

#include <dbway/provider.h>

namespace dbway::test {

// A rule that the reference provider can be told to break.
enum class Fault {
    none,
    accepts_any_option,
    accepts_unknown_kind,
    bends_decimals,          // 1.50 comes back as 1.5
    cancel_hits_next,        // a cancel() that finds nothing stops the next request
    cancel_ignored,          // cancel() answers OK and does nothing
    chain_ends_with_submit,  // a chain is forgotten between two submits
    columns_known_ignored,   // announces columns that the host keeps
    copy_keeps_rows,         // a COPY that fails leaves the rows before the failure
    discard_hits_next,       // the request after a discarded one yields no rows
    failed_without_report,
    final_event_twice,
    forgets_skipped,  // a skipped request gets no event
    hangs_on_ping,    // next() does not return
    ignores_newer_tail,
    ignores_unknown_flags,
    invalid_utf8,  // in a result of the sample statement
    leaves_descriptor,
    leaves_thread,
    loses_last_partial_batch,
    newer_value_type,     // a type of ABI 1.1
    nul_terminated_text,  // reads text up to a NUL instead of by its length
    oversized_batches,
    read_only_writes,
    repeats_first_batch,  // a re-executed statement begins with the first batch of the time before
    reports_on_other_thread,
    reuses_column_memory,    // the columns of a result change with the next event
    rolls_forward,           // ROLLBACK keeps the changes
    runs_what_is_skipped,    // SKIPPED, but the statement ran
    shares_instances,        // create() gives the same instance twice
    stale_tx_state,          // the final event of BEGIN tells IDLE
    submit_keeps_good_ones,  // a refused submit() queues what came before the bad request
    timeout_ignored,
    writes_past_event,
    last = writes_past_event,
};

// A complete provider on the raw ABI over an in-memory database (option "database": its name, shared by the
// connections of an instance): blocking and non-blocking, pipelined, all capabilities but RETURNING, TX_DDL
// and TLS. The proof that the conformance suite can be passed, and, with a fault, that it notices. Static
// data.
const dbway_entry* reference_entry(Fault fault = Fault::none);
const char* fault_name(Fault fault);

}  // namespace dbway::test

#endif
