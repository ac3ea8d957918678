#include "cli/bench/checksum.hpp"

#include "cli/bench/agreement.hpp"

#include <dbway/codec.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace dbway::cli::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

dbway_value integer(std::int64_t value) { return detail::make_int(DBWAY_T_I64, value); }
dbway_value real(double value) {
    dbway_value cell = detail::make_value(DBWAY_T_F64);
    cell.v.f64 = value;
    return cell;
}
dbway_value text(std::string_view value, std::uint8_t type = DBWAY_T_TEXT) {
    return detail::make_bytes(type, value.data(), value.size());
}
const dbway_value null = detail::make_null();

using Table = std::vector<std::vector<dbway_value>>;

Checksum checksum(const std::vector<Likeness>& likeness, const Table& table) {
    Checksum sum(likeness);
    for (const auto& row : table) sum.add_row(row.data(), static_cast<std::uint32_t>(row.size()));
    return sum;
}

const std::vector<std::string> names = {"id", "name"};
const std::vector<Likeness> by_value(2, Likeness::value);

TEST(Checksum, does_not_mind_the_order_of_the_rows) {
    const Checksum one = checksum(by_value, {{integer(1), text("a")}, {integer(2), text("b")}});
    Checksum other = checksum(by_value, {{integer(2), text("b")}});
    other.add(checksum(by_value, {{integer(1), text("a")}}));
    EXPECT_TRUE(one == other);
    EXPECT_EQ(one.digest(), other.digest());
    EXPECT_EQ(other.rows(), 2u);
    EXPECT_THAT(other.difference(one, names), IsEmpty());
}

TEST(Checksum, tells_what_differs) {
    const Checksum base = checksum(by_value, {{integer(1), text("a")}, {integer(2), text("b")}});
    const auto difference = [&](const Table& table) {
        return checksum(by_value, table).difference(base, names);
    };
    EXPECT_EQ(difference({{integer(1), text("a")}}), "1 row instead of 2");
    EXPECT_EQ(difference({{integer(1), text("a")}, {integer(2), text("B")}}),
              "other values in the column \"name\"");
    EXPECT_EQ(difference({{integer(1), text("a")}, {integer(2), null}}),
              "other values in the column \"name\"");
    EXPECT_EQ(difference({{integer(1)}, {integer(2)}}), "1 columns instead of 2");
    // Each column has its values, but they stand beside others.
    EXPECT_THAT(difference({{integer(1), text("b")}, {integer(2), text("a")}}), HasSubstr("another way"));
}

TEST(Checksum, compares_by_the_likeness_of_the_column) {
    const std::vector<Likeness> by_text = {Likeness::text}, by_number = {Likeness::number},
                                by_presence = {Likeness::presence};
    EXPECT_TRUE(checksum(by_text, {{integer(42)}}) == checksum(by_text, {{text("42")}}));
    EXPECT_FALSE(checksum(by_text, {{integer(42)}}) == checksum(by_text, {{text("43")}}));
    EXPECT_TRUE(checksum(by_number, {{text("1.50", DBWAY_T_DECIMAL)}}) == checksum(by_number, {{real(1.5)}}));
    EXPECT_FALSE(checksum(by_number, {{text("1.51", DBWAY_T_DECIMAL)}}) ==
                 checksum(by_number, {{real(1.5)}}));
    EXPECT_TRUE(checksum(by_presence, {{integer(1)}}) == checksum(by_presence, {{text("x")}}));
    EXPECT_FALSE(checksum(by_presence, {{integer(1)}}) == checksum(by_presence, {{null}}));
}

Reading reading(const std::string& side, const std::string& source, const Table& table) {
    Reading made{side, source, {}, {}};
    std::vector<Column> columns(table.front().size());
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].name = "c" + std::to_string(i);
    made.survey.start(columns);
    for (const auto& row : table) made.survey.add_row(row.data());
    return made;
}

TEST(Agree, is_by_value_where_the_types_are_the_same) {
    const Table table = {{integer(1), null}, {integer(2), text("b")}};
    const Agreement agreed = agree({reading("a", "main", table), reading("b", "other", table)});
    EXPECT_THAT(agreed.likeness, ElementsAre(Likeness::value, Likeness::value));
    EXPECT_THAT(agreed.columns, ElementsAre("c0", "c1"));
    EXPECT_THAT(agreed.notes, IsEmpty());
    EXPECT_THAT(agreed.refusals, ElementsAre("", ""));
}

TEST(Agree, finds_what_other_types_have_in_common_and_says_so) {
    const Agreement agreed =
        agree({reading("a", "main", {{integer(1), text("1.50", DBWAY_T_DECIMAL), text("x")}}),
               reading("b", "main", {{text("1"), real(1.5), text("xx", DBWAY_T_BLOB)}})});
    EXPECT_THAT(agreed.likeness, ElementsAre(Likeness::text, Likeness::number, Likeness::presence));
    EXPECT_THAT(agreed.notes,
                ElementsAre(HasSubstr("integer by a, text by b"), HasSubstr("decimal by a, double by b"),
                            HasSubstr("only whether they are NULL")));
    EXPECT_THAT(agreed.refusals, ElementsAre("", ""));
}

TEST(Agree, refuses_other_data) {
    const Agreement agreed = agree({
        reading("a", "main", {{integer(1), text("x")}}),
        reading("same", "main", {{integer(1), text("x")}}),
        reading("value", "main", {{integer(2), text("x")}}),
        reading("null", "main", {{integer(1), null}}),
        reading("rows", "main", {{integer(1), text("x")}, {integer(2), text("x")}}),
        reading("type", "elsewhere", {{text("one"), text("x")}}),
        {"error", "elsewhere", "there is no such table", {}},
    });
    EXPECT_THAT(
        agreed.refusals,
        ElementsAre("", "", HasSubstr("\"c0\""), HasSubstr("\"c1\""), HasSubstr("2 rows instead of the 1"),
                    HasSubstr("\"c0\" (text instead of integer)"), "there is no such table"));
    EXPECT_THAT(agreed.likeness, ElementsAre(Likeness::value, Likeness::value));
}

}  // namespace
}  // namespace dbway::cli::bench
