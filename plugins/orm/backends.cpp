#include "backends.hpp"

namespace dbway::orm {

std::uint64_t every_capability() noexcept {
    return sqlite::capabilities(false) | postgresql::capabilities(false) | mysql::capabilities(false);
}

std::string_view backend_names() noexcept { return "sqlite3, postgresql or mysql"; }

std::unique_ptr<sdk::Connection> open_backend(std::string_view name, const sdk::OpenRequest& request) {
    if (name == "sqlite3") return sqlite::open(request);
    if (name == "postgresql") return postgresql::open(request);
    if (name == "mysql") return mysql::open(request);
    return nullptr;
}

}  // namespace dbway::orm
