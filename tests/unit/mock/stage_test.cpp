// Which expectation a request meets, and what is said when it meets none.
#include "stage.hpp"

#include "mock_client.hpp"
#include "script.hpp"

namespace dbway::mock::test {
namespace {

class StageTest : public testing::Test {
  protected:
    StageTest() { stage_.join(seat_); }
    ~StageTest() override { stage_.leave(seat_); }

    void script(const std::string& toml) { stage_.add(read_script(toml, "t.toml")); }

    // The tag of the answer; "" when none is needed; the message of the failure and its detail.
    std::string ask(const std::string& sql, const std::vector<std::int64_t>& parameters = {}) {
        return ask(DBWAY_MOCK_STATEMENT, sql, parameters, seat_);
    }
    std::string ask(std::uint32_t kind, const std::string& text = {}) { return ask(kind, text, {}, seat_); }
    std::string ask(std::uint32_t kind, const std::string& text, const std::vector<std::int64_t>& parameters,
                    Stage::Seat& seat) {
        std::vector<dbway_value> values(parameters.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i].type = DBWAY_T_I64;
            values[i].v.i64 = parameters[i];
        }
        Arrival arrival;
        arrival.kind = kind;
        arrival.text = text;
        arrival.parameters = values;
        try {
            const auto answer = stage_.take(arrival, seat);
            return answer == nullptr ? "" : answer->tag;
        } catch (const sdk::Failure& failure) {
            EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INVALID);
            EXPECT_NE(failure.diagnostic().flags & DBWAY_DIAG_NOT_EXECUTED, 0U);
            return std::string(failure.what()) + "\n" + failure.diagnostic().detail;
        }
    }

    Stage stage_{sdk::Dialect::generic};
    Stage::Seat seat_;
};

constexpr const char* abc = R"t(
[[expect]]
statement = "a"
tag = "A"
[[expect]]
statement = "b"
tag = "B"
[[expect]]
statement = "c"
tag = "C"
)t";

TEST_F(StageTest, InTheOrderInWhichTheyAreWritten) {
    script(abc);
    EXPECT_EQ(ask("a"), "A");
    EXPECT_EQ(ask("b"), "B");
    EXPECT_EQ(ask("c"), "C");
    EXPECT_THAT(stage_.unmet(), IsEmpty());
    EXPECT_THAT(stage_.unexpected(), IsEmpty());
}

TEST_F(StageTest, OutOfOrderTellsWhatComesFirst) {
    script(abc);
    EXPECT_EQ(ask("b"),
              "the mock did not expect this: b\n"
              "expectation 2 (t.toml:5) fits, but expectation 1 (t.toml:2) has to come first: a");
    EXPECT_EQ(ask("a"), "A");
    EXPECT_EQ(ask("b"), "B");
    EXPECT_EQ(ask("b"),
              "the mock did not expect this: b\nexpectation 2 (t.toml:5) fits, but it was met once already");
    EXPECT_THAT(stage_.unexpected(), testing::SizeIs(2));
}

TEST_F(StageTest, AnyOrder) {
    script(std::string("order = 'any'\n") + abc);
    EXPECT_EQ(ask("c"), "C");
    EXPECT_EQ(ask("a"), "A");
    EXPECT_THAT(stage_.unmet(), ElementsAre("expectation 2 (t.toml:6) was not met: b"));
}

TEST_F(StageTest, OneInAnyOrderAmongOthers) {
    script(std::string("[[expect]]\nstatement = 'x'\norder = 'any'\ntimes = 2\ntag = 'X'\n") + abc);
    EXPECT_EQ(ask("a"), "A");
    EXPECT_EQ(ask("x"), "X");
    EXPECT_EQ(ask("b"), "B");
    EXPECT_THAT(stage_.unmet(),
                ElementsAre("expectation 1 (t.toml:1) was not met often enough (1 of 2 times): x",
                            "expectation 4 (t.toml:13) was not met: c"));
}

TEST_F(StageTest, WhatMayBeLeftOut) {
    script(R"t(
[[expect]]
statement = "a"
times = "any"
tag = "A"
[[expect]]
statement = "b"
tag = "B"
)t");
    EXPECT_EQ(ask("a"), "A");
    EXPECT_EQ(ask("a"), "A");
    EXPECT_EQ(ask("b"), "B");
    EXPECT_THAT(ask("a"), HasSubstr("expectation 1 (t.toml:2) fits, but a later one has been met already"));
    EXPECT_THAT(stage_.unmet(), IsEmpty());
}

