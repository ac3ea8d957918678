#!/usr/bin/env bash
# fixtures.sh DBWAY FIXTURES DATA: plugins that were built from the headers of a released ABI are loaded, checked and used
# by the host of today. Where the checkout lies others may write, which the loader would refuse; so they are copied.
set -euo pipefail
dbway=$1 fixtures=$2 data=$3
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/providers"
cp "$fixtures"/*.so "$work/providers"
chmod 644 "$work"/providers/*
cp -R "$data" "$work/data"
cd "$work"
cat >dbway.toml <<'END'
[plugins]
directories = ["providers"]

[source.files]
provider = "csv"
directory = "data"

[source.machine]
provider = "proc"
END

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}
# is EXPECTED COMMAND…
is() {
    local said
    said=$("${@:2}") || fail "${*:2}: failed; it printed: $said"
    [ "$said" = "$1" ] || fail "${*:2}: printed \"$said\" instead of \"$1\""
}
"$dbway" providers | grep -q "ABI 1.0" || fail "no provider of ABI 1.0: $("$dbway" providers)"
for plugin in csv:directory=data proc:; do
    options=()
    [ -z "${plugin#*:}" ] || options=(--config-options "${plugin#*:}")
    "$dbway" check "${options[@]}" "providers/dbway_${plugin%%:*}.so" >check.txt || fail "$(cat check.txt)"
done
is $'name\nZürich' "$dbway" query --source files --format csv -p Switzerland 'select name from cities where country = $1'
[ "$("$dbway" query --source machine --format csv 'select * from memory' | wc -l)" -gt 3 ] || fail 'no rows of memory'
echo "the plugins of ABI 1.0 work"
