#include "support/reference_database.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace dbway::test {
namespace {

constexpr std::array<std::pair<const char*, std::uint32_t>, 14> type_names = {
    {{"bool", DBWAY_T_BOOL},
     {"int8", DBWAY_T_I64},
     {"uint8", DBWAY_T_U64},
     {"float8", DBWAY_T_F64},
     {"decimal", DBWAY_T_DECIMAL},
     {"text", DBWAY_T_TEXT},
     {"bytes", DBWAY_T_BLOB},
     {"date", DBWAY_T_DATE},
     {"time", DBWAY_T_TIME},
     {"timestamp", DBWAY_T_TIMESTAMP},
     {"timestamptz", DBWAY_T_TIMESTAMPTZ},
     {"interval", DBWAY_T_INTERVAL},
     {"uuid", DBWAY_T_UUID},
     {"json", DBWAY_T_JSON}}};
constexpr std::int64_t micros_per_day = 86'400'000'000;

[[noreturn]] void syntax_error(const std::string& message) {
    throw DatabaseError(DBWAY_ERR_SYNTAX, "42601", message);
}

// Words, numbers, 'strings', $n and single punctuation characters.
class Tokens {
  public:
    explicit Tokens(std::string_view sql) {
        std::size_t i = 0;
        while (i < sql.size()) {
            const unsigned char c = static_cast<unsigned char>(sql[i]);
            if (std::isspace(c)) {
                ++i;
                continue;
            }
            std::size_t end = i + 1;
            if (std::isalnum(c) || c == '_' || c == '$') {
                while (end < sql.size() &&
                       (std::isalnum(static_cast<unsigned char>(sql[end])) || sql[end] == '_'))
                    ++end;
            } else if (c == '\'') {
                end = sql.find('\'', i + 1);
                if (end == std::string_view::npos) syntax_error("a string does not end");
                ++end;
            }
            tokens_.emplace_back(sql.substr(i, end - i));
            i = end;
        }
    }
    bool done() const { return next_ == tokens_.size(); }
    std::string peek() const { return done() ? "" : tokens_[next_]; }
    std::string take() {
        if (done()) syntax_error("the statement ends too early");
        return tokens_[next_++];
    }
    bool accept(std::string_view word) {
        if (peek() != word) return false;
        ++next_;
        return true;
    }
    void need(std::string_view word) {
        if (!accept(word)) syntax_error("expected '" + std::string(word) + "', found '" + peek() + "'");
    }
    std::size_t parameter() {
        const auto token = take();
        if (token.size() < 2 || token[0] != '$') syntax_error("expected a parameter, found '" + token + "'");
        return static_cast<std::size_t>(std::stoul(token.substr(1)));
    }

  private:
    std::vector<std::string> tokens_;
    std::size_t next_ = 0;
};

std::vector<std::string> parse_names(Tokens& tokens) {
    std::vector<std::string> names;
    do names.push_back(tokens.take());
    while (tokens.accept(","));
    return names;
}

std::uint32_t type_by_name(const std::string& name) {
    for (const auto& [text, type] : type_names)
        if (name == text) return type;
    syntax_error("unknown type '" + name + "'");
}

TableColumn parse_column(Tokens& tokens) {
    TableColumn column;
    column.name = tokens.take();
    column.type = type_by_name(tokens.take());
    if (tokens.accept("(")) {
        column.precision = std::stoi(tokens.take());
        tokens.need(",");
        column.scale = std::stoi(tokens.take());
        tokens.need(")");
    }
    if (tokens.accept("[")) {
        tokens.need("]");
        column.item_type = column.type;
        column.type = DBWAY_T_ARRAY;
    }
    if (tokens.accept("not")) {
        tokens.need("null");
        column.not_null = true;
    }
    if (tokens.accept("primary")) {
        tokens.need("key");
        column.not_null = column.primary = true;
    }
    return column;
}

void parse_where(Tokens& tokens, Statement& statement) {
    if (!tokens.accept("where")) return;
    statement.where = tokens.take();
    tokens.need("=");
    statement.n_params = std::max(statement.n_params, tokens.parameter());
}

const Table& find(const Tables& tables, const std::string& name) {
    const auto found = tables.find(name);
    if (found == tables.end())
        throw DatabaseError(DBWAY_ERR_SYNTAX, "42P01", "there is no table '" + name + "'");
    return found->second;
}

std::size_t column_index(const Table& table, const std::string& name) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].name == name) return i;
    throw DatabaseError(DBWAY_ERR_SYNTAX, "42703", "there is no column '" + name + "'");
}

