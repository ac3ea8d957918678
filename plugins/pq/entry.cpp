// The provider and its metadata.
#include "connection.hpp"

#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/orm_planner.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_large_object.hpp>
#include <dbway/sdk/postgresql_options.hpp>

#include <string_view>

namespace dbway::pq {
namespace {

// [any]
class PqProvider final : public sdk::Provider {
  public:
    explicit PqProvider(const sdk::Options& options) { sdk::OptionReader(options).finish(); }

    std::uint64_t capabilities() const override { return pq::capabilities(false); }
    std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) override {
        return std::make_unique<PqConnection>(request);
    }
    const void* extension(std::string_view id) override {
        if (id == DBWAY_EXT_DIALECT) return &sdk::postgresql_dialect;
        if (id == DBWAY_EXT_ORM) return &sdk::orm_extension<sdk::orm::Postgresql>;
        if (id == DBWAY_EXT_LARGE_OBJECT) return &sdk::postgresql_large_object;
        return nullptr;
    }
};

}  // namespace
}  // namespace dbway::pq

// Not DBWAY_ENTRY_UNLOAD_SAFE: libpq brings OpenSSL, which leaves handlers behind.
DBWAY_PROVIDER(dbway::pq::PqProvider, "pq", "0.1.0", "PostgreSQL (libpqxx)", "dbway",
               "https://pqxx.org/libpqxx/", 0, DBWAY_SCHEMES("postgresql", "postgres"),
               R"(license = "MIT"
description = "PostgreSQL through the libpqxx library"
)" DBWAY_POSTGRESQL_OPTIONS);
