#!/usr/bin/env bash
# dbway bench: on SQLite, and on PostgreSQL where there is the server that ctest shares.
#   bench.sh DBWAY PROVIDERS SOURCE_DIRECTORY [STATE_FILE]
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
state_file=${4:-}
quick=(--rounds 2 --time 5ms --threads '1,3')

cat >dbway.toml <<END
[plugins]
directories = ["$providers"]

[source.main]
provider = "sqlite"
database = "app.db"

[source.other]
provider = "sqlite"
database = "other.db"

[source.small]
provider = "sqlite"
database = "app.db"
pool.max = 2
END
printf '[plugins]\ndirectories = ["%s"]\n[source.main]\nprovider = "sqlite"\ndatabase = ":memory:"\n' "$providers" >json.toml

# json_is SELECT TEXT: what a query finds in the JSON of the last run, which is $1; its jobs are job(j), the sides of
# each side(j, s).
json_is() {
    local value
    value=$("$dbway" query -c json.toml --format tsv -p "$(cat out)" "with job as (select value as j from json_each(\$1, '\$.jobs')),
        side as (select j, value as s from job, json_each(j, '\$.sides')) $1" | tail -n +2) || fail "$1 cannot be asked"
    [ "$value" = "$2" ] || fail "$1 is $value, not $2"
}
# The jobs in order, how they ended, and how often sides have read different values.
jobs_are() { json_is "select group_concat(json_extract(j, '\$.job')) from job" "$1"; }
outcomes_are() { json_is "select group_concat(distinct json_extract(s, '\$.outcome')) from side" "$1"; }
same_values() { json_is "select count(distinct json_extract(s, '\$.checksum')) from side group by j having count(distinct json_extract(s, '\$.checksum')) > 1" ""; }
# The tables of a source, and what is in one of them.
tables() { "$dbway" schema -s "$1" | sed -n 's/^table [^.]*\.//p' | sort | xargs; }
content() { "$dbway" copy out -s "$1" "$2" | cksum; }

create="create table product (id integer primary key, name text not null, price numeric(10,2), added timestamp, \"odd \"\"name\" blob)"
fill="insert into product with recursive s(n) as (select 1 union all select n + 1 from s where n < 500) select n, 'product ' || n, n || '.50', datetime('2024-01-01', n || ' minutes'), case when n % 3 = 0 then x'00ff' end from s"
for source in main other; do
    run 0 query -s $source "$create"
    run 0 query -s $source "$fill"
done
before=$(content main product)

# Every job, on two sources and two providers
run 0 bench -s main -s other --table product --write --query "select name from product where id < \$1" -p 20 --types integer --json "${quick[@]}"
jobs_are connect,point,batch,scan,query,transaction,pool,pool,insert
outcomes_are measured
same_values
json_is "select group_concat(json_extract(j, '\$.threads')) from job where json_extract(j, '\$.job') = 'pool'" 1,3
json_is "select json_extract(\$1, '\$.sides[0].name', '\$.sides[1].name', '\$.base')" '["main","other","main"]'
json_is "select json_extract(\$1, '\$.table')" '{"name":"product","key":"id","rows":500,"rows_read":500,"keys":500}'
json_is "select group_concat(distinct json_array_length(s, '\$.rounds')) from side" 2
json_is "select min(json_extract(s, '\$.wall_us.median')) > 0 and min(json_extract(s, '\$.ratio.wall.median')) > 0 from side" 1
json_is "select group_concat(distinct json_extract(s, '\$.rows') % 500) from side where json_extract(j, '\$.job') in ('scan', 'insert')" 0
json_is "select group_concat(distinct json_extract(s, '\$.rows') / json_extract(s, '\$.items')) from side where json_extract(j, '\$.job') = 'query'" 19
[ "$(content main product)" = "$before" ] || fail "the table has changed"
[ "$(tables main) $(tables other)" = "product product" ] || fail "tables: $(tables main), $(tables other)"

# For people; the jobs that are chosen; another base
run 0 bench -s main -s small --base small --table product --jobs point,pool "${quick[@]}"
out_has "small: provider sqlite"
out_has "(base)"
out_has "× small"
out_has "point, per query"
out_has "fairness"
grep -q "scan" out && fail "a job that was not chosen was run"
run 0 bench -s main --query "select 1 as one" --format markdown "${quick[@]}"
out_has "| query, per query |"

# A source that only reads is not written to, and is no failure
printf '[source.still]\nprovider = "sqlite"\ndatabase = "app.db"\nread_only = true\n' >>dbway.toml
run 0 bench -s main -s still --table product --jobs scan,insert --write --json "${quick[@]}"
outcomes_are measured,unsupported

# Fewer rows than there are, a key that is no primary key, a column to be quoted
run 0 bench -s main --table main.product --key name --rows 100 --jobs point,scan --json "${quick[@]}"
json_is "select json_extract(\$1, '\$.table.rows_read', '\$.table.key')" '[100,"name"]'
json_is "select group_concat(distinct json_extract(s, '\$.rows') % 100) from side where json_extract(j, '\$.job') = 'scan'" 0

# A side that reads other values is refused, and told so: with figures of others, and when nothing else is left
run 0 query -s other "update product set name = 'else' where id = 7"
run 1 bench -s main -s other --table product --jobs scan "${quick[@]}"
err_has 'other is refused: other values than main in the column "name"'
err_has "nothing is left to compare main with"
out_empty
run 1 bench -s main -s other -s small --table product --jobs scan,pool --json "${quick[@]}"
json_is "select json_extract(\$1, '\$.refused[0].side', '\$.sides[1].name')" '["other","small"]'
outcomes_are measured
run 0 query -s other "delete from product where id > 400"
run 1 bench -s main -s other --table product --jobs scan "${quick[@]}"
err_has "400 rows instead of the 500 of main"
run 0 query -s other "drop table product"
run 1 bench -s main -s other --table product --jobs scan "${quick[@]}"
err_has "other is refused:"

# What cannot be measured
run 0 query -s main "create table pair (a integer, b integer, primary key (a, b)); create table bare (a integer); create table empty (id integer primary key); insert into pair values (1, 2); insert into bare values (1)"
run 1 bench -s main --table produkt
err_has 'no table "produkt" in the source "main"; did you mean "product"?'
run 1 bench -s main --table bare
err_has "no primary key: give the column to ask by with --key"
run 1 bench -s main --table pair
err_has "primary key of several columns (a, b)"
run 1 bench -s main --table empty
err_has "is empty"
run 1 bench -s main --table product --key nam
err_has 'did you mean "name"?'
run 1 bench -s main --table bare --jobs scan --rows 1 --query "select nothing"
run 2 bench -s main
err_has "--table TABLE"
run 2 bench -s main --query "delete from product returning id"
err_has "only reads"
run 2 bench -s main --table product --jobs insert
err_has "--write"
run 2 bench -s mian --table product
err_has 'did you mean "main"?'
run 2 bench -s main -s other --base third --jobs connect
err_has "there are main, other"
run 3 bench -s main --table product --providers nothing
err_has "nothing"
[ "$(content main product)" = "$before" ] || fail "the table has changed"

# An interrupt takes the table of bulk insert along. A shell script's background jobs begin with SIGINT ignored.
"$dbway" bench -s main --table product --write --jobs insert --time 100s >out 2>err &
pid=$!
for _ in $(seq 200); do
    caught=$(awk '/^SigCgt:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
    ((0x${caught:-0} & 2)) && tables main 2>/dev/null | grep -q dbway_bench && break
    sleep 0.05
done
kill -INT "$pid"
code=0
wait "$pid" || code=$?
[ "$code" -eq 130 ] || fail "interrupted: exit code $code; $(cat err)"
err_has interrupted
out_empty
[ "$(tables main)" = "bare empty pair product" ] || fail "an interrupt left tables: $(tables main)"

# compare_providers SOURCE OWN,OTHER…: all jobs with all of them, without a table left or changed
compare_providers() {
    local source=$1 all=$2 content
    content=$(content "$source" product)
    run 0 bench -s "$source" --providers "$all" --table product --write --json "${quick[@]}"
    json_is "select group_concat(json_extract(value, '\$.provider')) from json_each(\$1, '\$.sides')" "$all"
    json_is "select json_extract(j, '\$.job'), json_extract(s, '\$.side', '\$.reason') from side where json_extract(s, '\$.outcome') <> 'measured'" ""
    jobs_are connect,point,batch,scan,transaction,pool,pool,insert
    same_values
    [ "$(content "$source" product)" = "$content" ] || fail "$all changed the table"
    [[ $(tables "$source") == *dbway_bench* ]] && fail "$all left a table: $(tables "$source")"
}

# An option that another provider does not have leaves it out, with the reason
[ ! -e "$providers/dbway_pgx.so" ] || {
    run 1 bench -s small --table product --providers pgx --jobs scan "${quick[@]}"
    err_has "pgx is left out:"
    err_has "nothing is left to compare sqlite with"
    run 0 bench -s main -s small --table product --providers pgx --jobs scan --json "${quick[@]}"
    json_is "select json_extract(\$1, '\$.left_out[0].side', '\$.left_out[1].side', '\$.sides[1].name')" '["main/pgx","small/pgx","small/sqlite"]'
}
[ ! -e "$providers/dbway_orm.so" ] || compare_providers main sqlite,orm

# PostgreSQL: the numbers of its guard and port, and its directory
[ -r "$state_file" ] && [ -e "$providers/dbway_pgx.so" ] || {
    echo "without PostgreSQL"
    finish
}
{ read -r _ && read -r port && read -r directory; } <"$state_file"
database=cli_bench_$$
source_of() {
    printf '[source.%s]\nprovider = "pgx"\nhost = "%s/socket"\nport = "%s"\nuser = "postgres"\npassword = "pg-pw"\ndbname = "%s"\n%s\n' \
        "$1" "$directory" "$port" "$2" "$3" >>dbway.toml
}
source_of admin postgres ''
source_of pg "$database" ''
source_of unnamed "$database" 'statement_mode = "unnamed"'
run 0 query -s admin "create database $database"
trap '"$dbway" query -s admin "drop database $database with (force)" 2>/dev/null; rm -rf "$work"' EXIT

run 0 query -s pg "create table product (id integer primary key, name varchar(40) not null, price numeric(10,2), added timestamptz, tag uuid, parts integer[], length interval, detail jsonb)"
run 0 query -s pg "insert into product select n, 'product ' || n, n + 0.5, timestamptz '2024-01-01 00:00+00' + n * interval '1 minute', md5(n::text)::uuid, array[n, null], n * interval '1 day', jsonb_build_object('n', n) from generate_series(1, 500) n"
all=pgx
for provider in pq orm; do [ ! -e "$providers/dbway_$provider.so" ] || all+=,$provider; done
compare_providers pg "$all"
run 1 bench -s unnamed --providers pq --table product "${quick[@]}"
err_has 'unknown key "statement_mode"'
grep -q pg-pw out err && fail "the password was shown"
run 1 bench -s pg --query "select nextval('counter')" "${quick[@]}"
run 0 query -s pg "create sequence counter"
run 1 bench -s pg --query "select nextval('counter')" "${quick[@]}"
err_has "read-only"

finish
