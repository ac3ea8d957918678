// libpq_binary.hpp - what programs written by hand against libpq share: results that free themselves, and
// values in binary.
#pragma once

#include "jobs.hpp"

#include <endian.h>
#include <libpq-fe.h>

#include <cstdint>
#include <cstring>
#include <memory>

namespace bench {

inline constexpr std::int64_t libpq_epoch =
    946'684'800LL * 1'000'000LL;  // 2000-01-01, where PostgreSQL's times begin

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using LibpqResult = std::unique_ptr<PGresult, ClearResult>;

inline std::int64_t read64(const char* from) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, sizeof value);
    return static_cast<std::int64_t>(be64toh(value));
}

inline double read_double(const char* from) {
    const std::int64_t bits = read64(from);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline char* put16(char* to, std::uint16_t value) {
    value = htobe16(value);
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

inline char* put32(char* to, std::uint32_t value) {
    value = htobe32(value);
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

inline char* put64(char* to, std::int64_t value) {
    const std::uint64_t bits = htobe64(static_cast<std::uint64_t>(value));
    std::memcpy(to, &bits, sizeof bits);
    return to + sizeof bits;
}

// A bigint as a binary parameter.
struct BinaryInteger {
    explicit BinaryInteger(std::int64_t value_of) { put64(bytes, value_of); }
    BinaryInteger(const BinaryInteger&) = delete;
    BinaryInteger& operator=(const BinaryInteger&) = delete;
    char bytes[8];
    const char* value = bytes;
    static constexpr int length = 8;
    static constexpr int format = 1;
};

inline void add_row(Checksum& sum, const PGresult* result, int row) {
    sum.add(read64(PQgetvalue(result, row, 0)), read_double(PQgetvalue(result, row, 1)),
            {PQgetvalue(result, row, 2), static_cast<std::size_t>(PQgetlength(result, row, 2))},
            read64(PQgetvalue(result, row, 3)) + libpq_epoch);
}

// The most bytes that put_copy_row() writes.
inline std::size_t copy_row_size(const Row& row) { return 64 + row.name.size(); }

// A row of COPY BINARY into table w.
inline char* put_copy_row(char* to, const Row& row) {
    std::int64_t val_bits = 0;
    std::memcpy(&val_bits, &row.val, sizeof val_bits);
    to = put16(to, 4);
    to = put64(put32(to, 8), row.id);
    to = put64(put32(to, 8), val_bits);
    to = put32(to, static_cast<std::uint32_t>(row.name.size()));
    std::memcpy(to, row.name.data(), row.name.size());
    return put64(put32(to + row.name.size(), 8), row.micros - libpq_epoch);
}

inline constexpr std::string_view copy_header("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
inline constexpr const char* copy_sql = "copy w (id, val, name, ts) from stdin (format binary)";

}  // namespace bench
