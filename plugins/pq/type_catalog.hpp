// type_catalog.hpp - what the types of a result's columns are called, and how their values are read.
#pragma once

#include "cell.hpp"

#include <dbway/sdk/provider.hpp>

#include <pqxx/pqxx>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace dbway::pq {

class Session;

// The types seen on one connection: built-in ones are known, others are looked up when they are first met.
// Not thread-safe.
class TypeCatalog {
  public:
    // Columns and plans of a result. May ask the server; throws Failure.
    void describe(Session& session, const pqxx::result& result, std::vector<sdk::Column>& columns,
                  std::vector<CellPlan>& plans);

  private:
    struct Type {
        std::string name;
        CellPlan plan;
    };

    const Type& find(std::uint32_t oid) const { return types_.at(oid); }
    void learn(Session& session, const pqxx::result& result);
    static bool make_known(std::uint32_t oid, Type& type);

    std::unordered_map<std::uint32_t, Type> types_;
};

}  // namespace dbway::pq
