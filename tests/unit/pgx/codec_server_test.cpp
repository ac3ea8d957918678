// Every type with its extremes on a real server: what render() prints is what the server prints, and what
// decode() reads comes back from the server byte for byte, by every way of sending it.
#include <gtest/gtest.h>

#include <dbway/sdk/failure.hpp>

#include <random>

#include "codec_server.hpp"
#include "codec_traits.hpp"
#include "decode.hpp"
#include "encode.hpp"

namespace dbway::test {
namespace {

using pgx::Buffer;
using pgx::Codec;
using pgx::Format;

class CodecServerTest : public testing::Test {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_POSTGRESQL();
        server_.emplace();
    }

    void describe_types() {
        const auto all = server_->types(pgx::TypeCatalog::all_types_sql());
        catalog_.add(all.rows);
    }

    // `expressions`: rows of a VALUES list of one type, each as the text that the type reads.
    void check_texts(const std::string& type, const std::vector<std::string>& texts, bool round_trip = true) {
        std::string sql = "select v from unnest(array[";
        for (const std::string& text : texts) {
            if (&text != &texts.front()) sql += ',';
            sql += "$q$" + text + "$q$";
        }
        sql += "]) with ordinality t(s, n), lateral (select s::" + type + ") c(v) order by n";
        check(sql, round_trip);
    }

    void check(const std::string& sql, bool round_trip = true, bool binary = true) {
        const std::vector<ServerValue> values = server_->fetch(sql, binary);
        ASSERT_FALSE(values.empty()) << sql;
        for (const ServerValue& value : values) check_value(value, round_trip);
    }

    void check_value(const ServerValue& value, bool round_trip) {
        SCOPED_TRACE("text of the server: " + value.text.substr(0, 200));
        const pgx::Type* type = catalog_.find(value.type);
        ASSERT_NE(type, nullptr) << "type " << value.type;
        if (value.null) return;

        std::string text;
        pgx::RenderContext rendering{&catalog_, 2, 0};
        ASSERT_NO_THROW(pgx::render(*type, value.data(), rendering, text)) << type->name;
        EXPECT_EQ(text, value.text) << type->name;
        EXPECT_EQ(rendering.undescribed, 0U);

        sdk::Arena arena;
        pgx::DecodeContext context(arena, &catalog_, 2);
        dbway_value cell{};
        cell.aux = 99;
        ASSERT_NO_THROW(pgx::decode(*type, value.data(), context, cell)) << type->name;
        EXPECT_EQ(cell.aux, 0);
        last_type_ = cell.type;
        EXPECT_TRUE(cell.type == DBWAY_T_TEXT || cell.type == type->value_type) << type->name;
        if (round_trip) check_round_trip(*type, value, cell);
    }

    void check_round_trip(const pgx::Type& type, const ServerValue& value, const dbway_value& cell) {
        const bool binary_result = type.codec != Codec::textual;
        Buffer as_parameter;
        const Format format = pgx::parameter_format(&type, cell);
        pgx::encode(&type, format, cell, as_parameter);
        expect_echo(type, format == Format::binary, as_parameter, value, binary_result, "parameter");

        if (cell.type != DBWAY_T_NATIVE) {
            Buffer as_text;
            pgx::encode(&type, Format::text, cell, as_text);
            expect_echo(type, false, as_text, value, binary_result, "text");
        }
        if (!pgx::binary_field(type)) return;
        expect_field(type, cell, value, "field");
        // And from the server's own text, as a program that knows only strings would have it.
        dbway_value text{};
        text.v.text = value.text.data();
        text.len = static_cast<std::uint32_t>(value.text.size());
        text.type = DBWAY_T_TEXT;
        if (!pgx::is_vector(type)) expect_field(type, text, value, "field from text");
    }

