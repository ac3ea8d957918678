#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"
sqlite_source
printf '[source.other]\nprovider = "sqlite"\ndatabase = ":memory:"\n' >>dbway.toml

# Without a terminal: no prompt, results on standard output only
run 0 shell --format csv -s main <<'END'
create table t (id integer, name text);
insert into t values (1, 'a'),
  (2, 'b;c');
select * from t
  order by id; select 'x' as last
END
out_is $'id,name\n1,a\n2,b;c\nlast\nx'
err_has "2 rows affected"

run 1 shell --format csv <<'END'
select 1 as a;

select nope;
select 2 as b;
END
out_is $'a\n1'
err_has "standard input:3: error:"

run 0 shell <<'END'
\d
\d t
\format csv
select count(*) as n from t;
\x
select 1 as one;
\x
\c other
select count(*) as tables from sqlite_master;
\timing
select 3 as three;
\q
select 4 as four;
END
out_has "main    t      table"
out_has "name  "
out_has "one | 1"
out_has $'tables'
err_has "Time: "
! grep -q four out || fail "\\q did not leave"

printf 'select 1 as i;\nselect broken;\n' >include.sql
run 1 shell --format csv <<'END'
\i include.sql
select 2;
END
err_has "include.sql:2: error:"
run 1 shell <<<'\nonsense'
err_has '\?'

# On a terminal: prompt, history, errors do not end it
if command -v script >/dev/null; then
    export XDG_STATE_HOME=$work/state TERM=xterm
    { sleep 1; printf 'select nope;\nselect 40 + 2 as answer;\n\\q\n'; sleep 1; } |
        script -qec "'$dbway' shell -s main" /dev/null >out 2>&1 || fail "shell on a terminal: $(cat out)"
    out_has "main=> "
    out_has "no such column"
    out_has "42"
    grep -q answer state/dbway/history || fail "no history"
    [ "$(stat -c %a state/dbway/history)" = 600 ] || fail "the history is readable by others"
fi
finish
