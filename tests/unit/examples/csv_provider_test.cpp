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
          "\xef\xbb\xbfid,\"the text\"\r\n1,\"a,b\"\r\n2,\"two\nlines\"\r\n3,\"say "
          "\"\"hi\"\"\"\r\n4,\r\n5,x");
    EXPECT_EQ(rows("select * from t"), "1|a,b;2|two\nlines;3|say \"hi\";4|;5|x");
    EXPECT_EQ(rows("select \"the text\" from t where id = $1", {OwnedValue::text("3")}), "say \"hi\"");
    EXPECT_EQ(rows("select id from t where \"the text\" = $1", {OwnedValue::text("say \"hi\"")}), "3");
    EXPECT_EQ(rows("select id from t where \"the text\" = $1", {OwnedValue::text("")}), "4");
    EXPECT_EQ(rows("select id from t where \"the text\" = $1", {OwnedValue::null()}), "");
}

TEST_F(CsvProvider, EmptyLinesAreRowsOnlyOfOneColumn) {
    write("one", "a\n1\n\n2\n");
    write("two", "a,b\n1,2\n\n3,4\r\n\r\n");
    EXPECT_EQ(rows("select count(*) from one"), "3");
    EXPECT_EQ(rows("select * from two"), "1|2;3|4");
}

TEST_F(CsvProvider, TellsWhereAFileIsMalformed) {
    write("ragged", "a,b\n1,2\n\"x\ny\",2\n1\n");
    write("open_quote", "a,b\n1,2\n1,\"2\n");
    write("behind", "a\n\"x\"y\n");
    write("latin1", "a\nx\n\xe9\n");
    write("empty", "");
    std::string wide = "c";
    for (int i = 1; i < 257; ++i) wide += ",c";
    write("wide", wide);
    expect_failure("select * from ragged", DBWAY_ERR_DATA, "line 5: not as many fields");
    expect_failure("select count(*) from open_quote", DBWAY_ERR_DATA, "line 3");
    expect_failure("select * from behind", DBWAY_ERR_DATA, "line 2");
    expect_failure("select * from latin1", DBWAY_ERR_DATA, "line 3");
    expect_failure("select * from empty", DBWAY_ERR_DATA, "empty");
    expect_failure("select * from wide", DBWAY_ERR_DATA, "too many fields");
    write("good", "a\n1\n");
    EXPECT_EQ(rows("select * from good"), "1");
}

TEST_F(CsvProvider, SelectsColumnsAndRows) {
    write("t", "k,v,count\nb,1,x\na,2,y\nb,3,x\nb,1,z\n");
    EXPECT_EQ(rows("SELECT v, k, v FROM t"), "1|b|1;2|a|2;3|b|3;1|b|1");
    EXPECT_EQ(rows("select count from t where k = $1", {OwnedValue::text("b")}), "x;x;z");
    EXPECT_EQ(rows("Select Count(*) From t Where k = $1", {OwnedValue::text("b")}), "3");
    EXPECT_EQ(rows("select count(*) from t where k = $1", {OwnedValue::text("none")}), "0");
    EXPECT_EQ(rows("select count(*) from t"), "4");
    const auto none = connection().query("select v from t where k = $1", {OwnedValue::text("none")});
    EXPECT_TRUE(none.announced);
    EXPECT_EQ(text(none), "");
}

TEST_F(CsvProvider, PointsAtMistakes) {
    write("Ünits", "a\n1\n");
    expect_failure("select \"é\", nope from \"Ünits\"", DBWAY_ERR_SYNTAX, "no column \"é\"");
    expect_failure("select a from nowhere", DBWAY_ERR_SYNTAX, "nowhere.csv");
    expect_failure("select a from \"../etc/passwd\"", DBWAY_ERR_SYNTAX, "out of the directory");
    expect_failure("select a from \".hidden\"", DBWAY_ERR_SYNTAX, "out of the directory");
    expect_failure("select a frm x", DBWAY_ERR_SYNTAX, "expected from, found 'frm'");
    expect_failure("select a from", DBWAY_ERR_SYNTAX, "expected a table, found ''");
    expect_failure("select a from \"x", DBWAY_ERR_SYNTAX, "found '\"'");
    expect_failure("select a from \"Ünits\" where a = 1", DBWAY_ERR_SYNTAX, "expected $1, found '1'");
    expect_failure("select a from \"Ünits\" where a = $2", DBWAY_ERR_SYNTAX, "expected $1");
    expect_failure("select a from \"Ünits\" limit 1", DBWAY_ERR_SYNTAX,
                   "expected WHERE or the end, found 'limit'");
    expect_failure("select count(a) from \"Ünits\"", DBWAY_ERR_SYNTAX, "no column \"count(a)\"");
    expect_failure("", DBWAY_ERR_SYNTAX, "expected select");
    expect_failure("sel\xe9", DBWAY_ERR_SYNTAX, "found 'sel");
    expect_failure("insert into t values (1)", DBWAY_ERR_SYNTAX, "expected select, found 'insert'");
    expect_failure("select a from \"Ünits\" where a = $1", DBWAY_ERR_INVALID,
                   "0 parameters for a statement of 1");
    EXPECT_EQ(connection().query("select a from \"Ünits\" where a = $1", {OwnedValue::f64(1)}).status,
              DBWAY_ERR_DATA);
}

