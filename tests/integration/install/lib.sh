# shellcheck shell=bash
# Shared by the scripts of this directory.
set -euo pipefail
umask 022 # a provider that others may write to is refused

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# same EXPECTED-FILE ACTUAL-FILE
same() { diff -u "$1" "$2" >&2 || fail "$2 is not what $1 expects"; }

fresh_directory() {
    rm -rf "$1"
    mkdir -p "$1"
}
