// Every value type through a table declared with the dialect's type_name(), at its extremes.
#include <cmath>
#include <cstring>
#include <limits>

#include "conformance/check.hpp"

namespace dbway::conformance {
namespace {

enum class Policy {
    exact,            // comes back as it was
    exact_or_refused  // or the server refuses it with DATA, never bends it
};

struct Trial {
    OwnedValue value;
    Policy policy = Policy::exact;
};

Trial exact(OwnedValue value) { return {std::move(value), Policy::exact}; }
Trial may_refuse(OwnedValue value) { return {std::move(value), Policy::exact_or_refused}; }

bool same_number(const OwnedValue& left, const OwnedValue& right) {
    if (left.type == DBWAY_T_F64 && right.type == DBWAY_T_F64) return left.as_f64() == right.as_f64();
    if (left.type != DBWAY_T_DECIMAL || right.type != DBWAY_T_DECIMAL) return left == right;
    const auto trimmed = [](std::string text) {
        if (text.find('.') == std::string::npos) return text;
        while (text.back() == '0') text.pop_back();
        if (text.back() == '.') text.pop_back();
        return text;
    };
    return trimmed(left.bytes) == trimmed(right.bytes);
}

bool same_value(const OwnedValue& sent, const OwnedValue& received) {
    if (sent.type == DBWAY_T_F64 && received.type == DBWAY_T_F64 && std::isnan(sent.as_f64()))
        return std::isnan(received.as_f64());
    // A server without unsigned integers keeps them as decimals, digit for digit.
    if (sent.type == DBWAY_T_U64 && received.type == DBWAY_T_DECIMAL)
        return received.bytes == std::to_string(sent.bits);
    return sent == received;
}

struct Table {
    Table(Context& context, std::uint32_t type, std::int32_t precision = -1, std::int32_t scale = -1)
        : connection(context.connect()),
          name(context.create_table(*connection,
                                    {{.name = "id", .constraint = "not null primary key"},
                                     {.name = "v", .type = type, .precision = precision, .scale = scale}})),
          insert(insert_statement(name, {"id", "v"})),
          select("select v from " + name + " where id = $1") {}

    Outcome put(std::int64_t id, const OwnedValue& value) {
        return connection->query(insert, {OwnedValue::i64(id), value});
    }
    OwnedValue get(std::int64_t id, const std::string& what) {
        const auto outcome = connection->query(select, {OwnedValue::i64(id)});
        expect_done(outcome, "reading " + what);
        const auto rows = outcome.rows();
        expect(rows.size() == 1 && rows[0].size() == 1,
               "reading " + what + " gave " + describe_rows(rows) + ", expected one cell");
        return rows[0][0];
    }

    std::unique_ptr<Connection> connection;
    std::string name, insert, select;
};

void round_trip(Context& context, std::uint32_t type, const std::vector<Trial>& trials,
                bool numeric_equality = false, std::int32_t precision = -1, std::int32_t scale = -1) {
    Table table(context, type, precision, scale);
    std::int64_t id = 0;
    for (const auto& trial : trials) {
        const std::string what = describe(trial.value);
        const auto put = table.put(++id, trial.value);
        if (put.failed() && trial.policy == Policy::exact_or_refused) {
            expect_failed(put, "INSERT of " + what, DBWAY_ERR_DATA);
            continue;
        }
        expect_done(put, "INSERT of " + what);
        const auto got = table.get(id, what);
        expect(numeric_equality ? same_number(trial.value, got) : same_value(trial.value, got),
               what + " came back as " + describe(got));
    }
}

void booleans(Context& context) {
    round_trip(context, DBWAY_T_BOOL, {exact(OwnedValue::boolean(true)), exact(OwnedValue::boolean(false))});
}

void signed_integers(Context& context) {
    std::vector<Trial> trials;
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{127}, std::int64_t{-129},
          std::int64_t{32768}, std::int64_t{2147483648}, std::int64_t{-2147483649},
          std::int64_t{9007199254740993}, std::numeric_limits<std::int64_t>::max(),
          std::numeric_limits<std::int64_t>::min()})
        trials.push_back(exact(OwnedValue::i64(value)));
    round_trip(context, DBWAY_T_I64, trials);
}

void unsigned_integers(Context& context) {
    round_trip(
        context, DBWAY_T_U64,
        {exact(OwnedValue::u64(0)), exact(OwnedValue::u64(1)), exact(OwnedValue::u64(9223372036854775807u)),
         may_refuse(OwnedValue::u64(9223372036854775808u)),
         may_refuse(OwnedValue::u64(std::numeric_limits<std::uint64_t>::max()))});
}

