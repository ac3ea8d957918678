// Bulk load and unload.
#include "provider_test.hpp"

namespace dbway::test {
namespace {

class Copies : public ProviderTest {
  protected:
    std::string decimal_type() {
        return can(Feature::unlimited_decimals) ? type(DBWAY_T_DECIMAL) : type(DBWAY_T_DECIMAL, 20, 3);
    }
    // As a column of three digits after the point gives it back, where it has so many always.
    std::string padded(const std::string& text) const {
        return can(Feature::unlimited_decimals)
                   ? text
                   : Decimal(text).str() + std::string(4 - (text.size() - text.find('.')), '0');
    }
    void SetUp() override {
        ProviderTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        // Values of two and of three digits after the point, where a column has them all.
        db().execute("create table t (i bigint primary key, s " + type(DBWAY_T_TEXT) + ", d " +
                     decimal_type() + ", at " + type(DBWAY_T_TIMESTAMPTZ) + ", b " + type(DBWAY_T_BLOB) +
                     ", f " + type(DBWAY_T_F64) + ", y " + type(DBWAY_T_BOOL) + ")");
    }
};

DBWAY_FOR_ALL_PROVIDERS(Copies);

const std::string odd_texts[] = {
    "",           "\\N",     "\\.",  "a\tb",      "line\nbreak", "carriage\rreturn",
    "\\",         "NULL",    "\\\\", "quote'\"`", "  x  ",       "ä漢\xF0\x9F\x98\x80",
    "\b\f\v\x01", "a,b;c|d", "\\n"};

TEST_P(Copies, TypedRowsWithNullsAndOddText) {
    const TimestampTz at(1'700'000'000'123'456us);
    const Blob bytes{std::byte{0}, std::byte{0x5C}, std::byte{0x0A}, std::byte{0xFF}};
    CopyIn copy = db().copy_in("t", {"i", "s", "d", "at", "b", "f", "y"});
    std::int64_t i = 0;
    for (const std::string& text : odd_texts) copy.row(i++, text, Decimal("1.50"), at, bytes, 0.1, true);
    copy.row(i++, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    EXPECT_EQ(copy.finish(), i);

    i = 0;
    for (auto [s, d, t, b, f, y] :
         db().query<std::optional<std::string>, std::optional<Decimal>, std::optional<TimestampTz>,
                    std::optional<Blob>, std::optional<double>, std::optional<bool>>(
             "select s, d, at, b, f, y from t order by i")) {
        if (i < std::ssize(odd_texts)) {
            EXPECT_EQ(s, odd_texts[i]);
            EXPECT_EQ(d.value().str(), padded("1.50"));
            EXPECT_EQ(t, at);
            EXPECT_EQ(b, bytes);
            EXPECT_EQ(f, 0.1);
            EXPECT_EQ(y, true);
        } else {
            EXPECT_FALSE(s || d || t || b || f || y);
        }
        ++i;
    }
    EXPECT_EQ(i, std::ssize(odd_texts) + 1);
}

TEST_P(Copies, SomeColumnsInAnotherOrder) {
    CopyIn copy = db().copy_in("t", {"s", "i"});
    copy.row("one", 1);
    copy.row("two", 2);
    EXPECT_EQ(copy.finish(), 2);
    EXPECT_EQ(db().query("select s from t where i = 2 and d is null").one<std::string>(), "two");
}

TEST_P(Copies, OutGivesWhatWentIn) {
    {
        CopyIn copy = db().copy_in("t", {"i", "s", "d"});
        std::int64_t i = 0;
        for (const std::string& text : odd_texts) copy.row(i++, text, Decimal("-0.001"));
        copy.row(i++, nullptr, nullptr);
        copy.finish();
    }
    std::int64_t seen = 0;
    for (const Row row : db().copy_out("t", {"i", "s", "d"})) {
        const auto i = row.get<std::int64_t>(0);
        if (i < std::ssize(odd_texts)) {
            EXPECT_EQ(row.get<std::string>(1), odd_texts[i]);
            EXPECT_EQ(row.get<Decimal>(2).str(), "-0.001");
        } else {
            EXPECT_TRUE(row.is_null(1) && row.is_null(2));
        }
        ++seen;
    }
    EXPECT_EQ(seen, std::ssize(odd_texts) + 1);
    EXPECT_EQ(db().copy_out_query("select i from t where i < 3 order by i").all<int>(),
              (std::vector<int>{0, 1, 2}));
}

TEST_P(Copies, ALoadThatIsAbandonedLeavesNothing) {
    for (const int rows : {0, 1, 50'000}) {
        {
            CopyIn copy = db().copy_in("t", {"i", "s"});
            for (int i = 0; i < rows; ++i) copy.row(i, "text");
        }
        EXPECT_EQ(count("t"), 0) << rows;
    }
    CopyIn copy = db().copy_in("t", {"i", "s"});
    copy.row(1, "text");
    EXPECT_THROW(copy.row(2), InvalidUse);
    EXPECT_EQ(copy.finish(), 1);
}

TEST_P(Copies, ARowThatTheServerRefusesEndsTheLoad) {
    db().execute("insert into t (i) values (777)");
    const Error error = error_of([&] {
        CopyIn copy = db().copy_in("t", {"i", "s"});
        for (int i = 0; i < 5'000; ++i) copy.row(i, "text");
        copy.finish();
    });
    EXPECT_EQ(error.sqlstate(), "23505") << error.what();
    EXPECT_EQ(count("t"), 1);
}

TEST_P(Copies, IntoWhatDoesNotExist) {
    EXPECT_THROW(
        {
            CopyIn copy = db().copy_in("no_such_table", {"i"});
            copy.row(1);
            copy.finish();
        },
        SyntaxError);
    EXPECT_THROW(
        {
            CopyIn copy = db().copy_in("t", {"no_such_column"});
            copy.row(1);
            copy.finish();
        },
        SyntaxError);
    EXPECT_THROW(db().copy_out("no_such_table").all<int>(), SyntaxError);
    EXPECT_EQ(count("t"), 0);
}

TEST_P(Copies, InATransaction) {
    {
        Transaction tx = db().begin();
        CopyIn copy = tx.copy_in("t", {"i"});
        for (int i = 0; i < 100; ++i) copy.row(i);
        EXPECT_EQ(copy.finish(), 100);
        EXPECT_EQ(tx.query("select count(*) from t").one<int>(), 100);
    }
    EXPECT_EQ(count("t"), 0);
}

TEST_P(Copies, AHundredThousandRows) {
    constexpr std::int64_t n = 100'000;
    CopyIn copy = db().copy_in("t", {"i", "s", "d"});
    for (std::int64_t i = 0; i < n; ++i) copy.row(i, "row " + std::to_string(i), Decimal(i));
    EXPECT_EQ(copy.finish(), n);
    EXPECT_EQ(db().query("select sum(i) from t").one<std::int64_t>(), n * (n - 1) / 2);
    std::int64_t sum = 0;
    for (auto [i] : db().copy_out_query("select i from t").all<std::tuple<std::int64_t>>()) sum += i;
    EXPECT_EQ(sum, n * (n - 1) / 2);
}

TEST_P(Copies, NamesThatNeedQuotes) {
    db().execute("create table \"Odd \"\"name\" (\"a b\" bigint, \"select\" " + type(DBWAY_T_TEXT) + ")");
    CopyIn copy = db().copy_in("\"Odd \"\"name\"", {"a b", "select"});
    copy.row(1, "x");
    EXPECT_EQ(copy.finish(), 1);
    EXPECT_EQ(db().query("select \"select\" from \"Odd \"\"name\"").one<std::string>(), "x");
}

}  // namespace
}  // namespace dbway::test
