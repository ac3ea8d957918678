// The example provider in plain C on files of its own: what CSV means, and what `dbway check` cannot ask of
// data that it cannot change.
#include <dbway/provider.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "conformance/check.hpp"

extern "C" const dbway_entry dbway_entry_v1;

namespace {

using namespace dbway::conformance;

// A directory of files, a provider and a connection to it.
class CsvProvider : public testing::Test {
  protected:
    CsvProvider() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-csv-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        directory_ = pattern;
        environment_.entry = &dbway_entry_v1;
        environment_.source_options = {{"directory", pattern}};
    }
    ~CsvProvider() override {
        connection_.reset();
        provider_.reset();
        std::filesystem::remove_all(directory_);
        for (const char* rule :
             {invariant::values, invariant::utf8, invariant::announced_once, invariant::one_final,
              invariant::no_missing_final, invariant::report_before_failed, invariant::columns_live})
            EXPECT_EQ(environment_.observer.verdict(rule), "") << rule;
    }

    void write(const std::string& table, const std::string& text) {
        std::ofstream(directory_ / (table + ".csv"), std::ios::binary) << text;
    }
    void option(const std::string& key, const std::string& value) {
        environment_.source_options.emplace_back(key, value);
    }
    Connection& connection() {
        if (provider_ == nullptr) provider_ = std::make_unique<Provider>(environment_);
        if (connection_ == nullptr) connection_ = std::make_unique<Connection>(*provider_);
        return *connection_;
    }
    // "a|b;c|d": cells by |, rows by ;
    std::string rows(const std::string& sql, OwnedRow params = {}) {
        return text(connection().query(sql, std::move(params)));
    }
    static std::string text(const Outcome& outcome) {
        if (!outcome.done()) return outcome.describe();
        std::string all;
        for (const auto& row : outcome.rows()) {
            if (!all.empty()) all += ";";
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (i > 0) all += "|";
                all += row[i].is_null()             ? "NULL"
                       : row[i].type == DBWAY_T_I64 ? std::to_string(row[i].as_i64())
                                                    : row[i].bytes;
            }
        }
        return all;
    }
    void expect_failure(const std::string& sql, dbway_status status, const std::string& part) {
        const auto outcome = connection().query(sql);
        EXPECT_TRUE(outcome.failed()) << sql;
        EXPECT_EQ(outcome.status, status) << sql;
        EXPECT_NE(outcome.message().find(part), std::string::npos) << outcome.message();
    }

    std::filesystem::path directory_;
    Environment environment_;
    std::unique_ptr<Provider> provider_;
    std::unique_ptr<Connection> connection_;
};

TEST_F(CsvProvider, ReadsQuotesNewlinesAndEndings) {
    write("t",
          "\xef\xbb\xbfid,\"the \"\"text\"\"\"\r\n1,\"a,b\"\r\n2,\"two\nlines\"\r\n3,\"say "
          "\"\"hi\"\"\"\r\n4,\r\n5,x");
    EXPECT_EQ(rows("select * from t"), "1|a,b;2|two\nlines;3|say \"hi\";4|;5|x");
    EXPECT_EQ(rows("select \"the \"\"text\"\"\" from t where id = '3'"), "say \"hi\"");
    EXPECT_EQ(rows("select id from t where \"the \"\"text\"\"\" = $1", {OwnedValue::text("say \"hi\"")}),
              "3");
}

TEST_F(CsvProvider, EmptyLinesAreRowsOnlyOfOneColumn) {
    write("one", "a\n1\n\n2\n");
    write("two", "a,b\n1,2\n\n3,4\n\n");
    EXPECT_EQ(rows("select count(*) from one"), "3");
    EXPECT_EQ(rows("select * from two"), "1|2;3|4");
}

