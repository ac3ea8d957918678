// inlining.hpp - says which functions are on the path of every request and which are not. On that path the
// calls between small functions would cost more than their work.
#pragma once

#if defined(__GNUC__) || defined(__clang__)
#define DBWAY_SDK_HOT [[gnu::always_inline]]
#define DBWAY_SDK_COLD [[gnu::noinline, gnu::cold]]
#else
#define DBWAY_SDK_HOT
#define DBWAY_SDK_COLD
#endif