// The decimal as its column stores it.
OwnedValue fit_decimal(OwnedValue value, const TableColumn& column) {
    const auto refuse = [&](const char* why) {
        throw DatabaseError(DBWAY_ERR_DATA, "22003",
                            "'" + value.bytes + "' " + why + " column '" + column.name + "'");
    };
    if (column.precision < 0) return value;
    if (value.bytes.find_first_not_of("-.0123456789") != std::string::npos) refuse("is no number that fits");
    const auto point = value.bytes.find('.');
    std::string fraction = point == std::string::npos ? "" : value.bytes.substr(point + 1);
    std::string whole = value.bytes.substr(0, point);
    if (static_cast<std::int32_t>(fraction.size()) > column.scale) refuse("has too many decimals for");
    fraction.resize(static_cast<std::size_t>(column.scale), '0');
    const std::size_t sign = whole.starts_with('-') ? 1 : 0;
    const auto first = whole.find_first_not_of('0', sign);
    const auto digits = first == std::string::npos ? 0 : whole.size() - first;
    if (static_cast<std::int32_t>(digits) > column.precision - column.scale) refuse("is too large for");
    value.bytes = fraction.empty() ? whole : whole + "." + fraction;
    return value;
}

OwnedValue convert(OwnedValue value, const TableColumn& column) {
    if (value.is_null()) {
        if (column.not_null)
            throw DatabaseError(DBWAY_ERR_CONSTRAINT, "23502", "'" + column.name + "' must not be null");
        return OwnedValue::null();
    }
    if (value.type != column.type)
        throw DatabaseError(DBWAY_ERR_DATA, "22018",
                            "a value of another type for column '" + column.name + "'");
    if (value.type == DBWAY_T_DECIMAL) return fit_decimal(std::move(value), column);
    if (value.type == DBWAY_T_TIME && (value.as_i64() < 0 || value.as_i64() > micros_per_day))
        throw DatabaseError(DBWAY_ERR_DATA, "22008", "a time outside of the day");
    return value;
}

bool equal(const OwnedValue& left, const OwnedValue& right) { return !left.is_null() && left == right; }

Cursor select(const Statement& statement, const OwnedRow& params, const Tables& tables) {
    const Table& table = find(tables, statement.table);
    Cursor cursor;
    cursor.columns = describe(statement, tables);
    std::vector<OwnedRow> rows;
    for (const auto& row : table.rows)
        if (!statement.where || equal(row[column_index(table, *statement.where)], params.at(0)))
            rows.push_back(row);
    if (statement.order) {
        const auto by = column_index(table, *statement.order);
        std::stable_sort(rows.begin(), rows.end(), [&](const OwnedRow& a, const OwnedRow& b) {
            return a[by].as_i64() < b[by].as_i64();
        });
    }
    for (const auto& row : rows) {
        OwnedRow picked;
        for (const auto& column : cursor.columns) picked.push_back(row[column_index(table, column.name)]);
        cursor.rows.push_back(std::move(picked));
    }
    cursor.affected = static_cast<std::int64_t>(cursor.rows.size());
    return cursor;
}

std::vector<OwnedRow> sample_rows() {
    return {{OwnedValue::i64(1), OwnedValue::text("one")},
            {OwnedValue::i64(2), OwnedValue::text("two")},
            {OwnedValue::i64(3), OwnedValue::text("three")}};
}

}  // namespace

Statement Statement::parse(std::string_view sql) {
    Tokens tokens(sql);
    Statement statement;
    const auto verb = tokens.take();
    if (verb == "create") {
        statement.verb = Verb::create;
        tokens.need("table");
        statement.table = tokens.take();
        tokens.need("(");
        do statement.definitions.push_back(parse_column(tokens));
        while (tokens.accept(","));
        tokens.need(")");
    } else if (verb == "drop") {
        statement.verb = Verb::drop;
        tokens.need("table");
        statement.table = tokens.take();
    } else if (verb == "insert") {
        statement.verb = Verb::insert;
        tokens.need("into");
        statement.table = tokens.take();
        tokens.need("(");
        statement.columns = parse_names(tokens);
        tokens.need(")");
        tokens.need("values");
        tokens.need("(");
        do statement.values.push_back(tokens.parameter());
        while (tokens.accept(","));
        tokens.need(")");
        for (const auto value : statement.values) statement.n_params = std::max(statement.n_params, value);
        if (statement.values.size() != statement.columns.size())
            syntax_error("as many values as columns, please");
    } else if (verb == "delete") {
        statement.verb = Verb::remove;
        tokens.need("from");
        statement.table = tokens.take();
        parse_where(tokens, statement);
    } else if (verb == "select") {
        statement.verb = Verb::select;
        if (!tokens.accept("*")) statement.columns = parse_names(tokens);
        tokens.need("from");
        statement.table = tokens.take();
        parse_where(tokens, statement);
        if (tokens.accept("order")) {
            tokens.need("by");
            statement.order = tokens.take();
        }
    } else if (verb == "notify") {
        statement.verb = Verb::notify;
        statement.table = tokens.take();
        tokens.need(",");
        const auto payload = tokens.take();
        statement.payload = payload.substr(1, payload.size() - 2);
    } else if (verb == "series" || verb == "match") {
        statement.verb = verb == "series" ? Verb::series : Verb::match;
        statement.n_params = tokens.parameter();
    } else if (verb == "sample" || verb == "slow" || verb == "fail") {
        statement.verb = verb == "sample" ? Verb::sample : verb == "slow" ? Verb::slow : Verb::fail;
    } else {
        syntax_error("unknown statement '" + verb + "'");
    }
    if (!tokens.done()) syntax_error("'" + tokens.peek() + "' does not belong here");
    return statement;
}

