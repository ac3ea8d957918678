// pooled.hpp - statements that many threads do on few connections.
#pragma once

#include "database.hpp"
#include "jobs.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::int64_t rows_of_a_range = 100;
inline constexpr const char* range_sql = "select id, val, name, ts from t where id between $1 and $2";

// A pool of connections. Thread-safe; each call takes a connection and gives it back.
class Pooled {
  public:
    virtual ~Pooled() = default;
    virtual Checksum point(std::int64_t key) = 0;
    // `rows_of_a_range` rows from this key on.
    virtual Checksum range(std::int64_t key) = 0;
    // A query by key and two changes of an account, which take each other back.
    virtual Checksum transaction(std::int64_t key) = 0;
    // Rows into table w by the way that is made for it, in a transaction that is taken back.
    virtual void load(const std::vector<Row>& rows) = 0;
};

// With `connections` open.
std::unique_ptr<Pooled> make_libpq_pool(const Database& database, int connections);
// `side`: a provider, with "/share" behind it if single statements of several threads may go out together.
std::unique_ptr<Pooled> make_dbway_pool(std::string_view side, const Database& database, int connections);

}  // namespace bench