    void expect_field(const pgx::Type& type, const dbway_value& cell, const ServerValue& value,
                      const char* how) {
        Buffer field;
        ASSERT_NO_THROW(pgx::encode_field(type, cell, field)) << type.name << ", " << how;
        ASSERT_GE(field.size(), 4U);
        ASSERT_EQ(pgx::load<std::uint32_t>(field.data()), field.size() - 4);
        Buffer bare;
        bare.put(field.data() + 4, field.size() - 4);
        expect_echo(type, true, bare, value, true, how);
    }

    void expect_echo(const pgx::Type& type, bool binary, const Buffer& sent, const ServerValue& value,
                     bool binary_result, const char* how) {
        std::string error;
        const auto back = server_->echo(type.oid, binary, sent, binary_result, error);
        ASSERT_TRUE(back.has_value()) << type.name << ", " << how << ": " << error;
        EXPECT_EQ(*back == (binary_result ? value.bytes : value.text), true)
            << type.name << ", " << how << (binary ? ", binary" : ", text");
    }

    std::optional<CodecServer> server_;
    pgx::TypeCatalog catalog_;
    std::uint8_t last_type_ = 0;
};

TEST_F(CodecServerTest, Numbers) {
    check_texts("boolean", {"t", "f"});
    check_texts("smallint", {"-32768", "-1", "0", "1", "32767"});
    check_texts("integer", {"-2147483648", "-1", "0", "7", "2147483647"});
    check_texts("bigint", {"-9223372036854775808", "-1", "0", "9223372036854775807"});
    check_texts("oid", {"0", "1", "4294967295"});
    check_texts("xid", {"0", "4294967295"});
    check_texts("cid", {"3"});
    check_texts("xid8", {"0", "18446744073709551615"});
    check_texts("money", {"0", "-0.01", "0.99", "1234.56", "-1234567.89", "92233720368547758.07",
                          "-92233720368547758.08"});
}

TEST_F(CodecServerTest, Numerics) {
    check_texts("numeric",
                {"0", "0.00", "-1", "1.50", "10000", "9999", "0.0001", "0.00001", "-0.000000012340",
                 "123456789012345678901234567890.123456789", "NaN", "Infinity", "-Infinity", "1e131071",
                 "100000000.000000001", "99990000", "1e-16383", "0.1000", "12345.6780"});
    check("select (repeat('9', 131072) || '.' || repeat('7', 16383))::numeric");
    check("select ('-' || repeat('1234567890', 10000))::numeric");
    check(
        "select sqrt(n::numeric) * 10::numeric ^ (n % 40 - 20) * (case n % 2 when 0 then 1 else -1 end) "
        "from generate_series(1, 300) n");
}

TEST_F(CodecServerTest, FloatsPrintAsTheServerPrintsThem) {
    check_texts("double precision", {"0",
                                     "-0",
                                     "1",
                                     "-1.5",
                                     "NaN",
                                     "Infinity",
                                     "-Infinity",
                                     "5e-324",
                                     "2.2250738585072014e-308",
                                     "1.7976931348623157e308",
                                     "0.0001",
                                     "0.00001",
                                     "1e14",
                                     "1e15",
                                     "123456789012345678",
                                     "1e22",
                                     "1e23",
                                     "9007199254740993",
                                     "0.1",
                                     "0.3",
                                     "1e-5",
                                     "100000000000000.5",
                                     "9.5367431640625e-07"});
    check_texts("real",
                {"0", "-0", "NaN", "Infinity", "-Infinity", "1e-45", "1.17549435e-38", "3.4028235e38", "0.1",
                 "100000", "1e6", "1234567", "16777216", "0.0001", "0.00001", "33554432", "8589934592"});
    // Powers of two have neighbours at different distances; some even ones lie where a shorter decimal is a
    // tie.
    check("select 2::float8 ^ n from generate_series(-1022, 1023) n", false);
    check("select (2::float8 ^ n) * (1 + 2::float8 ^ -52) from generate_series(-1022, 1000, 7) n", false);
    check("select (2::float8 ^ n)::float4 from generate_series(-126, 127) n", false);
    check("select n::float4 from generate_series(16777216, 16777216 + 4000) n", false);
    check("select n::float8 from generate_series(9007199254740992, 9007199254740992 + 4000) n", false);
    check("select n::float8 * 10 from generate_series(9007199254740992, 9007199254740992 + 2000) n", false);
}

TEST_F(CodecServerTest, RandomFloatBits) {
    std::mt19937_64 random(20000101);
    for (int i = 0; i < 800; ++i) {
        const std::uint64_t bits = pgx::network_order(std::uint64_t{random()});
        Buffer wide;
        wide.put(&bits, 8);
        for (const auto& [oid, size] : {std::pair<pgx::Oid, std::size_t>{701, 8}, {700, 4}}) {
            Buffer sent;
            sent.put(wide.data(), size);
            std::string error;
            const auto text = server_->echo(oid, true, sent, false, error);
            ASSERT_TRUE(text.has_value()) << error;
            std::string ours;
            pgx::RenderContext context;
            pgx::render(*pgx::builtin_type(oid), {sent.data(), size}, context, ours);
            EXPECT_EQ(ours, *text);
        }
    }
}

TEST_F(CodecServerTest, Texts) {
    const std::vector<std::string> texts = {
        "", "a", "NULL", "ein \"Zitat\"", "back\\slash", "Grüße, 世界 😀", " {,} "};
    check_texts("text", texts);
    check_texts("character varying", texts);
    check_texts("bpchar", texts);
    check_texts("name", texts);
    check_texts("xml", {"<a/>", "text", "<?xml version=\"1.0\"?><a>ü</a>"});
    check_texts("json", {"{}", "[1, 2]", "{\"a\" : \"\\u00fc\"}", "null"});
    check_texts("jsonb", {"{}", "[1, 2]", "{\"a\" : \"\\u00fc\", \"b\":[null,true]}", "1.50"});
    check_texts("jsonpath", {"$", "$.a[*] ? (@.b > 1)", "strict $.\"x y\""});
    check_texts("bytea", {"", "\\x", "\\x00ff5c27", "abc\\\\def"});
    check_texts("uuid", {"00000000-0000-0000-0000-000000000000", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"});
    check_texts("refcursor", {"c1"});
    check("select '<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>ü</a>'::xml", false);
}

TEST_F(CodecServerTest, XmlWithForeignEncodingKeepsItsCharacters) {
    const std::string xml = "<?xml version='1.0' encoding='ISO-8859-1'?><a>ü</a>";
    dbway_value value{};
    value.v.text = xml.data();
    value.len = static_cast<std::uint32_t>(xml.size());
    value.type = DBWAY_T_TEXT;
    const pgx::Type& type = *pgx::builtin_type(142);
    Buffer field;
    pgx::encode_field(type, value, field);
    Buffer bare;
    bare.put(field.data() + 4, field.size() - 4);
    std::string error;
    const auto back = server_->echo(142, true, bare, false, error);
    ASSERT_TRUE(back.has_value()) << error;
    EXPECT_NE(back->find("<a>ü</a>"), std::string::npos) << *back;
}

TEST_F(CodecServerTest, DatesAndTimes) {
    check_texts("date", {"2000-01-01", "1970-01-01", "0001-01-01", "9999-12-31", "10000-01-01",
                         "5874897-12-31", "4714-11-24 BC", "0001-12-31 BC", "0044-03-15 BC", "2024-02-29",
                         "1900-02-28", "infinity", "-infinity"});
    check_texts("time", {"00:00:00", "24:00:00", "12:34:56.789", "23:59:59.999999", "01:02:03.000004"});
    check_texts("timetz", {"00:00:00+00", "24:00:00-15:59", "12:34:56.7+05:30", "01:00:00-08:30:15",
                           "10:00:00+15:59:59"});
    const std::vector<std::string> timestamps = {"2000-01-01 00:00:00",
                                                 "1999-12-31 23:59:59.999999",
                                                 "1970-01-01 00:00:00",
                                                 "0001-01-01 00:00:00",
                                                 "9999-12-31 23:59:59.999999",
                                                 "10000-01-01 00:00:00.5",
                                                 "4714-11-24 00:00:00 BC",
                                                 "0044-03-15 12:00:00.25 BC",
                                                 "infinity",
                                                 "-infinity",
                                                 "294246-12-31 23:59:59",
                                                 "294276-12-31 23:59:59.999999",
                                                 "294247-01-10 04:00:54.775806",
                                                 "294247-01-10 04:00:54.775807"};
    check_texts("timestamp", timestamps);
    check_texts("timestamptz", timestamps);
}

TEST_F(CodecServerTest, TimestampsBeyondTheRangeOfTheAbiAreText) {
    check_texts("timestamp", {"294247-01-10 04:00:54.775806"});
    EXPECT_EQ(last_type_, DBWAY_T_TIMESTAMP);
    check_texts("timestamp", {"294247-01-10 04:00:54.775807"});
    EXPECT_EQ(last_type_, DBWAY_T_TEXT);
}

TEST_F(CodecServerTest, Intervals) {
    check_texts("interval", {"0",
                             "1 year",
                             "-1 year",
                             "1 mon",
                             "-1 mon",
                             "1 day",
                             "-1 day",
                             "2 years 3 mons 4 days 05:06:07.89",
                             "1 year -2 mons +3 days -04:05:06.789",
                             "-1 year 2 mons",
                             "-1 day 01:00:00",
                             "1 day -01:00:00",
                             "00:00:00.000001",
                             "-00:00:00.000001",
                             "-00:00:59.5",
                             "100:00:00",
                             "2147483647 days -2147483648 months",
                             "-2147483648 days",
                             "2562047788:00:54.775807",
                             "-2562047788:00:54.775807",
                             "-1 mon -1 day",
                             "178956970 years 7 mons",
                             "10 mons -00:01:00"});
}

TEST_F(CodecServerTest, NetworkAddresses) {
    check_texts("inet", {"0.0.0.0",
                         "192.168.100.128/25",
                         "255.255.255.255",
                         "10.1.2.3/8",
                         "0.0.0.0/0",
                         "::",
                         "::1",
                         "::/0",
                         "fe80::1/64",
                         "2001:db8::ff00:42:8329",
                         "::ffff:1.2.3.4",
                         "::1.2.3.4",
                         "::ffff:0:0",
                         "1:0:0:2:0:0:0:3",
                         "1:0:0:2::3:0",
                         "1:2:3:4:5:6:7:0",
                         "0:2:3:4:5:6:7:8",
                         "::2:3:4:5:6:7:8",
                         "1:0:3:4:5:6:7:8",
                         "::1:0",
                         "::abcd/128",
                         "::5:ffff:1",
                         "ffff::"});
    check_texts("cidr", {"10.0.0.0/8", "192.168.1.1/32", "0.0.0.0/0", "::/0", "2001:db8::/32", "::1/128"});
    check_texts("macaddr", {"08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"});
    check_texts("macaddr8", {"08:00:2b:01:02:03:04:05"});
    check_texts("bit varying", {"", "0", "1", "10101010", "101010101", "1111111100000000111"});
    check_texts("bit(5)", {"10110"});
}

TEST_F(CodecServerTest, Geometry) {
    check_texts("point", {"(0,0)", "(-1.5,1e300)", "(NaN,Infinity)", "(-Infinity,-0)"});
    check_texts("lseg", {"[(0,0),(1,1)]"});
    check_texts("box", {"(0,0),(1,1)", "(3,4),(1,-2)"});
    check_texts("path", {"[(0,0),(1,1),(2,0)]", "((0,0),(1,1),(2,0))", "((1,2))"});
    check_texts("polygon", {"((0,0),(1,1),(2,0))", "((1e-7,1e15))"});
    check_texts("line", {"{1,-1,0}", "{0.5,2,-1e20}"});
    check_texts("circle", {"<(0,0),5>", "<(1.5,-2),0>"});
}

TEST_F(CodecServerTest, TextSearch) {
    check_texts("tsvector", {"", "a", "a:1A b:2,3B c:4C,5D", "'it''s' 'back\\\\slash' 'two words':16383A"});
    check_texts("tsquery", {"", "a", "!a", "a & b | c", "(a | b) & c", "a <-> b", "a <3> b <-> c",
                            "a <-> (b <-> c)", "(a & b) <2> !c", "!(a | b)", "!!a", "'it''s':*AB & b:*",
                            "a:D & b:ABCD", "a <0> b", "!(a <-> b)", "(a|b) <16384> (c&d)"});
    // Read again, these would be put together otherwise.
    check_texts("tsquery", {"a & (b & c) & d", "a | (b | (c & !d))"}, false);
    check("select string_agg('w' || n, ' & ')::tsquery from generate_series(1, 2000) n", false);
}

TEST_F(CodecServerTest, SystemTypes) {
    check_texts("pg_lsn", {"0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"});
    check_texts("tid", {"(0,0)", "(4294967295,65535)", "(12,3)"});
    check_texts("txid_snapshot", {"10:20:10,14,15", "1:1:"});
    check_texts("pg_snapshot", {"10:20:10,14,15", "1:1:"});
    check_texts("int2vector", {"", "1", "1 -2 3"});
    check_texts("oidvector", {"", "1", "1 2 4294967295"});
    check("select distinct conkey from pg_constraint where conkey is not null");
    check("select proargtypes from pg_proc where oid < 2000");
    check("select relacl from pg_class where relacl is not null limit 20", true, false);
    EXPECT_EQ(last_type_, DBWAY_T_ARRAY);
    check("select unnest(relacl) from pg_class limit 20", true, false);
    check("select n::\"char\" from unnest(array['a', '', 'Z']) n", true, false);
    check("select array['a', '', 'Z']::\"char\"[]", true, false);
    check("select conbin from pg_constraint where conbin is not null limit 3", false);
    server_->run(
        "create table pairs as select n % 10 a, n % 20 b from generate_series(1, 1000) n;"
        "create statistics of_pairs on a, b from pairs; analyze pairs");
    for (const char* column : {"stxdndistinct", "stxddependencies", "stxdmcv"})
        check(std::string("select ") + column + " from pg_statistic_ext_data", false, false);
}

TEST_F(CodecServerTest, ObjectNamesAreNumbers) {
    for (const auto& value : server_->fetch("select 'pg_class'::regclass")) {
        sdk::Arena arena;
        pgx::DecodeContext context(arena);
        dbway_value cell{};
        pgx::decode(*pgx::builtin_type(value.type), value.data(), context, cell);
        EXPECT_EQ(cell.type, DBWAY_T_I64);
        EXPECT_EQ(cell.v.i64, 1259);
    }
}

TEST_F(CodecServerTest, Ranges) {
    check_texts("int4range", {"empty", "[1,10)", "(,5)", "[3,)", "(,)", "[-2147483648,2147483647)"});
    check_texts("int8range", {"[1,9223372036854775807)"});
    check_texts("numrange", {"[1.50,2.5]", "(NaN,)", "(-Infinity,Infinity)"});
    check_texts("daterange",
                {"[2000-01-01,2001-01-01)", "[\"0044-03-15 BC\",infinity]", "[-infinity,infinity]"});
    check_texts("tsrange", {"[\"2000-01-01 00:00:00\",\"2000-01-02 12:00:00.5\"]"});
    check_texts("tstzrange", {"[\"2000-01-01 00:00:00+00\",)"});
    check_texts("int4multirange", {"{}", "{[1,2),[5,9)}", "{(,1),[3,)}"});
    check_texts("tsmultirange", {"{[2000-01-01,2000-01-02),[2001-01-01,2001-01-02]}"});
    check_texts("nummultirange", {"{[1.1,2.2),(3,)}"});
}

TEST_F(CodecServerTest, Arrays) {
    check_texts("int4[]", {"{}", "{1}", "{1,NULL,3}", "{{1,2},{3,4}}", "{{{1},{2}},{{3},{NULL}}}", "{NULL}",
                           "{{{{{{1,2}}}}}}"});
    check_texts("text[]",
                {"{}", "{\"\"}", "{NULL,\"NULL\",null,\"null\"}",
                 "{\"a b\",\"q\\\"q\",\"b\\\\s\",\"{}\",\"a,b\"}", "{\" x \",\"\ttab\"}", "{Grüße,'}"});
    check_texts("bool[]", {"{t,f,NULL}"});
    check_texts("float8[]", {"{NaN,-0,1e300,Infinity}"});
    check_texts("numeric[]", {"{1.50,NaN,-Infinity,0}"});
    check_texts("bytea[]", {"{\"\\\\x00ff\",\"\"}"});
    check_texts("date[]", {"{infinity,\"0044-03-15 BC\",2000-01-01}"});
    check_texts("timestamptz[]", {"{\"2000-01-01 00:00:00+00\",NULL}"});
    check_texts("interval[]", {"{\"1 day\",\"-01:00:00\"}"});
    check_texts("uuid[]", {"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"});
    check_texts("jsonb[]", {"{\"{\\\"a\\\": 1}\",\"[1, 2]\"}"});
    check_texts("box[]", {"{(1,1),(0,0);(2,2),(1,1)}"});
    check_texts("point[]", {"{\"(1,2)\",NULL}"});
    check_texts("int4range[]", {"{\"[1,2)\",empty}"});
    check_texts("int2vector[]", {"{\"1 2\",\"3\"}"});
    check_texts("timetz[]", {"{10:00:00+02}"});
    check_texts("cstring[]", {"{a,\"b c\"}"});
}

TEST_F(CodecServerTest, ArraysWithOtherLowerBoundsKeepThemAsText) {
    check_texts("int4[]", {"[0:2]={1,2,3}"});
    EXPECT_EQ(last_type_, DBWAY_T_TEXT);
    check_texts("text[]", {"[-5:-4][2:3]={{a,b},{NULL,\"d e\"}}"});
    EXPECT_EQ(last_type_, DBWAY_T_TEXT);
}

TEST_F(CodecServerTest, PolymorphicArraysTellTheirItems) {
    server_->run("create table t as select n, 'w' || n % 3 as w from generate_series(1, 300) n; analyze t");
    check("select most_common_vals from pg_stats where tablename = 't' and most_common_vals is not null",
          false);
    EXPECT_EQ(last_type_, DBWAY_T_ARRAY);
    check("select histogram_bounds from pg_stats where tablename = 't' and histogram_bounds is not null",
          false);
}

TEST_F(CodecServerTest, Records) {
    check("select row()", false);
    check("select row(null)", false);
    check("select row(1, null, 'a b', '', 'q\"q', 'b\\s', '(,)', true, 1.50, array[1,2], row(1, 'x y'))",
          false);
    check("select row(row(row('deep \"quote\"')))", false);
    check("select array[row(1, 'a'), row(2, 'b c')]", false);
    check(
        "select row(date '0044-03-15 BC', interval '-1 day 2 hours', int4range '[1,5)', array['a b', null], "
        "point '(1,2)', bytea '\\x00', uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'x'::\"char\", "
        "null::int)",
        false);
}

TEST_F(CodecServerTest, TypesOfUsers) {
    server_->run(
        "create type mood as enum ('sad', 'ok', 'very happy');"
        "create domain positive as integer check (value > 0);"
        "create domain tags as text[];"
        "create type pair as (a integer, b text);"
        "create type nested as (p pair, m mood[], d positive, r float8);"
        "create type textrange as range (subtype = text);"
        "create type floatrange as range (subtype = float8);"
        "create domain small_xml as xml");
    describe_types();
    check_texts("mood", {"sad", "very happy"});
    check_texts("mood[]", {"{sad,\"very happy\",NULL}"});
    check("select 5::positive", true);
    check_texts("positive[]", {"{1,2}"});
    check_texts("tags[]", {"{\"{a,b}\"}"}, false);
    check_texts("pair", {"(1,\"a b\")", "(,)", "(2,\"\")"});
    check_texts("pair[]", {"{\"(1,\\\"a b\\\")\",\"(,)\"}"});
    check_texts("nested", {"(\"(1,\"\"x y\"\")\",\"{sad,\"\"very happy\"\"}\",3,1e+20)", "(,,,)"});
    check_texts("textrange", {"[a,b]", "(\"a b\",\"c\\\\d\")", "[\"\",\"(\"]", "empty", "(,\"x\"\"y\"]"});
    check_texts("floatrange", {"[1.5,1e30)"});
    check_texts("textmultirange", {"{[a,b],[\"c d\",e)}"});
    check_texts("floatmultirange", {"{[1.5,2),[3,)}"});
    check("select row(1::positive, 'sad'::mood, row(1, 'x')::pair)", false);
}

TEST_F(CodecServerTest, TypesOfExtensions) {
    if (server_->fetch("select name from pg_available_extensions where name in ('citext', 'hstore')", false)
            .size() != 2)
        GTEST_SKIP() << "The extensions citext and hstore are missing (postgresql-contrib).";
    server_->run(
        "create extension citext; create extension hstore;"
        "create type holder as (h hstore, a aclitem); create type text_holder as (c citext, n int)");
    describe_types();
    check("select 'ABC'::citext");
    EXPECT_EQ(last_type_, DBWAY_T_TEXT);
    check("select array['a b', null]::citext[]");
    check("select row('A b', 1)::text_holder");
    const std::vector<ServerValue> values = server_->fetch("select 'a=>1'::hstore");
    const pgx::Type* hstore = catalog_.find(values[0].type);
    ASSERT_NE(hstore, nullptr);
    EXPECT_EQ(hstore->codec, Codec::unknown);
    sdk::Arena arena;
    pgx::DecodeContext context(arena, &catalog_);
    dbway_value cell{};
    pgx::decode(*hstore, values[0].data(), context, cell);
    ASSERT_EQ(cell.type, DBWAY_T_NATIVE);
    check_round_trip(*hstore, values[0], cell);
    // What only the server can print is asked for as text.
    check("select row('a=>1', null)::holder", true, false);
    check("select array[row('a=>\"b c\"', null)::holder]", true, false);
}

// A session in another zone, with other styles: what is sent must not depend on them.
TEST_F(CodecServerTest, SettingsOfTheSessionPlayNoPart) {
    server_->run(
        "set timezone to 'America/New_York'; set datestyle to 'German, DMY'; set intervalstyle to "
        "'sql_standard'");
    const auto seconds = [&](pgx::Oid type, std::uint8_t value_type, Format format) {
        dbway_value value{};
        value.v.i64 = value_type == DBWAY_T_DATE ? 11'000 : std::int64_t{11'000} * 86'400'000'000;
        value.type = value_type;
        Buffer out;
        pgx::encode(pgx::builtin_type(type), format, value, out);
        std::string error;
        const auto back = server_->echo(type, format == Format::binary, out, true, error);
        EXPECT_TRUE(back.has_value()) << error;
        return pgx::load<std::uint64_t>(reinterpret_cast<const std::uint8_t*>(back->data())) / 1'000'000;
    };
    constexpr std::uint64_t expected = (11'000 - 10'957) * 86'400;
    for (const pgx::Oid type : {1114U, 1184U})
        for (const std::uint8_t value : {DBWAY_T_DATE, DBWAY_T_TIMESTAMP, DBWAY_T_TIMESTAMPTZ})
            for (const Format format : {Format::text, Format::binary})
                EXPECT_EQ(seconds(type, value, format), expected) << type << " from " << int{value};
    const dbway_interval span{-1, 2, -3'500'000};
    dbway_value value{};
    value.v.interval = &span;
    value.type = DBWAY_T_INTERVAL;
    Buffer out;
    pgx::encode(pgx::builtin_type(1186), Format::text, value, out);
    std::string error;
    const auto back = server_->echo(1186, false, out, true, error);
    ASSERT_TRUE(back.has_value()) << error;
    Buffer binary;
    pgx::encode(pgx::builtin_type(1186), Format::binary, value, binary);
    EXPECT_EQ(*back, std::string(reinterpret_cast<const char*>(binary.data()), binary.size()));
}

TEST_F(CodecServerTest, BinaryCopyOfValuesOfOtherTypes) {
    server_->run(
        "create table target (i int2, n numeric, f float4, d date, t timestamptz, b bytea, a int4[], s "
        "text)");
    const std::vector<std::string> texts = {
        "-7", "1.50", "0.1", "0044-03-15 BC", "2000-01-01 12:00:00+02", "\\x00ff", "{1,NULL}", "ü"};
    const pgx::Oid types[] = {21, 1700, 700, 1082, 1184, 17, 1007, 25};
    Buffer data;
    data.put(std::string_view("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19));
    for (int row = 0; row < 2; ++row) {
        data.put_u16(8);
        for (std::size_t i = 0; i < 8; ++i) {
            dbway_value value{};
            if (row == 0) {
                value.v.text = texts[i].data();
                value.len = static_cast<std::uint32_t>(texts[i].size());
                value.type = DBWAY_T_TEXT;
            }
            pgx::encode_field(*pgx::builtin_type(types[i]), value, data);
        }
    }
    data.put_u16(0xFFFF);
    EXPECT_EQ(server_->copy("copy target from stdin (format binary)", data), "");
    EXPECT_EQ(server_->fetch("select target::text from target order by i", false).at(0).text,
              "(-7,1.50,0.1,\"0044-03-15 BC\",\"2000-01-01 10:00:00+00\",\"\\\\x00ff\",\"{1,NULL}\",ü)");
    EXPECT_EQ(server_->fetch("select target::text from target order by i", false).at(1).text, "(,,,,,,,)");
}

TEST_F(CodecServerTest, TruncatedAndDamagedValuesOfTheServer) {
    const std::vector<std::string> expressions = {"1.5::numeric",
                                                  "array[1,2,null]",
                                                  "'{{a,b},{c,d}}'::text[]",
                                                  "row(1,'a',array[1])",
                                                  "'[1,5)'::int4range",
                                                  "'{[1,5)}'::int4multirange",
                                                  "'a:1A b'::tsvector",
                                                  "'a & !b <-> c'::tsquery",
                                                  "'1.2.3.4/8'::inet",
                                                  "'101'::varbit",
                                                  "'[(0,0),(1,1)]'::path",
                                                  "'((0,0),(1,1))'::polygon",
                                                  "'10:20:10'::pg_snapshot",
                                                  "'$.a'::jsonpath"};
    std::mt19937 random(7);
    for (const std::string& expression : expressions) {
        const ServerValue value = server_->fetch("select " + expression).at(0);
        const pgx::Type& type = *pgx::builtin_type(value.type);
        const auto attempt = [&](std::string bytes) {
            // Of exactly this size on the heap, so that a sanitizer sees the first byte too many.
            const std::vector<std::uint8_t> data(bytes.begin(), bytes.end());
            sdk::Arena arena;
            pgx::DecodeContext context(arena);
            dbway_value cell{};
            std::string text;
            try {
                pgx::decode(type, data, context, cell);
                pgx::render(type, data, context, text);
            } catch (const sdk::Failure& failure) {
                EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INTERNAL);
                return false;
            }
            return true;
        };
        EXPECT_TRUE(attempt(value.bytes)) << expression;
        // Text is text, however short; everything else misses what is cut off.
        const std::size_t cuts = type.codec == Codec::jsonpath ? 1 : value.bytes.size();
        for (std::size_t size = 0; size < cuts; ++size)
            EXPECT_FALSE(attempt(value.bytes.substr(0, size))) << expression << ", " << size << " bytes";
        for (int i = 0; i < 2000; ++i) {
            std::string bytes = value.bytes;
            bytes[random() % bytes.size()] = static_cast<char>(random());
            if (i % 3 == 0) bytes[random() % bytes.size()] = static_cast<char>(random());
            attempt(bytes);
        }
    }
}

}  // namespace
}  // namespace dbway::test
