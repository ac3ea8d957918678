// jobs.hpp - the jobs that every side of a comparison does: the same rows, keys and checksum, so that a
// figure with another checksum does not count.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::int64_t table_rows = 1'000'000;

// A row to insert, made before the clock starts.
struct Row {
    std::int64_t id = 0;
    double val = 0;
    std::string name;         // 20 bytes
    std::int64_t micros = 0;  // since 1970-01-01
    std::string time_text;    // "YYYY-MM-DD HH:MM:SS.ffffff"
};

// The microseconds within the second. A side whose library has only whole seconds or milliseconds takes them
// from here, so that the rest of its checksum can be compared.
inline std::int64_t fraction_of(std::int64_t id) { return (id * 7919) % 1'000'000; }

inline std::int64_t micros_of(std::int64_t id) {
    return 1'700'000'000LL * 1'000'000LL + id * 1'000'000LL + fraction_of(id);
}

inline Row make_row(std::int64_t id) {
    using namespace std::chrono;
    Row row;
    row.id = id;
    row.val = static_cast<double>(id) * 1.1 + 0.37;
    char text[64];
    std::snprintf(text, sizeof text, "name-%015lld", static_cast<long long>(id));
    row.name = text;
    row.micros = micros_of(id);
    const sys_time<microseconds> point{microseconds(row.micros)};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss time(point - day);
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%06d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    row.time_text = text;
    return row;
}

inline std::vector<Row> make_rows(std::int64_t count) {
    std::vector<Row> rows;
    rows.reserve(static_cast<std::size_t>(count));
    for (std::int64_t id = 1; id <= count; ++id) rows.push_back(make_row(id));
    return rows;
}

// What a program keeps of a row.
struct Record {
    std::int64_t id = 0;
    double val = 0;
    std::string name;
    std::int64_t micros = 0;
};

// Independent of the order of the rows.
struct Checksum {
    std::uint64_t rows = 0;
    std::uint64_t sum = 0;
    double val = 0;

    void add(std::int64_t id, double v, std::string_view name, std::int64_t micros) {
        ++rows;
        sum += static_cast<std::uint64_t>(id) + name.size() + static_cast<unsigned char>(name.back()) +
               static_cast<std::uint64_t>(micros);
        val += v;
    }
    friend bool operator==(const Checksum&, const Checksum&) = default;
};

// Pseudo-random keys (xorshift64), the same for every side.
class Keys {
  public:
    std::int64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::int64_t>(state_ % static_cast<std::uint64_t>(table_rows)) + 1;
    }

  private:
    std::uint64_t state_ = 88172645463325252ULL;
};

inline constexpr int batch_size = 100;
inline constexpr std::int64_t account_rows = 1000;

inline constexpr const char* point_sql = "select id, val, name, ts from t where id = $1";
inline constexpr const char* account_sql = "update account set balance = balance + $1 where id = $2";
inline std::int64_t account_of(std::int64_t key) { return key % account_rows + 1; }

// No WHERE for the whole table, so that the plan is the plain scan.
inline std::string scan_sql(std::int64_t count) {
    return count >= table_rows ? "select id, val, name, ts from t"
                               : "select id, val, name, ts from t where id <= " + std::to_string(count);
}
inline constexpr const char* written_sql = "select id, val, name, ts from w";

// One side of a comparison: a program of somebody who knows the library well. Its connection is open, and
// each statement is prepared when it is first needed. A side need not have all jobs.
class Side {
  public:
    virtual ~Side() = default;
    // Empties table w.
    virtual void reset() { missing(); }
    // Queries by key, one after the other, every value read with its type.
    virtual Checksum point(std::int64_t /*count*/) { missing(); }
    // The same queries, `batch_size` of them sent together; all or nothing.
    virtual Checksum batch(std::int64_t /*batches*/) { missing(); }
    // Reads every value of a result in the order of point_sql's columns.
    virtual Checksum scan(const std::string& /*sql*/) { missing(); }
    // The same rows, all of them in a vector of structs before the first is used.
    virtual Checksum structs(std::int64_t /*count*/) { missing(); }
    // Rows into table w in one transaction.
    virtual void insert(const std::vector<Row>& /*rows*/) { missing(); }
    // Each of them a query by key and two changes of an account, which take each other back.
    virtual Checksum transaction(std::int64_t /*count*/) { missing(); }
    // Opens so many connections, and closes them.
    virtual void connect(std::int64_t /*count*/) { missing(); }

  private:
    [[noreturn]] static void missing() { throw std::logic_error("this side has not got this job"); }
};

template <typename Records>
Checksum checksum_of(const Records& records) {
    Checksum sum;
    for (const Record& record : records) sum.add(record.id, record.val, record.name, record.micros);
    return sum;
}

// A change of an account must hit one row.
inline void require_one(std::int64_t affected) {
    if (affected != 1) throw std::runtime_error("an account was not changed");
}

}  // namespace bench
