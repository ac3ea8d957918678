#!/usr/bin/env bash
# debian_packages.sh CPACK BUILD WORK: the packages can be made, hold their parts, and depend on what they need.
. "$(dirname "$0")/lib.sh"
cpack=$1 build=$2 work=$3
fresh_directory "$work"
(cd "$work" && "$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$work" >"$work/cpack.log") || fail "$(tail "$work/cpack.log")"

# holds PACKAGE FILE…, needs PACKAGE REGEX
holds() {
    local package=$1 list file
    shift
    list=$(dpkg-deb -c "$work/${package}"_*.deb | awk '{ print $6 }')
    for file in "$@"; do grep -qx "\./usr/$file" <<<"$list" || fail "$package without $file"; done
}
needs() {
    dpkg-deb -f "$work/$1"_*.deb Depends | grep -qE "$2" || fail "$1 does not depend on $2"
}
holds libdbway0 'lib.*/libdbway\.so\.0' 'lib.*/libdbway-kit\.so\.0'
holds libdbway-dev 'include/dbway/provider\.h' 'lib.*/dbwayConfig\.cmake' 'lib.*/libdbway\.so'
holds dbway-cli bin/dbway share/man/man1/dbway.1
holds dbway-providers-sqlite 'lib.*/dbway/providers/dbway_sqlite\.so'
needs libdbway0 'libstdc\+\+6'
needs libdbway-dev libdbway0
needs dbway-cli libdbway0
needs dbway-providers-sqlite libsqlite3-0

# Unpacked, they make an installation that runs.
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/root"; done
cd "$work"
"$work/root/usr/bin/dbway" providers | tee "$work/providers.txt" | grep -q sqlite || fail "$(cat "$work/providers.txt")"
