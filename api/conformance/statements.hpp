#ifndef DBWAY_CONFORMANCE_STATEMENTS_HPP
#define DBWAY_CONFORMANCE_STATEMENTS_HPP

#include <cstdint>
#include <string>

#include <dbway/ext/dialect.h>

#include "conformance/driver.hpp"

namespace dbway::conformance {

// What to ask a provider: from its "dbway.conformance/1" extension where it has one, else by the name of its
// SQL dialect. Empty: there is no such statement. Immutable.
struct Statements {
    std::string dialect;  // "" without "dbway.dialect/1"
    std::string sample, series, failing, slow, lookup, lookup_value;
    std::string notify;  // sends "payload" to dbway_channel
    // type_name() of the dialect; empty when it has none.
    std::string type_name(std::uint32_t type, std::int32_t precision = -1, std::int32_t scale = -1) const;

    const Provider* provider = nullptr;  // outlives this
    const dbway_ext_dialect* table = nullptr;
};

// May open a connection, to ask it for the dialect.
Statements statements_of(Provider& provider);

}  // namespace dbway::conformance

#endif
