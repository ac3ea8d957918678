// extension.hpp - dbway.mock/1.
#pragma once

#include <dbway/ext/mock.h>

namespace dbway::mock {

extern const dbway_ext_mock mock_extension;

}  // namespace dbway::mock