void doubles(Context& context) {
    using limits = std::numeric_limits<double>;
    std::vector<Trial> trials;
    for (const double value :
         {0.0, 1.0, -1.0, 0.1, 1e15, 1e16, 3.141592653589793, 9007199254740993.0, limits::max(),
          limits::lowest(), limits::min(), limits::epsilon(), 1.0 / 3.0, 5e-324, 2.2250738585072009e-308})
        trials.push_back(exact(OwnedValue::f64(value)));
    round_trip(context, DBWAY_T_F64, trials);
}

void special_doubles(Context& context) {
    using limits = std::numeric_limits<double>;
    round_trip(
        context, DBWAY_T_F64,
        {may_refuse(OwnedValue::f64(limits::infinity())), may_refuse(OwnedValue::f64(-limits::infinity())),
         may_refuse(OwnedValue::f64(limits::quiet_NaN()))});
}

// Some servers, SQLite among them, store -0.0 as 0.0, which compares equal: that is no loss of a number.
void negative_zero(Context& context) {
    round_trip(context, DBWAY_T_F64, {may_refuse(OwnedValue::f64(-0.0))}, true);
}

// A number of `precision` digits, `scale` of them after the point.
std::string decimal_text(int precision, int scale, char digit, bool varied) {
    std::string digits;
    for (int i = 0; i < precision; ++i) digits += varied ? static_cast<char>('1' + i % 9) : digit;
    if (scale == 0) return digits;
    const std::string whole =
        precision == scale ? "0" : digits.substr(0, static_cast<std::size_t>(precision - scale));
    return whole + "." + digits.substr(static_cast<std::size_t>(precision - scale));
}

void decimals(Context& context) {
    context.need_tables();
    if (context.statements().type_name(DBWAY_T_DECIMAL, 10, 2).empty())
        skip("the provider's dialect tells no type for DECIMAL");
    int declared = 0;
    for (int precision = 1; precision <= 38; ++precision) {
        for (const int scale : {0, 2, precision / 2, precision}) {
            if (scale > precision) continue;
            if (precision > 2 && precision % 5 != 0 && precision != 16 && precision != 18 &&
                precision != 19 && precision != 38)
                continue;
            if (context.statements().type_name(DBWAY_T_DECIMAL, precision, scale).empty()) continue;
            ++declared;
            std::string zero = "0", smallest = "1";
            if (scale > 0) {
                zero += "." + std::string(static_cast<std::size_t>(scale), '0');
                smallest = "0." + std::string(static_cast<std::size_t>(scale) - 1, '0') + "1";
            }
            const auto nines = decimal_text(precision, scale, '9', false);
            const auto varied = decimal_text(precision, scale, ' ', true);
            round_trip(context, DBWAY_T_DECIMAL,
                       {exact(OwnedValue::decimal(nines)), exact(OwnedValue::decimal("-" + nines)),
                        exact(OwnedValue::decimal(varied)), exact(OwnedValue::decimal(zero)),
                        exact(OwnedValue::decimal(smallest))},
                       false, precision, scale);
        }
    }
    expect(declared > 0, "the dialect declares no DECIMAL of 1 to 38 digits");
}

void money(Context& context) {
    round_trip(context, DBWAY_T_DECIMAL,
               {exact(OwnedValue::decimal("1.50")), exact(OwnedValue::decimal("-0.01")),
                exact(OwnedValue::decimal("100.00")), exact(OwnedValue::decimal("99999999.99")),
                exact(OwnedValue::decimal("0.10"))},
               false, 10, 2);
}

void unlimited_decimals(Context& context) {
    round_trip(
        context, DBWAY_T_DECIMAL,
        {exact(OwnedValue::decimal("0")), exact(OwnedValue::decimal("123.4500")),
         exact(OwnedValue::decimal("12345678901234567890.123456789")),
         exact(OwnedValue::decimal("-0.000000001")), exact(OwnedValue::decimal("99999999999999999999"))},
        true);
}

void special_decimals(Context& context) {
    round_trip(context, DBWAY_T_DECIMAL,
               {may_refuse(OwnedValue::decimal("NaN")), may_refuse(OwnedValue::decimal("Infinity")),
                may_refuse(OwnedValue::decimal("-Infinity"))});
}

