#include "cli/schema_view.hpp"

#include "cli/sql_names.hpp"
#include "cli/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace dbway::cli {

namespace {

std::string text_of(const Row& row, std::string_view column) {
    const std::size_t index = row.index_of(column);
    return row.is_null(index) ? "" : row.get<std::string>(index);
}
std::int64_t number_of(const Row& row, std::string_view column) {
    const std::size_t index = row.index_of(column);
    return row.is_null(index) ? 0 : row.get<std::int64_t>(index);
}
bool flag_of(const Row& row, std::string_view column) {
    const std::size_t index = row.index_of(column);
    return !row.is_null(index) && row.get<bool>(index);
}

using Key = std::pair<std::string, std::string>;
Key key_of(const Row& row) { return {text_of(row, "schema"), text_of(row, "table")}; }

// The element of that name, the last one or a new one: rows of one index or constraint stand together.
template <typename View>
View& last_named(std::vector<View>& views, const std::string& name, bool starts) {
    if (views.empty() || views.back().name != name || starts) {
        views.emplace_back();
        views.back().name = name;
    }
    return views.back();
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text.append(text.empty() ? "" : ", ").append(part);
    return text;
}

// Lines of cells, each column as wide as its widest cell.
template <std::size_t N>
std::string aligned(const std::vector<std::array<std::string, N>>& lines) {
    std::array<std::size_t, N> widths{};
    for (const auto& line : lines)
        for (std::size_t i = 0; i < N; ++i) widths[i] = std::max(widths[i], display_width(line[i]));
    std::string text;
    for (const auto& line : lines) {
        text += "  ";
        for (std::size_t i = 0; i < N; ++i) {
            append_printable(text, line[i]);
            text.append(widths[i] - display_width(line[i]) + 2, ' ');
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

std::string constraint_text(const ConstraintView& constraint) {
    std::string text = constraint.kind;
    if (!constraint.columns.empty()) text += " (" + joined(constraint.columns) + ")";
    if (!constraint.referenced_table.empty()) {
        text += " references " + constraint.referenced_table;
        if (!constraint.referenced_columns.empty())
            text += " (" + joined(constraint.referenced_columns) + ")";
    }
    if (constraint.kind == "check" && !constraint.definition.empty()) text += " " + constraint.definition;
    return text;
}

}  // namespace

std::vector<TableView> list_tables(Connection& connection, std::string_view table) {
    const auto [schema, name] = split_table(table);
    std::vector<TableView> tables;
    for (const Row& row : connection.schema(SchemaKind::tables, schema, name)) {
        TableView view;
        view.schema = text_of(row, "schema");
        view.name = text_of(row, "table");
        view.kind = text_of(row, "kind");
        view.definition = text_of(row, "definition");
        tables.push_back(std::move(view));
    }
    return tables;
}

std::vector<TableView> read_schema(Connection& connection, std::string_view table) {
    std::vector<TableView> tables = list_tables(connection, table);
    std::map<Key, TableView*> by_name;
    for (TableView& view : tables) by_name[{view.schema, view.name}] = &view;
    const auto [schema, name] = split_table(table);
    const auto find = [&](const Row& row) {
        const auto found = by_name.find(key_of(row));
        return found == by_name.end() ? nullptr : found->second;
    };

    for (const Row& row : connection.schema(SchemaKind::columns, schema, name)) {
        TableView* view = find(row);
        if (view == nullptr) continue;
        ColumnView column;
        column.name = text_of(row, "column");
        column.type = text_of(row, "type");
        column.nullable = flag_of(row, "nullable");
        column.has_default = !row.is_null("default_value");
        column.default_value = text_of(row, "default_value");
        column.primary_key = number_of(row, "primary_key");
        column.generated = flag_of(row, "generated");
        view->columns.push_back(std::move(column));
    }
    for (const Row& row : connection.schema(SchemaKind::indexes, schema, name)) {
        TableView* view = find(row);
        if (view == nullptr) continue;
        IndexView& index = last_named(view->indexes, text_of(row, "index"), false);
        index.unique = flag_of(row, "unique");
        index.definition = text_of(row, "definition");
        const std::string column = text_of(row, "column");
        index.columns.push_back(column.empty() ? "(expression)" : column);
    }
    for (const Row& row : connection.schema(SchemaKind::constraints, schema, name)) {
        TableView* view = find(row);
        if (view == nullptr) continue;
        const std::string constraint_name = text_of(row, "constraint");
        // Constraints need no name: the first position starts a new one.
        ConstraintView& constraint = last_named(
            view->constraints, constraint_name,
            number_of(row, "position") <= 1 ||
                (!view->constraints.empty() && view->constraints.back().kind != text_of(row, "kind")));
        constraint.kind = text_of(row, "kind");
        constraint.definition = text_of(row, "definition");
        constraint.referenced_table = text_of(row, "referenced_table");
        if (const std::string column = text_of(row, "column"); !column.empty())
            constraint.columns.push_back(column);
        if (const std::string column = text_of(row, "referenced_column"); !column.empty())
            constraint.referenced_columns.push_back(column);
    }
    return tables;
}

std::string table_list_text(const std::vector<TableView>& tables) {
    std::vector<std::array<std::string, 3>> lines = {{"schema", "table", "kind"}};
    for (const TableView& table : tables) lines.push_back({table.schema, table.name, table.kind});
    return tables.empty() ? "No tables\n" : aligned(lines);
}

std::string table_text(const TableView& table) {
    std::string text =
        table.kind + " " + (table.schema.empty() ? "" : table.schema + ".") + table.name + "\n";
    std::vector<std::array<std::string, 3>> lines;
    for (const ColumnView& column : table.columns) {
        std::string notes;
        const auto note = [&](const std::string& more) { notes += (notes.empty() ? "" : ", ") + more; };
        if (column.primary_key != 0) note("primary key");
        if (!column.nullable) note("not null");
        if (column.has_default) note("default " + column.default_value);
        if (column.generated) note("generated");
        lines.push_back({column.name, column.type, notes});
    }
    text += aligned(lines);
    if (!table.indexes.empty()) text += " indexes\n";
    lines.clear();
    for (const IndexView& index : table.indexes)
        lines.push_back({index.name, "(" + joined(index.columns) + ")", index.unique ? "unique" : ""});
    text += aligned(lines);
    if (!table.constraints.empty()) text += " constraints\n";
    lines.clear();
    for (const ConstraintView& constraint : table.constraints)
        lines.push_back({constraint.name.empty() ? constraint_text(constraint) : constraint.name,
                         constraint.name.empty() ? "" : constraint_text(constraint), ""});
    return text + aligned(lines);
}

std::string schema_json(const std::vector<TableView>& tables) {
    using Json = nlohmann::ordered_json;
    Json list = Json::array();
    for (const TableView& table : tables) {
        Json json = {{"schema", table.schema}, {"table", table.name}, {"kind", table.kind}};
        json["columns"] = Json::array();
        for (const ColumnView& column : table.columns)
            json["columns"].push_back({{"name", column.name},
                                       {"type", column.type},
                                       {"nullable", column.nullable},
                                       {"default", column.has_default ? Json(column.default_value) : Json()},
                                       {"primary_key", column.primary_key},
                                       {"generated", column.generated}});
        json["indexes"] = Json::array();
        for (const IndexView& index : table.indexes)
            json["indexes"].push_back(
                {{"name", index.name}, {"unique", index.unique}, {"columns", index.columns}});
        json["constraints"] = Json::array();
        for (const ConstraintView& constraint : table.constraints)
            json["constraints"].push_back({{"name", constraint.name},
                                           {"kind", constraint.kind},
                                           {"columns", constraint.columns},
                                           {"referenced_table", constraint.referenced_table},
                                           {"referenced_columns", constraint.referenced_columns},
                                           {"definition", constraint.definition}});
        list.push_back(std::move(json));
    }
    return Json{{"tables", std::move(list)}}.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

}  // namespace dbway::cli
