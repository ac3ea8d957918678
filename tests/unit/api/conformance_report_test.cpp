#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "conformance/observer.hpp"
#include "conformance/suite.hpp"

namespace dbway::conformance {
namespace {

using testing::HasSubstr;
using testing::Not;

Report sample_report() {
    Report report{.provider_id = "sample", .provider_version = "1.2", .results = {}};
    report.results.push_back({{"r1_a", {"R1"}, "First"}, Status::passed, "", std::chrono::milliseconds(5)});
    report.results.push_back(
        {{"r2_b", {"R2", "R8"}, "Second"}, Status::failed, "expected \"1\"\n\tgot \\2", {}});
    report.results.push_back({{"r3_c", {"R3"}, "Third"}, Status::skipped, "no reason", {}});
    return report;
}

TEST(ConformanceReport, TextListsWhatDidNotPass) {
    const auto text = report_text(sample_report());
    EXPECT_THAT(text, HasSubstr("sample 1.2: 1 passed, 1 failed, 1 skipped"));
    EXPECT_THAT(text, HasSubstr("failed  r2_b [R2 R8] Second"));
    EXPECT_THAT(text, HasSubstr("no reason"));
    EXPECT_THAT(text, Not(HasSubstr("r1_a")));
    EXPECT_THAT(report_text(sample_report(), true), HasSubstr("passed  r1_a [R1] First"));
}

TEST(ConformanceReport, JsonEscapesAndCounts) {
    const auto json = report_json(sample_report());
    EXPECT_THAT(json, HasSubstr(R"("ok": false, "hung": false, "passed": 1, "failed": 1, "skipped": 1)"));
    EXPECT_THAT(json, HasSubstr(R"("expected \"1\"\u000a\u0009got \\2")"));
    EXPECT_THAT(json, HasSubstr(R"("rules": ["R2", "R8"])"));
    EXPECT_THAT(json, HasSubstr(R"("seconds": 0.005000)"));
}

TEST(ConformanceReport, ARunThatHungIsNotOk) {
    Report report;
    EXPECT_TRUE(report.ok());
    report.hung = true;
    EXPECT_FALSE(report.ok());
}

TEST(ConformanceChecks, HaveUniqueIdsThatBeginWithTheirRule) {
    std::set<std::string> ids;
    for (const auto& check : checks()) {
        EXPECT_TRUE(ids.insert(check.id).second) << check.id;
        ASSERT_FALSE(check.rules.empty()) << check.id;
        EXPECT_FALSE(check.title.empty()) << check.id;
        // "r4_…" is of provider.h, "o4_…" of ext/orm.h.
        const auto rule = (check.id[0] == 'o' ? "O" : "R") + check.id.substr(1, check.id.find('_') - 1);
        EXPECT_THAT(check.rules, testing::Contains(rule)) << check.id;
    }
}

TEST(ConformanceObserver, KnowsUtf8) {
    for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x98", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                            "\xf4\x90\x80\x80", "a\xff"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(ConformanceObserver, KnowsDecimals) {
    for (const char* good : {"0", "-1", "1.50", "0.00", "NaN", "Infinity", "-Infinity",
                             "99999999999999999999999999999999999999"})
        EXPECT_TRUE(is_decimal(good)) << good;
    for (const char* bad : {"", "-", "1.", ".5", "1e5", "+1", "-NaN", "1,5", " 1", "0x1"})
        EXPECT_FALSE(is_decimal(bad)) << bad;
}

TEST(ConformanceObserver, FindsMalformedValues) {
    const auto verdict = [](const dbway_value& value, const char* invariant) {
        Observer observer;
        inspect_value(value, observer);
        return observer.verdict(invariant);
    };
    dbway_value value{};
    value.type = DBWAY_T_BOOL;
    value.v.i64 = 2;
    EXPECT_THAT(verdict(value, invariant::values), HasSubstr("expected 0 or 1"));
    value = {};
    value.type = DBWAY_T_UUID;
    value.len = 15;
    EXPECT_THAT(verdict(value, invariant::values), HasSubstr("expected 16"));
    value = {};
    value.type = DBWAY_T_TEXT;
    value.len = 3;
    EXPECT_THAT(verdict(value, invariant::values), HasSubstr("null pointer"));
    value = {};
    value.type = DBWAY_T_I64;
    value.flags = 1;
    EXPECT_THAT(verdict(value, invariant::values), HasSubstr("flags 1"));
    value = {};
    value.type = 200;
    EXPECT_THAT(verdict(value, invariant::nothing_newer), HasSubstr("type 200"));
    value = {};
    value.type = DBWAY_T_DECIMAL;
    value.v.text = "1e5";
    value.len = 3;
    EXPECT_THAT(verdict(value, invariant::values), HasSubstr("'1e5'"));
    dbway_value item = value;
    value = {};
    value.type = DBWAY_T_ARRAY;
    value.len = 1;
    value.v.items = &item;
    EXPECT_THAT(verdict(value, invariant::values), HasSubstr("'1e5'"));
}

TEST(ConformanceOwnedValue, CopiesDeeplyAndGivesBackTheSameCells) {
    const OwnedRow row{OwnedValue::array({OwnedValue::array({OwnedValue::text("inner"), OwnedValue::null()}),
                                          OwnedValue::array({})}),
                       OwnedValue::interval_of(1, 2, 3), OwnedValue::f64(-0.0), OwnedValue::u64(UINT64_MAX),
                       OwnedValue::blob(std::string("\0\1", 2))};
    OwnedRow copies;
    {
        const CellBuffer cells(row);
        ASSERT_EQ(cells.size(), row.size());
        for (std::size_t i = 0; i < cells.size(); ++i) copies.push_back(OwnedValue::copy(cells.data()[i]));
    }
    EXPECT_EQ(copies, row);
    EXPECT_FALSE(OwnedValue::f64(-0.0) == OwnedValue::f64(0.0));
    EXPECT_FALSE(OwnedValue::text("a") == OwnedValue::blob("a"));
    EXPECT_EQ(describe(row[0]), "ARRAY [ARRAY [TEXT 'inner', NULL], ARRAY []]");
}

}  // namespace
}  // namespace dbway::conformance
