// The extension dbway.mock/1: ownership, growth, and what it refuses.
#include <cstring>

#include "mock_client.hpp"

namespace dbway::mock::test {
namespace {

dbway_str str(std::string_view given) { return {given.data(), given.size()}; }

dbway_mock_expectation expecting(std::string_view sql) {
    dbway_mock_expectation expectation{};
    expectation.struct_size = sizeof expectation;
    expectation.flags = DBWAY_MOCK_ANY_PARAMETERS;
    expectation.text = str(sql);
    return expectation;
}

class Extension : public testing::Test {
  protected:
    dbway_status expect(const dbway_mock_expectation& expectation) {
        fault_.clear();
        const dbway_diag_sink sink{&fault_, [](void* into, const dbway_diag* diag) noexcept {
                                       static_cast<std::string*>(into)->assign(diag->message.ptr,
                                                                               diag->message.len);
                                   }};
        const dbway_status status = client_.table().expect(client_.mock(), &expectation, &sink);
        EXPECT_EQ(status == DBWAY_OK, fault_.empty());
        return status;
    }

    Client client_;
    std::string fault_;
};

TEST_F(Extension, WhatIsGivenIsCopied) {
    std::string sql = "select name from users where id = $1";
    std::string name = "name";
    std::string cell = "Ann";
    dbway_column column{};
    column.struct_size = sizeof column;
    column.type = DBWAY_T_TEXT;
    column.name = str(name);
    const dbway_column* const columns[] = {&column};
    dbway_value value{};
    value.type = DBWAY_T_TEXT;
    value.v.text = cell.data();
    value.len = 3;
    dbway_mock_answer answer{};
    answer.struct_size = sizeof answer;
    answer.n_columns = 1;
    answer.n_rows = 1;
    answer.columns = columns;
    answer.cells = &value;
    answer.affected = -1;
    dbway_mock_parameter parameter{};
    parameter.value.type = DBWAY_T_I64;
    parameter.value.v.i64 = 7;
    dbway_mock_expectation expectation = expecting(sql);
    expectation.flags = 0;
    expectation.parameters = &parameter;
    expectation.n_parameters = 1;
    expectation.answer = &answer;
    ASSERT_EQ(expect(expectation), DBWAY_OK);
    sql.assign(sql.size(), 'x');
    name = "xxxx";
    cell = "Bob";
    value = {};
    parameter = {};
    const Outcome outcome = client_.connect()->query("select name from users where id = $1", {i64(7)});
    ASSERT_TRUE(outcome.done()) << outcome.describe();
    EXPECT_EQ(outcome.rows(), std::vector<OwnedRow>{{text("Ann")}});
    EXPECT_EQ(outcome.columns.at(0).name, "name");
    EXPECT_THAT(client_.unmet(), IsEmpty());
}

TEST_F(Extension, R4ShorterStructsHaveZeroes) {
    dbway_mock_expectation expectation = expecting("a");
    expectation.struct_size = offsetof(dbway_mock_expectation, parameters);
    expectation.n_parameters = 0;
    std::memset(static_cast<void*>(&expectation.parameters), 0xFF, sizeof expectation.parameters);
    EXPECT_EQ(expect(expectation), DBWAY_OK);
    EXPECT_THAT(client_.unmet(), ElementsAre("expectation 1 was not met: a"));
}

TEST_F(Extension, R4ALongerStructMustEndInZeroes) {
    struct Newer {
        dbway_mock_expectation known;
        std::uint64_t added;
    } newer{expecting("a"), 0};
    newer.known.struct_size = sizeof newer;
    EXPECT_EQ(expect(newer.known), DBWAY_OK);
    newer.added = 1;
    EXPECT_EQ(expect(newer.known), DBWAY_ERR_TOO_NEW);
    EXPECT_THAT(fault_, HasSubstr("does not know"));
}

TEST_F(Extension, R4UnknownFlagsAndMatchesAreTooNew) {
    dbway_mock_expectation expectation = expecting("a");
    expectation.flags = 1U << 9;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_TOO_NEW);
    expectation = expecting("a");
    expectation.match = 9;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_TOO_NEW);
    dbway_mock_answer answer{};
    answer.struct_size = sizeof answer;
    answer.lost = 9;
    expectation = expecting("a");
    expectation.answer = &answer;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_TOO_NEW);
    answer.lost = 0;
    answer.flags = 1U << 9;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_TOO_NEW);
}

