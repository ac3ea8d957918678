#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"
sqlite_source
endless="with recursive s(n) as (select 1 union all select n + 1 from s) select max(n) from s"

# interrupted FILE ARGUMENT…: starts dbway, waits until FILE has something in it and dbway listens for SIGINT, then
# sends it. A shell script's background jobs begin with SIGINT ignored.
interrupted() {
    local marker=$1 code=0 caught
    shift
    "$dbway" "$@" >out 2>err &
    local pid=$!
    for _ in $(seq 600); do
        caught=$(awk '/^SigCgt:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
        [ -s "$marker" ] && ((0x${caught:-0} & 2)) && break
        sleep 0.05
    done
    kill -INT "$pid"
    wait "$pid" || code=$?
    [ "$code" -eq 130 ] || fail "dbway $*: exit code $code instead of 130; $(cat err)"
    err_has interrupted
}

# The first statement's rows tell that the second one runs.
interrupted out query --format csv "select 1 as started; $endless"
out_is $'started\n1'
run 0 query "select 1"

# A load that is interrupted leaves nothing behind.
run 0 query "create table t (id integer)"
mkfifo rows
exec 3<>rows
printf 'id\n1\n2\n' >&3
interrupted app.db copy in t rows
exec 3>&-
run 0 query --format csv "select count(*) as n from t"
out_is $'n\n0'
finish
