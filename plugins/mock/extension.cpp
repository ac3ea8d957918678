#include "extension.hpp"

#include "expectation_abi.hpp"
#include "options.hpp"
#include "provider.hpp"
#include "script.hpp"

#include <dbway/sdk/diagnostics.hpp>
#include <dbway/sdk/provider_shell.hpp>

#include <string>

namespace dbway::mock {
namespace {

using sdk::detail::DiagnosticSink;
using sdk::detail::to_view;

// dbway_mock is this class, seen from outside; the provider keeps it.
Stage& stage_of(dbway_mock* mock) noexcept { return *reinterpret_cast<Stage*>(mock); }

// Runs a function of the interface: its failure goes to the sink, which may be null (R3).
template <class Function>
dbway_status guarded(const dbway_diag_sink* diag, Function&& function) noexcept {
    try {
        return function();
    } catch (...) {
        const DiagnosticSink sink(diag == nullptr ? dbway_diag_sink{} : *diag);
        return sink.report_current_exception({}).status;
    }
}

dbway_status DBWAY_CALL find(dbway_provider* provider, const dbway_option* options, std::size_t count,
                             const dbway_diag_sink* diag, dbway_mock** out) noexcept {
    if (provider == nullptr || out == nullptr) return DBWAY_ERR_INVALID;
    *out = nullptr;
    return guarded(diag, [&] {
        if (const char* const fault = sdk::detail::check_options(options, count))
            throw sdk::Failure(DBWAY_ERR_INVALID, fault);
        auto& self = static_cast<MockProvider&>(sdk::author_of(provider));
        const OpenOptions parsed = read_options(sdk::Options(options, count));
        if (parsed.recording())
            throw sdk::Failure(DBWAY_ERR_INVALID, "connections that record another provider have no mock");
        *out = reinterpret_cast<dbway_mock*>(self.stage(parsed).get());
        return DBWAY_OK;
    });
}

dbway_status DBWAY_CALL load(dbway_mock* mock, const dbway_str* script,
                             const dbway_diag_sink* diag) noexcept {
    if (mock == nullptr || script == nullptr || (script->ptr == nullptr && script->len != 0))
        return DBWAY_ERR_INVALID;
    return guarded(diag, [&] {
        stage_of(mock).add(read_script(to_view(*script), "script"));
        return DBWAY_OK;
    });
}

dbway_status DBWAY_CALL expect(dbway_mock* mock, const dbway_mock_expectation* expectation,
                               const dbway_diag_sink* diag) noexcept {
    if (mock == nullptr) return DBWAY_ERR_INVALID;
    return guarded(diag, [&] {
        Script script;
        script.expectations.push_back(read_expectation(expectation));
        stage_of(mock).add(std::move(script));
        return DBWAY_OK;
    });
}

dbway_status DBWAY_CALL notify(dbway_mock* mock, const dbway_mock_notification* notification) noexcept {
    if (mock == nullptr || notification == nullptr) return DBWAY_ERR_INVALID;
    return guarded(nullptr, [&] {
        stage_of(mock).notify({std::string(to_view(notification->channel)),
                               std::string(to_view(notification->payload)), notification->sender});
        return DBWAY_OK;
    });
}

dbway_status DBWAY_CALL disconnect(dbway_mock* mock) noexcept {
    if (mock == nullptr) return DBWAY_ERR_INVALID;
    return guarded(nullptr, [&] {
        stage_of(mock).disconnect();
        return DBWAY_OK;
    });
}

dbway_status DBWAY_CALL report(dbway_mock* mock, const dbway_mock_reader* reader) noexcept {
    if (mock == nullptr || reader == nullptr || reader->finding == nullptr) return DBWAY_ERR_INVALID;
    return guarded(nullptr, [&] {
        const auto tell = [&](std::uint32_t kind, const std::vector<std::string>& findings) {
            for (const std::string& finding : findings) {
                const dbway_str text = sdk::detail::to_str(finding);
                reader->finding(reader->ctx, kind, &text);
            }
            return findings.empty();
        };
        const bool met = tell(DBWAY_MOCK_UNMET, stage_of(mock).unmet());
        const bool expected = tell(DBWAY_MOCK_UNEXPECTED, stage_of(mock).unexpected());
        return met && expected ? DBWAY_OK : DBWAY_END;
    });
}

dbway_status DBWAY_CALL reset(dbway_mock* mock) noexcept {
    if (mock == nullptr) return DBWAY_ERR_INVALID;
    return guarded(nullptr, [&] {
        stage_of(mock).reset();
        return DBWAY_OK;
    });
}

}  // namespace

const dbway_ext_mock mock_extension = {
    sizeof(dbway_ext_mock), 0, find, load, expect, notify, disconnect, report, reset, nullptr,
};

}  // namespace dbway::mock
