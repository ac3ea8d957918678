#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_parameters.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {
namespace {

dbway_value number(std::uint32_t type, std::int64_t payload) {
    dbway_value value{};
    value.v.i64 = payload;
    value.type = static_cast<std::uint8_t>(type);
    return value;
}
dbway_value bytes(std::uint32_t type, std::string_view text) {
    dbway_value value = number(type, 0);
    value.v.text = text.data();
    value.len = static_cast<std::uint32_t>(text.size());
    return value;
}
dbway_value items(const std::vector<dbway_value>& list) {
    dbway_value value = number(DBWAY_T_ARRAY, 0);
    value.v.items = list.data();
    value.len = static_cast<std::uint32_t>(list.size());
    return value;
}
std::string text_of(const dbway_value& value) {
    std::string text;
    append_postgresql_text(value, text);
    return text;
}
dbway_status refusal(const dbway_value& value) {
    try {
        text_of(value);
    } catch (const Failure& failure) {
        return failure.diagnostic().status;
    }
    return DBWAY_OK;
}

TEST(PostgresqlParameter, TextsThatTheServerReads) {
    EXPECT_EQ(text_of(number(DBWAY_T_BOOL, 1)), "true");
    EXPECT_EQ(text_of(number(DBWAY_T_I64, -5)), "-5");
    EXPECT_EQ(text_of(bytes(DBWAY_T_BLOB, std::string_view("\0\xff", 2))), "\\x00ff");
    EXPECT_EQ(text_of(number(DBWAY_T_DATE, -719'163)), "0001-12-31 BC");
    EXPECT_EQ(text_of(number(DBWAY_T_TIME, 86'400'000'000)), "24:00:00");
    EXPECT_EQ(text_of(number(DBWAY_T_TIMESTAMPTZ, 0)), "1970-01-01 00:00:00+00");
    EXPECT_EQ(text_of(number(DBWAY_T_TIMESTAMP, INT64_MIN)), "-infinity");
}

TEST(PostgresqlParameter, ArraysNestAndQuote) {
    const std::vector<dbway_value> inner = {bytes(DBWAY_T_TEXT, "a\"b\\c"), number(DBWAY_T_NULL, 0)};
    const std::vector<dbway_value> outer = {items(inner), items({})};
    EXPECT_EQ(text_of(items(outer)), "{{\"a\\\"b\\\\c\",NULL},{}}");
    const std::vector<dbway_value> numbers = {number(DBWAY_T_I64, 1), number(DBWAY_T_BOOL, 0)};
    EXPECT_EQ(text_of(items(numbers)), "{1,false}");
}

TEST(PostgresqlParameter, RefusesWhatPostgresqlHasNoTextFor) {
    EXPECT_EQ(refusal(bytes(DBWAY_T_TEXT, std::string_view("a\0b", 3))), DBWAY_ERR_DATA);
    EXPECT_EQ(refusal(number(DBWAY_T_TIME, -1)), DBWAY_ERR_DATA);
    EXPECT_EQ(refusal(number(DBWAY_T_DATE, INT64_MAX - 1)), DBWAY_ERR_DATA);
    EXPECT_EQ(refusal(bytes(DBWAY_T_NATIVE, "x")), DBWAY_ERR_UNSUPPORTED);
}

}  // namespace
}  // namespace dbway::sdk
