#!/bin/sh
# guide.sh PROGRAM PROVIDERS: the program of the guide runs on a new database of SQLite, and says what it promises.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
printf '[plugins]\ndirectories = ["%s"]\n[source.main]\nprovider = "sqlite"\ndatabase = "guide.db"\n' "$2" >"$directory/dbway.toml"
"$1" "$directory/dbway.toml" >"$directory/actual" 2>"$directory/errors" || { cat "$directory/errors" >&2; exit 1; }
cat >"$directory/expected" <<'END'
Ann
1 and more
User with id = 1 was changed or removed since version 1 of it was read; hint: read it again and apply the change to what is there now
On Ann: tea
1
END
diff "$directory/expected" "$directory/actual"