TEST_F(CsvProvider, TellsWhereAFileIsMalformed) {
    write("ragged", "a,b\n1,2\n\"x\ny\",2\n1\n");
    write("open_quote", "a,b\n1,2\n1,\"2\n");
    write("behind", "a\n\"x\"y\n");
    write("latin1", "a\nx\n\xe9\n");
    write("empty", "");
    expect_failure("select * from ragged", DBWAY_ERR_DATA, "line 5: 1 fields, expected 2");
    expect_failure("select count(*) from open_quote", DBWAY_ERR_DATA, "record of line 3");
    expect_failure("select * from behind", DBWAY_ERR_DATA, "line 2");
    expect_failure("select * from latin1", DBWAY_ERR_DATA, "line 3");
    expect_failure("select * from empty", DBWAY_ERR_DATA, "empty");
    write("good", "a\n1\n");
    EXPECT_EQ(rows("select * from good"), "1");
}

TEST_F(CsvProvider, NullIsAnUnquotedText) {
    option("null", "");
    write("t", "a,b\n1,\n2,\"\"\n");
    EXPECT_EQ(rows("select * from t"), "1|NULL;2|");
    EXPECT_EQ(rows("select a from t where b = ''"), "2");
    EXPECT_EQ(rows("select a from t where b = $1", {OwnedValue::null()}), "");
    EXPECT_EQ(rows("select b from t order by b"), "NULL;");
}

TEST_F(CsvProvider, WithoutAHeader) {
    option("header", "no");
    write("t", "1,x\n2,y\n");
    EXPECT_EQ(rows("select c2, c1 from t where c1 = 2"), "y|2");
}

TEST_F(CsvProvider, OrdersAndLimits) {
    write("t", "k,v\nb,1\n\"a\"\"\",2\na,3\nb,4\n");
    EXPECT_EQ(rows("select v from t order by k"), "3;2;1;4");
    EXPECT_EQ(rows("SELECT v FROM T ORDER BY k DESC LIMIT 3"), "1;4;2");
    EXPECT_EQ(rows("select rownum, v as x from t order by k limit $1", {OwnedValue::i64(2)}), "1|3;2|2");
    EXPECT_EQ(rows("select v from t limit 0"), "");
    expect_failure("select v from t limit '-1'", DBWAY_ERR_DATA, "LIMIT");
}

TEST_F(CsvProvider, MakesCrossProducts) {
    write("a", "x\n1\n2\n");
    write("b", "y\np\nq\n");
    write("none", "z\n");
    EXPECT_EQ(rows("select * from a, b"), "1|p;1|q;2|p;2|q");
    EXPECT_EQ(rows("select l.x, r.x from a l, a as r where l.x = 2 order by r.x desc"), "2|2;2|1");
    EXPECT_EQ(rows("select count(*) as n from a, b, none"), "0");
    expect_failure("select x from a, a c", DBWAY_ERR_SYNTAX, "ambiguous");
}

TEST_F(CsvProvider, PointsAtMistakes) {
    write("Ünits", "a\n1\n");
    const auto missing = connection().query("select \"é\", nope from \"Ünits\"");
    EXPECT_EQ(missing.status, DBWAY_ERR_SYNTAX);
    expect_failure("select a from nowhere", DBWAY_ERR_SYNTAX, "no table \"nowhere\"");
    expect_failure("select a from \"../etc/passwd\"", DBWAY_ERR_SYNTAX, "no table");
    expect_failure("select a frm x", DBWAY_ERR_SYNTAX, "expected FROM, found 'x'");
    expect_failure("select a from \"x", DBWAY_ERR_SYNTAX, "never closed");
    expect_failure("", DBWAY_ERR_INVALID, "without a text");
    const auto extra = connection().query("select a from \"Ünits\" where a = $2", {OwnedValue::i64(1)});
    EXPECT_EQ(extra.status, DBWAY_ERR_INVALID);
    EXPECT_EQ(connection().query("select a from \"Ünits\" where a = $1", {OwnedValue::f64(1)}).status,
              DBWAY_ERR_DATA);
}

