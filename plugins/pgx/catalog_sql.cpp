#include "catalog.hpp"

#include <string>

namespace dbway::pgx {

namespace {

// Both statements return the columns of TypeRow and begin with the row of OID 0.
constexpr std::string_view settings = R"(
select 0::oid, '', '', '', 0::oid, 0::oid, '', '', '',
       pg_catalog.scale(0::pg_catalog.money::pg_catalog.numeric)::pg_catalog.text
union all)";

// What is said of a type t. An array is what another type names as its array: only so are int2vector and its
// like told from arrays. A function in the language internal (OID 12) is known by the server's own name for
// it: citext and others have functions of their own around textsend.
constexpr std::string_view description = R"(
select t.oid,
       pg_catalog.format_type(t.oid, null),
       case n.nspname when 'pg_catalog' then '' else n.nspname::pg_catalog.text end,
       case when item.oid is not null then 'a' else t.typtype::pg_catalog.text end,
       coalesce(item.oid, range.rngsubtype, nullif(t.typbasetype, 0::oid), 0::oid),
       t.typarray,
       t.typdelim::pg_catalog.text,
       case when t.typsend = 0 then ''
            when send.prolang = 12 then send.prosrc
            else sn.nspname || '.' || send.proname end,
       case t.typtype when 'c' then coalesce(
           (select pg_catalog.string_agg(a.atttypid::pg_catalog.text, ' ' order by a.attnum)
            from pg_catalog.pg_attribute a
            where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped), '') else '' end,
       ''
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_type item on item.oid = t.typelem and item.typarray = t.oid
left join pg_catalog.pg_range range
       on t.typtype in ('r', 'm') and t.oid in (range.rngtypid, range.rngmultitypid)
left join pg_catalog.pg_proc send on send.oid = t.typsend
left join pg_catalog.pg_namespace sn on sn.oid = send.pronamespace)";

constexpr std::string_view of_users = R"(
left join pg_catalog.pg_class class on class.oid in (t.typrelid, item.typrelid) and class.oid <> 0
where t.oid >= 16384 and t.typtype in ('b', 'c', 'd', 'e', 'r', 'm') and coalesce(class.relkind, 'c') = 'c')";

constexpr std::string_view with_wanted = R"(
with recursive wanted(oid) as (
    select pg_catalog.unnest($1::pg_catalog.oid[])
    union
    select part.oid
    from wanted
    join pg_catalog.pg_type t on t.oid = wanted.oid
    cross join lateral (
        select t.typelem
        union all select t.typbasetype
        union all select t.typarray
        union all select rngsubtype from pg_catalog.pg_range where t.oid in (rngtypid, rngmultitypid)
        union all select a.atttypid from pg_catalog.pg_attribute a
                  where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) part(oid)
    where part.oid <> 0))";

constexpr std::string_view if_wanted = R"(
where t.oid in (select oid from wanted))";

}  // namespace

std::string_view TypeCatalog::all_types_sql() {
    static const std::string sql = std::string(settings).append(description).append(of_users);
    return sql;
}

std::string_view TypeCatalog::types_sql() {
    static const std::string sql =
        std::string(with_wanted).append(settings).append(description).append(if_wanted);
    return sql;
}

}  // namespace dbway::pgx
