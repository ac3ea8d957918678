#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"
run 2 check missing.so
err_has "missing.so"
printf 'no plugin' >text.so
run 3 check text.so
err_has "text.so"
run 0 check --config-options database="$work/check.db" --only r8_ "$providers/dbway_sqlite.so"
run 0 check --json --config-options database="$work/check.db" --only r9_ "$providers/dbway_sqlite.so"
out_has '"ok"'
run 1 check --config-options database=/nonexistent/a.db --only r8_ "$providers/dbway_sqlite.so"
run 2 check --config-options nonsense "$providers/dbway_sqlite.so"

run 0 new provider sample
[ -f sample/CMakeLists.txt ] && [ -f sample/sample.cpp ] || fail "no project: $(ls sample)"
! grep -rq '@[A-Z]*@' sample || fail "a placeholder is left"
run 2 new provider sample
err_has "exists"
run 2 new provider 9lives
run 2 new provider other --language rust
finish
