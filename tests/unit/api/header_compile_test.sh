#!/bin/sh
# header_compile_test.sh INCLUDE_DIR
# Compiles each header of the ABI on its own with every C and C++ standard it promises, by each compiler found, and
# checks the layout on other machines by Clang, whose own stdint.h and stddef.h are enough for that. -Wpadded makes
# implicit padding (R7) an error; the static asserts of the headers check the sizes.
set -u
include=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
runs=0

try() { # description, command...
    what=$1
    shift
    runs=$((runs + 1))
    if ! "$@" >"$work/log" 2>&1; then
        failures=$((failures + 1))
        echo "FAILED: $what"
        cat "$work/log"
    fi
}

warnings="-Wall -Wextra -Wpedantic -Wpadded -Werror -fsyntax-only"
headers=$(cd "$include" && echo dbway/provider.h dbway/ext/*.h)
targets="x86_64-linux-gnu i686-linux-gnu aarch64-linux-gnu armv7-linux-gnueabihf riscv64-linux-gnu riscv32-linux-gnu
    powerpc64le-linux-gnu s390x-linux-gnu x86_64-pc-windows-msvc i686-pc-windows-msvc aarch64-pc-windows-msvc
    x86_64-w64-mingw32 arm64-apple-macos wasm32"

for header in $headers; do
    echo "#include <$header>" >"$work/header.c"
    cp "$work/header.c" "$work/header.cpp"
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for standard in c11 c17; do
            try "$header, $compiler -std=$standard" $compiler -std=$standard $warnings -I"$include" "$work/header.c"
        done
    done
    for compiler in g++ clang++; do
        command -v $compiler >/dev/null || continue
        for standard in c++11 c++14 c++17 c++20; do
            try "$header, $compiler -std=$standard" $compiler -std=$standard $warnings -I"$include" "$work/header.cpp"
        done
    done
    command -v clang >/dev/null || continue
    for target in $targets; do
        try "$header for $target" clang -target $target -std=c11 -ffreestanding -nostdlibinc $warnings -I"$include" "$work/header.c"
    done
done

# The check itself can fail: a struct with padding must not pass.
if command -v gcc >/dev/null; then
    echo 'struct padded { char a; long b; };' >"$work/padded.c"
    # shellcheck disable=SC2086
    if gcc -std=c11 $warnings "$work/padded.c" >/dev/null 2>&1; then
        echo "FAILED: -Wpadded does not notice padding"
        failures=$((failures + 1))
    fi
fi

echo "$runs compilations, $failures failed"
[ "$runs" -gt 0 ] && [ "$failures" -eq 0 ]
