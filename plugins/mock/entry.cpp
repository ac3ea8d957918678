// The provider's metadata.
#include "provider.hpp"

#include <dbway/sdk/entry.hpp>

// Not DBWAY_ENTRY_UNLOAD_SAFE: a provider that it records stays loaded, with whatever that leaves behind.
DBWAY_PROVIDER(dbway::mock::MockProvider, "mock", "0.1.0", "Mock", "dbway", "", 0, DBWAY_SCHEMES("mock"),
               R"(license = "MIT"
description = "answers from a script instead of a database, for tests; records and replays other providers"

[[option]]
name = "script"
type = "path"
help = "the TOML file with what is expected and answered; a recording is one too"

[[option]]
name = "name"
type = "string"
help = "sources of one name share expectations; the script's path if absent"

[[option]]
name = "mode"
type = "choice"
values = ["strict", "lenient"]
help = "strict refuses what is not expected, lenient answers it with nothing; what the script says if absent"

[[option]]
name = "report"
type = "path"
help = "a file that tells, once the last connection is closed, what was expected and not seen"

[[option]]
name = "dialect"
type = "choice"
values = ["generic", "sqlite", "postgresql", "mysql"]
default = "generic"
help = "whose rules of quoting and comments hold when statements are compared, and whose SQL the application builds"

[[option]]
name = "record"
type = "path"
help = "the file to record a session with another provider to; it is begun anew"

[[option]]
name = "provider_file"
type = "path"
help = "the plugin of the provider to record"

[[option]]
name = "provider_options"
type = "secret"
help = "the options of the recorded provider as TOML: 'database = \"app.db\"'; not recorded"

[[option]]
name = "redact"
type = "string"
default = "password|passwd|secret|token|api_?key|credential"
help = "a regular expression: values in statements that it fits and of columns whose names it fits are not recorded"

[[option]]
name = "conformance"
scope = "provider"
type = "boolean"
default = "false"
help = "offer the statements of docs/reference/mock.md to `dbway check`, for a script that answers them"
)");