TEST_F(Extension, NonsenseIsInvalid) {
    EXPECT_EQ(expect(expecting("")), DBWAY_ERR_INVALID);
    dbway_mock_expectation expectation = expecting("a");
    expectation.kind = 99;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_INVALID);
    expectation = expecting("a");
    expectation.n_parameters = 1;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_INVALID);
    expectation = expecting("(");
    expectation.match = DBWAY_MOCK_PATTERN;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_INVALID);
    expectation = expecting("a");
    expectation.times_min = 2;
    expectation.times_max = 1;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_INVALID);
    dbway_mock_answer answer{};
    answer.struct_size = sizeof answer;
    answer.n_columns = 1;
    expectation = expecting("a");
    expectation.answer = &answer;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_INVALID);
    dbway_diag error{};
    error.struct_size = sizeof error;
    answer.n_columns = 0;
    answer.error = &error;
    EXPECT_EQ(expect(expectation), DBWAY_ERR_INVALID);
    EXPECT_THAT(client_.unmet(), IsEmpty());
    EXPECT_EQ(client_.table().expect(client_.mock(), nullptr, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(client_.table().expect(nullptr, nullptr, nullptr), DBWAY_ERR_INVALID);
    EXPECT_EQ(client_.table().report(client_.mock(), nullptr), DBWAY_ERR_INVALID);
}

TEST_F(Extension, AnErrorWithTheFlagsOfItsSqlstate) {
    dbway_diag error{};
    error.struct_size = sizeof error;
    std::memcpy(error.sqlstate, "40001", 5);
    dbway_mock_answer answer{};
    answer.struct_size = sizeof answer;
    answer.error = &error;
    dbway_mock_expectation expectation = expecting("a");
    expectation.answer = &answer;
    ASSERT_EQ(expect(expectation), DBWAY_OK);
    const Outcome failed = client_.connect()->query("a");
    EXPECT_EQ(failed.status, DBWAY_ERR_CONFLICT);
    EXPECT_EQ(failed.diags.at(0).flags, DBWAY_DIAG_RETRY_TX);
}

TEST_F(Extension, EveryWayToMatchAParameter) {
    dbway_mock_parameter parameters[5] = {};
    parameters[0].match = DBWAY_MOCK_ANY;
    parameters[1].match = DBWAY_MOCK_NOT_NULL;
    parameters[2].match = DBWAY_MOCK_TYPE;
    parameters[2].type = DBWAY_T_TEXT;
    parameters[3].match = DBWAY_MOCK_LIKE;
    parameters[3].value.type = DBWAY_T_TEXT;
    parameters[3].value.v.text = "^4";
    parameters[3].value.len = 2;
    parameters[4].match = DBWAY_MOCK_VALUE;  // NULL
    dbway_mock_expectation expectation = expecting("a");
    expectation.flags = DBWAY_MOCK_ANY_ORDER;
    expectation.parameters = parameters;
    expectation.n_parameters = 5;
    ASSERT_EQ(expect(expectation), DBWAY_OK);
    const auto connection = client_.connect();
    const OwnedRow good{OwnedValue::null(), i64(1), text("x"), i64(42), OwnedValue::null()};
    for (std::size_t i = 1; i < good.size(); ++i) {
        OwnedRow bad = good;
        bad[i] = i == 1 ? OwnedValue::null() : i == 3 ? i64(24) : OwnedValue::f64(1);
        EXPECT_TRUE(connection->query("a", bad).failed()) << i;
    }
    EXPECT_TRUE(connection->query("a", good).done());
}

TEST_F(Extension, MocksByTheirNames) {
    Client named(conformance::Options{{"name", "one"}});
    const auto find = [&](std::vector<dbway_option> options) {
        dbway_mock* found = nullptr;
        const dbway_status status =
            named.table().find(named.raw(), options.data(), options.size(), nullptr, &found);
        EXPECT_EQ(status == DBWAY_OK, found != nullptr);
        return found;
    };
    dbway_mock* const one = find({{"name", str("one")}});
    EXPECT_EQ(find({{"name", str("one")}}), one);
    EXPECT_NE(find({}), one);
    EXPECT_EQ(find({{"nome", str("one")}}), nullptr);
    EXPECT_EQ(find({{"name", str("one")}, {"dialect", str("mysql")}}), nullptr);
    EXPECT_EQ(find({{"record", str("r")}, {"provider_file", str("p")}}), nullptr);
    // Instances of the provider are independent.
    EXPECT_NE(Client(conformance::Options{{"name", "one"}}).mock(), one);
}

TEST_F(Extension, ScriptsAddToWhatThereIs) {
    EXPECT_EQ(client_.load("[[expect]]\nstatement = 'a'"), "");
    EXPECT_EQ(client_.load("[[expect]]\nstatement = 'b'\nmode = 1"),
              "script:3:8: an [[expect]] has no key \"mode\"");
    EXPECT_EQ(client_.load("mode = 'lenient'"), "");
    EXPECT_TRUE(client_.connect()->query("z").done());
    EXPECT_THAT(client_.unmet(), ElementsAre("expectation 1 (script:1) was not met: a"));
    EXPECT_EQ(client_.table().reset(client_.mock()), DBWAY_OK);
    EXPECT_THAT(client_.unmet(), IsEmpty());
}

}  // namespace
}  // namespace dbway::mock::test
