// OptionReader: typed values, ranges, and messages that name the key, what was found and what was expected.
#include <dbway/sdk/option_reader.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace dbway::sdk {
namespace {

using namespace std::chrono_literals;

// Options that own nothing but their array.
struct Given {
    std::vector<dbway_option> list;
    Options options;

    Given(std::initializer_list<std::pair<const char*, std::string_view>> pairs)
        : list(make(pairs)), options(list.data(), list.size()) {}

    static std::vector<dbway_option> make(
        std::initializer_list<std::pair<const char*, std::string_view>> pairs) {
        std::vector<dbway_option> made;
        for (const auto& [key, value] : pairs) made.push_back({key, {value.data(), value.size()}});
        return made;
    }
};

// The message of the Failure that `read` throws; "" if it throws none.
std::string message_of(const Given& given, const std::function<void(OptionReader&)>& read) {
    OptionReader reader(given.options);
    try {
        read(reader);
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INVALID);
        return failure.what();
    }
    return "";
}

TEST(SdkOption, ReadsEveryType) {
    const Given given{{"text", "abc"},   {"count", "-5"}, {"ratio", "2.5"}, {"flag", "on"},
                      {"wait", "1m30s"}, {"mode", "wal"}, {"empty", ""}};
    OptionReader reader(given.options);
    EXPECT_EQ(reader.string("text"), "abc");
    EXPECT_EQ(reader.required_string("empty"), "");
    EXPECT_EQ(reader.integer("count", 0, -10, 10), -5);
    EXPECT_EQ(reader.number("ratio", 0), 2.5);
    EXPECT_TRUE(reader.boolean("flag", false));
    EXPECT_EQ(reader.duration("wait", 0s), 90s);
    EXPECT_EQ(reader.choice("mode", {"delete", "wal"}, "delete"), "wal");
    EXPECT_NO_THROW(reader.finish());
}

TEST(SdkOption, DefaultsStandInForWhatIsAbsent) {
    const Given given{};
    OptionReader reader(given.options);
    EXPECT_EQ(reader.string("a"), std::nullopt);
    EXPECT_EQ(reader.string("a", "b"), "b");
    EXPECT_EQ(reader.integer("a", 3), 3);
    EXPECT_EQ(reader.number("a", 0.5), 0.5);
    EXPECT_FALSE(reader.boolean("a", false));
    EXPECT_EQ(reader.duration("a", 5s), 5s);
    EXPECT_EQ(reader.choice("a", {"x"}, "y"), "y");
}

TEST(SdkOption, Durations) {
    const std::pair<std::string_view, std::chrono::nanoseconds> good[] = {
        {"0", 0s},      {"5s", 5s},   {"200ms", 200ms}, {"1.5s", 1500ms},
        {"10us", 10us}, {"7ns", 7ns}, {"2h", 2h},       {"1d", 24h}};
    for (const auto& [text, expected] : good) EXPECT_EQ(detail::parse_duration(text), expected) << text;
    for (const char* text : {"", "5", "s", "5 s", "-5s", "5x", "5s5", "1..5s", "99999999999d", "1e3s"})
        EXPECT_EQ(detail::parse_duration(text), std::nullopt) << text;
}

TEST(SdkOption, FaultsNameKeyValueAndExpectation) {
    const Given given{
        {"count", "many"}, {"mode", "wall"}, {"flag", "maybe"}, {"wait", "soon"}, {"big", "11"}};
    EXPECT_EQ(message_of(given, [](OptionReader& r) { r.integer("count", 0); }),
              "option 'count' is 'many', expected an integer");
    EXPECT_EQ(message_of(given, [](OptionReader& r) { r.integer("big", 0, 1, 10); }),
              "option 'big' is '11', expected an integer from 1 to 10");
    EXPECT_EQ(message_of(given,
                         [](OptionReader& r) {
                             r.choice("mode", {"delete", "wal"}, "wal");
                         }),
              "option 'mode' is 'wall', expected one of delete, wal; did you mean 'wal'?");
    EXPECT_EQ(message_of(given, [](OptionReader& r) { r.boolean("flag", false); }),
              "option 'flag' is 'maybe', expected true or false");
    EXPECT_EQ(message_of(given, [](OptionReader& r) { r.duration("wait", 0s); }),
              "option 'wait' is 'soon', expected a duration such as 5s, 200ms or 1m");
    EXPECT_EQ(message_of(given, [](OptionReader& r) { r.number("count", 0); }),
              "option 'count' is 'many', expected a number");
    EXPECT_EQ(message_of(given, [](OptionReader& r) { r.required_string("database"); }),
              "option 'database' is required but missing");
    const Given late{{"wait", "2h"}};
    EXPECT_EQ(message_of(late, [](OptionReader& r) { r.duration("wait", 0s, 0s, 3600s); }),
              "option 'wait' is '2h', expected a duration from 0s to 3600s");
}

TEST(SdkOption, NumbersMustBeWhole) {
    for (const char* text : {"", "1x", "0x10", " 1", "9223372036854775808", "nan", "inf"}) {
        const Given given{{"a", text}};
        EXPECT_NE(message_of(given, [](OptionReader& r) { r.integer("a", 0); }), "") << text;
        if (std::string_view(text) != "9223372036854775808") {
            EXPECT_NE(message_of(given, [](OptionReader& r) { r.number("a", 0); }), "") << text;
        }
    }
}

TEST(SdkOption, UnknownAndRepeatedKeysAreRefused) {
    const Given given{{"busy_timeuot", "1s"}};
    EXPECT_EQ(message_of(given,
                         [](OptionReader& r) {
                             r.string("database");
                             r.duration("busy_timeout", 0s);
                             r.finish();
                         }),
              "unknown option 'busy_timeuot'; did you mean 'busy_timeout'?");
    const Given twice{{"a", "1"}, {"a", "2"}};
    EXPECT_EQ(message_of(twice, [](OptionReader& r) { r.string("a"); }), "option 'a' is given twice");
}

TEST(SdkOption, FindTakesTheLastOne) {
    const Given given{{"a", "1"}, {"b", ""}, {"a", "2"}};
    EXPECT_EQ(given.options.find("a"), "2");
    EXPECT_EQ(given.options.find("b"), "");
    EXPECT_EQ(given.options.find("c"), std::nullopt);
}

}  // namespace
}  // namespace dbway::sdk
