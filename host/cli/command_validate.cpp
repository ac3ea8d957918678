#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"

#include <nlohmann/json.hpp>

namespace dbway::cli {

namespace {

std::string with_newline(std::string text) {
    if (text.empty() || text.back() != '\n') text += '\n';
    return text;
}

void print_json(const std::string& file, const std::vector<Problem>& problems) {
    nlohmann::ordered_json report = {{"file", file}, {"valid", problems.empty()}};
    report["problems"] = nlohmann::ordered_json::array();
    for (const Problem& problem : problems)
        report["problems"].push_back({{"file", problem.file},
                                      {"line", problem.line},
                                      {"column", problem.column},
                                      {"message", problem.message}});
    standard_output().write(report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace

ExitCode run(const ValidateArguments& arguments) {
    CommonArguments common = arguments.common;
    if (!arguments.file.empty()) common.configuration = arguments.file;

    if (arguments.schema || arguments.reference) {
        const FoundPlugins plugins = find_plugins(common, find_configuration(common));
        standard_output().write(with_newline(arguments.schema ? configuration_schema(plugins.catalog)
                                                              : configuration_reference(plugins.catalog)));
        return exit_done;
    }

    const std::string file = need_configuration(common);
    FoundPlugins plugins = find_plugins(common, file);
    check_provider_options(*plugins.parsed, plugins.catalog);
    const std::vector<Problem>& problems = plugins.parsed->problems;
    if (arguments.json) {
        print_json(file, problems);
    } else {
        for (const Problem& problem : problems) standard_output().write(problem.to_string() + "\n");
        standard_output().flush();
        print_message(problems.empty() ? file + " is valid"
                                       : file + ": " + std::to_string(problems.size()) +
                                             (problems.size() == 1 ? " error" : " errors"));
    }
    return problems.empty() ? exit_done : exit_usage;
}

}  // namespace dbway::cli
