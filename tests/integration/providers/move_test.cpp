// An application's schema and rows move from one provider to the next, and arrive as they were.
#include <map>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

struct TableColumn {
    std::string name;
    Column described;
    bool nullable = true;
    std::int64_t key = 0;
};

class Moving : public testing::Test {
  protected:
    void SetUp() override {
        if (providers().size() < 2) GTEST_SKIP() << "this build has one provider only";
        DBWAY_NEEDS_POSTGRESQL();
#ifdef DBWAY_TEST_MARIADB
        DBWAY_NEEDS_MARIADB();
#endif
    }

    static std::string schema_of(Source& source) {
        const std::string product = source.connection().info().product;
        if (product == "SQLite") return "main";
        return product == "PostgreSQL" ? "public" : source.query("select database()").one<std::string>();
    }

    static std::vector<std::string> tables(Source& source) {
        std::vector<std::string> names;
        for (const Row row : source.schema(SchemaKind::tables, schema_of(source)))
            if (row.get<std::string>("kind") == "table") names.push_back(row.get<std::string>("table"));
        return names;
    }

    static std::vector<TableColumn> columns(Source& source, const std::string& table) {
        std::vector<TableColumn> found;
        for (const Row row : source.schema(SchemaKind::columns, schema_of(source), table))
            found.push_back({row.get<std::string>("column"),
                             {},
                             row.get<bool>("nullable"),
                             row.get<std::int64_t>("primary_key")});
        Rows nothing = source.query("select * from " + source.quote_identifier(table) + " where 1 = 0");
        nothing.begin();
        for (std::size_t i = 0; i < found.size(); ++i) found[i].described = nothing.columns().at(i);
        return found;
    }

    static std::string definition(Source& source, const std::string& table, const Source& target) {
        std::string text = "create table " + target.quote_identifier(table) + " (";
        std::map<std::int64_t, std::string> key;
        for (const TableColumn& column : columns(source, table)) {
            const bool is_array = column.described.type == DBWAY_T_ARRAY;
            text += target.quote_identifier(column.name) + " " +
                    target.type_name(column.described.type,
                                     is_array ? static_cast<std::int32_t>(column.described.item_type)
                                              : column.described.precision,
                                     column.described.scale) +
                    (column.nullable ? ", " : " not null, ");
            if (column.key != 0) key[column.key] = target.quote_identifier(column.name);
        }
        std::string names;
        for (const auto& [position, name] : key) names += (names.empty() ? "" : ", ") + name;
        return text + "primary key (" + names + "))";
    }

    static void copy_rows(Source& from, Source& to, const std::string& table) {
        Rows rows = from.copy_out(from.quote_identifier(table));
        CopyIn copy = to.copy_in(to.quote_identifier(table));
        for (const Row row : rows) copy.row(std::span(&row.cell(0), row.size()));
        copy.finish();
    }

    // Where a server has no unsigned integers, they are decimals.
    static int kind(const dbway_value& value) {
        return value.type == DBWAY_T_U64 ? DBWAY_T_DECIMAL : value.type;
    }

    // Where the digits after the point are the column's, there may be zeros more.
    static std::optional<std::string> text(const Row& row, std::size_t i) {
        auto text = row.get<std::optional<std::string>>(i);
        if (text && kind(row.cell(i)) == DBWAY_T_DECIMAL && text->find('.') != std::string::npos) {
            while (text->back() == '0') text->pop_back();
            if (text->back() == '.') text->pop_back();
        }
        return text;
    }

    static void expect_equal(Source& a, Source& b, const std::string& table) {
        const auto sql = [&](const Source& source) {
            return "select * from " + source.quote_identifier(table) + " order by 1";
        };
        Rows left = a.query(sql(a)), right = b.query(sql(b));
        auto l = left.begin();
        auto r = right.begin();
        std::int64_t n = 0;
        for (; l != left.end() && r != right.end(); ++l, ++r, ++n) {
            const Row x = *l, y = *r;
            ASSERT_EQ(x.size(), y.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const std::string where =
                    table + " row " + std::to_string(n) + " column " + x.columns()[i].name;
                ASSERT_EQ(kind(x.cell(i)), kind(y.cell(i))) << where;
                ASSERT_EQ(text(x, i), text(y, i)) << where;
            }
        }
        EXPECT_TRUE(l == left.end() && r == right.end())
            << table << ": the number of rows differs after " << n;
        EXPECT_GT(n, 0) << table;
    }

    static void move(Source& from, Source& to) {
        const auto names = tables(from);
        for (const std::string& table : names) to.execute(definition(from, table, to));
        for (const std::string& table : names) copy_rows(from, to, table);
    }

