// diagnostics.hpp - from an author's exceptions to the diagnostics of the ABI.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>

#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace dbway::sdk::detail {

inline dbway_str to_str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view to_view(dbway_str text) noexcept {
    return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}

// What the SDK knows about a failure beside what the author said.
struct FailureContext {
    std::uint64_t request_id = 0;
    std::uint32_t flags = 0;           // DBWAY_DIAG_* to add
    std::uint32_t position_shift = 0;  // characters before the statement in the text of the request
    std::uint32_t position_start = 0;  // the position to give when the author knows none
    std::string_view note;             // added to the detail
};

// Where diagnostics go. Not thread-safe: [serial] like the connection. Borrows nothing beyond the host's
// sink.
class DiagnosticSink {
  public:
    explicit DiagnosticSink(const dbway_diag_sink& sink) noexcept : sink_(sink) {}

    // A message of the SDK itself; allocates nothing.
    void report(dbway_status status, std::string_view message, std::uint64_t request_id = 0,
                std::uint32_t flags = 0) const noexcept {
        dbway_diag diag{};
        diag.status = status;
        diag.severity = status == DBWAY_OK ? DBWAY_LOG_INFO : DBWAY_LOG_ERROR;
        diag.flags = flags;
        diag.request_id = request_id;
        diag.message = to_str(message);
        send(diag);
    }

    // Returns the status and the flags as they were reported.
    struct Reported {
        dbway_status status;
        std::uint32_t flags;
    };
    Reported report(const Diagnostic& from, const FailureContext& context,
                    bool is_notice = false) const noexcept {
        dbway_diag diag{};
        diag.status = is_notice ? DBWAY_OK : from.status;
        // A failure that claims to be none is a mistake of the author's; the request has still failed.
        if (!is_notice && diag.status >= 0) diag.status = DBWAY_ERR_INTERNAL;
        diag.severity = from.severity;
        diag.flags = from.flags | context.flags;
        diag.request_id = context.request_id;
        diag.native_code = from.native_code;
        diag.position = from.position == 0 ? context.position_start : from.position + context.position_shift;
        if (from.sqlstate.size() == 5) std::memcpy(diag.sqlstate, from.sqlstate.data(), 5);
        diag.message = to_str(from.message);
        std::string joined;
        diag.detail = to_str(detail_with_note(from.detail, context.note, joined));
        diag.hint = to_str(from.hint);
        diag.context = to_str(from.context);
        diag.schema_name = to_str(from.schema_name);
        diag.table_name = to_str(from.table_name);
        diag.column_name = to_str(from.column_name);
        diag.constraint_name = to_str(from.constraint_name);
        send(diag);
        return {diag.status, diag.flags};
    }

    // The exception that is being handled: call it in a catch block only.
    Reported report_current_exception(const FailureContext& context) const noexcept {
        try {
            throw;
        } catch (const Failure& failure) {
            return report(failure.diagnostic(), context);
        } catch (const std::bad_alloc&) {
            report(DBWAY_ERR_NOMEM, "out of memory", context.request_id, context.flags);
            return {DBWAY_ERR_NOMEM, context.flags};
        } catch (const std::exception& error) {
            report(DBWAY_ERR_INTERNAL, error.what(), context.request_id, context.flags);
        } catch (...) {
            report(DBWAY_ERR_INTERNAL, "the provider threw something that is no std::exception",
                   context.request_id, context.flags);
        }
        return {DBWAY_ERR_INTERNAL, context.flags};
    }

  private:
    void send(dbway_diag& diag) const noexcept {
        diag.struct_size = sizeof diag;
        if (sink_.report != nullptr) sink_.report(sink_.ctx, &diag);
    }

    static std::string_view detail_with_note(const std::string& detail, std::string_view note,
                                             std::string& storage) noexcept {
        if (note.empty()) return detail;
        if (detail.empty()) return note;
        try {
            storage.append(detail).append(" (").append(note).append(")");
            return storage;
        } catch (...) {
            return detail;
        }
    }

    dbway_diag_sink sink_;
};

}  // namespace dbway::sdk::detail
