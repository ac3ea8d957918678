#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"
sqlite_source

run 0 query "create table t (id integer primary key, name text, price decimal(10,2), at timestamp, ok boolean, b blob)"
out_empty
run 0 query "insert into t values (1, 'Ann', 1.5, '2024-01-02 03:04:05', true, x'00ff'), (2, '', null, null, null, null)"
out_empty
err_has "2 rows affected"

# Formats
run 0 query --format csv "select * from t order by id"
out_is 'id,name,price,at,ok,b
1,Ann,1.50,2024-01-02 03:04:05,true,\x00ff
2,"",,,,'
err_empty
run 0 query --format jsonl "select id, name, price, at, ok from t order by id"
out_is '{"id":1,"name":"Ann","price":1.50,"at":"2024-01-02 03:04:05","ok":true}
{"id":2,"name":"","price":null,"at":null,"ok":null}'
run 0 query --format json "select id from t order by id"
out_is '[
{"id":1},
{"id":2}
]'
run 0 query --format tsv "select id, price from t order by id"
out_is $'id\tprice\n1\t1.50\n2\t\\N'
run 0 query --format markdown "select id, name from t where id = 1"
out_is '| id | name |
| ---: | --- |
| 1 | Ann |'
run 0 query "select id, name from t where id = 1"
out_is ' id | name
----+------
  1 | Ann
(1 row)'
run 2 query --format cvs "select 1"
err_has 'did you mean "csv"?'
out_empty

# Parameters
run 0 query --format csv "select name from t where id = \$1" -p 1
out_is $'name\nAnn'
run 0 query --format csv -p "it's" -p -5 "select \$1 as a, \$2 as b"
out_is $'a,b\nit\'s,-5'
run 0 query --format csv "select \$1 as a, typeof(\$2) as b" x 7
out_is $'a,b\nx,text'
run 0 query --format csv "select typeof(\$1) as a, \$2 as b, \$3 as c" -p 7 -p 2.50 -p x --types integer,decimal,null
out_is $'a,b,c\ninteger,2.50,'
run 0 query --format csv "select \$1 as a" -p NIL --null NIL
out_is 'a'
run 2 query "select \$1" -p x --types integer
err_has '"x" is no integer'
run 2 query "select 1; select \$1" -p 1

# Scripts, and where an error is
printf -- '-- first\nselect 1 as a;\n\nselect\n  nope;\nselect 3;\n' >script.sql
run 1 query --format csv -f script.sql
out_is $'a\n1'
err_has "script.sql:4: error:"
err_has "nope"
printf 'create table s (x);\ncreate trigger g after insert on s begin\n  insert into t (name) values (new.x);\nend;\ninsert into s values (9);\n' >trigger.sql
run 0 query -f trigger.sql
run 0 query --format csv "select name from t where id > 2"
out_is $'name\n9'
run 2 query -f missing.sql
err_has "missing.sql"
run 0 query --format csv <<<"select 5 as five"
out_is $'five\n5'
run 0 query --format csv - <<<"select 6 as six"
out_is $'six\n6'
run 0 query --format csv -f - <<<"select 7 as seven; select 8 as eight"
out_is $'seven\n7\neight\n8'

# Errors of the database
run 1 query "select * from missing"
out_empty
err_has "no such table"
run 1 query "insert into t (id) values (1)"
err_has "23505"

# The reader goes away
"$dbway" query --format csv "with recursive s(n) as (select 1 union all select n + 1 from s where n < 1000000) select n from s" 2>err | head -n 2 >out
[ "${PIPESTATUS[0]}" -eq 0 ] || fail "exit code with a closed pipe"
out_is $'n\n1'
err_empty
run 0 query --format csv "select 1" </dev/null
if [ -w /dev/full ]; then
    code=0
    "$dbway" query "select 1" >/dev/full 2>err || code=$?
    [ "$code" -eq 1 ] || fail "exit code $code with a full disk"
    err_has "cannot write to standard output"
fi

# Usage
run 2 qurey "select 1"
err_has 'did you mean "query"?'
run 2 query --fromat csv "select 1"
err_has 'did you mean "--format"?'
run 2 query -s mian "select 1"
err_has 'did you mean "main"?'
run 0 --version
out_has "dbway "
run 0 help query
out_has "--types"
run 0
out_has "Exit codes"

# Schema
run 0 query "create index by_name on t (name, id)"
run 0 schema t
out_has "primary key"
out_has "by_name"
run 0 schema --json t
out_has '"kind": "table"'
out_has '"by_name"'
run 1 schema missing
err_has 'no table "missing"'
finish
