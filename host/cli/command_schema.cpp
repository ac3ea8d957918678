#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/schema_view.hpp"

namespace dbway::cli {

ExitCode run(const SchemaArguments& arguments) {
    const Host host = open_host(arguments.common);
    Source source = choose_source(host, arguments.common);
    Connection connection = source.connection();
    const std::vector<TableView> tables = read_schema(connection, arguments.table);
    if (tables.empty() && !arguments.table.empty())
        throw Failure("no table \"" + arguments.table + "\" in the source \"" + source.name() + "\"");
    if (arguments.json) {
        standard_output().write(schema_json(tables));
        return exit_done;
    }
    if (tables.empty()) print_message("the source \"" + source.name() + "\" has no tables");
    for (std::size_t i = 0; i < tables.size(); ++i)
        standard_output().write((i == 0 ? "" : "\n") + table_text(tables[i]));
    return exit_done;
}

}  // namespace dbway::cli
