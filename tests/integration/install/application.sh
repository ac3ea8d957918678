#!/usr/bin/env bash
# application.sh cmake|pkgconfig PREFIX LIBDIR SOURCE WORK: builds the application against PREFIX only and compares
# what it prints with expected.txt.
. "$(dirname "$0")/lib.sh"
way=$1 prefix=$2 libdir=$3 source=$4 work=$5
fresh_directory "$work"
cp "$source"/* "$work"
cat >"$work/dbway.toml" <<'END'
[source.main]
provider = "sqlite"
database = "planets.db"
END

case $way in
cmake)
    cmake -S "$work" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >"$work/cmake.log" ||
        fail "$(cat "$work/cmake.log")"
    cmake --build "$work/build" >"$work/build.log" || fail "$(cat "$work/build.log")"
    application=$work/build/application
    ;;
pkgconfig)
    export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
    read -ra flags <<<"$(pkg-config --cflags --libs dbway-kit)"
    "${CXX:-c++}" -std=c++20 -o "$work/application" "$work/main.cpp" "${flags[@]}"
    export LD_LIBRARY_PATH=$prefix/$libdir
    application=$work/application
    ;;
esac

"$application" "$work/dbway.toml" >"$work/actual.txt" || fail "the application failed"
same "$source/expected.txt" "$work/actual.txt"
[ -s "$work/planets.db" ] || fail "the database is not beside the configuration that names it"
