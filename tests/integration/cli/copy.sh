#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"
sqlite_source
count() { "$dbway" query --format tsv "select count(*) from $1" | tail -n 1; }

run 0 query "create table t (id integer primary key, name text not null, price decimal(10,2), ok boolean)"
printf '\xEF\xBB\xBFid,name,price,ok\r\n1,"a ""q"",\r\nb",,true\r\n2,"",2.5,\r\n' >good.csv
run 0 copy in t good.csv
out_empty
err_has "2 rows loaded into t"
run 0 copy out t
out_is $'id,name,price,ok\n1,"a ""q"",\r\nb",,true\n2,"",2.50,'

# All or nothing
printf 'id,name,price,ok\n3,x,1,\n4,y,abc,\n' >bad.csv
run 1 copy in t bad.csv
err_has 'bad.csv:3: column "price": "abc" is not a decimal'
err_has "nothing was loaded"
[ "$(count t)" = 2 ] || fail "rows were loaded"
printf 'id,name,price,ok\n3,"two\nlines",1,\n4,y\n' >bad.csv
run 1 copy in t bad.csv
err_has "bad.csv:4: 2 fields where 4 are expected"
printf 'id,name,price,ok\n3,x,1,\n4,"y"z,1,\n' >bad.csv
run 1 copy in t bad.csv
err_has "bad.csv:3: text after a closing quote"
printf 'id,name,price,ok\n3,x,1,\n2,again,1,\n4,z,1,\n' >bad.csv
run 1 copy in t bad.csv
err_has "bad.csv:3:"
err_has "23505"
[ "$(count t)" = 2 ] || fail "rows were loaded"

# What can be loaded, and the lines of the rest
{
    printf 'id,name,price,ok\n'
    for i in $(seq 10 5009); do printf '%d,n%d,,\n' "$i" "$i"; done
    printf '1,taken,,\n6000,,,\n6001,last,,\n6002,"open,,\n6003,after,,maybe\n6004,ok,,false\n'
} >partly.csv
run 4 copy in --on-error skip t partly.csv
err_has "partly.csv:5002:"
err_has "partly.csv:5003:"
err_has "partly.csv:5005: a quote that is not closed"
err_has 'partly.csv:5006: column "ok": "maybe" is not a boolean'
err_has "5,002 rows loaded into t, 4 skipped"
[ "$(count t)" = 5004 ] || fail "count after skip: $(count t)"

# Without a header, with columns, from standard input, with a sign for NULL
run 0 query "create table n (a text, b text)"
printf '\\N,\n"\\N",x\n' | { run 0 copy in --no-header --null '\N' n -; }
run 0 copy out --null NULL n
out_is $'a,b\nNULL,""\n\\N,x'
run 0 query "delete from n"
printf 'x;y\n1;2\n' >semicolon.csv
run 0 copy in --columns b,a --delimiter ';' n semicolon.csv
run 0 copy out --no-header n
out_is '2,1'
run 1 copy in n good.csv
run 2 copy in n missing.csv
err_has "missing.csv"
run 2 copy in --on-error stopp n good.csv
err_has 'did you mean "stop"?'

# A table made by the file
printf 'code,amount,day,flag,note\n00D0EF,10.50,2024-02-29,true,x\n007,3,2023-01-01,false,\n' >new.csv
run 0 copy in --create made new.csv
run 0 query --format csv "select * from made order by code"
out_is $'code,amount,day,flag,note\n007,3,2023-01-01,false,\n00D0EF,10.50,2024-02-29,true,x'
run 1 copy in --create made new.csv
err_has "made"
printf 'a,b\n1,x\n2\n' >short.csv
run 1 copy in --create unmade short.csv
run 1 query "select * from unmade"
printf 'a,a\n1,2\n' >twice.csv
run 1 copy in --create unmade twice.csv
err_has 'two columns are called "a"'

# JSON lines keep what CSV keeps
run 0 copy out t t.jsonl
err_has "5,004 rows written to t.jsonl"
out_empty
run 0 query "create table u (id integer primary key, name text not null, price decimal(10,2), ok boolean)"
run 0 copy in u t.jsonl
"$dbway" copy out t t.csv 2>/dev/null && "$dbway" copy out u u.csv 2>/dev/null
cmp t.csv u.csv || fail "JSON lines changed the table"
printf '{"id": 1}\n{"id": 2, "nmae": "x"}\n' >bad.jsonl
run 1 copy in u bad.jsonl

# A file that cannot be completed does not appear, and one that exists stays
printf 'keep\n' >kept.csv
run 1 copy out --query "select 1 union all select abs(-9223372036854775808)" kept.csv
[ "$(cat kept.csv)" = keep ] || fail "a failed copy out replaced the file"
run 0 copy out --query "select 1 as one" kept.csv
[ "$(cat kept.csv)" = $'one\n1' ] || fail "copy out did not replace the file"
[ -z "$(find . -name 'kept.csv.*')" ] || fail "a temporary file stayed"
run 2 copy out t /nonexistent/t.csv
finish
