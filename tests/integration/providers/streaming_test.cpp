// Large results. Peak memory is the kernel's account of this process, so each of these tests runs alone in it
// under ctest.
#include <malloc.h>

#include <fstream>

#include "provider_test.hpp"

namespace dbway::test {
namespace {

// Kilobytes: the most that was resident since reset_peak().
std::int64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
    return 0;
}

// What earlier tests have freed would not count as growth when it is used again.
void reset_peak() {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";
}

class Streaming : public ProviderTest {};

DBWAY_FOR_ALL_PROVIDERS(Streaming);

TEST_P(Streaming, AMillionRowsInBoundedMemory) {
    constexpr std::int64_t n = 1'000'000;
    db().query("select 1").one<int>();
    reset_peak();
    const std::int64_t before = peak_memory();
    std::int64_t rows = 0, sum = 0;
    std::size_t bytes = 0;
    for (auto [i, s] : db().query<std::int64_t, std::string_view>(series(n))) {
        ++rows;
        sum += i;
        bytes += s.size();
    }
    EXPECT_EQ(rows, n);
    EXPECT_EQ(sum, n * (n + 1) / 2);
    EXPECT_EQ(bytes, 80u * n);
    const std::int64_t grown = peak_memory() - before;
    if (can(Feature::streamed_results)) {
        EXPECT_LT(grown, 16 * 1024) << "kilobytes";
    } else {
        EXPECT_GT(grown, 80 * 1024) << "kilobytes: the provider streams after all, correct differences.hpp";
    }
}

TEST_P(Streaming, TheFirstRowComesBeforeTheLastOneExists) {
    if (!can(Feature::streamed_results)) GTEST_SKIP() << "see differences.hpp";
    Connection connection = db().connection();
    {
        // To the end it would take hours.
        Rows rows = connection.query(series(on_mysql() ? 1'000'000'000 : 1'000'000'000'000).c_str());
        EXPECT_EQ((*rows.begin()).get<std::int64_t>(0), 1);
    }
    EXPECT_EQ(connection.query("select 1").one<int>(), 1);
}

TEST_P(Streaming, BatchesOfAnySizeGiveTheSameRows) {
    for (const std::uint32_t batch_rows : {1u, 2u, 7u, 1000u, 100'000u}) {
        QueryOptions options;
        options.batch_rows = batch_rows;
        std::int64_t expected = 1;
        for (auto [i, s] : db().query<std::int64_t, std::string_view>(options, series(5'000))) {
            ASSERT_EQ(i, expected++);
            ASSERT_EQ(s.size(), 80u);
        }
        EXPECT_EQ(expected, 5'001) << batch_rows;
    }
}

TEST_P(Streaming, WideRowsAndLongValues) {
    db().execute("create table wide (i bigint, s " + type(DBWAY_T_TEXT) + ")");
    for (int i = 0; i < 20; ++i)
        db().execute("insert into wide values ($1, $2)", i,
                     std::string(3'000'000, static_cast<char>('a' + i)));
    int seen = 0;
    for (auto [i, s] : db().query<int, std::string_view>("select i, s from wide order by i")) {
        EXPECT_EQ(s.size(), 3'000'000u);
        EXPECT_EQ(s[2'999'999], 'a' + i);
        ++seen;
    }
    EXPECT_EQ(seen, 20);
}

TEST_P(Streaming, AThousandColumns) {
    std::string columns;
    for (int i = 1; i <= 1'000; ++i)
        columns += (i == 1 ? "" : ", ") + std::to_string(i) + " as c" + std::to_string(i);
    Rows rows = db().query("select " + columns);
    const Row row = *rows.begin();
    ASSERT_EQ(row.size(), 1'000u);
    EXPECT_EQ(row.get<int>("c1000"), 1'000);
    EXPECT_EQ(row.get<int>(499), 500);
}

TEST_P(Streaming, CopyOutOfAMillionRows) {
    if (provider().starts_with("orm_") && !can(Feature::streamed_results))
        GTEST_SKIP() << "SOCI has no COPY, and reads the result of a query whole";
    db().query("select 1").one<int>();
    reset_peak();
    const std::int64_t before = peak_memory();
    std::int64_t rows = 0;
    Rows result = db().copy_out_query(series(1'000'000));
    for (const Row row : result) rows += row.get<std::string_view>(1).size() == 80;
    EXPECT_EQ(rows, 1'000'000);
    EXPECT_LT(peak_memory() - before, 24 * 1024) << "kilobytes";
}

}  // namespace
}  // namespace dbway::test
