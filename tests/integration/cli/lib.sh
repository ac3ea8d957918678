# shellcheck shell=bash
# Shared by the scripts of this directory: SCRIPT DBWAY PROVIDERS. Each works in a directory of its own.
set -uo pipefail
umask 022
dbway=$1 providers=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# run CODE ARGUMENT…: runs dbway, whose standard output and error go to the files out and err, and compares the exit
# code. Standard input is that of run.
run() {
    local wanted=$1 code=0
    shift
    "$dbway" "$@" >out 2>err || code=$?
    [ "$code" -eq "$wanted" ] || fail "dbway $*: exit code $code instead of $wanted; out: $(head -c 2000 out) err: $(head -c 2000 err)"
}

# out_is TEXT, err_has TEXT, out_has TEXT: of the last run.
out_is() { [ "$(cat out)" = "$1" ] || fail "standard output is: $(cat out) -- expected: $1"; }
out_has() { grep -qF -- "$1" out || fail "standard output has no \"$1\": $(cat out)"; }
err_has() { grep -qF -- "$1" err || fail "standard error has no \"$1\": $(cat err)"; }
out_empty() { [ ! -s out ] || fail "standard output is not empty: $(cat out)"; }
err_empty() { [ ! -s err ] || fail "standard error is not empty: $(cat err)"; }

sqlite_source() {
    cat >dbway.toml <<END
[plugins]
directories = ["$providers"]

[source.main]
provider = "sqlite"
database = "app.db"
END
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
    exit 0
}
