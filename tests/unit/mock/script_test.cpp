// The format of a script, its values and its errors.
#include "script.hpp"

#include "mock_client.hpp"
#include "value.hpp"

namespace dbway::mock::test {
namespace {

Expectation only(const std::string& toml) {
    Script script = read_script(toml, "t.toml");
    EXPECT_EQ(script.expectations.size(), 1U);
    return std::move(script.expectations.at(0));
}

std::string fault(const std::string& toml) {
    try {
        read_script(toml, "t.toml");
    } catch (const sdk::Failure& failure) {
        EXPECT_EQ(failure.diagnostic().status, DBWAY_ERR_INVALID);
        return failure.what();
    }
    return {};
}

TEST(Script, SettingsAreOptional) {
    const Script none = read_script("", "t.toml");
    EXPECT_FALSE(none.settings.lenient || none.settings.any_order || none.settings.expect_transactions ||
                 none.settings.failing_transactions);
    const Script all = read_script(
        "mode = 'lenient'\norder = 'any'\ntransactions = 'expected'\nfailing_transactions = true", "t.toml");
    EXPECT_EQ(all.settings.lenient, true);
    EXPECT_EQ(all.settings.any_order, true);
    EXPECT_EQ(all.settings.expect_transactions, true);
    EXPECT_EQ(all.settings.failing_transactions, true);
}

TEST(Script, ValuesOfToml) {
    const Expectation expectation = only(R"t(
[[expect]]
statement = "s"
parameters = [1, 1.5, true, "x", 2024-02-29, 12:30:15, 2024-02-29T12:30:15.123456, 2024-02-29T12:30:15+01:00, [1, {}], {}]
)t");
    std::vector<std::string> shown;
    for (const ParameterMatcher& matcher : expectation.parameters) shown.push_back(describe(matcher));
    EXPECT_THAT(shown, ElementsAre("i64 1", "f64 1.5", "bool true", "text 'x'", "date 2024-02-29",
                                   "time 12:30:15", "timestamp 2024-02-29 12:30:15.123456",
                                   "timestamptz 2024-02-29 11:30:15+00", "array [1,null]", "null"));
}

TEST(Script, OtherParameters) {
    const Expectation expectation = only(R"t(
[[expect]]
pattern = "^s"
parameters = [{ any = true }, { not_null = true }, { type = "uuid" }, { like = "^a+$" }, { type = "decimal", value = "1.50" }]
)t");
    std::vector<std::string> shown;
    for (const ParameterMatcher& matcher : expectation.parameters) shown.push_back(describe(matcher));
    EXPECT_THAT(shown, ElementsAre("anything", "anything but null", "any uuid", "a value like /^a+$/",
                                   "decimal 1.50"));
    EXPECT_FALSE(expectation.any_parameters);
    EXPECT_TRUE(only("[[expect]]\nstatement = 's'").any_parameters);
}

TEST(Script, CellsTakeTheirColumnsType) {
    const Expectation expectation = only(R"t(
[[expect]]
statement = "s"
columns = ["a u64", "b f64", "c decimal(10,2)", "d uuid[]", { name = "e f", type = "date", not_null = true }, "g"]
rows = [[1, 2, "3.50", ["00112233-4455-6677-8899-aabbccddeeff"], "2024-01-01", 7], [{}, {}, {}, {}, {}, "x"]]
)t");
    const Answer& answer = *expectation.answer;
    EXPECT_EQ(answer.rows, 2U);
    EXPECT_EQ(answer.columns[2].precision, 10);
    EXPECT_EQ(answer.columns[2].scale, 2);
    EXPECT_EQ(answer.columns[3].item_type, std::uint32_t{DBWAY_T_UUID});
    EXPECT_EQ(answer.columns[4].name, "e f");
    EXPECT_EQ(answer.columns[4].flags, DBWAY_COL_NOT_NULL);
    std::vector<std::string> shown;
    for (const dbway_value& cell : answer.cells) shown.push_back(describe_value(cell));
    EXPECT_THAT(shown, ElementsAre("u64 1", "f64 2", "decimal 3.50",
                                   "array [\"00112233-4455-6677-8899-aabbccddeeff\"]", "date 2024-01-01",
                                   "i64 7", "null", "null", "null", "null", "null", "text 'x'"));
}

TEST(Script, AnErrorTakesItsCategoryFromTheSqlstate) {
    const auto error = [](const std::string& toml) {
        return *only("[[expect]]\nstatement = 's'\nerror = " + toml).answer->error;
    };
    const sdk::Diagnostic unique = error(
        "{ sqlstate = '23505', message = 'm', constraint = 'k', table = 't', column = 'c', detail = 'd', "
        "hint = 'h' }");
    EXPECT_EQ(unique.status, DBWAY_ERR_CONSTRAINT);
    EXPECT_EQ(unique.constraint_name, "k");
    EXPECT_EQ(unique.table_name, "t");
    EXPECT_EQ(unique.detail, "d");
    EXPECT_EQ(error("{ sqlstate = '40001' }").flags, DBWAY_DIAG_RETRY_TX);
    EXPECT_EQ(error("{ sqlstate = '40001', retry_transaction = false }").flags, 0U);
    EXPECT_EQ(error("{ category = 'resource', retry = true }").flags, DBWAY_DIAG_RETRY);
    EXPECT_EQ(error("{ category = 'resource' }").status, DBWAY_ERR_RESOURCE);
}

TEST(Script, Times) {
    const auto times = [](const std::string& toml) {
        const Expectation expectation = only("[[expect]]\nstatement = 's'\n" + toml);
        return std::pair(expectation.times_min, expectation.times_max);
    };
    EXPECT_EQ(times(""), std::pair(1U, 1U));
    EXPECT_EQ(times("times = 3"), std::pair(3U, 3U));
    EXPECT_EQ(times("times = [0, 2]"), std::pair(0U, 2U));
    EXPECT_EQ(times("times = 'any'"), std::pair(0U, DBWAY_MOCK_UNLIMITED));
    EXPECT_EQ(times("times = 'some'"), std::pair(1U, DBWAY_MOCK_UNLIMITED));
}

TEST(Script, FaultsNameTheirPlace) {
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\ncolums = []"),
                HasSubstr("t.toml:3:10: an [[expect]] has no key \"colums\"; did you mean \"columns\"?"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 1"),
                HasSubstr("t.toml:2:13: \"statement\" is the integer 1, expected a string"));
    EXPECT_THAT(fault("x = ["), HasSubstr("t.toml:1:"));
    EXPECT_THAT(fault("mode = 'loose'"), HasSubstr("expected \"lenient\" or \"strict\""));
    EXPECT_THAT(fault("[[expect]]\naffected = 1"), HasSubstr("one of \"statement\", \"pattern\" and \"on\""));
    EXPECT_THAT(fault("[[expect]]\non = 'commmit'"), HasSubstr("begin, commit, rollback"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nparameters = [{ like = '(' }]"),
                HasSubstr("t.toml:1:1: the pattern '(' is no regular expression"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nerror = { message = 'm' }"), HasSubstr("\"sqlstate\""));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nerror = { sqlstate = '235' }"),
                HasSubstr("five characters"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nerror = { category = 'x' }"),
                HasSubstr("syntax, permission"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\ndelay = 5"), HasSubstr("\"200ms\""));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\ntimes = 'often'"), HasSubstr("[least, most]"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nlost = 'now'"), HasSubstr("\"before\" or \"after\""));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nnotify = [{ payload = 'p' }]"), HasSubstr("\"channel\""));
}

TEST(Script, FaultsOfRows) {
    const std::string columns = "[[expect]]\nstatement = 's'\ncolumns = ['a i64', 'b date']\n";
    EXPECT_THAT(fault(columns + "rows = [[1]]"), HasSubstr("t.toml:4:9: a row of 1 cells for 2 columns"));
    EXPECT_THAT(fault(columns + "rows = [[1, 'soon']]"), HasSubstr("'soon' is no value of the type date"));
    EXPECT_THAT(fault(columns + "rows = [[true, {}]]"), HasSubstr("true is no value of the type i64"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\nrows = [[1]]"), HasSubstr("\"rows\" need \"columns\""));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\ncolumns = ['a int']"), HasSubstr("'int' is no type"));
    EXPECT_THAT(fault("[[expect]]\nstatement = 's'\ncolumns = ['a decimal(x)']"), HasSubstr("is no type"));
}

TEST(Script, AFileThatIsNotThere) { EXPECT_THROW(read_script_file("/no/such/file.toml"), sdk::Failure); }

}  // namespace
}  // namespace dbway::mock::test
