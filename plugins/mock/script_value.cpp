#include "script_value.hpp"

#include "value.hpp"

#include <dbway/sdk/value_text.hpp>

#include <charconv>
#include <sstream>

namespace dbway::mock {
namespace {

struct Type {
    std::uint32_t type = DBWAY_T_NULL;
    std::uint32_t item_type = DBWAY_T_NULL;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
};

// "decimal(10,2)", "i64[]", "any".
std::optional<Type> parse_type(std::string_view text) {
    Type type;
    if (text == "any") return type;
    if (text.ends_with("[]")) {
        const auto item = type_by_name(text.substr(0, text.size() - 2));
        if (!item || *item == DBWAY_T_ARRAY) return std::nullopt;
        type.type = DBWAY_T_ARRAY;
        type.item_type = *item;
        return type;
    }
    if (const std::size_t bracket = text.find('('); bracket != std::string_view::npos) {
        const char* const end = text.data() + text.size() - 1;
        auto parsed = std::from_chars(text.data() + bracket + 1, end, type.precision);
        if (*end != ')' || parsed.ec != std::errc()) return std::nullopt;
        if (parsed.ptr != end && *parsed.ptr == ',') {
            const char* from = parsed.ptr + 1;
            while (from != end && *from == ' ') ++from;
            parsed = std::from_chars(from, end, type.scale);
        }
        if (parsed.ptr != end || parsed.ec != std::errc()) return std::nullopt;
        text = text.substr(0, bracket);
    }
    const auto found = type_by_name(text);
    if (!found) return std::nullopt;
    type.type = *found;
    return type;
}

Type read_type(const std::string& text, const toml::node& at, const std::string& file) {
    const auto type = parse_type(text);
    if (!type)
        script_error(file, at,
                     "'" + text + "' is no type; types are any, " + type_names() +
                         ", with [] behind them for arrays, and decimal(10,2)");
    return *type;
}

dbway_value of_text(const std::string& text, const Type& type, sdk::Arena& arena, const toml::node& at,
                    const std::string& file) {
    // NATIVE is written as a blob.
    const std::uint32_t form = type.type == DBWAY_T_NULL     ? DBWAY_T_TEXT
                               : type.type == DBWAY_T_NATIVE ? DBWAY_T_BLOB
                                                             : type.type;
    auto value = sdk::parse_value(form, text, arena, type.item_type);
    if (!value)
        script_error(
            file, at,
            "'" + text.substr(0, 60) + "' is no value of the type " + std::string(type_name(type.type)));
    if (type.type == DBWAY_T_NATIVE) value->type = DBWAY_T_NATIVE;
    return *value;
}

template <class Node>
std::string streamed(const Node& node) {
    std::ostringstream text;
    text << node.get();
    return text.str();
}

[[noreturn]] void misfit(const toml::node& node, const Type& type, const std::string& file) {
    script_error(file, node,
                 describe_node(node) + " is no value of the type " + std::string(type_name(type.type)));
}

dbway_value read_value(const toml::node& node, const Type& type, sdk::Arena& arena, const std::string& file);

dbway_value of_integer(std::int64_t number, const toml::node& node, const Type& type, sdk::Arena& arena,
                       const std::string& file) {
    switch (type.type) {
        case DBWAY_T_NULL:
        case DBWAY_T_I64:
            return *sdk::parse_value(DBWAY_T_I64, std::to_string(number), arena);
        case DBWAY_T_U64:
        case DBWAY_T_F64:
        case DBWAY_T_DECIMAL:
            return of_text(std::to_string(number), type, arena, node, file);
        default:
            misfit(node, type, file);
    }
}

dbway_value of_array(const toml::array& items, const Type& type, sdk::Arena& arena, const std::string& file) {
    if (type.type != DBWAY_T_ARRAY && type.type != DBWAY_T_NULL) misfit(items, type, file);
    Type item;
    item.type = type.item_type;
    dbway_value array{};
    array.type = DBWAY_T_ARRAY;
    array.len = static_cast<std::uint32_t>(items.size());
    auto* values = static_cast<dbway_value*>(arena.allocate_aligned(items.size() * sizeof(dbway_value)));
    array.v.items = values;
    for (const toml::node& node : items)
        // An array in an array has the same items.
        *values++ = read_value(node, node.is_array() ? type : item, arena, file);
    return array;
}

// { type = "…", value = … }
dbway_value of_table(const toml::table& table, const Type& type, sdk::Arena& arena, const std::string& file) {
    if (table.empty()) return {};
    TableReader reader(table, file, "a value");
    const auto name = reader.string("type");
    const Type own = name ? read_type(*name, table, file) : type;
    const toml::node* const value = reader.node("value");
    const auto hex = reader.string("hex");
    reader.finish();
    if ((value != nullptr) == hex.has_value())
        reader.fail(table, "a value has either a \"value\" or, for bytes that are no UTF-8, a \"hex\"");
    if (!hex) return read_value(*value, own, arena, file);
    if (own.type != DBWAY_T_TEXT && own.type != DBWAY_T_BLOB && own.type != DBWAY_T_NATIVE &&
        own.type != DBWAY_T_JSON)
        reader.fail(table, "\"hex\" is for the types text, json, blob and native");
    Type blob;
    blob.type = DBWAY_T_BLOB;
    dbway_value bytes = of_text("\\x" + *hex, blob, arena, table, file);
    bytes.type = static_cast<std::uint8_t>(own.type);
    return bytes;
}

dbway_value read_value(const toml::node& node, const Type& type, sdk::Arena& arena, const std::string& file) {
    Type own = type;
    const auto becomes = [&](std::uint32_t untyped) {
        if (own.type == DBWAY_T_NULL) own.type = untyped;
        return own.type == untyped;
    };
    if (const auto* text = node.as_string()) return of_text(text->get(), type, arena, node, file);
    if (const auto* number = node.as_integer()) return of_integer(number->get(), node, type, arena, file);
    if (const auto* array = node.as_array()) return of_array(*array, type, arena, file);
    if (const auto* table = node.as_table()) return of_table(*table, type, arena, file);
    if (const auto* number = node.as_floating_point()) {
        if (!becomes(DBWAY_T_F64)) misfit(node, type, file);
        dbway_value value{};
        value.type = DBWAY_T_F64;
        value.v.f64 = number->get();
        return value;
    }
    if (const auto* boolean = node.as_boolean()) {
        if (!becomes(DBWAY_T_BOOL)) misfit(node, type, file);
        return of_text(boolean->get() ? "true" : "false", own, arena, node, file);
    }
    if (const auto* date = node.as_date()) {
        if (!becomes(DBWAY_T_DATE)) misfit(node, type, file);
        return of_text(streamed(*date), own, arena, node, file);
    }
    if (const auto* time = node.as_time()) {
        if (!becomes(DBWAY_T_TIME)) misfit(node, type, file);
        return of_text(streamed(*time), own, arena, node, file);
    }
    const auto& moment = *node.as_date_time();
    if (!becomes(moment.get().offset ? DBWAY_T_TIMESTAMPTZ : DBWAY_T_TIMESTAMP)) misfit(node, type, file);
    return of_text(streamed(moment), own, arena, node, file);
}

std::uint32_t column_flags(TableReader& reader) {
    std::uint32_t flags = 0;
    if (reader.boolean("not_null").value_or(false)) flags |= DBWAY_COL_NOT_NULL;
    if (reader.boolean("primary").value_or(false)) flags |= DBWAY_COL_PRIMARY;
    if (reader.boolean("generated").value_or(false)) flags |= DBWAY_COL_GENERATED;
    return flags;
}

}  // namespace

sdk::Column read_column(const toml::node& node, const std::string& file) {
    sdk::Column column;
    std::string type_text = "any";
    if (const auto* text = node.as_string()) {
        const std::string& given = text->get();
        const std::size_t blank = given.find(' ');
        column.name = given.substr(0, blank);
        if (blank != std::string::npos) type_text = given.substr(given.find_first_not_of(' ', blank));
    } else if (const auto* table = node.as_table()) {
        TableReader reader(*table, file, "a column");
        column.name = reader.string("name").value_or("");
        type_text = reader.string("type").value_or("any");
        column.native_name = reader.string("native_name").value_or("");
        column.native_type = static_cast<std::uint64_t>(reader.integer("native_type", 0).value_or(0));
        column.schema_name = reader.string("schema").value_or("");
        column.table_name = reader.string("table").value_or("");
        column.flags = column_flags(reader);
        reader.finish();
    } else {
        script_error(file, node, describe_node(node) + " is no column, expected \"name type\" or a table");
    }
    const Type type = read_type(type_text, node, file);
    column.type = type.type;
    column.item_type = type.item_type;
    column.precision = type.precision;
    column.scale = type.scale;
    return column;
}

dbway_value read_cell(const toml::node& node, const sdk::Column& column, sdk::Arena& arena,
                      const std::string& file) {
    Type type;
    type.type = column.type;
    type.item_type = column.item_type;
    return read_value(node, type, arena, file);
}

ParameterMatcher read_parameter(const toml::node& node, sdk::Arena& arena, const std::string& file) {
    ParameterMatcher matcher;
    const toml::table* const table = node.as_table();
    if (table == nullptr || table->empty() || table->contains("value") || table->contains("hex")) {
        matcher.match = DBWAY_MOCK_VALUE;
        matcher.value = read_value(node, {}, arena, file);
        return matcher;
    }
    TableReader reader(*table, file, "a parameter");
    const bool any = reader.boolean("any").value_or(false);
    const bool not_null = reader.boolean("not_null").value_or(false);
    const auto type = reader.string("type");
    const auto like = reader.string("like");
    reader.finish();
    if ((any ? 1 : 0) + (not_null ? 1 : 0) + (type ? 1 : 0) + (like ? 1 : 0) != 1)
        reader.fail(node,
                    "a parameter is one of: a value, { any = true }, { not_null = true }, { type = … }, "
                    "{ like = … }");
    if (not_null) matcher.match = DBWAY_MOCK_NOT_NULL;
    if (type) {
        matcher.match = DBWAY_MOCK_TYPE;
        matcher.type = read_type(*type, node, file).type;
        if (matcher.type == DBWAY_T_NULL)
            reader.fail(node, "no type; { any = true } is any value, {} is null");
    }
    if (like) {
        matcher.match = DBWAY_MOCK_LIKE;
        matcher.pattern = std::make_shared<const Pattern>(*like);
    }
    return matcher;
}

}  // namespace dbway::mock
