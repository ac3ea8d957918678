// diagnostics.hpp - collects what a provider reports, and turns it into errors.
#pragma once

#include <dbway/provider.h>
#include <dbway/error.hpp>

#include <functional>
#include <string_view>

namespace dbway::detail {

// The category of a DBWAY_ERR_*; `internal` for a status that this host does not know.
Category category_of(dbway_status status) noexcept;

// Keeps the first error reported since clear(): the later ones of a dying connection only tell that it died.
// Notices go to the log at once. Used by the thread that uses its connection.
class DiagnosticCollector {
  public:
    using Log = std::function<void(int severity, std::string_view message)>;

    explicit DiagnosticCollector(Log log) : log_(std::move(log)) {}
    DiagnosticCollector(const DiagnosticCollector&) = delete;
    DiagnosticCollector& operator=(const DiagnosticCollector&) = delete;

    dbway_diag_sink sink() noexcept { return {this, &DiagnosticCollector::report}; }

    bool has_error() const noexcept { return has_error_; }
    bool connection_dead() const noexcept { return connection_dead_; }
    void clear() noexcept { has_error_ = false; }

    // The collected error, or one made of `status` when nothing was reported. Clears.
    ErrorDetails take(dbway_status status);

  private:
    static void DBWAY_CALL report(void* context, const dbway_diag* diagnostic) noexcept;
    void add(const dbway_diag& diagnostic);

    Log log_;
    ErrorDetails error_;
    bool has_error_ = false;
    bool connection_dead_ = false;
};

}  // namespace dbway::detail
