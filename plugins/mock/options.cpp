#include "options.hpp"

#include <dbway/sdk/option_reader.hpp>

namespace dbway::mock {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

}  // namespace

OpenOptions read_options(const sdk::Options& options) {
    sdk::OptionReader reader(options);
    OpenOptions result;
    result.script = reader.string("script", "");
    result.name = reader.string("name", result.script);
    const std::string_view mode = reader.choice("mode", {"strict", "lenient"}, "");
    if (!mode.empty()) result.lenient = mode == "lenient";
    result.report = reader.string("report", "");
    result.dialect = sdk::dialect_by_name(
        reader.choice("dialect", {"generic", "sqlite", "postgresql", "mysql"}, "generic"));
    result.record = reader.string("record", "");
    result.provider_file = reader.string("provider_file", "");
    result.provider_options = reader.string("provider_options", "");
    result.redact = reader.string("redact", "password|passwd|secret|token|api_?key|credential");
    reader.finish();
    if (result.recording() && (!result.script.empty() || result.lenient))
        refuse(
            "option 'record' does not go with 'script' or 'mode': record first, and then replay the file as "
            "the script");
    if (result.recording() && result.provider_file.empty())
        refuse("option 'record' needs 'provider_file': the plugin of the provider to record");
    if (!result.recording() && (!result.provider_file.empty() || !result.provider_options.empty()))
        refuse("options 'provider_file' and 'provider_options' need 'record': the file to write");
    return result;
}

}  // namespace dbway::mock
