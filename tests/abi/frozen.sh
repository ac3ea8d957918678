#!/usr/bin/env bash
# frozen.sh FROZEN CURRENT: compares the headers of a released ABI with those of today (rule R4). Clang prints the layout
# of every struct, on machines that need not be at hand; -ffreestanding makes its own stdint.h and stddef.h enough.
set -euo pipefail
frozen=$1 current=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
targets='x86_64-linux-gnu i686-linux-gnu aarch64-linux-gnu armv7-linux-gnueabihf riscv64-linux-gnu s390x-linux-gnu
    x86_64-pc-windows-msvc'

clang_c() { clang -target "$1" -std=c11 -ffreestanding -nostdlibinc -I"$2" "${@:3}"; }

# layouts TARGET INCLUDE HEADER: one line for each struct: its name, then its members with their offsets, in order.
layouts() {
    printf '#include <%s>\n' "$3" >"$work/one.c"
    clang_c "$1" "$2" -fsyntax-only -Xclang -fdump-record-layouts-complete "$work/one.c" >"$work/dump" 2>"$work/errors" ||
        echo "$3 does not compile for $1: $(head -n 1 "$work/errors")" >>"$work/broken"
    awk '
        /^\*\*\* Dumping AST Record Layout/ { start = 1; next }
        /^ *\| \[sizeof=/ { if (name ~ /dbway_/) print name "\t" body "\t" $0; name = ""; next }
        start { sub(/^ *0 \| /, ""); name = $0; body = ""; start = 0; next }
        name != "" { gsub(/ +/, " "); body = body $0 ";" }' "$work/dump"
}

# constants INCLUDE HEADER: every macro but the guard of the header and the number of the minor version.
constants() {
    printf '#include <%s>\n' "$2" >"$work/one.c"
    clang_c x86_64-linux-gnu "$1" -E -dM "$work/one.c" | grep -E '^#define (DBWAY_|[a-z_]*dbway)' |
        grep -vE '^#define (DBWAY_ABI_MINOR|DBWAY_[A-Z_]*_H)\b' | sort
}

# What is marked FROZEN in a header: its structs may not even grow.
frozen_names() { grep -ohE 'typedef (struct|union) dbway_[a-z_]+ \{ +/\* FROZEN \*/' "$1" | awk '{ print $2 " " $3 }'; }

# differences OLD NEW: what a plugin compiled from OLD would not find in a host compiled from NEW; nothing if all is well.
differences() {
    local old=$1 new=$2 header target
    : >"$work/broken"
    for header in $(cd "$old" && echo dbway/provider.h dbway/ext/*.h); do
        [ -f "$new/$header" ] || { echo "$header is gone"; continue; }
        frozen_names "$old/$header" >"$work/names"
        for target in $targets; do
            layouts "$target" "$old" "$header" >"$work/old"
            layouts "$target" "$new" "$header" >"$work/new"
            [ -s "$work/old" ] || { echo "$header for $target: no struct found"; continue; }
            awk -F '\t' -v where="$header for $target" '
                FILENAME == ARGV[1] { fixed[$1] = 1; next }
                FILENAME == ARGV[2] { body[$1] = $2; size[$1] = $3; next }
                !($1 in body) { print where ": " $1 " is gone"; next }
                ($1 in fixed) && (body[$1] != $2 || size[$1] != $3) { print where ": " $1 " is frozen and has changed"; next }
                index(body[$1], $2) != 1 { print where ": " $1 " has changed within what was released" }
            ' "$work/names" "$work/new" "$work/old"
        done
        constants "$old" "$header" >"$work/old"
        constants "$new" "$header" >"$work/new"
        comm -23 "$work/old" "$work/new" | sed "s|^|$header: |; s|\$| is gone or has another value|"
    done
    cat "$work/broken"
}

result=$(differences "$frozen" "$current")
[ -z "$result" ] || { printf '%s\n' "$result"; exit 1; }

# The comparison notices what it is for.
expect() { # WHAT FOUND SED-COMMAND: FOUND is what must be said, or empty
    rm -rf "$work/edited"
    cp -R "$frozen" "$work/edited"
    chmod -R u+w "$work/edited"
    sed -i "$3" "$work/edited/dbway/provider.h"
    # The sizes that the static asserts state are those of the headers before.
    sed -i '/^DBWAY_ASSERT_(/d' "$work"/edited/dbway/*.h "$work"/edited/dbway/ext/*.h
    ! cmp -s <(grep -v '^DBWAY_ASSERT_(' "$frozen/dbway/provider.h") "$work/edited/dbway/provider.h" || { echo "$1: nothing was edited"; exit 1; }
    local said
    said=$(differences "$frozen" "$work/edited")
    if [ -z "$2" ]; then
        [ -z "$said" ] || { printf '%s was refused: %s\n' "$1" "$said"; exit 1; }
    else
        grep -qF "$2" <<<"$said" || { printf '%s was not noticed: %s\n' "$1" "$said"; exit 1; }
    fi
}
targets='x86_64-linux-gnu i686-linux-gnu'
expect 'a member at the end' '' 's/^    void                 \*reserved;$/&\n    uint64_t added;/'
expect 'a member in between' 'dbway_request has changed' 's/^    uint64_t              stmt; .*/&\n    uint64_t added;/'
expect 'two members that changed places' 'dbway_wait has changed' '/^typedef struct dbway_wait {/,/^} dbway_wait;/{s/^    uint32_t interest;.*/    uint32_t swapped_away;/;s/^    uint32_t struct_size;/    uint32_t interest;/}'
expect 'a frozen struct that has grown' 'dbway_str is frozen' 's/^    size_t      len;$/&\n    size_t added;/'
expect 'another value of a constant' 'DBWAY_E_DONE' 's/^#define DBWAY_E_DONE  *4/#define DBWAY_E_DONE 9/'
expect 'a constant that is gone' 'DBWAY_T_NATIVE' '/^#define DBWAY_T_NATIVE/d'
echo "the headers keep what was released"
