// type_catalog.hpp - what the types of a result's columns are called, and how their values are read.
#pragma once

#include <dbway/sdk/postgresql_cells.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dbway::orm::postgresql {

class Session;

// The types seen on one connection: built-in ones are known, others are looked up when they are first met.
// Not thread-safe.
class TypeCatalog {
  public:
    // Completes columns that have a name and a native type, and tells how to read each. May ask the server;
    // throws Failure.
    void describe(Session& session, std::vector<sdk::Column>& columns,
                  std::vector<sdk::PostgresqlCellPlan>& plans);

  private:
    struct Type {
        std::string name;
        sdk::PostgresqlCellPlan plan;
    };

    void learn(Session& session, const std::vector<sdk::Column>& columns);
    static bool make_known(std::uint32_t oid, Type& type);

    std::unordered_map<std::uint32_t, Type> types_;
};

}  // namespace dbway::orm::postgresql