TEST_F(CsvProvider, CopiesOut) {
    write("t", "a,b\n1,2\n3,4\n5,6\n");
    auto& conn = connection();
    for (const std::uint32_t batch : {0u, 1u, 2u}) {
        EXPECT_EQ(text(conn.run(Request{.kind = DBWAY_R_COPY_OUT, .sql = "t", .batch_rows = batch})),
                  "1|2;3|4;5|6");
        EXPECT_EQ(text(conn.run(
                      Request{.kind = DBWAY_R_COPY_OUT, .sql = "t", .batch_rows = batch, .names = {"b"}})),
                  "2;4;6");
    }
    EXPECT_EQ(text(conn.run(Request{
                  .kind = DBWAY_R_COPY_OUT, .sql = "select b from t limit 1", .flags = DBWAY_RF_SQL})),
              "2");
    EXPECT_EQ(conn.run(Request{.kind = DBWAY_R_COPY_OUT, .sql = "t", .flags = DBWAY_RF_RAW}).status,
              DBWAY_ERR_UNSUPPORTED);
}

TEST_F(CsvProvider, RunsEachSetOfParameters) {
    write("t", "a,b\n1,x\n2,y\n3,z\n");
    for (const std::uint32_t batch : {0u, 1u}) {
        const auto outcome = connection().run(Request{.sql = "select b from t where a = $1 order by b",
                                                      .params = {{OwnedValue::i64(3)},
                                                                 {OwnedValue::i64(9)},
                                                                 {OwnedValue::i64(2)},
                                                                 {OwnedValue::i64(1)}},
                                                      .batch_rows = batch});
        EXPECT_EQ(text(outcome), "z;y;x");
    }
}

TEST_F(CsvProvider, AnnouncesColumnsThatHaveChanged) {
    write("t", "a\n1\n");
    auto& conn = connection();
    ASSERT_TRUE(conn.run(Request{.kind = DBWAY_R_PREPARE, .sql = "select * from t", .stmt = 1}).done());
    const Request again{.kind = DBWAY_R_EXECUTE, .stmt = 1, .flags = DBWAY_RF_COLUMNS_KNOWN};
    auto outcome = conn.run(again);
    EXPECT_FALSE(outcome.announced);
    EXPECT_EQ(text(outcome), "1");
    write("t", "a,b\n10,20\n");
    outcome = conn.run(again);
    EXPECT_TRUE(outcome.announced);
    EXPECT_EQ(text(outcome), "10|20");
    outcome = conn.run(again);
    EXPECT_FALSE(outcome.announced);
    EXPECT_EQ(text(outcome), "10|20");
    std::filesystem::remove(directory_ / "t.csv");
    EXPECT_EQ(conn.run(again).status, DBWAY_ERR_SYNTAX);
}

TEST_F(CsvProvider, DescribesTablesAndColumns) {
    write("b", "x,y\n1,2\n");
    write("a", "z\n");
    write("broken", "");
    auto& conn = connection();
    EXPECT_EQ(text(conn.run(Request{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_TABLES, .batch_rows = 1})),
              "NULL|a|table|NULL;NULL|b|table|NULL;NULL|broken|table|NULL");
    const auto columns = conn.run(Request{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_COLUMNS});
    ASSERT_TRUE(columns.done());
    ASSERT_EQ(columns.rows().size(), 3U);
    EXPECT_EQ(columns.rows()[2][2].bytes, "y");
    EXPECT_EQ(columns.rows()[2][3].as_i64(), 2);
    ASSERT_EQ(columns.diags.size(), 1U);
    EXPECT_EQ(columns.diags[0].status, DBWAY_OK);
    EXPECT_NE(columns.diags[0].message.find("broken"), std::string::npos);
    const Request one{.kind = DBWAY_R_SCHEMA, .arg = DBWAY_SCHEMA_TABLES, .names = {"", "b"}};
    EXPECT_EQ(text(conn.run(one)), "NULL|b|table|NULL");
}

TEST_F(CsvProvider, RefusesADirectoryThatIsNone) {
    environment_.source_options = {{"directory", (directory_ / "missing").string()}};
    EXPECT_THROW(connection(), CheckFailed);
}

}  // namespace
