#include "options.hpp"

#include <libpq-fe.h>

#include <utility>

namespace dbway::pgx {

ConnectionOptions read_options(const sdk::Options& given) {
    constexpr sdk::PostgresqlConninfo<PQconninfoOption> libpq = {PQconndefaults, PQconninfoParse,
                                                                 PQconninfoFree, PQfreemem};
    sdk::OptionReader reader(given);
    const bool unnamed = reader.choice("statement_mode", {"named", "unnamed"}, "named") == "unnamed";
    ConnectionOptions options{sdk::read_postgresql_options(given, std::move(reader), libpq),
                              unnamed ? StatementMode::unnamed : StatementMode::named};
    // What libpq encrypts by GSSAPI only libpq can read.
    options.keywords.try_emplace("gssencmode", "disable");
    return options;
}

}  // namespace dbway::pgx
