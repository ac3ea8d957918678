#!/usr/bin/env bash
# The reference page and the JSON schema in the tree are what the parser's own table says today.
#   reference.sh DBWAY PROVIDERS SOURCE_DIRECTORY
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
source_directory=$3

run 0 validate --reference
diff out "$source_directory/docs/reference/configuration.md" >&2 ||
    fail "docs/reference/configuration.md is old; make it with: dbway validate --reference"
run 0 validate --schema
diff out "$source_directory/config/dbway.schema.json" >&2 ||
    fail "config/dbway.schema.json is old; make it with: dbway validate --schema"

finish
