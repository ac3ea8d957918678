#ifndef DBWAY_CONFORMANCE_OBSERVER_HPP
#define DBWAY_CONFORMANCE_OBSERVER_HPP

#include <map>
#include <mutex>
#include <string>

#include "conformance/owned_value.hpp"

namespace dbway::conformance {

// What must hold for every event and report of a run, whichever check caused it. Each has a check of its own
// (checks_observed.cpp), so that a check of something else is not disturbed by it.
namespace invariant {
inline constexpr const char* request_order = "r8_events_in_order_of_requests";
inline constexpr const char* one_final = "r8_one_final_event";
inline constexpr const char* no_missing_final = "r8_no_request_without_final_event";
inline constexpr const char* report_before_failed = "r8_failed_follows_report";
inline constexpr const char* announced_once = "r8_result_set_announced_once";
inline constexpr const char* final_fields = "r8_final_event_fields";
inline constexpr const char* batch_size = "r8_batches_within_batch_rows";
inline constexpr const char* skipped = "r9_skipped_exactly_after_failure";
inline constexpr const char* nothing_newer = "r5_nothing_newer_than_host";
inline constexpr const char* columns_live = "r1_columns_live_until_final_event";
inline constexpr const char* within_size = "r4_output_within_size";
inline constexpr const char* reports = "r3_reports_well_formed";
inline constexpr const char* call_thread = "r2_callbacks_on_calling_thread";
inline constexpr const char* utf8 = "r6_text_is_utf8";
inline constexpr const char* values = "r7_values_well_formed";
}  // namespace invariant

// Collects breaches of the invariants. Thread-safe.
class Observer {
  public:
    void breach(const char* invariant, std::string message);
    // The first message and how many there were; empty when none.
    std::string verdict(const std::string& invariant) const;

  private:
    struct Breaches {
        std::string first;
        std::size_t count = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Breaches> breaches_;
};

// Looks at one cell or array item: known type, payload as the type demands, zero flags and aux.
void inspect_value(const dbway_value& value, Observer& observer, int depth = 0);
void inspect_text(const dbway_str& text, const char* what, Observer& observer);
bool is_utf8(std::string_view text);
// [-]digits[.digits] | NaN | [-]Infinity
bool is_decimal(std::string_view text);
bool is_known_status(dbway_status status);

}  // namespace dbway::conformance

#endif