TEST_F(CsvProvider, AnswersUnsupportedToTheRest) {
    write("t", "a\n1\n");
    for (std::uint32_t kind = DBWAY_R_QUERY + 1; kind <= DBWAY_R_SCHEMA + 1; ++kind) {
        if (kind == DBWAY_R_PING || kind == DBWAY_R_RESET) continue;
        EXPECT_EQ(connection().run(Request{.kind = kind, .sql = "t"}).status, DBWAY_ERR_UNSUPPORTED) << kind;
    }
    EXPECT_TRUE(connection().run(Request{.kind = DBWAY_R_PING}).done());
    EXPECT_TRUE(connection().run(Request{.kind = DBWAY_R_RESET}).done());
    EXPECT_EQ(connection()
                  .run(Request{.sql = "select a from t where a = $1",
                               .params = {{OwnedValue::text("1")}, {OwnedValue::text("1")}}})
                  .status,
              DBWAY_ERR_UNSUPPORTED);
}

TEST_F(CsvProvider, RefusesMoreRequestsThanItCanQueue) {
    write("t", "a\n1\n");
    auto& conn = connection();
    const Request one{.sql = "select a from t"};
    ASSERT_EQ(conn.submit(std::vector<Request>(1000, one)), DBWAY_OK);
    EXPECT_EQ(conn.submit(std::vector<Request>(25, one)), DBWAY_ERR_RESOURCE);
    ASSERT_EQ(conn.submit(std::vector<Request>(24, one)), DBWAY_OK);
    const auto outcomes = conn.collect();
    ASSERT_EQ(outcomes.size(), 1024U);
    for (const auto& outcome : outcomes) ASSERT_EQ(text(outcome), "1");
    EXPECT_EQ(rows("select a from t"), "1");
}

// What the conformance script asks of its series statement.
TEST_F(CsvProvider, GivesEveryRowOnceInAnyBatch) {
    std::string file = "n\n", all;
    for (int i = 1; i <= 513; ++i) {
        file += std::to_string(i) + "\n";
        all += (i > 1 ? ";" : "") + std::to_string(i);
    }
    write("t", file);
    for (const std::uint32_t batch : {0u, 1u, 2u, 255u, 256u, 257u, 513u, 1000u}) {
        const auto outcome = connection().run(Request{.sql = "select n from t", .batch_rows = batch});
        EXPECT_EQ(text(outcome), all) << batch;
        ASSERT_EQ(outcome.sets.size(), 1U);
        const std::size_t most = batch == 0 ? 256 : batch;
        EXPECT_EQ(outcome.sets[0].batches.size(), (513 + most - 1) / most) << batch;
    }
    EXPECT_TRUE(
        connection().run(Request{.sql = "select n from t", .flags = DBWAY_RF_NO_ROWS}).rows().empty());
}

TEST_F(CsvProvider, DiscardsTheRest) {
    write("t", "a\n1\n2\n3\n");
    auto& conn = connection();
    Event event;
    ASSERT_EQ(conn.submit({{.sql = "select a from t", .batch_rows = 1}, {.sql = "select a from t"}}),
              DBWAY_OK);
    ASSERT_EQ(conn.next(event), DBWAY_OK);
    EXPECT_FALSE(event.is_final());
    conn.discard();
    const auto outcomes = conn.collect();
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(text(outcomes[0]), "");
    EXPECT_EQ(text(outcomes[1]), "1;2;3");
}

TEST_F(CsvProvider, CancelStopsTheRequestItNames) {
    write("t", "a\n1\n2\n3\n");
    auto& conn = connection();
    const Request one{.sql = "select a from t", .batch_rows = 1};
    for (const bool by_id : {true, false}) {
        std::vector<std::uint64_t> ids;
        Event event;
        ASSERT_EQ(conn.submit({one, one, one}, &ids), DBWAY_OK);
        EXPECT_EQ(conn.cancel(0), DBWAY_OK);  // nothing runs yet
        EXPECT_EQ(conn.cancel(ids[1]), DBWAY_OK);
        ASSERT_EQ(conn.next(event), DBWAY_OK);
        EXPECT_EQ(event.rows.size(), 1U);
        EXPECT_EQ(conn.cancel(by_id ? ids[0] : 0), DBWAY_OK);
        const auto outcomes = conn.collect();
        ASSERT_EQ(outcomes.size(), 3U);
        EXPECT_EQ(outcomes[0].status, DBWAY_ERR_CANCELLED);
        EXPECT_EQ(outcomes[1].status, DBWAY_ERR_CANCELLED);
        EXPECT_EQ(text(outcomes[2]), "1;2;3");
    }
}

TEST_F(CsvProvider, LooksAtTheFileAsItIs) {
    write("t", "a\n1\n");
    EXPECT_EQ(rows("select * from t"), "1");
    write("t", "a,b\n10,20\n");
    EXPECT_EQ(rows("select * from t"), "10|20");
    std::filesystem::remove(directory_ / "t.csv");
    expect_failure("select * from t", DBWAY_ERR_SYNTAX, "no readable file");
}

// More columns than fit in one batch as often as the host asks.
TEST_F(CsvProvider, GivesWideRowsInSmallerBatches) {
    std::string line = "x";
    for (int i = 1; i < 256; ++i) line += ",x";
    std::string file = line + "\n";
    for (int i = 0; i < 40; ++i) file += line + "\n";
    write("wide", file);
    const auto outcome = connection().query("select * from wide");
    ASSERT_EQ(outcome.rows().size(), 40U);
    for (const auto& row : outcome.rows()) ASSERT_EQ(row.size(), 256U);
}

TEST_F(CsvProvider, RefusesADirectoryThatIsNone) {
    environment_.source_options = {{"directory", (directory_ / "missing").string()}};
    EXPECT_THROW(connection(), CheckFailed);
}

}  // namespace