TEST_F(StageTest, WhatWasMetIsSaidToBeMetWhateverCameAfterIt) {
    script("[[expect]]\nstatement = 'a'\n[[expect]]\nstatement = 'b'");
    ask("a");
    ask("b");
    EXPECT_THAT(ask("a"), HasSubstr("expectation 1 (t.toml:1) fits, but it was met once already"));
}

TEST_F(StageTest, TheSameStatementAnsweredDifferently) {
    script("[[expect]]\nstatement = 'a'\ntag = '1'\n[[expect]]\nstatement = 'a'\ntag = '2'");
    EXPECT_EQ(ask("a"), "1");
    EXPECT_EQ(ask("a"), "2");
}

TEST_F(StageTest, ByPatternAndParameters) {
    script(R"t(
order = "any"
[[expect]]
pattern = "^insert into t\\b.* values"
parameters = [1, { any = true }]
tag = "first"
[[expect]]
pattern = "^insert"
tag = "rest"
)t");
    EXPECT_EQ(ask("insert\n  into t (a)\n  values ($1, $2)", {2, 5}), "rest");
    EXPECT_EQ(ask("insert into t values ($1, $2)", {1, 5}), "first");
}

TEST_F(StageTest, ADifferenceInTheTextIsPointedAt) {
    script("[[expect]]\nstatement = 'select name from users where id = $1'\nparameters = [7]");
    EXPECT_EQ(ask("select  name\nfrom user where id = $1", {8}),
              "the mock did not expect this: select name from user where id = $1 with (i64 8)\n"
              "nearest is expectation 1 (t.toml:1)\n"
              "  expected: select name from users where id = $1\n"
              "  got:      select name from user where id = $1\n"
              "                                 ^\n"
              "  $1: expected i64 7, got i64 8");
}

TEST_F(StageTest, ADifferenceInTheParametersOnly) {
    script("[[expect]]\nstatement = 'a'\nparameters = [7, 'x']");
    EXPECT_EQ(ask("a", {7}),
              "the mock did not expect this: a with (i64 7)\n"
              "nearest is expectation 1 (t.toml:1)\n"
              "  expected 2 parameters, got 1");
    EXPECT_THAT(ask("a", {7, 8}), HasSubstr("  $2: expected text 'x', got i64 8"));
}

TEST_F(StageTest, LongTextsAreShownAroundTheDifference) {
    const std::string head = "select " + std::string(300, 'a') + " ";
    script("[[expect]]\nstatement = '" + head + "from t'");
    const std::string said = ask(head + "from u");
    EXPECT_THAT(said, HasSubstr("  expected: …"));
    EXPECT_THAT(said, HasSubstr("from t\n"));
    const std::size_t mark = said.rfind('\n');
    const std::size_t got = said.rfind('\n', mark - 1);
    // The mark stands under the 'u'; the ellipsis has three bytes.
    EXPECT_EQ(said[got + (said.size() - 1 - mark) + 2], 'u') << said;
}

TEST_F(StageTest, TheNearestOfSeveralIsNamed) {
    script(
        "order = 'any'\n[[expect]]\nstatement = 'delete from orders'\n"
        "[[expect]]\nstatement = 'delete from users'\n[[expect]]\non = 'copy_in'");
    EXPECT_THAT(ask("delete from user"), HasSubstr("nearest is expectation 2 (t.toml:4)"));
}

TEST_F(StageTest, NothingIsExpected) {
    EXPECT_EQ(ask("a"), "the mock did not expect this: a\nit expects nothing");
    script("[[expect]]\nstatement = 'b'");
    EXPECT_EQ(ask("b"), "");
    EXPECT_EQ(ask("a"), "the mock did not expect this: a\nall its expectations are met");
}

TEST_F(StageTest, LenientAnswersWithNothing) {
    script("mode = 'lenient'\n[[expect]]\nstatement = 'a'\ntag = 'A'");
    EXPECT_EQ(ask("z"), "");
    EXPECT_EQ(ask("a"), "A");
    EXPECT_THAT(stage_.unexpected(), IsEmpty());
}

