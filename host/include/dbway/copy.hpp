// copy.hpp - bulk load, by the fastest way that the provider has.
#pragma once

#include <dbway/parameters.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway {

namespace detail {

// What a bulk load loads into. Borrowed for the call.
struct CopyTarget {
    std::string_view text;  // a table, or a whole statement
    const std::vector<std::string_view>& columns;
    std::uint32_t flags;  // DBWAY_RF_RAW, DBWAY_RF_SQL
};

class CopyState;
struct CopyStateDeleter {
    DBWAY_API void operator()(CopyState* state) const noexcept;
};
}  // namespace detail

// One running bulk load. Nothing of it is visible before finish(); destroyed without finish(), it leaves
// nothing behind. Move-only; one thread at a time; keeps a connection of its own until then.
class DBWAY_API CopyIn {
  public:
    explicit CopyIn(std::unique_ptr<detail::CopyState, detail::CopyStateDeleter> state) noexcept;
    CopyIn(CopyIn&&) noexcept;
    CopyIn& operator=(CopyIn&&) noexcept;
    ~CopyIn();

    // Adds a row; values are copied. Throws InvalidUse if their number is not that of the columns, and what
    // the server refused of an earlier row (the load is over then).
    template <typename... Args>
    void row(const Args&... args) {
        const detail::ParameterPack<Args...> pack(args...);
        static_assert(!(detail::is_named<Args>::value || ...), "values of a row go by position");
        row(std::span<const dbway_value>(pack.values(), sizeof...(Args)));
    }
    void row(std::span<const dbway_value> values);

    // A piece of what Operations::copy_in_raw() loads, which may end anywhere.
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

    // Sends what is left and makes all of it permanent. Returns the number of rows loaded.
    std::int64_t finish();

  private:
    std::unique_ptr<detail::CopyState, detail::CopyStateDeleter> state_;
};

}  // namespace dbway
