#include "dialect.hpp"

#include "column_type.hpp"

#include <mutex>
#include <set>
#include <string>

namespace dbway::sqlite {
namespace {

// The answers must outlive every call; there are few different ones.
const char* DBWAY_CALL type_name(dbway_provider*, std::uint32_t type, std::int32_t precision,
                                 std::int32_t scale) noexcept {
    static std::mutex mutex;
    static std::set<std::string> names;
    try {
        std::string name = declared_type_for(type, precision, scale);
        const std::lock_guard lock(mutex);
        return names.insert(std::move(name)).first->c_str();
    } catch (...) {
        return "";
    }
}

}  // namespace

const dbway_ext_dialect dialect_extension = {
    sizeof(dbway_ext_dialect),
    DBWAY_PLACEHOLDER_DOLLAR,
    DBWAY_UPSERT_ON_CONFLICT,
    32'766,
    0,
    0,
    "sqlite",
    "\"\"",
    type_name,
    nullptr,
};

}  // namespace dbway::sqlite
