// side_dbway.hpp - the same jobs by dbway, the provider chosen by a configuration.
#pragma once

#include "jobs.hpp"

#include <memory>
#include <string>

namespace bench {

// `pinned`: one connection held throughout; otherwise each statement takes one from the pool.
std::unique_ptr<Side> make_dbway_side(const std::string& database, bool pinned);

}  // namespace bench
