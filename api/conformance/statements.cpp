#include "conformance/statements.hpp"

#include <dbway/ext/conformance.h>

namespace dbway::conformance {
namespace {

std::string text_of(const char* text) { return text != nullptr ? text : ""; }

// Up to a million integers without recursion, whose depth MySQL and MariaDB limit. Digits that lead too far
// are dropped one by one, from the first on, so that a short series is made in no time.
std::string digits_series() {
    const std::string digits =
        "(select 0 as d union all select 1 union all select 2 union all select 3 union all select 4 union "
        "all "
        "select 5 union all select 6 union all select 7 union all select 8 union all select 9)";
    std::string sum = "1", from, where;
    std::string factor = "100000";
    for (char name = 'a'; name <= 'f'; ++name) {
        sum += std::string(" + ") + name + ".d * " + factor;
        from += (from.empty() ? "" : ", ") + digits + " as " + name;
        where += (where.empty() ? "" : " and ") + sum + " <= $1";
        factor.pop_back();
    }
    return "select straight_join " + sum + " as n from " + from + " where " + where + " order by n";
}

void fill_by_dialect(Statements& statements) {
    if (statements.dialect == "sqlite") {
        statements.series =
            "with recursive s(n) as (select 1 union all select n + 1 from s where n < $1) "
            "select n from s limit $1";
        statements.slow =
            "with recursive s(n) as (select 1 union all select n + 1 from s) select max(n) from s";
    } else if (statements.dialect == "postgresql") {
        statements.series = "select n from generate_series(1::bigint, $1::bigint) as s(n)";
        statements.slow = "select pg_sleep(600)";
        statements.notify = "notify dbway_channel, 'payload'";
    } else if (statements.dialect == "mysql" || statements.dialect == "mariadb") {
        statements.series = digits_series();
        statements.slow = "select benchmark(1000000000000, md5('dbway'))";
    } else {
        return;
    }
    statements.sample = "select 1 as a, 'one' as b union all select 2, 'two' order by 1";
    statements.failing = "select missing from dbway_conformance_no_such_table";
}

}  // namespace

std::string Statements::type_name(std::uint32_t type, std::int32_t precision, std::int32_t scale) const {
    if (table == nullptr || !DBWAY_HAS(dbway_ext_dialect, table, type_name)) return {};
    return text_of(table->type_name(provider->raw(), type, precision, scale));
}

Statements statements_of(Provider& provider) {
    Statements statements;
    statements.provider = &provider;
    const auto* dialect = provider.extension<dbway_ext_dialect>(DBWAY_EXT_DIALECT);
    if (dialect == nullptr && DBWAY_HAS(dbway_conn_api, provider.raw()->conn, get_extension)) {
        Connection connection(provider);
        dialect = static_cast<const dbway_ext_dialect*>(
            connection.api().get_extension(connection.raw(), DBWAY_EXT_DIALECT));
    }
    statements.table = dialect;
    if (dialect != nullptr && DBWAY_HAS(dbway_ext_dialect, dialect, name)) statements.dialect = dialect->name;
    fill_by_dialect(statements);
    const auto* own = provider.extension<dbway_ext_conformance>(DBWAY_EXT_CONFORMANCE);
    if (own == nullptr) return statements;
    const auto take = [](std::string& into, const char* text) {
        if (text != nullptr) into = text;
    };
    if (DBWAY_HAS(dbway_ext_conformance, own, sample)) take(statements.sample, own->sample);
    if (DBWAY_HAS(dbway_ext_conformance, own, series)) take(statements.series, own->series);
    if (DBWAY_HAS(dbway_ext_conformance, own, failing)) take(statements.failing, own->failing);
    if (DBWAY_HAS(dbway_ext_conformance, own, slow)) take(statements.slow, own->slow);
    if (DBWAY_HAS(dbway_ext_conformance, own, lookup)) take(statements.lookup, own->lookup);
    if (DBWAY_HAS(dbway_ext_conformance, own, lookup_value)) take(statements.lookup_value, own->lookup_value);
    return statements;
}

}  // namespace dbway::conformance