std::string large(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 31 % 26);
    return text;
}

void texts(Context& context) {
    round_trip(context, DBWAY_T_TEXT,
               {exact(OwnedValue::text("")), exact(OwnedValue::text("a")),
                exact(OwnedValue::text(" leading and trailing  ")),
                exact(OwnedValue::text("quote ' double \" back \\ percent % dollar $1 question ? colon :a")),
                exact(OwnedValue::text("line\nfeed\r\n\ttab")),
                exact(OwnedValue::text("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x98 \xf4\x8f\xbf\xbf")),
                exact(OwnedValue::text("123")), exact(OwnedValue::text("1.50")),
                exact(OwnedValue::text("NULL")), exact(OwnedValue::text(large(1 << 20)))});
}

void text_with_nul(Context& context) {
    round_trip(context, DBWAY_T_TEXT,
               {may_refuse(OwnedValue::text(std::string("a\0b", 3))),
                may_refuse(OwnedValue::text(std::string("\0", 1)))});
}

void blobs(Context& context) {
    std::string every;
    for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
    std::string big = large(1 << 20);
    big[77] = '\0';
    round_trip(context, DBWAY_T_BLOB,
               {exact(OwnedValue::blob("")), exact(OwnedValue::blob(every)),
                exact(OwnedValue::blob(std::string(3, '\0'))), exact(OwnedValue::blob("text")),
                exact(OwnedValue::blob(big))});
}

constexpr std::int64_t day = 86'400'000'000;
constexpr std::int64_t first_day = -719162;  // 0001-01-01
constexpr std::int64_t last_day = 2932896;   // 9999-12-31

void dates(Context& context) {
    std::vector<Trial> trials;
    for (const std::int64_t days :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{11016} /* 2000-02-29 */,
          std::int64_t{20000}, std::int64_t{-25567} /* 1900-01-01 */})
        trials.push_back(exact(OwnedValue::date(days)));
    for (const std::int64_t days :
         {first_day, last_day, std::int64_t{-141428} /* 1582-10-15 */, std::int64_t{-141429}})
        trials.push_back(may_refuse(OwnedValue::date(days)));
    round_trip(context, DBWAY_T_DATE, trials);
}

void infinite_dates(Context& context) {
    using limits = std::numeric_limits<std::int64_t>;
    round_trip(context, DBWAY_T_DATE,
               {may_refuse(OwnedValue::date(limits::max())), may_refuse(OwnedValue::date(limits::min())),
                may_refuse(OwnedValue::date(last_day + 1)), may_refuse(OwnedValue::date(first_day - 1)),
                may_refuse(OwnedValue::date(limits::max() / 2))});
}

void times(Context& context) {
    round_trip(context, DBWAY_T_TIME,
               {exact(OwnedValue::time(0)), exact(OwnedValue::time(1)), exact(OwnedValue::time(day - 1)),
                exact(OwnedValue::time(45'296'789'012)), exact(OwnedValue::time(12 * day / 24)),
                may_refuse(OwnedValue::time(day))});
}

std::vector<Trial> instants(OwnedValue (*make)(std::int64_t)) {
    std::vector<Trial> trials;
    for (const std::int64_t micros :
         {std::int64_t{1}, std::int64_t{1'000'000}, 20000 * day, 20000 * day + 1, 20000 * day + 123'456,
          20000 * day + day - 1, 11016 * day + 999'999, std::int64_t{1'700'000'000'100'000}})
        trials.push_back(exact(make(micros)));
    for (const std::int64_t micros : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-999'999},
                                      first_day * day, last_day * day + day - 1})
        trials.push_back(may_refuse(make(micros)));
    return trials;
}

std::vector<Trial> infinite_instants(OwnedValue (*make)(std::int64_t)) {
    using limits = std::numeric_limits<std::int64_t>;
    return {may_refuse(make(limits::max())), may_refuse(make(limits::min())),
            may_refuse(make((last_day + 1) * day)), may_refuse(make(first_day * day - 1)),
            may_refuse(make(limits::max() - 1))};
}

void timestamps(Context& context) { round_trip(context, DBWAY_T_TIMESTAMP, instants(OwnedValue::timestamp)); }
void infinite_timestamps(Context& context) {
    round_trip(context, DBWAY_T_TIMESTAMP, infinite_instants(OwnedValue::timestamp));
}
void zoned_timestamps(Context& context) {
    round_trip(context, DBWAY_T_TIMESTAMPTZ, instants(OwnedValue::timestamptz));
}
void infinite_zoned_timestamps(Context& context) {
    round_trip(context, DBWAY_T_TIMESTAMPTZ, infinite_instants(OwnedValue::timestamptz));
}

