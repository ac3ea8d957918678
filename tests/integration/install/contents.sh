#!/usr/bin/env bash
# contents.sh PREFIX LIBDIR SOURCE BUILD: the installation is complete and holds no path of where it was made.
. "$(dirname "$0")/lib.sh"
prefix=$1 libdir=$2 source=$3 build=$4
for path in bin/dbway include/dbway/provider.h include/dbway/dbway.hpp include/dbway/sdk/provider.hpp \
    include/dbway/kit.hpp "$libdir/libdbway-kit.so" "$libdir/libdbway-kit.so.0" "$libdir/pkgconfig/dbway-kit.pc" \
    "$libdir/libdbway.so" "$libdir/libdbway.so.0" "$libdir/cmake/dbway/dbwayConfig.cmake" \
    "$libdir/cmake/dbway/dbway_add_provider.cmake" "$libdir/pkgconfig/dbway.pc" "$libdir/pkgconfig/dbway-provider.pc" \
    "$libdir/dbway/providers/dbway_sqlite.so" share/man/man1/dbway.1 share/bash-completion/completions/dbway \
    share/doc/dbway/LICENSE; do
    [ -e "$prefix/$path" ] || fail "$path is not installed"
done

traces=$(grep -rlF -e "$build" -e "$source" -e first-prefix "$prefix/$libdir/cmake" "$prefix/$libdir/pkgconfig" \
    "$prefix/include" || true)
[ -z "$traces" ] || fail "paths of the build in: $traces"
for binary in bin/dbway "$libdir/libdbway.so" "$libdir/libdbway-kit.so" "$libdir"/dbway/providers/*.so; do
    ! readelf -d "$prefix/${binary#"$prefix/"}" | grep -E 'R(UN)?PATH' | grep -qF "$build" || fail "run path of the build in $binary"
done

# What an application includes must stand on its own: no header of the build's other libraries.
for header in "$prefix"/include/dbway/*.hpp "$prefix"/include/dbway/kit/*.hpp; do
    printf '#include <%s>\n' "${header#"$prefix"/include/}" |
        "${CXX:-c++}" -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$prefix/include" -x c++ - ||
        fail "$(basename "$header") does not compile alone"
done
! grep -rnE '#include *<(boost|toml\+\+|nlohmann|CLI|sqlite3)' "$prefix/include" >&2 || fail "a client library in the headers"
