// Texts, blobs, UUIDs, JSON, arrays, and the text of everything.
#include <dbway/codec.hpp>
#include <dbway/fields.hpp>
#include <dbway/parameters.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace dbway {
namespace {

using ::testing::ElementsAre;

template <typename T>
T read(const dbway_value& value) {
    return detail::decode_cell<T>(value);
}
dbway_value textual(std::uint8_t type, std::string_view text) {
    return detail::make_bytes(type, text.data(), text.size());
}
std::string as_text(const dbway_value& value) { return read<std::string>(value); }

TEST(CodecText, texts_of_any_content) {
    for (const std::string& value : {std::string(), std::string("plain"), std::string("nul\0inside", 10),
                                     std::string("\xc3\xa4\xe2\x82\xac"), std::string(100'000, 'x')}) {
        EXPECT_EQ(read<std::string>(Codec<std::string>::encode(value)), value);
        EXPECT_EQ(read<std::string_view>(Codec<std::string_view>::encode(value)), value);
    }
    EXPECT_EQ(Codec<const char*>::encode("abc").len, 3U);
    EXPECT_EQ(Codec<const char*>::encode(nullptr).type, DBWAY_T_NULL);
}

TEST(CodecText, empty_text_is_not_null) {
    const dbway_value empty = Codec<std::string_view>::encode({});
    EXPECT_EQ(empty.type, DBWAY_T_TEXT);
    EXPECT_EQ(read<std::optional<std::string>>(empty), "");
    EXPECT_THROW(read<std::string>(detail::make_null()), DataError);
}

TEST(CodecText, view_is_for_text_only) {
    EXPECT_EQ(read<std::string_view>(textual(DBWAY_T_JSON, "{}")), "{}");
    EXPECT_EQ(read<std::string_view>(textual(DBWAY_T_DECIMAL, "1.50")), "1.50");
    EXPECT_THROW(read<std::string_view>(detail::make_int(DBWAY_T_I64, 1)), DataError);
    EXPECT_THROW(read<std::string_view>(textual(DBWAY_T_BLOB, "x")), DataError);
}

TEST(CodecText, string_of_everything) {
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(as_text(detail::make_int(DBWAY_T_BOOL, 1)), "true");
    EXPECT_EQ(as_text(detail::make_int(DBWAY_T_I64, lowest)), "-9223372036854775808");
    dbway_value large = detail::make_value(DBWAY_T_U64);
    large.v.u64 = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(as_text(large), "18446744073709551615");
    EXPECT_EQ(as_text(Codec<double>::encode(0.1)), "0.1");
    EXPECT_EQ(as_text(Codec<double>::encode(NAN)), "NaN");
    EXPECT_EQ(as_text(Codec<double>::encode(-INFINITY)), "-Infinity");
    EXPECT_EQ(as_text(textual(DBWAY_T_DECIMAL, "1.50")), "1.50");
    EXPECT_EQ(as_text(textual(DBWAY_T_BLOB, std::string_view("\x00\xff", 2))), "\\x00ff");
    EXPECT_EQ(as_text(textual(DBWAY_T_NATIVE, "A")), "\\x41");
    EXPECT_EQ(as_text(detail::make_int(DBWAY_T_DATE, 0)), "1970-01-01");
    EXPECT_EQ(as_text(detail::make_int(DBWAY_T_DATE, highest)), "infinity");
    EXPECT_EQ(as_text(detail::make_int(DBWAY_T_TIMESTAMP, lowest)), "-infinity");
    EXPECT_EQ(as_text(detail::make_int(DBWAY_T_TIME, 86'400'000'000)), "24:00:00");
    EXPECT_EQ(as_text(textual(DBWAY_T_JSON, "[1]")), "[1]");
    EXPECT_EQ(as_text(Codec<Uuid>::encode(Uuid{})), "00000000-0000-0000-0000-000000000000");
    EXPECT_FALSE(as_text(detail::make_int(DBWAY_T_TIMESTAMPTZ, 0)).empty());
    const Interval interval{14, 3, 1};
    EXPECT_FALSE(as_text(Codec<Interval>::encode(interval)).empty());
    EXPECT_THROW(as_text(detail::make_value(200)), DataError);
}

TEST(CodecText, blobs) {
    const Blob blob{std::byte{0}, std::byte{255}, std::byte{65}};
    EXPECT_EQ(read<Blob>(Codec<Blob>::encode(blob)), blob);
    EXPECT_EQ(read<BlobView>(Codec<Blob>::encode(blob)).size(), 3U);
    EXPECT_EQ(read<Blob>(Codec<BlobView>::encode({})), Blob());
    EXPECT_EQ(read<Blob>(textual(DBWAY_T_NATIVE, "AB")).size(), 2U);
    EXPECT_THROW(read<Blob>(textual(DBWAY_T_TEXT, "AB")), DataError);
    const Native native{{std::byte{1}, std::byte{2}}};
    EXPECT_EQ(read<Native>(Codec<Native>::encode(native)), native);
}

TEST(CodecText, uuids) {
    const Uuid uuid = Uuid::parse("01234567-89AB-cdef-0123-456789abcdef");
    EXPECT_EQ(uuid.str(), "01234567-89ab-cdef-0123-456789abcdef");
    EXPECT_EQ(read<Uuid>(Codec<Uuid>::encode(uuid)), uuid);
    EXPECT_EQ(read<Uuid>(textual(DBWAY_T_TEXT, uuid.str())), uuid);
    EXPECT_THROW(read<Uuid>(textual(DBWAY_T_TEXT, "not a uuid")), DataError);
    EXPECT_THROW(read<Uuid>(textual(DBWAY_T_UUID, "short")), DataError);
    EXPECT_THROW(Uuid::parse("01234567-89ab-cdef-0123-456789abcde"), DataError);
    EXPECT_THROW(Uuid::parse("01234567-89ab-cdef-0123-456789abcdeg"), DataError);
}

TEST(CodecText, json) {
    const Json json{R"({"a": [1, null]})"};
    const dbway_value value = Codec<Json>::encode(json);
    EXPECT_EQ(value.type, DBWAY_T_JSON);
    EXPECT_EQ(read<Json>(value), json);
    EXPECT_EQ(read<Json>(textual(DBWAY_T_TEXT, "1")).text, "1");
    EXPECT_THROW(read<Json>(detail::make_int(DBWAY_T_I64, 1)), DataError);
}

// Through the parameter pack, which has the room that items need.
template <typename T>
T through_pack(const T& value) {
    const detail::ParameterPack<T> pack(value);
    return read<T>(pack.values()[0]);
}

TEST(CodecText, arrays) {
    EXPECT_THAT(through_pack(std::vector<int>{1, -2, 3}), ElementsAre(1, -2, 3));
    EXPECT_THAT(through_pack(std::vector<int>{}), ElementsAre());
    EXPECT_THAT(through_pack(std::vector<bool>{true, false}), ElementsAre(true, false));
    EXPECT_THAT(through_pack(std::vector<std::string>{"a", ""}), ElementsAre("a", ""));
    EXPECT_THAT(through_pack(std::vector<Decimal>{Decimal("1.50")}), ElementsAre(Decimal("1.50")));
    EXPECT_THAT(through_pack(std::vector<Blob>{{std::byte{1}}, {}}), ElementsAre(Blob{std::byte{1}}, Blob{}));
    EXPECT_THAT(through_pack(std::vector<Interval>{{1, 2, 3}}), ElementsAre(Interval{1, 2, 3}));
    EXPECT_THAT(through_pack(std::vector<Date>{Date::max()}), ElementsAre(Date::max()));
    EXPECT_THAT(through_pack(std::vector<std::optional<int>>{1, std::nullopt}), ElementsAre(1, std::nullopt));
    EXPECT_THAT(through_pack(std::vector<std::optional<std::string>>{"a", std::nullopt}),
                ElementsAre("a", std::nullopt));
    const std::vector<std::vector<std::vector<std::string>>> nested{{{"a"}, {}}, {}, {{"b", "c"}}};
    EXPECT_EQ(through_pack(nested), nested);
    EXPECT_EQ(through_pack(std::optional<std::vector<int>>()), std::nullopt);
    EXPECT_THAT(*through_pack(std::optional(std::vector{1, 2})), ElementsAre(1, 2));
}

TEST(CodecText, array_errors) {
    const std::vector<std::optional<int>> with_null{1, std::nullopt};
    const detail::ParameterPack<std::vector<std::optional<int>>> nulls(with_null);
    EXPECT_THROW(read<std::vector<int>>(nulls.values()[0]), DataError);
    const std::vector<int> large{1, 300};
    const detail::ParameterPack<std::vector<int>> numbers(large);
    EXPECT_THROW(read<std::vector<std::int8_t>>(numbers.values()[0]), DataError);
    EXPECT_THROW(read<std::vector<std::string_view>>(numbers.values()[0]), DataError);
    EXPECT_THAT(read<std::vector<std::string>>(numbers.values()[0]), ElementsAre("1", "300"));
    EXPECT_THROW(read<std::vector<int>>(detail::make_int(DBWAY_T_I64, 1)), DataError);
    EXPECT_THROW(read<int>(numbers.values()[0]), DataError);
    EXPECT_EQ(as_text(numbers.values()[0]), "[1,300]");
}

TEST(CodecText, parameters_of_every_spelling) {
    char buffer[] = "buffer";
    char* pointer = buffer;
    const std::string text = "s";
    const detail::ParameterPack<char[4], char*, const char*, std::string, std::string_view, std::nullptr_t,
                                std::nullopt_t>
        pack("abc", pointer, "xy", text, std::string_view("v"), nullptr, std::nullopt);
    EXPECT_EQ(pack.size(), 7U);
    EXPECT_EQ(as_text(pack.values()[0]), "abc");
    EXPECT_EQ(as_text(pack.values()[1]), "buffer");
    EXPECT_EQ(as_text(pack.values()[2]), "xy");
    EXPECT_EQ(as_text(pack.values()[3]), "s");
    EXPECT_EQ(as_text(pack.values()[4]), "v");
    EXPECT_EQ(pack.values()[5].type, DBWAY_T_NULL);
    EXPECT_EQ(pack.values()[6].type, DBWAY_T_NULL);
    EXPECT_EQ(pack.names(), nullptr);
}

// The longest struct that DBWAY_FIELDS takes.
struct Wide {
    int a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7, c8, d1,
        d2, d3, d4, d5, d6, d7, d8, e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6, f7, f8, g1, g2,
        g3, g4, g5, g6, g7, g8, h1, h2, h3, h4, h5, h6, h7, h8;
};
DBWAY_FIELDS(Wide, a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7,
             c8, d1, d2, d3, d4, d5, d6, d7, d8, e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6, f7,
             f8, g1, g2, g3, g4, g5, g6, g7, g8, h1, h2, h3, h4, h5, h6, h7, h8)

TEST(CodecText, fields_of_sixty_four_members) {
    constexpr auto fields = dbway_fields(static_cast<const Wide*>(nullptr));
    EXPECT_EQ(std::tuple_size_v<decltype(fields)>, 64U);
    EXPECT_EQ(std::get<63>(fields).name, "h8");
    EXPECT_EQ(std::get<63>(fields).member, &Wide::h8);
}

// A type of the application's own.
struct Celsius {
    double degrees = 0;
};

}  // namespace

template <>
struct Codec<Celsius> {
    static constexpr std::uint8_t type = DBWAY_T_F64;
    static dbway_value encode(Celsius v) noexcept { return Codec<double>::encode(v.degrees); }
    static Celsius decode(const dbway_value& v) { return {Codec<double>::decode(v)}; }
};

namespace {

TEST(CodecText, type_of_the_application) {
    EXPECT_EQ(through_pack(Celsius{21.5}).degrees, 21.5);
    EXPECT_EQ(through_pack(std::vector<Celsius>{{1}, {2}})[1].degrees, 2.0);
    EXPECT_EQ(through_pack(std::optional<Celsius>()).has_value(), false);
}

}  // namespace
}  // namespace dbway