std::vector<OwnedRow> Cursor::take(std::size_t most) {
    std::vector<OwnedRow> taken;
    const std::size_t end = std::min(size(), position + most);
    for (; position < end; ++position)
        taken.push_back(series >= 0 ? OwnedRow{OwnedValue::i64(static_cast<std::int64_t>(position) + 1)}
                                    : rows[position]);
    return taken;
}

std::vector<TableColumn> describe(const Statement& statement, const Tables& tables) {
    switch (statement.verb) {
        case Statement::Verb::select: {
            const Table& table = find(tables, statement.table);
            if (statement.columns.empty()) return table.columns;
            std::vector<TableColumn> columns;
            for (const auto& name : statement.columns)
                columns.push_back(table.columns[column_index(table, name)]);
            return columns;
        }
        case Statement::Verb::insert: {
            const Table& table = find(tables, statement.table);
            for (const auto& name : statement.columns) column_index(table, name);
            return {};
        }
        case Statement::Verb::sample:
        case Statement::Verb::match:
            return {{.name = "n", .type = DBWAY_T_I64}, {.name = "word", .type = DBWAY_T_TEXT}};
        case Statement::Verb::series:
            return {{.name = "n", .type = DBWAY_T_I64}};
        case Statement::Verb::slow:
            return {{.name = "never", .type = DBWAY_T_I64}};
        default:
            return {};
    }
}

void insert(Table& table, const std::string& name, const std::vector<std::string>& columns,
            const OwnedRow& values) {
    OwnedRow row(table.columns.size());
    std::set<std::size_t> given;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t index = columns.empty() ? i : column_index(table, columns[i]);
        row.at(index) = convert(values[i], table.columns.at(index));
        given.insert(index);
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (!given.contains(i)) row[i] = convert(OwnedValue::null(), table.columns[i]);
        if (!table.columns[i].primary) continue;
        for (const auto& other : table.rows)
            if (equal(other[i], row[i]))
                throw DatabaseError(DBWAY_ERR_CONSTRAINT, "23505",
                                    "'" + name + "' already has a row of this key");
    }
    table.rows.push_back(std::move(row));
}

Cursor run(const Statement& statement, const OwnedRow& params, Tables& tables) {
    if (params.size() != statement.n_params)
        throw DatabaseError(DBWAY_ERR_INVALID, "07001",
                            std::to_string(params.size()) + " parameters given, the statement has " +
                                std::to_string(statement.n_params));
    Cursor cursor;
    switch (statement.verb) {
        case Statement::Verb::create:
            if (!tables.emplace(statement.table, Table{statement.definitions, {}}).second)
                throw DatabaseError(DBWAY_ERR_SYNTAX, "42P07", "table '" + statement.table + "' exists");
            return cursor;
        case Statement::Verb::drop:
            find(tables, statement.table);
            tables.erase(statement.table);
            return cursor;
        case Statement::Verb::insert: {
            find(tables, statement.table);
            OwnedRow values;
            for (const auto parameter : statement.values) values.push_back(params.at(parameter - 1));
            insert(tables[statement.table], statement.table, statement.columns, values);
            cursor.affected = 1;
            return cursor;
        }
        case Statement::Verb::remove: {
            find(tables, statement.table);
            Table& table = tables[statement.table];
            cursor.affected = static_cast<std::int64_t>(std::erase_if(table.rows, [&](const OwnedRow& row) {
                return !statement.where || equal(row[column_index(table, *statement.where)], params.at(0));
            }));
            return cursor;
        }
        case Statement::Verb::select:
            return select(statement, params, tables);
        case Statement::Verb::sample:
        case Statement::Verb::match:
            cursor.columns = describe(statement, tables);
            cursor.rows = sample_rows();
            if (statement.verb == Statement::Verb::match)
                std::erase_if(cursor.rows, [&](const OwnedRow& row) { return !(row[1] == params.at(0)); });
            return cursor;
        case Statement::Verb::series:
            cursor.columns = describe(statement, tables);
            cursor.series = params.at(0).as_i64();
            return cursor;
        case Statement::Verb::fail:
            throw DatabaseError(DBWAY_ERR_DATABASE, "P0001", "this statement always fails");
        case Statement::Verb::slow:
            cursor.columns = describe(statement, tables);
            return cursor;
        case Statement::Verb::notify:
            return cursor;
    }
    return cursor;
}

const char* type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) {
    // Strings that live for good, made once for each width.
    static std::mutex mutex;
    static std::set<std::string> made;
    std::string name;
    if (type == DBWAY_T_ARRAY) {
        name = type_name(static_cast<std::uint32_t>(precision), -1, -1);
        if (!name.empty()) name += "[]";
    } else {
        for (const auto& [text, number] : type_names)
            if (number == type) name = text;
        if (type == DBWAY_T_DECIMAL && precision >= 0)
            name += "(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
    }
    const std::lock_guard lock(mutex);
    return made.insert(name).first->c_str();
}

}  // namespace dbway::test
