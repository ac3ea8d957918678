#include <dbway/sdk/postgresql_cells.hpp>
#include <dbway/sdk/value_text.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace dbway::sdk {
namespace {

struct Read {
    std::uint32_t type;
    std::string text;  // canonical
};

Read read(std::string_view text, std::uint32_t type, bool array = false, bool single = false) {
    Arena arena;
    PostgresqlArrayScratch scratch;
    dbway_value cell{};
    read_postgresql_cell(text, {type, array, single}, cell, arena, scratch);
    std::string canonical;
    EXPECT_TRUE(format_value(cell, canonical));
    return {cell.type, canonical};
}

void expect(std::string_view text, std::uint32_t type, std::string_view canonical) {
    const Read got = read(text, type);
    EXPECT_EQ(got.type, type) << text;
    EXPECT_EQ(got.text, canonical) << text;
}

TEST(PostgresqlCell, ScalarsOfEveryType) {
    expect("t", DBWAY_T_BOOL, "true");
    expect("f", DBWAY_T_BOOL, "false");
    expect("-9223372036854775808", DBWAY_T_I64, "-9223372036854775808");
    expect("9223372036854775807", DBWAY_T_I64, "9223372036854775807");
    expect("5e-324", DBWAY_T_F64, "5e-324");
    expect("-Infinity", DBWAY_T_F64, "-Infinity");
    expect("NaN", DBWAY_T_F64, "NaN");
    expect("-0", DBWAY_T_F64, "-0");
    expect("0.00100", DBWAY_T_DECIMAL, "0.00100");
    expect("NaN", DBWAY_T_DECIMAL, "NaN");
    expect("-Infinity", DBWAY_T_DECIMAL, "-Infinity");
    expect("\\x00ff10", DBWAY_T_BLOB, "\\x00ff10");
    expect("\\x", DBWAY_T_BLOB, "\\x");
    expect("2024-02-29", DBWAY_T_DATE, "2024-02-29");
    expect("24:00:00", DBWAY_T_TIME, "24:00:00");
    expect("2024-02-29 01:02:03.5", DBWAY_T_TIMESTAMP, "2024-02-29 01:02:03.500000");
    expect("2024-02-29 01:02:03.5-03:30", DBWAY_T_TIMESTAMPTZ, "2024-02-29 04:32:03.500000+00");
    expect("P1Y2M3DT4H5M6.789S", DBWAY_T_INTERVAL, "P1Y2M3DT4H5M6.789S");
    expect("PT-0.000001S", DBWAY_T_INTERVAL, "PT-0.000001S");
    expect("00112233-4455-6677-8899-aabbccddeeff", DBWAY_T_UUID, "00112233-4455-6677-8899-aabbccddeeff");
    expect("{\"a\": 1}", DBWAY_T_JSON, "{\"a\": 1}");
    expect("", DBWAY_T_TEXT, "");
}

TEST(PostgresqlCell, AFloatIsWhatTheServerStores) {
    EXPECT_EQ(read("0.1", DBWAY_T_F64, false, true).text, "0.10000000149011612");
    EXPECT_EQ(read("0.1", DBWAY_T_F64).text, "0.1");
    EXPECT_EQ(read("Infinity", DBWAY_T_F64, false, true).text, "Infinity");
}

TEST(PostgresqlCell, WhatDoesNotFitIsText) {
    for (const auto& [text, type] : {std::pair<const char*, std::uint32_t>{"yes", DBWAY_T_BOOL},
                                     {"12x", DBWAY_T_I64},
                                     {"99999999999999999999", DBWAY_T_I64},
                                     {"1e5", DBWAY_T_DECIMAL},
                                     {"\\123abc", DBWAY_T_BLOB},
                                     {"\\xzz", DBWAY_T_BLOB},
                                     {"29.02.2024", DBWAY_T_DATE},
                                     {"1 day", DBWAY_T_INTERVAL},
                                     {"294276-12-31 23:59:59.999999", DBWAY_T_TIMESTAMP},
                                     {"1234", DBWAY_T_UUID}}) {
        const Read got = read(text, type);
        EXPECT_EQ(got.type, std::uint32_t{DBWAY_T_TEXT}) << text;
        EXPECT_EQ(got.text, text);
    }
}

std::string array(std::string_view text, std::uint32_t item) {
    const Read got = read(text, item, true);
    return got.type == DBWAY_T_ARRAY ? got.text : "no array: " + got.text;
}

TEST(PostgresqlCell, Arrays) {
    EXPECT_EQ(array("{}", DBWAY_T_I64), "[]");
    EXPECT_EQ(array("{1,NULL,-3}", DBWAY_T_I64), "[1,null,-3]");
    EXPECT_EQ(array("{{1,2},{3,4}}", DBWAY_T_I64), "[[1,2],[3,4]]");
    EXPECT_EQ(array("{{{1}},{{NULL}}}", DBWAY_T_I64), "[[[1]],[[null]]]");
    EXPECT_EQ(array("{a,\"NULL\",NULL,\"\",\"b,c}\",\"q\\\"\\\\e\"}", DBWAY_T_TEXT),
              "[\"a\",\"NULL\",null,\"\",\"b,c}\",\"q\\\"\\\\e\"]");
    EXPECT_EQ(array("{t,f}", DBWAY_T_BOOL), "[true,false]");
    EXPECT_EQ(array("{\"2024-01-01 00:00:00+01\"}", DBWAY_T_TIMESTAMPTZ), "[\"2023-12-31 23:00:00+00\"]");
    EXPECT_EQ(array("{\"\\\\x0102\"}", DBWAY_T_BLOB), "[\"\\\\x0102\"]");
}

TEST(PostgresqlCell, WhatIsNoPlainArrayIsText) {
    for (const char* text :
         {"[0:1]={1,2}", "{1,2", "{1,2}}", "{1,,2}", "{1,}", "{x}", "{\"1}", "{\"a\\", "", "{{1},2x}"})
        EXPECT_EQ(array(text, DBWAY_T_I64), std::string("no array: ") + text);
    const std::string deep = std::string(65, '{') + "1" + std::string(65, '}');
    EXPECT_EQ(array(deep, DBWAY_T_I64), "no array: " + deep);
}

}  // namespace
}  // namespace dbway::sdk
