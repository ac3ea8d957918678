// value_type.hpp - the names of the ABI's value types, and guessing a type from texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::cli {

// "integer" for DBWAY_T_I64, …; "unknown type N" for a number without a name.
std::string type_label(std::uint32_t type);

// The reverse, for `--types`; "null" is DBWAY_T_NULL. Throws UsageError with the nearest name.
std::uint32_t parse_type_label(std::string_view name);

// Looks at the texts of one column and tells which type holds all of them and loses nothing. Careful: numbers
// that would be written back differently, like 007 or 1e5, are text. Not thread-safe.
class TypeGuess {
  public:
    // NULL is not shown to it.
    void add(std::string_view text, bool quoted);

    // BOOL, I64, DECIMAL, DATE, TIMESTAMP, TIMESTAMPTZ or TEXT. TEXT too when nothing was added.
    std::uint32_t type() const noexcept;

  private:
    // One bit for each type that still fits.
    unsigned fits_ = ~0u;
    bool any_ = false;
};

}  // namespace dbway::cli
