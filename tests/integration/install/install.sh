#!/usr/bin/env bash
# install.sh CMAKE BUILD WORK: installs BUILD below WORK and moves it to WORK/prefix.
. "$(dirname "$0")/lib.sh"
cmake=$1 build=$2 work=$3
fresh_directory "$work"
DESTDIR='' "$cmake" --install "$build" --prefix "$work/first-prefix" >"$work/install.log"
mv "$work/first-prefix" "$work/prefix"
