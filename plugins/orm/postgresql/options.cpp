#include "postgresql/options.hpp"

#include <libpq-fe.h>

#include <utility>

namespace dbway::orm::postgresql {

ConnectOptions read_options(const sdk::Options& options, bool read_only) {
    constexpr sdk::PostgresqlConninfo<PQconninfoOption> libpq = {PQconndefaults, PQconninfoParse,
                                                                 PQconninfoFree, PQfreemem};
    sdk::OptionReader reader(options);
    reader.string("backend");
    return {sdk::read_postgresql_options(options, std::move(reader), libpq), read_only};
}

}  // namespace dbway::orm::postgresql
