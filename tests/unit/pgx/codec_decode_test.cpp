// Cells and text of literal bytes, without a server; malformed values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dbway/sdk/failure.hpp>

#include <cmath>
#include <limits>
#include <random>

#include "catalog.hpp"
#include "codec_bytes.hpp"
#include "decode.hpp"

namespace dbway::test {
namespace {

using testing::HasSubstr;

struct Decoded {
    sdk::Arena arena;
    pgx::TypeCatalog catalog;
    pgx::DecodeContext context{arena, &catalog, 2};
    ByteVector data;
    dbway_value cell{};

    Decoded(pgx::Oid type, ByteVector from) : data(std::move(from)) {
        cell.flags = 7;
        pgx::decode(*pgx::builtin_type(type), data, context, cell);
    }
    Decoded(pgx::Oid type, const char* hex) : Decoded(type, bytes(hex)) {}
    std::string text() const { return {cell.v.text, cell.len}; }
};

TEST(CodecDecode, EverySampleIsRendered) {
    for (const Sample& sample : samples()) {
        std::string out = "before ";
        pgx::RenderContext context;
        ASSERT_NO_THROW(pgx::render(*pgx::builtin_type(sample.type), bytes(sample.hex), context, out))
            << sample.hex;
        EXPECT_EQ(out, std::string("before ") + sample.text);
    }
}

TEST(CodecDecode, EverySampleIsACellOfItsType) {
    for (const Sample& sample : samples()) {
        const Decoded decoded(sample.type, sample.hex);
        const pgx::Type& type = *pgx::builtin_type(sample.type);
        const bool other_bounds = std::string_view(sample.text).starts_with("[-2");
        EXPECT_EQ(decoded.cell.type, other_bounds ? DBWAY_T_TEXT : type.value_type) << type.name;
        EXPECT_EQ(decoded.cell.flags, 0);
        const bool printed = decoded.cell.type == DBWAY_T_TEXT || type.name == "numeric";
        EXPECT_TRUE(!printed || decoded.text() == sample.text) << decoded.text();
    }
}

TEST(CodecDecode, Scalars) {
    EXPECT_EQ(Decoded(16, "02").cell.v.i64, 1);
    EXPECT_EQ(Decoded(21, "ffff").cell.v.i64, -1);
    EXPECT_EQ(Decoded(26, "ffffffff").cell.v.i64, 4294967295);
    EXPECT_EQ(Decoded(5069, "ffffffffffffffff").cell.v.u64, UINT64_MAX);
    EXPECT_EQ(Decoded(700, "3dcccccd").cell.v.f64, double{0.1F});
    EXPECT_TRUE(std::signbit(Decoded(701, "8000000000000000").cell.v.f64));
    EXPECT_EQ(Decoded(1082, "00000000").cell.v.i64, 10957);
    EXPECT_EQ(Decoded(1082, "7fffffff").cell.v.i64, INT64_MAX);
    EXPECT_EQ(Decoded(1082, "80000000").cell.v.i64, INT64_MIN);
    EXPECT_EQ(Decoded(1114, "0000000000000000").cell.v.i64, 946684800000000);
    EXPECT_EQ(Decoded(1114, "7fffffffffffffff").cell.v.i64, INT64_MAX);
    EXPECT_EQ(Decoded(1184, "8000000000000000").cell.v.i64, INT64_MIN);
    EXPECT_EQ(Decoded(790, "ffffffffffffffff").text(), "-0.01");
    EXPECT_EQ(Decoded(2278, "").text(), "");
}

TEST(CodecDecode, TextStaysInTheMessage) {
    for (const pgx::Oid type : {25U, 17U, 114U, 1043U}) {
        const Decoded decoded(type, "'abc'");
        EXPECT_EQ(decoded.cell.v.bytes, decoded.data.data());
        EXPECT_EQ(decoded.cell.len, 3U);
        EXPECT_EQ(decoded.arena.used(), 0U);
    }
    const Decoded jsonb(3802, "01 '{}'");
    EXPECT_EQ(jsonb.cell.v.bytes, jsonb.data.data() + 1);
}

TEST(CodecDecode, TheLastYearsOfTheServerAreText) {
    // 294247-01-10 04:00:54.775806, the last that counts from 1970, and the one after it.
    EXPECT_EQ(Decoded(1114, "7ffca2fec4c81ffe").cell.type, DBWAY_T_TIMESTAMP);
    const Decoded after(1114, "7ffca2fec4c81fff");
    EXPECT_EQ(after.cell.type, DBWAY_T_TEXT);
    EXPECT_EQ(after.text(), "294247-01-10 04:00:54.775807");
}

TEST(CodecDecode, Intervals) {
    const Decoded decoded(1186, "0000000000000005 fffffffe 0000000d");
    ASSERT_EQ(decoded.cell.type, DBWAY_T_INTERVAL);
    EXPECT_EQ(decoded.cell.v.interval->micros, 5);
    EXPECT_EQ(decoded.cell.v.interval->days, -2);
    EXPECT_EQ(decoded.cell.v.interval->months, 13);
}

TEST(CodecDecode, ArraysNest) {
    const Decoded decoded(1007,
                          "00000002 00000001 00000017 00000002 00000001 00000002 00000001 "
                          "00000004 00000001 00000004 00000002 ffffffff 00000004 00000004");
    ASSERT_EQ(decoded.cell.type, DBWAY_T_ARRAY);
    ASSERT_EQ(decoded.cell.len, 2U);
    const dbway_value& second = decoded.cell.v.items[1];
    ASSERT_EQ(second.type, DBWAY_T_ARRAY);
    ASSERT_EQ(second.len, 2U);
    EXPECT_EQ(second.v.items[0].type, DBWAY_T_NULL);
    EXPECT_EQ(second.v.items[1].v.i64, 4);
    EXPECT_EQ(Decoded(1007, "00000000 00000000 00000017").cell.len, 0U);
}

TEST(CodecDecode, ItemsOfUnknownTypesAreNativeAndNoted) {
    const Decoded decoded(2277, "00000001 00000000 00012345 00000001 00000001 00000002 beef");
    ASSERT_EQ(decoded.cell.len, 1U);
    EXPECT_EQ(decoded.cell.v.items[0].type, DBWAY_T_NATIVE);
    EXPECT_EQ(decoded.cell.v.items[0].len, 2U);
    EXPECT_EQ(decoded.context.undescribed, 0x12345U);
}

TEST(CodecDecode, FieldsOfUnknownTypesAreHexAndNoted) {
    const Decoded decoded(2249, "00000001 00012345 00000002 beef");
    EXPECT_EQ(decoded.text(), "(\"\\\\xbeef\")");
    EXPECT_EQ(decoded.context.undescribed, 0x12345U);
}

TEST(CodecDecode, TextualArraysAreTakenApart) {
    const Decoded decoded(1034, "'{=r/x,NULL,\"a,b\\\"\"}'");
    ASSERT_EQ(decoded.cell.type, DBWAY_T_ARRAY);
    ASSERT_EQ(decoded.cell.len, 3U);
    EXPECT_EQ(std::string(decoded.cell.v.items[0].v.text, decoded.cell.v.items[0].len), "=r/x");
    EXPECT_EQ(decoded.cell.v.items[1].type, DBWAY_T_NULL);
    EXPECT_EQ(std::string(decoded.cell.v.items[2].v.text, decoded.cell.v.items[2].len), "a,b\"");
    for (const char* odd : {"'[0:0]={a}'", "'{a'", "'{a}}'", "'{a,}'", "'{\"a'", "'{a\\'", "'{\"a\\'", "''",
                            "'{{{{{{{a}}}}}}}'"})
        EXPECT_EQ(Decoded(1034, odd).cell.type, DBWAY_T_TEXT) << odd;
    EXPECT_EQ(Decoded(1002, "'{}'").cell.len, 0U);
}

std::string failure_of(pgx::Oid type, const ByteVector& data) {
    try {
        sdk::Arena arena;
        pgx::DecodeContext context(arena);
        dbway_value cell{};
        pgx::decode(*pgx::builtin_type(type), data, context, cell);
        std::string text;
        pgx::render(*pgx::builtin_type(type), data, context, text);
    } catch (const sdk::Failure& failure) {
        EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INTERNAL);
        return failure.what();
    }
    return {};
}

TEST(CodecDecode, NonsenseIsRefusedWithTheTypeNamed) {
    const std::vector<std::pair<pgx::Oid, const char*>> nonsense = {
        {16, ""},
        {16, "0000"},
        {23, "000000"},
        {23, "0000000000"},
        {1083, "000000141dd76001"},
        {1083, "ffffffffffffffff"},
        {1266, "0000000000000000 0000e100"},
        {2950, "00"},
        {3802, ""},
        {3802, "02 '{}'"},
        {1700, "0001 0000 0000 0000 2710"},
        {1700, "0000 0000 1234 0000"},
        {1700, "0000 0000 0000 4000"},
        {1700, "0002 0000 0000 0000 0001"},
        {869, "04 08 00 04 0a010203"},
        {869, "02 21 00 04 0a010203"},
        {869, "02 08 00 05 0a01020304"},
        {1562, "00000009 aa"},
        {1562, "ffffffff"},
        {602, "00 10000000"},
        {604, "ffffffff"},
        {3614, "00000001 'a' 0000"},
        {3615, "00000001 03 00 00"},
        {3615, "00000001 02 02"},
        {3615, "00000001 02 05"},
        {3615, "00000002 01 00 00 'a' 00 01 00 00 'b' 00"},
        {3904, "00"},
        {3904, "00 ffffffff 00000004 00000001"},
        {3904, "01 00"},
        {4451, "00000001 ffffffff"},
        {4451, "7fffffff"},
        {1007, "00000007 00000000 00000017"},
        {1007, "ffffffff 00000000 00000017"},
        {1007, "00000001 00000000 00000017 7fffffff 00000001"},
        {1007, "00000001 00000000 00000017 ffffffff 00000001"},
        {1007, "00000001 00000000 00000017 00000001 7fffffff 00000004 00000007"},
        {1007, "00000001 00000000 00000017 00000001 00000001 00000005 00000007 00"},
        {1007, "00000001 00000000 00000017 00000001 00000001 fffffffe"},
        {1007,
         "00000006 00000000 00000017 00010000 00000001 00010000 00000001 00010000 00000001 "
         "00010000 00000001 00010000 00000001 00010000 00000001"},
        {2249, "ffffffff"},
        {2249, "00000001 00000017 00000003 000000"},
        {5038, "00000001 000000000000000a 0000000000000014"},
        {4072, "02"},
        {27, "00000000"},
    };
    for (const auto& [type, hex] : nonsense)
        EXPECT_THAT(failure_of(type, bytes(hex)), HasSubstr(" that is none: ")) << hex;
    EXPECT_EQ(failure_of(1700, bytes("0001 0000 0000 0000 2710")),
              "The server sent a value of the type numeric that is none: a digit is none.");
}

TEST(CodecDecode, EveryTruncationIsRefused) {
    for (const Sample& sample : samples()) {
        const pgx::Type& type = *pgx::builtin_type(sample.type);
        const ByteVector whole = bytes(sample.hex);
        const bool text = type.codec == pgx::Codec::text || type.codec == pgx::Codec::bytea ||
                          type.codec == pgx::Codec::json || type.codec == pgx::Codec::textual;
        const bool versioned = type.codec == pgx::Codec::jsonb || type.codec == pgx::Codec::jsonpath;
        if (text) continue;
        for (std::size_t size = 0; size < (versioned ? 1 : whole.size()); ++size) {
            const ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_NE(failure_of(sample.type, cut), "")
                << type.name << ", " << size << " bytes of " << sample.hex;
        }
        if (versioned) continue;
        ByteVector longer = whole;
        longer.push_back(0);
        EXPECT_NE(failure_of(sample.type, longer), "") << type.name << ", a byte more than " << sample.hex;
    }
}

TEST(CodecDecode, DamagedBytesNeverDoHarm) {
    std::mt19937 random(42);
    int refused = 0;
    for (int round = 0; round < 300; ++round)
        for (const Sample& sample : samples()) {
            ByteVector data = bytes(sample.hex);
            for (std::uint32_t i = 0; i < 1 + random() % 3 && !data.empty(); ++i)
                data[random() % data.size()] = static_cast<std::uint8_t>(random() % 4 == 0 ? 0xFF : random());
            if (random() % 4 == 0) data.resize(random() % 40);
            data.shrink_to_fit();
            refused += failure_of(sample.type, data).empty() ? 0 : 1;
        }
    EXPECT_GT(refused, 1000);
}

TEST(CodecDecode, DepthIsBounded) {
    ByteVector record = bytes("00000000");
    for (int depth = 0; depth < 100; ++depth) {
        ByteVector outer = bytes("00000001 000008c9");
        const auto size = static_cast<std::uint32_t>(record.size());
        for (int shift = 24; shift >= 0; shift -= 8)
            outer.push_back(static_cast<std::uint8_t>(size >> shift));
        outer.insert(outer.end(), record.begin(), record.end());
        record = outer;
    }
    EXPECT_THAT(failure_of(2249, record), HasSubstr("nested too deep"));

    ByteVector array = bytes("00000000 00000000 000008e5");
    for (int depth = 0; depth < 100; ++depth) {
        ByteVector outer = bytes("00000001 00000000 000008e5 00000001 00000001");
        const auto size = static_cast<std::uint32_t>(array.size());
        for (int shift = 24; shift >= 0; shift -= 8)
            outer.push_back(static_cast<std::uint8_t>(size >> shift));
        outer.insert(outer.end(), array.begin(), array.end());
        array = outer;
    }
    EXPECT_THAT(failure_of(2277, array), HasSubstr("nested too deep"));
}

TEST(CodecDecode, QueriesMayBeAsDeepAsTheyAreLong) {
    ByteVector query = bytes("00030d41");  // 200,000 negations and a word
    for (int i = 0; i < 200'000; ++i) query.insert(query.end(), {2, 1});
    const ByteVector word = bytes("01 00 00 'a' 00");
    query.insert(query.end(), word.begin(), word.end());
    std::string text;
    pgx::RenderContext context;
    pgx::render(*pgx::builtin_type(3615), query, context, text);
    EXPECT_EQ(text, std::string(200'000, '!') + "'a'");
}

}  // namespace
}  // namespace dbway::test
