// A provider whose create() lets an exception out, against R3. Only a function that is not noexcept can:
// written to the entry's type in C++17 it does not compile, so this one is C++11, as an author's might be. (A
// noexcept create() that throws ends the process in the plugin's own frame, where no host can catch it.)
#include <dbway/provider.h>

#include <stdexcept>

static dbway_status DBWAY_CALL create(const dbway_host*, const dbway_create_args*, dbway_provider**) {
    throw std::runtime_error("thrown by the fixture");
}

static const char metadata[] = DBWAY_META("id = 'fixture'\nversion = '1.9.0'\nabi = '1.0'\n");

extern "C" {
DBWAY_EXPORT extern const dbway_entry dbway_entry_v1;
const dbway_entry dbway_entry_v1 = {{'D', 'B', 'W', 'A', 'Y', '_', 'P', 'V'},
                                    sizeof(dbway_entry),
                                    DBWAY_ABI_MAJOR,
                                    DBWAY_ABI_MINOR,
                                    0,
                                    metadata,
                                    "fixture",
                                    "1.9.0",
                                    "Fixture",
                                    "",
                                    "",
                                    nullptr,
                                    create};
}
