#include "options.hpp"

#include <libpq-fe.h>

#include <utility>

namespace dbway::pq {

ConnectOptions read_options(const sdk::Options& options, bool read_only) {
    constexpr sdk::PostgresqlConninfo<PQconninfoOption> libpq = {PQconndefaults, PQconninfoParse,
                                                                 PQconninfoFree, PQfreemem};
    sdk::OptionReader reader(options);
    return {sdk::read_postgresql_options(options, std::move(reader), libpq), read_only};
}

}  // namespace dbway::pq
