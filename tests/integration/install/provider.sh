#!/usr/bin/env bash
# provider.sh PREFIX SOURCE WORK: builds a provider's project against PREFIX only, drops the plugin into a directory
# and has the installed program find it, use it and check it.
. "$(dirname "$0")/lib.sh"
prefix=$1 source=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
fresh_directory "$work"
cp -R "$source" "$work/source"
cmake -S "$work/source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >"$work/cmake.log" ||
    fail "$(cat "$work/cmake.log")"
cmake --build "$work/build" >"$work/build.log" || fail "$(cat "$work/build.log")"

mkdir "$work/providers"
find "$work/build" -name '*.so' -exec cp {} "$work/providers/" \;
plugins=("$work"/providers/*.so)
if [ "${#plugins[@]}" -ne 1 ] || [ ! -e "${plugins[0]}" ]; then
    fail "one plugin expected, made: ${plugins[*]}"
fi

cd "$work" # no configuration lies here
"$prefix/bin/dbway" providers --dir "$work/providers" >"$work/providers.txt" || fail "$(cat "$work/providers.txt")"
grep -qF "${plugins[0]}" "$work/providers.txt" || fail "not listed: ${plugins[0]}"
options=()
settings=$here/$(basename "$source").options # one KEY=VALUE a line; @SOURCE@ is the project's directory
if [ -f "$settings" ]; then
    while read -r option; do options+=(--config-options "${option//@SOURCE@/$work/source}"); done <"$settings"
fi
"$prefix/bin/dbway" check "${options[@]}" "${plugins[0]}" >"$work/check.txt" || fail "$(cat "$work/check.txt")"
