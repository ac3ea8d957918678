#include "sides.hpp"

namespace bench {

std::unique_ptr<Side> make_side(std::string_view name, const Database& database) {
    if (name == "sqlite3") return make_sqlite3_side(database.text);
    if (name == "libpq") return make_libpq_side(database.text);
    if (name == "libpqxx") return make_libpqxx_side(database.text);
    const auto slash = name.find('/');
    const std::string provider(name.substr(0, slash));
    const std::string_view how = slash == name.npos ? "" : name.substr(slash + 1);
    if (how == "entities") return make_repository_side(provider, database);
    if (how == "pool" || how.empty()) return make_dbway_side(provider, database, how.empty());
    throw std::invalid_argument("no side \"" + std::string(name) + "\"");
}

}  // namespace bench
