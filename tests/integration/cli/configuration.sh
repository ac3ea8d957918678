#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"

# No configuration
run 2 query "select 1"
err_has "dbway init"
out_empty

# init
run 0 init --dir "$providers" --provider sqlite --database app.db
out_empty
err_has "wrote dbway.toml"
run 0 validate
out_empty
run 0 query "select 1"
run 2 init --dir "$providers" --provider sqlite --database other.db
err_has "--force"
run 0 init --dir "$providers" --provider sqlite --database other.db -s second --option busy_timeout=1s --force
run 0 query -s second "select 1"
run 2 init --provider sqilte --database a.db other.toml --dir "$providers"
err_has "sqilte"
[ ! -e other.toml ] || fail "an invalid configuration was written"
run 2 init --provider sqlite --option nonsense=1 other.toml --dir "$providers"
err_has "nonsense"
run 2 init </dev/null elsewhere.toml
err_has "--provider"

# Questions on a terminal
if command -v script >/dev/null; then
    printf '\nasked.db\nquestions\n' | script -qec "'$dbway' init --dir '$providers' asked.toml" /dev/null >out 2>&1 ||
        fail "init with questions: $(cat out)"
    out_has "Provider ("
    run 0 validate asked.toml
    run 0 query -c asked.toml -s questions "select 1"
fi

# validate: all errors, each with its place
cat >wrong.toml <<END
[plugins]
directories = ["$providers"]

[source.main]
provider = "sqlite"
databse = "a.db"

[source.main.pool]
max = "many"
END
run 2 validate wrong.toml
[ "$(grep -cE '^wrong\.toml:[0-9]+:[0-9]+: error: ' out)" -ge 2 ] || fail "problems: $(cat out)"
out_has "database"
run 2 validate --json wrong.toml
out_has '"valid": false'
run 2 query -c wrong.toml "select 1"
out_empty
err_has "wrong.toml:"
run 2 validate missing.toml
run 0 validate --schema
out_has '"$schema"'
run 0 validate --reference
out_has "max_lifetime"
DBWAY_CONFIG=wrong.toml run 2 query "select 1"
DBWAY_CONFIG=wrong.toml run 0 query -c dbway.toml "select 1"

# providers
run 0 providers
out_has "dbway_sqlite.so"
out_has "savepoint"
run 0 providers --json
out_has '"id": "sqlite"'
mkdir mixed
cp "$providers/dbway_sqlite.so" mixed/
printf 'no plugin' >mixed/text.so
cp "$providers/dbway_sqlite.so" mixed/open.so
chmod 666 mixed/open.so
mkdir empty_home && cd empty_home || exit 1
cat >dbway.toml <<END
[plugins]
directories = ["../mixed"]
duplicates = "highest"
END
run 0 providers
out_has "mixed/text.so"
out_has "mixed/open.so"
out_has "writ"
cd .. || exit 1

# A plugin that cannot be loaded
cat >pinned.toml <<END
[plugins]
directories = ["$providers"]
[plugins.pin]
sqlite = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
[source.main]
provider = "sqlite"
database = "app.db"
END
run 3 providers -c pinned.toml
err_has "sqlite"
out_has "pin"

# Secrets are not shown
cat >secret.toml <<END
[plugins]
directories = ["$providers"]
[source.main]
provider = "sqlite"
database = { env = "SECRET_DATABASE" }
END
mkdir hunter2
SECRET_DATABASE=$work/hunter2 run 1 query -c secret.toml "select 1"
! grep -q hunter2 out err || fail "a secret was shown"
finish