TEST_F(StageTest, TransactionsAreFreeUnlessTheyAreExpected) {
    EXPECT_EQ(ask(DBWAY_R_BEGIN), "");
    script("transactions = 'expected'\n[[expect]]\non = 'begin'\nname = 'serializable'\ntag = 'T'");
    EXPECT_THAT(ask(DBWAY_R_BEGIN, "read only"), HasSubstr("the mock did not expect this: BEGIN read only"));
    EXPECT_EQ(ask(DBWAY_R_BEGIN, "serializable"), "T");
    EXPECT_THAT(ask(DBWAY_R_COMMIT), HasSubstr("did not expect this: COMMIT"));
    EXPECT_EQ(ask(DBWAY_R_LISTEN, "jobs"), "");
}

TEST_F(StageTest, OfOtherKindsByName) {
    script(
        "order = 'any'\n[[expect]]\non = 'copy_in'\nname = 'events'\ntag = 'E'\n[[expect]]\non = "
        "'copy_in'\ntag = 'O'");
    EXPECT_EQ(ask(DBWAY_R_COPY_IN, "other"), "O");
    EXPECT_EQ(ask(DBWAY_R_COPY_IN, "events"), "E");
}

TEST_F(StageTest, ATrackBelongsToOneConnection) {
    script(R"t(
[[expect]]
track = 1
statement = "a"
tag = "1a"
[[expect]]
track = 2
statement = "a"
tag = "2a"
[[expect]]
track = 1
statement = "b"
tag = "1b"
[[expect]]
track = 2
statement = "b"
tag = "2b"
)t");
    Stage::Seat other;
    stage_.join(other);
    EXPECT_EQ(ask(DBWAY_MOCK_STATEMENT, "a", {}, other), "1a");
    EXPECT_EQ(ask("a"), "2a");
    EXPECT_THAT(ask("a"), HasSubstr("fits, but it was met once already"));
    EXPECT_EQ(ask("b"), "2b");
    EXPECT_EQ(ask(DBWAY_MOCK_STATEMENT, "b", {}, other), "1b");
    stage_.leave(other);
}

TEST_F(StageTest, AConnectionTakesOverWhatAClosedOneLeft) {
    script("[[expect]]\ntrack = 1\nstatement = 'a'\n[[expect]]\ntrack = 1\nstatement = 'b'\ntag = 'B'");
    {
        Stage::Seat other;
        stage_.join(other);
        EXPECT_EQ(ask(DBWAY_MOCK_STATEMENT, "a", {}, other), "");
        EXPECT_THAT(ask("b"), HasSubstr("belongs to another connection"));
        stage_.leave(other);
    }
    EXPECT_EQ(ask("b"), "B");
}

TEST_F(StageTest, ResetForgetsAll) {
    script(std::string("mode = 'lenient'\n") + abc);
    stage_.reset();
    EXPECT_THAT(stage_.unmet(), IsEmpty());
    EXPECT_THAT(ask("a"), HasSubstr("it expects nothing"));
}

TEST_F(StageTest, FindingsDoNotGrowForEver) {
    for (int i = 0; i < 150; ++i) ask("unexpected");
    const auto findings = stage_.unexpected();
    EXPECT_EQ(findings.size(), 101U);
    EXPECT_EQ(findings.back(), "… and 50 more that were not expected");
}

TEST_F(StageTest, ImpossibleExpectationsAreRefused) {
    const auto fault = [&](const std::string& toml) {
        try {
            script(toml);
        } catch (const sdk::Failure& failure) {
            return std::string(failure.what());
        }
        return std::string();
    };
    EXPECT_EQ(fault("[[expect]]\nstatement = ' -- nothing'"), "t.toml:1: the expected statement is empty");
    EXPECT_THAT(fault("[[expect]]\nstatement = 'a'\ntimes = [2, 1]"), HasSubstr("cannot be met"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 'a'\ntimes = 0"), HasSubstr("cannot be met"));
    EXPECT_THAT(fault("[[expect]]\npattern = '('"),
                HasSubstr("t.toml:1: the pattern '(' is no regular expression"));
    EXPECT_THAT(fault("[[expect]]\non = 'commit'\ncolumns = ['a']"), HasSubstr("COMMIT yields no rows"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 'a'\nlost = 'after'\nerror = { sqlstate = '40001' }"),
                HasSubstr("not both"));
    // All or nothing: the good one before a bad one is not kept.
    EXPECT_NE(fault("[[expect]]\nstatement = 'a'\n[[expect]]\nstatement = ''"), "");
    EXPECT_THAT(stage_.unmet(), IsEmpty());
}

}  // namespace
}  // namespace dbway::mock::test