    static void fill(Source& source) {
        const auto type = [&](std::uint32_t t, std::int32_t p = -1, std::int32_t s = -1) {
            return source.type_name(t, p, s);
        };
        source.execute("create table customer (id bigint primary key, name " + type(DBWAY_T_TEXT) +
                       " not null, born " + type(DBWAY_T_DATE) + ", balance " + type(DBWAY_T_DECIMAL, 14, 2) +
                       ", active " + type(DBWAY_T_BOOL) + " not null, photo " + type(DBWAY_T_BLOB) +
                       ", profile " + type(DBWAY_T_JSON) + ", code " + type(DBWAY_T_UUID) + ")");
        source.execute("create table \"Order\" (number bigint primary key, customer bigint not null, at " +
                       type(DBWAY_T_TIMESTAMPTZ) + ", local " + type(DBWAY_T_TIMESTAMP) + ", due " +
                       type(DBWAY_T_TIME) + ", weight " + type(DBWAY_T_F64) + ", period " +
                       type(DBWAY_T_INTERVAL) + ", tags " + type(DBWAY_T_ARRAY, DBWAY_T_TEXT) + ", counts " +
                       type(DBWAY_T_ARRAY, DBWAY_T_I64) + ", big " + type(DBWAY_T_U64) + ", exact " +
                       type(DBWAY_T_DECIMAL) + ")");
        {
            CopyIn copy = source.copy_in("customer");
            for (std::int64_t i = 0; i < 300; ++i) {
                if (i % 7 == 0) {
                    copy.row(i, "only a name " + std::to_string(i), nullptr, nullptr, false, nullptr, nullptr,
                             nullptr);
                    continue;
                }
                Blob photo;
                for (std::int64_t k = 0; k < i; ++k) photo.push_back(static_cast<std::byte>(i * k));
                Uuid code;
                code.bytes[static_cast<std::size_t>(i % 16)] = static_cast<std::uint8_t>(i);
                copy.row(
                    i, "Name \t\n\\ '\" ä漢 " + std::to_string(i), Date(std::chrono::days(i * 100 - 10'000)),
                    Decimal(std::to_string(i * 1'000'003) + "." + std::to_string(10 + i % 90)), i % 2 == 0,
                    photo, Json{"{\"i\": " + std::to_string(i) + ", \"t\": \"\\\"ä\"}"}, code);
            }
            EXPECT_EQ(copy.finish(), 300);
        }
        CopyIn copy = source.copy_in("\"Order\"");
        for (std::int64_t i = 0; i < 500; ++i)
            copy.row(i, i % 300, TimestampTz(std::chrono::microseconds((i + 1) * 1'234'567'890'123)),
                     Timestamp(std::chrono::microseconds(-i * 987'654'321'012)),
                     TimeOfDay{std::chrono::microseconds(i * 172'000'001)}, static_cast<double>(i) / 7.0,
                     Interval{static_cast<std::int32_t>(i), static_cast<std::int32_t>(-i), i * 1'000'003},
                     std::vector<std::optional<std::string>>{"a,\"b\"", std::nullopt,
                                                             "{" + std::to_string(i) + "}"},
                     std::vector<std::int64_t>{i, -i}, ~std::uint64_t{0} - static_cast<std::uint64_t>(i),
                     Decimal("0.000000000000000000" + std::to_string(i + 1)));
        EXPECT_EQ(copy.finish(), 500);
    }
};

TEST_F(Moving, FromProviderToProviderAndBack) {
    // SQLite first, then each of the others, then SQLite again.
    std::vector<std::string> way = providers();
    way.push_back(way.front());
    std::vector<std::unique_ptr<PooledDatabase>> databases;
#ifdef DBWAY_TEST_MARIADB
    std::vector<std::unique_ptr<MariadbDatabase>> mariadb;
#endif
    Application application;
    for (std::size_t i = 0; i < way.size(); ++i) {
        const std::string name = "stop" + std::to_string(i);
        if (is_postgresql(way[i])) {
            databases.push_back(std::make_unique<PooledDatabase>(shared_postgresql()));
            application.add(name, way[i], databases.back()->options());
#ifdef DBWAY_TEST_MARIADB
        } else if (is_mysql(way[i])) {
            mariadb.push_back(std::make_unique<MariadbDatabase>(shared_mariadb()));
            application.add(name, way[i], standard_options(*mariadb.back()));
#endif
        } else {
            application.add_sqlite(name, {}, way[i]);
        }
    }
    const Host host = application.open();
    Source first = host.source("stop0");
    fill(first);
    for (std::size_t i = 1; i < way.size(); ++i) {
        SCOPED_TRACE("from " + way[i - 1] + " to " + way[i]);
        Source from = host.source("stop" + std::to_string(i - 1)),
               to = host.source("stop" + std::to_string(i));
        ASSERT_NO_THROW(move(from, to));
        EXPECT_EQ(tables(from), tables(to));
        for (const std::string& table : tables(from)) expect_equal(first, to, table);
    }
}

TEST_F(Moving, OneDatabaseThroughTwoProviders) {
    const auto names = postgresql_providers();
    if (names.size() < 2) GTEST_SKIP() << "this build has one provider for PostgreSQL only";
    const PooledDatabase database(shared_postgresql());
    Application application;
    for (const std::string& name : names) application.add(name, name, database.options());
    const Host host = application.open();
    Source a = host.source(names[0]), b = host.source(names[1]);
    fill(a);
    for (const std::string& table : tables(b)) expect_equal(a, b, table);
}

}  // namespace
}  // namespace dbway::test
