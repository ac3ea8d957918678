// export.hpp - which symbols libdbway shows.
#pragma once

#if defined(_WIN32)
#define DBWAY_API
#else
#define DBWAY_API __attribute__((visibility("default")))
#endif
