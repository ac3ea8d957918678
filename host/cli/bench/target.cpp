#include "cli/bench/target.hpp"

#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/sql_names.hpp"

#include <config/nearest.hpp>
#include <session/value_copy.hpp>

#include <algorithm>
#include <random>

namespace dbway::cli::bench {

namespace {

constexpr std::uint64_t most_keys = 10'000;
// Keys that are read to choose from: beyond that a table is sampled by ranges, or at its beginning.
constexpr std::uint64_t most_keys_read = 1'000'000;
constexpr std::uint64_t ranges = 1'000;
constexpr std::uint64_t most_sample_rows = 1'000;

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

std::vector<TableView> all_tables(Side& base, const QueryOptions& options) {
    Connection connection = base.source.connection(options);
    return list_tables(connection);
}

// What the server says of the rows themselves, where there is no catalog to ask.
std::vector<ColumnView> columns_of_query(Side& base, const std::string& table, const QueryOptions& options) {
    Rows rows =
        base.source.query(options, "select * from " + quote_table(base.source, table) + " where 1 = 0");
    rows.cursor().next();
    std::vector<ColumnView> columns;
    std::int64_t in_key = 0;
    for (const Column& column : rows.columns()) {
        ColumnView view;
        view.name = column.name;
        view.type = column.native_name;
        view.generated = column.generated;
        if (column.primary_key) view.primary_key = ++in_key;
        columns.push_back(std::move(view));
    }
    return columns;
}

}  // namespace

Target::Target(Side& base, const BenchArguments& arguments, const Plan& plan, const QueryOptions& options)
    : table_(arguments.table) {
    find_table(base, options);
    find_key(arguments, plan.needs_key(true));
    count_rows(base, plan, options);
    if (plan.needs_key(true)) sample_keys(base, options);
}

void Target::find_table(Side& base, const QueryOptions& options) {
    if (!base.source.can(DBWAY_CAP_SCHEMA)) {
        columns_ = columns_of_query(base, table_, options);
        return;
    }
    std::vector<TableView> found;
    {
        Connection connection = base.source.connection(options);
        found = read_schema(connection, table_);
    }
    if (found.size() > 1) {
        std::vector<std::string> names;
        names.reserve(found.size());
        for (const TableView& table : found) names.push_back(table.schema + "." + table.name);
        throw Failure("the source \"" + base.source_name() + "\" has several tables \"" + table_ +
                      "\": say which one (" + joined(names) + ")");
    }
    if (found.empty()) {
        std::vector<std::string> names;
        for (const TableView& table : all_tables(base, options)) names.push_back(table.name);
        const std::vector<std::string_view> known(names.begin(), names.end());
        throw Failure("no table \"" + table_ + "\" in the source \"" + base.source_name() + "\"" +
                      detail::did_you_mean(table_, known) + " (`dbway schema` lists them)");
    }
    columns_ = std::move(found.front().columns);
    if (columns_.empty()) throw Failure("the table " + table_ + " has no columns");
}

void Target::find_key(const BenchArguments& arguments, bool needed) {
    std::vector<std::string> names, in_key;
    for (const ColumnView& column : columns_) {
        names.push_back(column.name);
        if (column.primary_key != 0) in_key.push_back(column.name);
    }
    if (!arguments.key.empty()) {
        key_ = arguments.key;
        if (std::find(names.begin(), names.end(), key_) != names.end()) return;
        const std::vector<std::string_view> known(names.begin(), names.end());
        throw Failure("the table " + table_ + " has no column \"" + key_ + "\"" +
                      detail::did_you_mean(key_, known) + " (there are " + joined(names) + ")");
    }
    if (in_key.size() == 1) key_ = in_key.front();
    if (!needed || !key_.empty()) return;
    throw Failure("the table " + table_ +
                  (in_key.empty() ? " has no primary key"
                                  : " has a primary key of several columns (" + joined(in_key) + ")") +
                  ": give the column to ask by with --key COLUMN, best one with an index, or choose --jobs "
                  "connect,scan");
}

void Target::count_rows(Side& base, const Plan& plan, const QueryOptions& options) {
    rows_ = base.source.query(options, "select count(*) from " + quote_table(base.source, table_))
                .one<std::uint64_t>();
    if (rows_ == 0) throw Failure("the table " + table_ + " is empty: there is nothing to measure");
    rows_read_ = std::min(rows_, plan.rows);
    if (rows_read_ < rows_ && key_.empty())
        throw Failure(
            "the table " + table_ + " has " + grouped(rows_) + " rows, " + grouped(plan.rows) +
            " are read, and without a key there is no first of them: give --key COLUMN, or --rows " +
            std::to_string(rows_));
}

std::optional<std::pair<std::int64_t, std::int64_t>> Target::integer_range(
    Side& base, const QueryOptions& options) const {
    const std::string key = base.source.quote_identifier(key_);
    const std::string from = " from " + quote_table(base.source, table_);
    Rows none = base.source.query(options, "select " + key + from + " where 1 = 0");
    none.cursor().next();
    if (none.columns().empty() || none.columns().front().type != DBWAY_T_I64) return std::nullopt;
    const auto [least, greatest] =
        base.source
            .query<std::int64_t, std::int64_t>(options, "select min(" + key + "), max(" + key + ")" + from)
            .one();
    return std::pair(least, greatest);
}

void Target::sample_keys(Side& base, const QueryOptions& options) {
    const std::string key = base.source.quote_identifier(key_);
    const std::string table = quote_table(base.source, table_);
    const auto keep = [&](const dbway_value& value) {
        if (value.type == DBWAY_T_NULL) return;
        Key copy;
        detail::copy_values(&value, 1, &copy.value, arena_);
        keys_.push_back(copy);
    };
    const auto range = rows_ > most_keys_read ? integer_range(base, options) : std::nullopt;
    if (range) {
        const double step = (static_cast<double>(range->second) - static_cast<double>(range->first)) /
                            static_cast<double>(ranges);
        const std::string sql = "select " + key + " from " + table + " where " + key + " >= $1 order by " +
                                key + " limit " + std::to_string(most_keys / ranges);
        for (std::uint64_t i = 0; i < ranges; ++i) {
            const auto from = range->first + static_cast<std::int64_t>(step * static_cast<double>(i));
            for (const Row row : base.source.query(options, sql, from)) keep(row.cell(0));
        }
    } else {
        const std::uint64_t read = std::min(rows_, most_keys_read);
        const std::uint64_t step = std::max<std::uint64_t>(read / most_keys, 1);
        std::uint64_t count = 0;
        std::string sql =
            "select " + key + " from " + table + " where " + key + " is not null order by " + key;
        if (read < rows_) sql += " limit " + std::to_string(read);
        for (const Row row : base.source.query(options, sql))
            if (count++ % step == 0) keep(row.cell(0));
    }
    if (keys_.empty())
        throw Failure("the column " + key_ + " of " + table_ + " is NULL in every row: give another --key");
    // One order for every run, so that runs can be compared.
    std::shuffle(keys_.begin(), keys_.end(), std::mt19937_64(20));
    if (keys_.size() > most_keys) keys_.resize(most_keys);
}

Statements Target::statements(const Source& source) const {
    std::string list;
    for (const ColumnView& column : columns_)
        list.append(list.empty() ? "" : ", ").append(source.quote_identifier(column.name));
    const std::string from = "select " + list + " from " + quote_table(source, table_);
    const auto first = [&](std::uint64_t most) -> std::string {
        return most >= rows_ ? from
                             : from + (key_.empty() ? "" : " order by " + source.quote_identifier(key_)) +
                                   " limit " + std::to_string(most);
    };
    Statements statements;
    if (!key_.empty()) statements.point = from + " where " + source.quote_identifier(key_) + " = $1";
    statements.scan = first(rows_read_);
    statements.sample = first(std::min(rows_read_, most_sample_rows));
    return statements;
}

}  // namespace dbway::cli::bench
