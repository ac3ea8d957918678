// Numbers, booleans and enumerations to and from ABI values.
#include <dbway/codec.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

namespace dbway {
namespace {

template <typename T>
T read(const dbway_value& value) {
    return detail::decode_cell<T>(value);
}
template <typename T>
T round_trip(T value) {
    return read<T>(Codec<T>::encode(value));
}
dbway_value i64(std::int64_t v) { return detail::make_int(DBWAY_T_I64, v); }
dbway_value u64(std::uint64_t v) {
    dbway_value value = detail::make_value(DBWAY_T_U64);
    value.v.u64 = v;
    return value;
}
dbway_value f64(double v) { return Codec<double>::encode(v); }
dbway_value textual(std::uint8_t type, const char* text) {
    return detail::make_bytes(type, text, std::strlen(text));
}
dbway_value decimal(const char* text) { return textual(DBWAY_T_DECIMAL, text); }

template <typename T>
class CodecInteger : public ::testing::Test {};
using Integers = ::testing::Types<signed char, short, int, long, long long, unsigned char, unsigned short,
                                  unsigned, unsigned long, unsigned long long>;
TYPED_TEST_SUITE(CodecInteger, Integers);

TYPED_TEST(CodecInteger, extremes_go_both_ways) {
    using Limits = std::numeric_limits<TypeParam>;
    for (const TypeParam value : {Limits::min(), TypeParam(0), TypeParam(1), Limits::max()})
        EXPECT_EQ(round_trip<TypeParam>(value), value);
}

TYPED_TEST(CodecInteger, one_beyond_is_an_error) {
    using Limits = std::numeric_limits<TypeParam>;
    if constexpr (sizeof(TypeParam) < 8) {
        EXPECT_THROW(read<TypeParam>(i64(static_cast<std::int64_t>(Limits::max()) + 1)), DataError);
        EXPECT_THROW(read<TypeParam>(i64(static_cast<std::int64_t>(Limits::min()) - 1)), DataError);
        EXPECT_THROW(read<TypeParam>(f64(static_cast<double>(Limits::max()) + 1)), DataError);
    } else if constexpr (std::is_signed_v<TypeParam>) {
        EXPECT_THROW(read<TypeParam>(u64(std::uint64_t{1} << 63)), DataError);
        EXPECT_THROW(read<TypeParam>(f64(9223372036854775808.0)), DataError);
        EXPECT_THROW(read<TypeParam>(decimal("9223372036854775808")), DataError);
    } else {
        EXPECT_THROW(read<TypeParam>(i64(-1)), DataError);
        EXPECT_THROW(read<TypeParam>(f64(18446744073709551616.0)), DataError);
        EXPECT_THROW(read<TypeParam>(decimal("18446744073709551616")), DataError);
    }
    if constexpr (Limits::digits < 64) {
        EXPECT_THROW(read<TypeParam>(u64(std::numeric_limits<std::uint64_t>::max())), DataError);
    }
}

TEST(CodecNumber, signed_from_other_numbers) {
    EXPECT_EQ(read<std::int64_t>(u64(7)), 7);
    EXPECT_EQ(read<std::int64_t>(f64(-3.0)), -3);
    EXPECT_EQ(read<std::int64_t>(f64(-9223372036854775808.0)), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(read<std::int64_t>(decimal("42.000")), 42);
    EXPECT_EQ(read<std::int64_t>(decimal("-9223372036854775808")), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(read<int>(Codec<bool>::encode(true)), 1);
}

TEST(CodecNumber, whatever_would_lose_something_is_refused) {
    EXPECT_THROW(read<std::int64_t>(f64(0.5)), DataError);
    EXPECT_THROW(read<std::int64_t>(f64(NAN)), DataError);
    EXPECT_THROW(read<std::int64_t>(f64(INFINITY)), DataError);
    EXPECT_THROW(read<std::int64_t>(decimal("1.5")), DataError);
    EXPECT_THROW(read<std::int64_t>(decimal("NaN")), DataError);
    EXPECT_THROW(read<std::int64_t>(textual(DBWAY_T_TEXT, "1")), DataError);
    EXPECT_THROW(read<std::uint64_t>(decimal("-1")), DataError);
    EXPECT_THROW(read<std::uint64_t>(f64(-1.0)), DataError);
}

TEST(CodecNumber, unsigned_from_other_numbers) {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(Codec<std::uint64_t>::encode(largest).type, DBWAY_T_U64);
    EXPECT_EQ(Codec<std::uint64_t>::encode(5).type, DBWAY_T_I64) << "the type that every server has";
    EXPECT_EQ(read<std::uint64_t>(u64(largest)), largest);
    EXPECT_EQ(read<std::uint64_t>(decimal("18446744073709551615")), largest);
    EXPECT_EQ(read<std::uint64_t>(decimal("3.00")), 3U);
    EXPECT_EQ(read<std::uint64_t>(f64(9223372036854775808.0)), std::uint64_t{1} << 63);
    EXPECT_EQ(read<std::uint64_t>(f64(7)), 7U);
}

TEST(CodecNumber, doubles_keep_every_bit) {
    for (const double value : {0.0, 1e308, -1e-308, std::numeric_limits<double>::denorm_min(), 0.1,
                               double(INFINITY), -double(INFINITY)})
        EXPECT_EQ(round_trip<double>(value), value);
    EXPECT_TRUE(std::isnan(round_trip<double>(NAN)));
    EXPECT_TRUE(std::signbit(round_trip<double>(-0.0)));
}

TEST(CodecNumber, doubles_from_other_numbers) {
    EXPECT_EQ(read<double>(i64(1LL << 53)), 9007199254740992.0);
    EXPECT_THROW(read<double>(i64((1LL << 53) + 1)), DataError);
    EXPECT_THROW(read<double>(i64(std::numeric_limits<std::int64_t>::min())), DataError);
    EXPECT_EQ(read<double>(u64(12)), 12.0);
    EXPECT_THROW(read<double>(u64(std::numeric_limits<std::uint64_t>::max())), DataError);
    EXPECT_EQ(read<double>(decimal("0.1")), 0.1) << "rounded, as documented";
    EXPECT_EQ(read<double>(decimal("-Infinity")), -double(INFINITY));
    EXPECT_TRUE(std::isnan(read<double>(decimal("NaN"))));
    EXPECT_THROW(read<double>(decimal(("1" + std::string(400, '0')).c_str())), DataError);
    EXPECT_THROW(read<double>(textual(DBWAY_T_TEXT, "1.5")), DataError);
}

TEST(CodecNumber, floats) {
    EXPECT_EQ(round_trip<float>(0.1F), 0.1F);
    EXPECT_EQ(round_trip<float>(std::numeric_limits<float>::max()), std::numeric_limits<float>::max());
    EXPECT_EQ(round_trip<float>(INFINITY), INFINITY);
    EXPECT_TRUE(std::isnan(round_trip<float>(NAN)));
    EXPECT_THROW(read<float>(f64(1e300)), DataError);
    EXPECT_THROW(read<float>(f64(-1e300)), DataError);
    EXPECT_EQ(read<float>(f64(0.1)), 0.1F) << "rounded, as documented";
}

TEST(CodecNumber, booleans) {
    EXPECT_TRUE(round_trip(true));
    EXPECT_FALSE(round_trip(false));
    EXPECT_TRUE(read<bool>(i64(1)));
    EXPECT_FALSE(read<bool>(i64(0)));
    EXPECT_THROW(read<bool>(i64(2)), DataError);
    EXPECT_THROW(read<bool>(textual(DBWAY_T_TEXT, "true")), DataError);
    EXPECT_THROW(read<bool>(f64(1)), DataError);
}

TEST(CodecNumber, decimals_are_exact) {
    for (const char* text :
         {"0", "-1.50", "123456789012345678901234567890.123456789", "NaN", "Infinity", "-Infinity", "0.00"}) {
        const Decimal value{std::string(text)};
        EXPECT_EQ(read<Decimal>(Codec<Decimal>::encode(value)).str(), text);
    }
    EXPECT_EQ(read<Decimal>(i64(-5)).str(), "-5");
    EXPECT_EQ(read<Decimal>(u64(std::numeric_limits<std::uint64_t>::max())).str(), "18446744073709551615");
    EXPECT_THROW(read<Decimal>(f64(0.5)), DataError) << "a double is not exact";
    EXPECT_THROW(read<Decimal>(decimal("1e5")), DataError);
    EXPECT_NE(Decimal(std::string("1.5")), Decimal(std::string("1.50")));
    EXPECT_EQ(Decimal(std::int64_t{-7}).str(), "-7");
    EXPECT_EQ(Decimal().str(), "0");
    for (const char* wrong : {"", "-", ".", "1e5", "+1", "0x10", "1 ", " 1", "1.2.3", "nan?", "--1"})
        EXPECT_THROW(Decimal{std::string(wrong)}, DataError) << wrong;
}

TEST(CodecNumber, decimals_to_numbers) {
    EXPECT_EQ(Decimal(std::string("12.00")).to_int64(), 12);
    EXPECT_THROW(Decimal(std::string("12.01")).to_int64(), DataError);
    EXPECT_THROW(Decimal(std::string("NaN")).to_int64(), DataError);
    EXPECT_EQ(Decimal(std::string("-0.5")).to_double(), -0.5);
}

enum class Color : std::int16_t { red = -1, blue = 300 };
enum class Small : std::uint8_t { none = 0, all = 255 };
enum Old { old_value = 7 };

TEST(CodecNumber, enumerations_are_their_numbers) {
    EXPECT_EQ(round_trip(Color::blue), Color::blue);
    EXPECT_EQ(round_trip(Color::red), Color::red);
    EXPECT_EQ(round_trip(Small::all), Small::all);
    EXPECT_EQ(round_trip(old_value), old_value);
    EXPECT_EQ(Codec<Color>::encode(Color::red).v.i64, -1);
    EXPECT_THROW(read<Small>(i64(256)), DataError);
    EXPECT_THROW(read<Color>(textual(DBWAY_T_TEXT, "blue")), DataError);
}

TEST(CodecNumber, null_is_for_optionals) {
    EXPECT_EQ(read<std::optional<int>>(detail::make_null()), std::nullopt);
    EXPECT_EQ(read<std::optional<int>>(i64(5)), 5);
    EXPECT_THROW(read<std::optional<std::int8_t>>(i64(500)), DataError);
    EXPECT_THROW(read<int>(detail::make_null()), DataError);
    EXPECT_THROW(read<double>(detail::make_null()), DataError);
    EXPECT_EQ(Codec<std::optional<int>>::encode(std::nullopt).aux, DBWAY_T_I64) << "the intended type";
    EXPECT_EQ(Codec<std::optional<int>>::encode(3).v.i64, 3);
}

TEST(CodecNumber, errors_show_numbers_but_no_texts) {
    try {
        read<std::int8_t>(i64(1000));
        FAIL();
    } catch (const DataError& error) {
        EXPECT_NE(error.message().find("1000"), std::string::npos);
        EXPECT_EQ(error.sqlstate(), "22018");
    }
    try {
        read<std::int64_t>(textual(DBWAY_T_TEXT, "s3cret"));
        FAIL();
    } catch (const DataError& error) {
        EXPECT_EQ(error.message().find("s3cret"), std::string::npos);
        EXPECT_NE(error.message().find("text"), std::string::npos);
    }
}

}  // namespace
}  // namespace dbway
