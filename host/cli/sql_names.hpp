// sql_names.hpp - names of tables as users type them.
#pragma once

#include <dbway/source.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace dbway::cli {

// "main.users" as ("main", "users"); no schema without a dot.
inline std::pair<std::string, std::string> split_table(std::string_view name) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return {"", std::string(name)};
    return {std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
}

// The same, each part quoted for the server.
inline std::string quote_table(const Source& source, std::string_view name) {
    const auto [schema, table] = split_table(name);
    return schema.empty() ? source.quote_identifier(table)
                          : source.quote_identifier(schema) + "." + source.quote_identifier(table);
}

}  // namespace dbway::cli
