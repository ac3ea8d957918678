// The forms of a statement's text, and values as scripts write them.
#include <dbway/sdk/value_text.hpp>

#include <cmath>
#include <limits>

#include "expectation.hpp"
#include "mock_client.hpp"
#include "script.hpp"
#include "statement_text.hpp"
#include "toml_text.hpp"
#include "value.hpp"

namespace dbway::mock::test {
namespace {

constexpr auto generic = sdk::Dialect::generic;

TEST(StatementText, OneLine) {
    EXPECT_EQ(one_line("  select\n\t1 -- one\n  , 'a  b' ;\n", generic), "select 1 , 'a  b'");
    EXPECT_EQ(one_line("select /* x */ \"a  b\"", generic), "select \"a  b\"");
    EXPECT_EQ(one_line("a; b", generic), "a; b");
    EXPECT_EQ(one_line(" ; ", generic), "");
}

TEST(StatementText, ComparableForgetsLayoutOnly) {
    const auto same = [](const char* a, const char* b) {
        return comparable(a, generic) == comparable(b, generic);
    };
    EXPECT_TRUE(same("insert into t(a,b) values($1, $2)", "insert into t ( a , b )\n  values ( $1,$2 );"));
    EXPECT_TRUE(same("select a=1", "select a = 1"));
    EXPECT_FALSE(same("select ab", "select a b"));
    EXPECT_FALSE(same("select 'a b'", "select 'a  b'"));
    EXPECT_FALSE(same("select a - -b", "select a --b"));
    EXPECT_FALSE(same("SELECT 1", "select 1"));
}

TEST(StatementText, FollowsTheDialect) {
    EXPECT_EQ(one_line("select $$a  b$$", sdk::Dialect::postgresql), "select $$a  b$$");
    EXPECT_EQ(one_line("select 1 # note\n + 1", sdk::Dialect::mysql), "select 1 + 1");
}

dbway_value parse(std::uint32_t type, std::string_view given, sdk::Arena& arena) {
    const auto value = sdk::parse_value(type, given, arena);
    EXPECT_TRUE(value.has_value()) << given;
    return value.value_or(dbway_value{});
}

TEST(Values, AreComparedByTypeAndValue) {
    sdk::Arena arena;
    EXPECT_TRUE(
        same_value(parse(DBWAY_T_INTERVAL, "P1M2DT3S", arena), parse(DBWAY_T_INTERVAL, "P1M2DT3S", arena)));
    EXPECT_FALSE(
        same_value(parse(DBWAY_T_INTERVAL, "P1M2DT3S", arena), parse(DBWAY_T_INTERVAL, "P1M2DT4S", arena)));
    EXPECT_FALSE(same_value(parse(DBWAY_T_I64, "5", arena), parse(DBWAY_T_U64, "5", arena)));
    EXPECT_FALSE(same_value(parse(DBWAY_T_DECIMAL, "1.5", arena), parse(DBWAY_T_DECIMAL, "1.50", arena)));
    EXPECT_TRUE(same_value(parse(DBWAY_T_F64, "NaN", arena), parse(DBWAY_T_F64, "NaN", arena)));
    EXPECT_TRUE(
        same_value(parse(DBWAY_T_ARRAY, "[1,null,[2]]", arena), parse(DBWAY_T_ARRAY, "[1,null,[2]]", arena)));
    EXPECT_FALSE(same_value(parse(DBWAY_T_ARRAY, "[1,2]", arena), parse(DBWAY_T_ARRAY, "[1]", arena)));
    dbway_value typed_null{};
    typed_null.aux = DBWAY_T_TEXT;
    EXPECT_TRUE(same_value(typed_null, dbway_value{}));
}

TEST(Values, AreShownShort) {
    sdk::Arena arena;
    EXPECT_EQ(describe_value(parse(DBWAY_T_TEXT, "Ann", arena)), "text 'Ann'");
    EXPECT_EQ(describe_value(parse(DBWAY_T_DATE, "2024-02-29", arena)), "date 2024-02-29");
    EXPECT_EQ(describe_value({}), "null");
    const std::string cut = describe_value(parse(DBWAY_T_TEXT, std::string(79, 'a') + "é" + "tail", arena));
    EXPECT_EQ(cut, "text '" + std::string(79, 'a') + "…'");
}

TEST(Values, CopiesAreTheirOwn) {
    sdk::Arena arena;
    std::string original = "Ann";
    dbway_value item{};
    item.type = DBWAY_T_TEXT;
    item.v.text = original.data();
    item.len = 3;
    dbway_value array{};
    array.type = DBWAY_T_ARRAY;
    array.v.items = &item;
    array.len = 1;
    const dbway_value copy = copy_value(array, arena);
    original = "Bob";
    item = {};
    EXPECT_EQ(describe_value(copy.v.items[0]), "text 'Ann'");
}

// What a recording writes is what a script reads, for every type of the ABI.
class RoundTrip : public testing::TestWithParam<std::pair<std::uint32_t, const char*>> {};

TEST_P(RoundTrip, AsCellAndAsParameter) {
    const auto [type, given] = GetParam();
    sdk::Arena arena;
    dbway_value value = parse(type == DBWAY_T_NATIVE ? std::uint32_t{DBWAY_T_BLOB} : type, given, arena);
    value.type = static_cast<std::uint8_t>(type);
    sdk::Column column;
    column.name = "a \"column\" ";
    column.type = type;
    if (type == DBWAY_T_ARRAY) column.item_type = DBWAY_T_I64;
    const std::string toml = "[[expect]]\nstatement = 's'\nparameters = [" + toml_value(value, DBWAY_T_NULL) +
                             "]\ncolumns = [" + toml_column(column) + ", 'any']\nrows = [[" +
                             toml_value(value, column.type, column.item_type) + ", " +
                             toml_value(value, DBWAY_T_NULL) + "]]";
    const Script script = read_script(toml, "round trip");
    ASSERT_EQ(script.expectations.size(), 1U) << toml;
    const Expectation& expectation = script.expectations.front();
    EXPECT_EQ(expectation.answer->columns[0].name, column.name);
    EXPECT_EQ(expectation.answer->columns[0].type, column.type);
    ASSERT_EQ(expectation.answer->cells.size(), 2U);
    EXPECT_TRUE(same_value(expectation.answer->cells[0], value)) << toml;
    EXPECT_TRUE(same_value(expectation.answer->cells[1], value)) << toml;
    ASSERT_EQ(expectation.parameters.size(), 1U);
    EXPECT_TRUE(parameter_fits(expectation.parameters[0], value)) << toml;
}

INSTANTIATE_TEST_SUITE_P(
    EveryType, RoundTrip,
    testing::Values(std::pair{DBWAY_T_BOOL, "true"}, std::pair{DBWAY_T_I64, "-9223372036854775808"},
                    std::pair{DBWAY_T_U64, "18446744073709551615"}, std::pair{DBWAY_T_F64, "0.1"},
                    std::pair{DBWAY_T_F64, "-Infinity"}, std::pair{DBWAY_T_F64, "3"},
                    std::pair{DBWAY_T_DECIMAL, "-1234567890123456789012.50"}, std::pair{DBWAY_T_TEXT, ""},
                    std::pair{DBWAY_T_TEXT, "quote \" back \\ line\n tab\t é \xf0\x9f\x90\x98 \x01"},
                    std::pair{DBWAY_T_TEXT, "not utf-8: \xff"}, std::pair{DBWAY_T_BLOB, "\\x00ff10"},
                    std::pair{DBWAY_T_DATE, "2024-02-29"}, std::pair{DBWAY_T_DATE, "infinity"},
                    std::pair{DBWAY_T_TIME, "24:00:00"},
                    std::pair{DBWAY_T_TIMESTAMP, "2024-02-29 12:30:15.123456"},
                    std::pair{DBWAY_T_TIMESTAMPTZ, "1969-12-31 23:59:59.999999+00"},
                    std::pair{DBWAY_T_INTERVAL, "P1M2DT3.5S"},
                    std::pair{DBWAY_T_UUID, "00112233-4455-6677-8899-aabbccddeeff"},
                    std::pair{DBWAY_T_JSON, "{\"a\": [1, null]}"}, std::pair{DBWAY_T_ARRAY, "[1,null,3]"},
                    std::pair{DBWAY_T_ARRAY, "[[1,2],[3,4]]"}, std::pair{DBWAY_T_ARRAY, "[]"},
                    std::pair{DBWAY_T_NATIVE, "\\xdead"}));

TEST(Values, ArraysOfOtherTypesRoundTrip) {
    sdk::Arena arena;
    const dbway_value uuids = *sdk::parse_value(
        DBWAY_T_ARRAY, "[\"00112233-4455-6677-8899-aabbccddeeff\",null]", arena, DBWAY_T_UUID);
    const Script script = read_script(
        "[[expect]]\nstatement = 's'\nparameters = [" + toml_value(uuids, DBWAY_T_NULL) + "]", "x");
    EXPECT_TRUE(parameter_fits(script.expectations.at(0).parameters.at(0), uuids));
}

}  // namespace
}  // namespace dbway::mock::test
