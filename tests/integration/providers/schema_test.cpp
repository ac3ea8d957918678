// What a database contains, in the same words everywhere.
#include <set>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Schemas : public ProviderTest {
  protected:
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        db().execute("create table parent (id bigint primary key, code varchar(10) not null unique)");
        db().execute(
            "create table child (a bigint not null, b bigint not null, parent_id bigint references parent "
            "(id), "
            "amount numeric(10,2) default 0, note " +
            std::string(on_mysql() ? "varchar(200)" : "text") +
            " check (length(note) < 100), primary key (b, a))");
        db().execute("create index child_amount on child (amount, note)");
        db().execute(
            "create view both_tables as select p.code, c.amount from parent p join child c on c.parent_id = "
            "p.id");
    }
    std::string schema() const { return schema_name(); }
};

DBWAY_FOR_ALL_PROVIDERS(Schemas);

TEST_P(Schemas, Names) {
    std::set<std::string> names;
    for (const Row row : db().schema(SchemaKind::schemas)) names.insert(row.get<std::string>("schema"));
    EXPECT_TRUE(names.contains(schema()));
}

TEST_P(Schemas, Tables) {
    std::vector<std::pair<std::string, std::string>> tables;
    for (const Row row : db().schema(SchemaKind::tables, schema())) {
        EXPECT_EQ(row.get<std::string>("schema"), schema());
        tables.emplace_back(row.get<std::string>("table"), row.get<std::string>("kind"));
    }
    EXPECT_EQ(tables, (std::vector<std::pair<std::string, std::string>>{
                          {"both_tables", "view"}, {"child", "table"}, {"parent", "table"}}));
    for (const Row row : db().schema(SchemaKind::tables, schema(), "parent"))
        EXPECT_EQ(row.get<std::string>("table"), "parent");
    for ([[maybe_unused]] const Row row : db().schema(SchemaKind::tables, schema(), "no_such_table"))
        ADD_FAILURE();
}

TEST_P(Schemas, Columns) {
    struct Expected {
        const char* name;
        bool nullable;
        std::int64_t key;
    };
    const Expected expected[] = {
        {"a", false, 2}, {"b", false, 1}, {"parent_id", true, 0}, {"amount", true, 0}, {"note", true, 0}};
    std::size_t i = 0;
    for (const Row row : db().schema(SchemaKind::columns, schema(), "child")) {
        ASSERT_LT(i, std::size(expected));
        EXPECT_EQ(row.get<std::string>("column"), expected[i].name);
        EXPECT_EQ(row.get<std::int64_t>("position"), static_cast<std::int64_t>(i + 1));
        EXPECT_EQ(row.get<bool>("nullable"), expected[i].nullable) << expected[i].name;
        EXPECT_EQ(row.get<std::int64_t>("primary_key"), expected[i].key) << expected[i].name;
        EXPECT_FALSE(row.get<bool>("generated"));
        EXPECT_EQ(row.is_null("default_value"), std::string(expected[i].name) != "amount");
        if (std::string(expected[i].name) == "amount") {
            EXPECT_EQ(row.get<std::string>("default_value"), on_mysql() ? "0.00" : "0");
            EXPECT_EQ(row.get<std::string>("type"), on_mysql() ? "decimal(10,2)" : "numeric(10,2)");
        }
        ++i;
    }
    EXPECT_EQ(i, std::size(expected));
}

TEST_P(Schemas, Indexes) {
    std::vector<std::string> columns;
    for (const Row row : db().schema(SchemaKind::indexes, schema(), "child")) {
        if (row.get<std::string>("index") != "child_amount") continue;
        columns.push_back(row.get<std::string>("column"));
        EXPECT_EQ(row.get<std::int64_t>("position"), std::ssize(columns));
        EXPECT_FALSE(row.get<bool>("unique"));
    }
    EXPECT_EQ(columns, (std::vector<std::string>{"amount", "note"}));
    bool unique = false;
    for (const Row row : db().schema(SchemaKind::indexes, schema(), "parent"))
        unique = unique || (row.get<std::string>("column") == "code" && row.get<bool>("unique"));
    EXPECT_TRUE(unique);
}

TEST_P(Schemas, Constraints) {
    std::vector<std::string> found;
    for (const Row row : db().schema(SchemaKind::constraints, schema(), "child")) {
        std::string text = row.get<std::string>("kind");
        if (!row.is_null("column")) text += " " + row.get<std::string>("column");
        if (!row.is_null("referenced_table"))
            text += " -> " + row.get<std::string>("referenced_table") + "." +
                    row.get<std::string>("referenced_column");
        found.push_back(text);
    }
    EXPECT_THAT(found, testing::IsSupersetOf(
                           {"primary key a", "primary key b", "foreign key parent_id -> parent.id"}));
    EXPECT_THAT(found, testing::Contains(testing::StartsWith("check")));
    EXPECT_EQ(found.size(), 4u);
}

TEST_P(Schemas, NamesThatNeedQuotes) {
    db().execute("create table \"Odd \"\"name\" (\"a b\" bigint primary key)");
    Rows rows = db().schema(SchemaKind::columns, schema(), "Odd \"name");
    const Row row = *rows.begin();
    EXPECT_EQ(row.get<std::string>("table"), "Odd \"name");
    EXPECT_EQ(row.get<std::string>("column"), "a b");
    EXPECT_EQ(row.get<std::int64_t>("primary_key"), 1);
}

}  // namespace
}  // namespace dbway::test
