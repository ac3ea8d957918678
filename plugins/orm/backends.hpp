// backends.hpp - SOCI's backends by their names. Each lives in files of its own, since their client
// libraries' headers do not go together.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace dbway::orm {

// What all of them can do together (DBWAY_CAP_*).
std::uint64_t every_capability() noexcept;

// Their names, for people.
std::string_view backend_names() noexcept;

// Null for an unknown name. Throws Failure.
std::unique_ptr<sdk::Connection> open_backend(std::string_view name, const sdk::OpenRequest& request);

namespace sqlite {
std::uint64_t capabilities(bool read_only) noexcept;
std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request);
}  // namespace sqlite

namespace postgresql {
std::uint64_t capabilities(bool read_only) noexcept;
std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request);
}  // namespace postgresql

namespace mysql {
std::uint64_t capabilities(bool read_only) noexcept;
std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request);
}  // namespace mysql

}  // namespace dbway::orm