void intervals(Context& context) {
    round_trip(
        context, DBWAY_T_INTERVAL,
        {exact(OwnedValue::interval_of(0, 0, 0)), exact(OwnedValue::interval_of(14, 3, 4'500'000)),
         exact(OwnedValue::interval_of(0, 0, 1)), exact(OwnedValue::interval_of(-1, -2, -3)),
         exact(OwnedValue::interval_of(1, -1, 1)), exact(OwnedValue::interval_of(0, 40, 90'000'000'000)),
         may_refuse(OwnedValue::interval_of(std::numeric_limits<std::int32_t>::max(),
                                            std::numeric_limits<std::int32_t>::max(),
                                            std::numeric_limits<std::int64_t>::max()))});
}

void uuids(Context& context) {
    round_trip(
        context, DBWAY_T_UUID,
        {exact(OwnedValue::uuid(std::string(16, '\0'))), exact(OwnedValue::uuid(std::string(16, '\xff'))),
         exact(OwnedValue::uuid("\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x10"))});
}

// In a form that servers which store parsed JSON give back unchanged.
void json(Context& context) {
    round_trip(
        context, DBWAY_T_JSON,
        {exact(OwnedValue::json("{\"a\": 1}")), exact(OwnedValue::json("[1, 2, 3]")),
         exact(OwnedValue::json("\"text\"")), exact(OwnedValue::json("null")), exact(OwnedValue::json("{}")),
         exact(OwnedValue::json("{\"a\": {\"b\": [true, false, null]}}")),
         exact(OwnedValue::json("\"\xf0\x9f\x90\x98\""))});
}

void arrays(Context& context) {
    context.need(DBWAY_CAP_ARRAYS, "ARRAYS");
    const auto numbers = [](std::initializer_list<std::int64_t> values) {
        std::vector<OwnedValue> items;
        for (const auto value : values) items.push_back(OwnedValue::i64(value));
        return OwnedValue::array(std::move(items));
    };
    round_trip(context, DBWAY_T_ARRAY,
               {exact(numbers({1, 2, 3})), exact(numbers({})),
                exact(numbers({std::numeric_limits<std::int64_t>::min()})),
                exact(OwnedValue::array({OwnedValue::i64(1), OwnedValue::null(), OwnedValue::i64(3)})),
                may_refuse(OwnedValue::array({numbers({1, 2}), numbers({3, 4})}))},
               false, DBWAY_T_I64);
    round_trip(
        context, DBWAY_T_ARRAY,
        {exact(OwnedValue::array({OwnedValue::text("a"), OwnedValue::text(""), OwnedValue::text("NULL"),
                                  OwnedValue::text("quote \" comma , brace }"), OwnedValue::null()}))},
        false, DBWAY_T_TEXT);
}

void nulls(Context& context) {
    context.need_tables();
    int declared = 0;
    for (std::uint16_t type = DBWAY_T_BOOL; type <= DBWAY_T_JSON; ++type) {
        if (context.statements().type_name(type).empty()) continue;
        ++declared;
        Table table(context, type);
        expect_done(table.put(1, OwnedValue::null(type)), "INSERT of a NULL of " + type_label(type));
        expect_done(table.put(2, OwnedValue::null()),
                    "INSERT of an untyped NULL into a column of " + type_label(type));
        for (int id = 1; id <= 2; ++id)
            expect(table.get(id, "a NULL of " + type_label(type)).is_null(),
                   "a NULL of " + type_label(type) + " did not come back as NULL");
    }
    expect(declared > 0, "the dialect declares no type at all");
}

// Several rows in one batch: each cell has its own memory.
void neighbours(Context& context) {
    Table table(context, DBWAY_T_TEXT);
    std::vector<OwnedRow> expected;
    for (int i = 1; i <= 20; ++i) {
        const auto value =
            i % 5 == 0
                ? OwnedValue::null(DBWAY_T_TEXT)
                : OwnedValue::text(std::string(static_cast<std::size_t>(i) * 40, static_cast<char>('a' + i)));
        expect_done(table.put(i, value), "INSERT");
        expected.push_back({OwnedValue::i64(i), value});
    }
    const auto rows = table.connection->query("select id, v from " + table.name + " order by id").rows();
    expect(rows == expected, "twenty rows of text came back as " + describe_rows(rows));
}

void binary_parameters_in_prepared(Context& context) {
    Table table(context, DBWAY_T_BLOB);
    const auto prepared =
        table.connection->run(Request{.kind = DBWAY_R_PREPARE, .sql = table.insert, .stmt = 1});
    if (!prepared.done()) skip("the connection does not offer PREPARE");
    for (int i = 1; i <= 3; ++i) {
        const auto blob =
            OwnedValue::blob(std::string(static_cast<std::size_t>(i) * 1000, static_cast<char>(i)));
        expect_done(table.connection->run(
                        Request{.kind = DBWAY_R_EXECUTE, .params = {{OwnedValue::i64(i), blob}}, .stmt = 1}),
                    "EXECUTE");
        expect(table.get(i, "a blob") == blob, "a blob given to EXECUTE did not come back");
    }
}

}  // namespace

std::vector<Check> value_checks() {
    return {
        {{"r7_value_bool", {"R7"}, "BOOL comes back as BOOL"}, booleans},
        {{"r7_value_i64", {"R7"}, "I64 to both ends of its range"}, signed_integers},
        {{"r7_value_u64", {"R7"}, "U64, or a DECIMAL of the same digits; beyond I64 exact or refused"},
         unsigned_integers},
        {{"r7_value_f64", {"R7"}, "F64: extremes, subnormals, 17 digits"}, doubles},
        {{"r7_value_f64_special", {"R7"}, "F64: infinities and NaN exact or refused"}, special_doubles},
        {{"r7_value_f64_negative_zero", {"R7"}, "F64: -0.0 comes back as a zero, or is refused"},
         negative_zero},
        {{"r7_value_decimal_digits", {"R7"}, "DECIMAL of 1 to 38 digits, exact with its scale"}, decimals},
        {{"r7_value_decimal_money", {"R7"}, "DECIMAL(10, 2) keeps 1.50 as 1.50"}, money},
        {{"r7_value_decimal_unlimited", {"R7"}, "DECIMAL without precision keeps the number"},
         unlimited_decimals},
        {{"r7_value_decimal_special", {"R7"}, "DECIMAL: NaN and infinities exact or refused"},
         special_decimals},
        {{"r6_value_text", {"R6", "R7"}, "TEXT: empty, quotes, UTF-8 of four bytes, 1 MiB"}, texts},
        {{"r6_value_text_with_nul", {"R6"}, "TEXT with NUL bytes exact or refused"}, text_with_nul},
        {{"r7_value_blob", {"R7"}, "BLOB: empty, every byte, 1 MiB"}, blobs},
        {{"r7_value_date", {"R7"}, "DATE from 0001-01-01 to 9999-12-31"}, dates},
        {{"r7_value_date_infinite", {"R7"}, "DATE: infinities and far years exact or refused"},
         infinite_dates},
        {{"r7_value_time", {"R7"}, "TIME to the microsecond; 24:00 exact or refused"}, times},
        {{"r7_value_timestamp", {"R7"}, "TIMESTAMP to the microsecond"}, timestamps},
        {{"r7_value_timestamp_infinite", {"R7"}, "TIMESTAMP: infinities and far years exact or refused"},
         infinite_timestamps},
        {{"r7_value_timestamptz", {"R7"}, "TIMESTAMPTZ to the microsecond"}, zoned_timestamps},
        {{"r7_value_timestamptz_infinite", {"R7"}, "TIMESTAMPTZ: infinities and far years exact or refused"},
         infinite_zoned_timestamps},
        {{"r7_value_interval", {"R7"}, "INTERVAL keeps months, days and microseconds apart"}, intervals},
        {{"r7_value_uuid", {"R7"}, "UUID"}, uuids},
        {{"r7_value_json", {"R7"}, "JSON"}, json},
        {{"r7_value_array", {"R7"}, "ARRAY: empty, with NULLs, nested"}, arrays},
        {{"r7_value_null_of_each_type", {"R7"}, "NULL of each type, typed and untyped"}, nulls},
        {{"r1_cells_of_a_batch_are_apart", {"R1"}, "Cells of one batch do not share memory"}, neighbours},
        {{"r1_parameters_of_execute", {"R1"}, "Parameters are read while they are borrowed, and not later"},
         binary_parameters_in_prepared},
    };
}

}  // namespace dbway::conformance
