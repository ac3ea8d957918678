// expectation_abi.hpp - an expectation as it comes through the C interface, checked and copied.
#pragma once

#include "expectation.hpp"

#include <dbway/ext/mock.h>

namespace dbway::mock {

// Throws Failure: DBWAY_ERR_TOO_NEW for fields and flags that are not known here (R4), DBWAY_ERR_INVALID for
// all else that is wrong.
Expectation read_expectation(const dbway_mock_expectation* given);

}  // namespace dbway::mock
