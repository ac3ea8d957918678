#include "cli/commands.hpp"
#include "cli/output.hpp"

#include <conformance/suite.hpp>
#include <loader/catalog.hpp>
#include <loader/plugin.hpp>

#include <unistd.h>

#include <filesystem>

namespace dbway::cli {

namespace {

// Options are sorted by what the plugin declares: those for the provider as a whole, and those of a source.
void take_options(const CheckArguments& arguments, const detail::PluginMetadata& metadata,
                  conformance::Settings& settings, conformance::Options& source_options) {
    for (const std::string& text : arguments.options) {
        auto setting = split_setting(text, "--config-options");
        const bool of_provider =
            metadata.find_option(detail::OptionScope::provider, setting.first) != nullptr &&
            metadata.find_option(detail::OptionScope::source, setting.first) == nullptr;
        (of_provider ? settings.provider_options : source_options).push_back(std::move(setting));
    }
}

}  // namespace

ExitCode run(const CheckArguments& arguments) {
    std::error_code error;
    if (!std::filesystem::exists(arguments.plugin, error))
        throw UsageError("there is no file " + arguments.plugin);
    const auto plugin = detail::load_plugin(detail::examine_plugin(arguments.plugin));

    conformance::Settings settings;
    conformance::Options source_options;
    take_options(arguments, plugin->metadata(), settings, source_options);
    settings.file = plugin->path();
    settings.only = arguments.only;
    const conformance::Report report = conformance::run(plugin->entry(), source_options, settings);

    Output& output = standard_output();
    output.write(arguments.json ? conformance::report_json(report)
                                : conformance::report_text(report, arguments.verbose));
    if (output.buffer().empty() || output.buffer().back() != '\n') output.write("\n");
    output.flush();
    const ExitCode code = report.ok() ? exit_done : exit_failed;
    // The thread inside a call that does not return must not see the program's destructors.
    if (report.hung) _exit(code);
    return code;
}

}  // namespace dbway::cli
