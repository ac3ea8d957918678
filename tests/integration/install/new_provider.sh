#!/usr/bin/env bash
# new_provider.sh PREFIX WORK: `dbway new provider` makes a project that builds and passes `dbway check` unedited.
. "$(dirname "$0")/lib.sh"
prefix=$1 work=$2
fresh_directory "$work"
(cd "$work" && "$prefix/bin/dbway" new provider sample)
[ -d "$work/sample" ] || fail "no directory sample: $(ls "$work")"
exec "$(dirname "$0")/provider.sh" "$prefix" "$work/sample" "$work/built"
