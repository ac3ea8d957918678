// What parameters and fields of COPY become, byte by byte; what is refused. Without a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dbway/sdk/failure.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "codec_bytes.hpp"
#include "encode.hpp"

namespace dbway::test {
namespace {

using pgx::Buffer;
using pgx::Format;
using testing::HasSubstr;

constexpr pgx::Oid boolean = 16, bytea = 17, name = 19, int8 = 20, int2 = 21, int2vector = 22, int4 = 23,
                   regclass = 2205, text = 25, oid = 26, json = 114, xml = 142, float4 = 700, float8 = 701,
                   inet = 869, money = 790, int4_array = 1007, text_array = 1009, date = 1082, time = 1083,
                   timestamp = 1114, timestamptz = 1184, interval = 1186, timetz = 1266, numeric = 1700,
                   uuid = 2950, jsonb = 3802, xid8 = 5069, aclitem = 1033;

const pgx::Type& type_of(pgx::Oid oid) { return *pgx::builtin_type(oid); }

dbway_value integer(std::uint8_t type, std::int64_t payload) {
    dbway_value value{};
    value.v.i64 = payload;
    value.type = type;
    return value;
}
dbway_value i64(std::int64_t payload) { return integer(DBWAY_T_I64, payload); }
dbway_value u64(std::uint64_t payload) { return integer(DBWAY_T_U64, static_cast<std::int64_t>(payload)); }
dbway_value f64(double payload) {
    dbway_value value{};
    value.v.f64 = payload;
    value.type = DBWAY_T_F64;
    return value;
}
dbway_value chars(std::string_view payload, std::uint8_t type = DBWAY_T_TEXT) {
    dbway_value value{};
    value.v.text = payload.data();
    value.len = static_cast<std::uint32_t>(payload.size());
    value.type = type;
    return value;
}
dbway_value decimal(std::string_view payload) { return chars(payload, DBWAY_T_DECIMAL); }
dbway_value array(const std::vector<dbway_value>& items) {
    dbway_value value{};
    value.v.items = items.data();
    value.len = static_cast<std::uint32_t>(items.size());
    value.type = DBWAY_T_ARRAY;
    return value;
}

ByteVector content(const Buffer& buffer) { return {buffer.data(), buffer.data() + buffer.size()}; }

// The bytes of a field without their length, which is checked.
ByteVector field(pgx::Oid type, const dbway_value& value) {
    Buffer out;
    out.put("x");
    pgx::encode_field(type_of(type), value, out);
    const std::uint32_t size = pgx::load<std::uint32_t>(out.data() + 1);
    EXPECT_EQ(size, out.size() - 5);
    return {out.data() + 5, out.data() + out.size()};
}

std::string as_text(const pgx::Type* type, const dbway_value& value) {
    Buffer out;
    pgx::encode(type, Format::text, value, out);
    return {reinterpret_cast<const char*>(out.data()), out.size()};
}
std::string as_text(pgx::Oid type, const dbway_value& value) { return as_text(&type_of(type), value); }

std::string refusal(pgx::Oid type, const dbway_value& value) {
    try {
        Buffer out;
        pgx::encode_field(type_of(type), value, out);
    } catch (const sdk::Failure& failure) {
        EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_DATA);
        return failure.what();
    }
    return "taken";
}

Format format(pgx::Oid type, const dbway_value& value) {
    return pgx::parameter_format(&type_of(type), value);
}

TEST(CodecEncode, ParametersAreBinaryWhereValueAndTypeAgree) {
    const std::vector<dbway_value> ones = {i64(1), integer(DBWAY_T_NULL, 0)};
    const std::vector<dbway_value> words = {chars("a")};
    const std::vector<std::pair<pgx::Oid, dbway_value>> binary = {
        {boolean, integer(DBWAY_T_BOOL, 1)},
        {int2, i64(1)},
        {int4, u64(1)},
        {int8, integer(DBWAY_T_BOOL, 1)},
        {int4, f64(1e6)},
        {oid, i64(1)},
        {xid8, u64(1)},
        {float4, f64(0.1)},
        {float8, i64(1LL << 53)},
        {numeric, i64(1)},
        {numeric, decimal("1.5")},
        {text, chars("a")},
        {name, chars("a")},
        {json, chars("{}")},
        {jsonb, chars("{}", DBWAY_T_JSON)},
        {bytea, chars("a", DBWAY_T_BLOB)},
        {date, integer(DBWAY_T_DATE, 0)},
        {timestamp, integer(DBWAY_T_DATE, 0)},
        {timestamptz, integer(DBWAY_T_TIMESTAMP, 0)},
        {time, integer(DBWAY_T_TIME, 0)},
        {int4_array, array(ones)},
        {text_array, array(words)},
        {inet, chars("x", DBWAY_T_NATIVE)},
    };
    for (const auto& [type, value] : binary)
        EXPECT_EQ(format(type, value), Format::binary) << type_of(type).name;
    const std::vector<std::pair<pgx::Oid, dbway_value>> in_text = {
        {boolean, i64(1)},
        {int4, chars("1")},
        {int4, decimal("1")},
        {int4, f64(1.5)},
        {float8, i64((1LL << 53) + 1)},
        {float4, i64((1LL << 24) + 1)},
        {float8, decimal("0.1")},
        {numeric, f64(0.1)},
        {xml, chars("<a/>")},
        {text, i64(1)},
        {bytea, chars("\\x00")},
        {date, integer(DBWAY_T_TIMESTAMP, 0)},
        {date, chars("today")},
        {money, decimal("1.50")},
        {inet, chars("::1")},
        {int4_array, chars("{1}")},
        {int4_array, array(words)},
        {text, array(words)},
        {aclitem, chars("=r/x")},
        {int2vector, array({})},
    };
    for (const auto& [type, value] : in_text)
        EXPECT_EQ(format(type, value), Format::text) << type_of(type).name;
}

TEST(CodecEncode, WithoutATypeOnlyBytesAreBinary) {
    const dbway_value blob = chars(std::string_view("a\0b", 3), DBWAY_T_BLOB);
    EXPECT_EQ(pgx::parameter_type_hint(blob), bytea);
    EXPECT_EQ(pgx::parameter_format(nullptr, blob), Format::binary);
    Buffer out;
    pgx::encode(nullptr, Format::binary, blob, out);
    EXPECT_EQ(content(out), bytes("'a' 00 'b'"));
    for (const dbway_value& value : {i64(1), chars("a"), integer(DBWAY_T_DATE, 1), decimal("1")}) {
        EXPECT_EQ(pgx::parameter_type_hint(value), 0U);
        EXPECT_EQ(pgx::parameter_format(nullptr, value), Format::text);
    }
    EXPECT_EQ(pgx::parameter_format(nullptr, chars("a", DBWAY_T_NATIVE)), Format::binary);
}

TEST(CodecEncode, FieldsInTheirOwnForm) {
    EXPECT_EQ(field(boolean, integer(DBWAY_T_BOOL, 1)), bytes("01"));
    EXPECT_EQ(field(int2, i64(-2)), bytes("fffe"));
    EXPECT_EQ(field(int4, i64(-2)), bytes("fffffffe"));
    EXPECT_EQ(field(int8, i64(INT64_MIN)), bytes("8000000000000000"));
    EXPECT_EQ(field(oid, u64(4294967295)), bytes("ffffffff"));
    EXPECT_EQ(field(xid8, u64(UINT64_MAX)), bytes("ffffffffffffffff"));
    EXPECT_EQ(field(float4, f64(0.1)), bytes("3dcccccd"));
    EXPECT_EQ(field(float8, f64(-0.0)), bytes("8000000000000000"));
    EXPECT_EQ(field(text, chars("abc")), bytes("'abc'"));
    EXPECT_EQ(field(text, chars("")), bytes(""));
    EXPECT_EQ(field(bytea, chars("ab", DBWAY_T_BLOB)), bytes("'ab'"));
    EXPECT_EQ(field(jsonb, chars("{}", DBWAY_T_JSON)), bytes("01 '{}'"));
    EXPECT_EQ(field(date, integer(DBWAY_T_DATE, 10957)), bytes("00000000"));
    EXPECT_EQ(field(date, integer(DBWAY_T_DATE, INT64_MIN)), bytes("80000000"));
    EXPECT_EQ(field(timestamp, integer(DBWAY_T_TIMESTAMP, 946684800000000)), bytes("0000000000000000"));
    EXPECT_EQ(field(timestamptz, integer(DBWAY_T_TIMESTAMPTZ, INT64_MAX)), bytes("7fffffffffffffff"));
    EXPECT_EQ(field(timestamp, integer(DBWAY_T_TIMESTAMP, INT64_MIN)), bytes("8000000000000000"));
    EXPECT_EQ(field(timestamp, integer(DBWAY_T_DATE, 10958)), bytes("000000141dd76000"));
    EXPECT_EQ(field(timestamptz, integer(DBWAY_T_DATE, 106'762'939)).size(), 8U);
    EXPECT_EQ(field(timetz, integer(DBWAY_T_TIME, 1)), bytes("0000000000000001 00000000"));
    Buffer null;
    pgx::encode_field(type_of(int4), integer(DBWAY_T_NULL, 0), null);
    EXPECT_EQ(content(null), bytes("ffffffff"));
}

TEST(CodecEncode, Numerics) {
    const auto sent = [](const char* number) { return field(numeric, decimal(number)); };
    EXPECT_EQ(sent("0"), bytes("0000 0000 0000 0000"));
    EXPECT_EQ(sent("0.000"), bytes("0000 0000 0000 0003"));
    EXPECT_EQ(sent("-0"), bytes("0000 0000 0000 0000"));
    EXPECT_EQ(sent("10000"), bytes("0001 0001 0000 0000 0001"));
    EXPECT_EQ(sent("-1.50"), bytes("0002 0000 4000 0002 0001 1388"));
    EXPECT_EQ(sent("0.00000001"), bytes("0001 fffe 0000 0008 0001"));
    EXPECT_EQ(sent("123456.7"), bytes("0003 0001 0000 0001 000c 0d80 1b58"));
    EXPECT_EQ(sent("1e4"), bytes("0001 0001 0000 0000 0001"));
    EXPECT_EQ(sent("1.5e-1"), bytes("0001 ffff 0000 0002 05dc"));
    EXPECT_EQ(sent("NaN"), bytes("0000 0000 c000 0000"));
    EXPECT_EQ(sent("Infinity"), bytes("0000 0000 d000 0000"));
    EXPECT_EQ(sent("-Infinity"), bytes("0000 0000 f000 0000"));
    EXPECT_EQ(field(numeric, f64(1.5)), sent("1.5"));
    EXPECT_EQ(field(numeric, i64(INT64_MIN)), sent("-9223372036854775808"));
    EXPECT_EQ(field(numeric, chars(" 2 ")), sent("2"));
    EXPECT_NE(sent(std::string(131072, '9').c_str()), ByteVector());
    EXPECT_THAT(refusal(numeric, decimal(std::string(131073, '9'))), HasSubstr("out of range"));
    EXPECT_THAT(refusal(numeric, decimal("0." + std::string(16384, '1'))), HasSubstr("out of range"));
    for (const char* bad : {"", "1,5", "abc", "1e", "--1"})
        EXPECT_THAT(refusal(numeric, decimal(bad)), HasSubstr("cannot"));
}

TEST(CodecEncode, FieldsFromOtherTypes) {
    EXPECT_EQ(field(boolean, chars(" YES ")), bytes("01"));
    EXPECT_EQ(field(boolean, chars("of")), bytes("00"));
    EXPECT_EQ(field(boolean, i64(0)), bytes("00"));
    EXPECT_EQ(field(int4, chars(" -5 ")), bytes("fffffffb"));
    EXPECT_EQ(field(int4, decimal("5.00")), bytes("00000005"));
    EXPECT_EQ(field(int4, f64(-2147483648.0)), bytes("80000000"));
    EXPECT_EQ(field(int8, chars("-9223372036854775808")), bytes("8000000000000000"));
    EXPECT_EQ(field(float8, chars("-inf")), bytes("fff0000000000000"));
    EXPECT_EQ(field(float8, decimal("0.1")), field(float8, f64(0.1)));
    EXPECT_EQ(field(text, i64(-1)), bytes("'-1'"));
    EXPECT_EQ(field(text, integer(DBWAY_T_BOOL, 1)), bytes("'true'"));
    EXPECT_EQ(field(text, decimal("1.50")), bytes("'1.50'"));
    EXPECT_EQ(field(text, chars("ab", DBWAY_T_BLOB)), bytes("'\\x6162'"));
    EXPECT_EQ(field(jsonb, integer(DBWAY_T_BOOL, 0)), bytes("01 'false'"));
    EXPECT_EQ(field(bytea, chars("\\x00FF")), bytes("00ff"));
    EXPECT_EQ(field(bytea, chars("a\\\\b\\001")), bytes("'a\\b' 01"));
    EXPECT_EQ(field(uuid, chars("{000102030405060708090A0B0C0D0E0F}")),
              bytes("000102030405060708090a0b0c0d0e0f"));
    EXPECT_EQ(field(date, chars(" 2000-01-02 ")), bytes("00000001"));
    EXPECT_EQ(field(date, chars("4714-11-24 BC")), bytes("ffda97a7"));
    EXPECT_EQ(field(date, integer(DBWAY_T_TIMESTAMP, 946684800000000)), bytes("00000000"));
    EXPECT_EQ(field(timestamptz, chars("2000-01-01T02:00:00+02")), bytes("0000000000000000"));
    EXPECT_EQ(field(timestamp, chars("2000-01-01")), bytes("0000000000000000"));
    EXPECT_EQ(field(interval, chars("1 year -2 days +00:00:01")),
              bytes("00000000000f4240 fffffffe 0000000c"));
    EXPECT_EQ(field(interval, chars("P1Y-2DT1S")), bytes("00000000000f4240 fffffffe 0000000c"));
    EXPECT_EQ(field(interval, integer(DBWAY_T_TIME, 1)), bytes("0000000000000001 00000000 00000000"));
    EXPECT_EQ(field(text_array, chars("{a,NULL}")),
              bytes("00000001 00000001 00000019 00000002 00000001 00000001 'a' ffffffff"));
    EXPECT_EQ(field(int4_array, chars("[0:0]={7}")),
              bytes("00000001 00000000 00000017 00000001 00000000 00000004 00000007"));
}

TEST(CodecEncode, WhatATypeCannotHoldIsRefused) {
    EXPECT_EQ(refusal(int2, i64(32768)),
              "The I64 value '32768' is out of range for the PostgreSQL type smallint.");
    EXPECT_EQ(refusal(int4, chars("12x")),
              "The TEXT value '12x' cannot become a value of the PostgreSQL type integer.");
    EXPECT_THAT(refusal(int4, i64(2147483648)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(int8, u64(1ULL << 63)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(oid, i64(-1)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(xid8, i64(-1)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(int4, f64(1.5)), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int4, f64(std::nan(""))), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int4, decimal("5.01")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int4, decimal("1e30")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int4, decimal("1e100000")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int8, chars("--5")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int8, chars("-+5")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(float4, f64(1e39)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(float4, f64(1e-46)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(float8, chars("1e999")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(boolean, i64(2)), HasSubstr("cannot"));
    EXPECT_THAT(refusal(boolean, chars("o")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(date, f64(std::nan(""))), HasSubstr("F64 value 'NaN' cannot"));
    EXPECT_THAT(refusal(date, integer(DBWAY_T_DATE, 2145042906)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(date, integer(DBWAY_T_DATE, -2440589)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(date, integer(DBWAY_T_TIMESTAMP, 1)), HasSubstr("cannot"));
    EXPECT_THAT(refusal(date, chars("2023-02-29")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(date, chars("0000-01-01")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(timestamp, integer(DBWAY_T_TIMESTAMP, INT64_MIN + 1)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(timestamp, integer(DBWAY_T_DATE, INT64_MAX - 1)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(timestamp, integer(DBWAY_T_DATE, INT64_MIN + 1)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(timestamptz, integer(DBWAY_T_DATE, 106'762'940)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(timestamp, chars("294277-01-01 00:00:00")), HasSubstr("out of range"));
    EXPECT_THAT(refusal(timestamp, chars("2000-01-01 00:00:00+02")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(timestamp, chars("2000-01-01 25:00")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(time, integer(DBWAY_T_TIME, 86'400'000'001)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(time, integer(DBWAY_T_TIME, -1)), HasSubstr("out of range"));
    EXPECT_THAT(refusal(interval, chars("1.5 days")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(interval, chars("3000000000 mons")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(interval, chars("")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(interval, chars("1")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(uuid, chars("abc")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(bytea, chars("\\x0")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(bytea, chars("a\\")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(bytea, i64(1)), HasSubstr("cannot"));
    EXPECT_THAT(refusal(inet, chars("::1")), HasSubstr("inet"));
    EXPECT_THAT(refusal(int4_array, chars("{1")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int4_array, chars("[0:0][0:0]={1}")), HasSubstr("cannot"));
    EXPECT_THAT(refusal(int4_array, i64(1)), HasSubstr("cannot"));
}

TEST(CodecEncode, ArraysMustBeRectangular) {
    const std::vector<dbway_value> one = {i64(1)};
    const std::vector<dbway_value> two = {i64(1), i64(2)};
    const std::vector<dbway_value> ragged = {array(one), array(two)};
    const std::vector<dbway_value> mixed = {array(one), i64(1)};
    const std::vector<dbway_value> other_way = {i64(1), array(one)};
    const std::vector<dbway_value> hollow = {array({}), array({})};
    const std::vector<dbway_value> with_null = {array(one), integer(DBWAY_T_NULL, 0)};
    for (const auto* items : {&ragged, &mixed, &other_way, &hollow, &with_null}) {
        EXPECT_EQ(format(int4_array, array(*items)), Format::text);
        EXPECT_THAT(refusal(int4_array, array(*items)), HasSubstr("ARRAY value '{"));
    }
    std::vector<std::vector<dbway_value>> levels = {{i64(1)}};
    for (int depth = 1; depth < 6; ++depth) levels.push_back({array(levels.back())});
    EXPECT_EQ(format(int4_array, array(levels.back())), Format::binary);
    levels.push_back({array(levels.back())});
    EXPECT_EQ(format(int4_array, array(levels.back())), Format::text);
    EXPECT_EQ(field(int4_array, array({})), bytes("00000000 00000000 00000017"));
}

TEST(CodecEncode, MessagesShortenTheValue) {
    std::string umlauts(59, 'a');
    for (int i = 0; i < 100; ++i) umlauts += "ü";
    EXPECT_EQ(refusal(int4, chars(umlauts)), "The TEXT value '" + std::string(59, 'a') +
                                                 "…' cannot become a value of the PostgreSQL type integer.");
    EXPECT_THAT(refusal(int4, chars("a\nb")), HasSubstr("'a b'"));
}

TEST(CodecEncode, TextThatTheServerReads) {
    EXPECT_EQ(as_text(boolean, integer(DBWAY_T_BOOL, 1)), "t");
    EXPECT_EQ(as_text(boolean, integer(DBWAY_T_BOOL, 0)), "f");
    EXPECT_EQ(as_text(json, integer(DBWAY_T_BOOL, 0)), "false");
    EXPECT_EQ(as_text(nullptr, integer(DBWAY_T_BOOL, 1)), "true");
    EXPECT_EQ(as_text(bytea, chars("a", DBWAY_T_BLOB)), "\\x61");
    EXPECT_EQ(as_text(date, integer(DBWAY_T_DATE, 0)), "1970-01-01");
    EXPECT_EQ(as_text(date, integer(DBWAY_T_DATE, -2440588)), "4714-11-24 BC");
    EXPECT_EQ(as_text(date, integer(DBWAY_T_DATE, 2932897)), "10000-01-01");
    EXPECT_EQ(as_text(date, integer(DBWAY_T_DATE, INT64_MAX)), "infinity");
    EXPECT_EQ(as_text(timestamp, integer(DBWAY_T_TIMESTAMP, -500000)), "1969-12-31 23:59:59.5");
    EXPECT_EQ(as_text(timestamptz, integer(DBWAY_T_TIMESTAMP, 0)), "1970-01-01 00:00:00+00");
    EXPECT_EQ(as_text(timestamptz, integer(DBWAY_T_DATE, 0)), "1970-01-01 00:00:00+00");
    EXPECT_EQ(as_text(timetz, integer(DBWAY_T_TIME, 0)), "00:00:00+00");
    EXPECT_EQ(as_text(nullptr, integer(DBWAY_T_TIMESTAMPTZ, INT64_MIN)), "-infinity");
    EXPECT_EQ(as_text(float8, f64(std::numeric_limits<double>::infinity())), "Infinity");
    const dbway_interval span{-13, 2, -1};
    dbway_value value{};
    value.v.interval = &span;
    value.type = DBWAY_T_INTERVAL;
    EXPECT_EQ(as_text(interval, value), "P-1Y-1M2DT-0.000001S");
    const std::vector<dbway_value> words = {chars("a b"), integer(DBWAY_T_NULL, 0), chars("null"), chars(""),
                                            chars("q\"\\")};
    EXPECT_EQ(as_text(text_array, array(words)), R"({"a b",NULL,"null","","q\"\\"})");
    EXPECT_EQ(as_text(json, array(words)), R"(["a b",null,"null","","q\"\\"])");
    const std::vector<dbway_value> rows = {array(words), array(words)};
    EXPECT_THAT(as_text(nullptr, array(rows)), HasSubstr("{{\"a b\","));
    const std::vector<dbway_value> numbers = {i64(1), i64(2)};
    EXPECT_EQ(as_text(int2vector, array(numbers)), "1 2");
    Buffer out;
    EXPECT_THROW(pgx::encode(&type_of(date), Format::text, integer(DBWAY_T_DATE, 9'000'000'000), out),
                 sdk::Failure);
    EXPECT_THROW(
        pgx::encode(&type_of(timestamp), Format::text, integer(DBWAY_T_TIMESTAMP, INT64_MIN + 1), out),
        sdk::Failure);
    EXPECT_THROW(pgx::encode(&type_of(timestamptz), Format::text, integer(DBWAY_T_DATE, 2'000'000'000), out),
                 sdk::Failure);
    EXPECT_THROW(pgx::encode(&type_of(time), Format::text, integer(DBWAY_T_TIME, -1), out), sdk::Failure);
    EXPECT_THROW(pgx::encode(nullptr, Format::text, integer(77, 0), out), sdk::Failure);
}

TEST(CodecEncode, WhichTypesBinaryCopyTakes) {
    for (const pgx::Oid type :
         {boolean, bytea, name,   int8,      int2,        int4,     text,       oid,
          json,    jsonb, xml,    float4,    float8,      numeric,  int4_array, text_array,
          date,    time,  timetz, timestamp, timestamptz, interval, uuid,       xid8})
        EXPECT_TRUE(pgx::binary_field(type_of(type))) << type_of(type).name;
    for (const pgx::Oid type : {inet, money, aclitem, regclass, int2vector, pgx::Oid{2210}, pgx::Oid{3904},
                                pgx::Oid{2249}, pgx::Oid{1034}, pgx::Oid{600}, pgx::Oid{18}})
        EXPECT_FALSE(pgx::binary_field(type_of(type))) << type_of(type).name;
}

}  // namespace
}  // namespace dbway::test
