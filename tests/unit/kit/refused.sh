#!/bin/sh
# refused.sh COMPILER SOURCE INCLUDE…: the compiler refuses every mistake of SOURCE, in words that help.
set -u
compiler=$1 source=$2
shift 2
output=$("$compiler" -std=c++20 -fsyntax-only "$@" "$source" 2>&1) && { echo "it compiled" >&2; exit 1; }
failed=0
while read -r expected; do
    case $output in *"$expected"*) ;; *) echo "the compiler did not say: $expected" >&2; failed=1 ;; esac
done <<'END'
this field is text: compare it with text
this field is an integer: compare it with an integer
nothing is equal to NULL
a field is never NULL unless it is a std::optional
like() is for fields of text
the_member_is_not_a_column_of_DBWAY_ENTITY
give as many values as the key has members
an entity needs a key: write (id, key)
(x, version) are for integers
would dangle
END
exit $failed
