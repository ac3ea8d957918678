#ifndef DBWAY_CONFORMANCE_ORM_PLANNER_HPP
#define DBWAY_CONFORMANCE_ORM_PLANNER_HPP

#include <dbway/ext/orm.h>

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/check.hpp"

namespace dbway::conformance {

struct OrmStatement {
    std::string sql;
    std::uint32_t flags = 0;
    std::uint32_t n_params = 0;
    friend bool operator==(const OrmStatement&, const OrmStatement&) = default;
};

struct OrmPlan {
    dbway_status status = DBWAY_OK;
    std::vector<OrmStatement> statements;
    std::vector<Diag> diags;
};

// The extension "dbway.orm/1" of a provider or its connections, on a table of the check's own: a generated
// key, and a text and a version whose names need quotes. Skips the check where there is no such extension.
// Serial.
class OrmPlanner {
  public:
    explicit OrmPlanner(Context& context);
    ~OrmPlanner();
    OrmPlanner(const OrmPlanner&) = delete;
    OrmPlanner& operator=(const OrmPlanner&) = delete;

    Connection& connection() { return *connection_; }
    const std::string& table() const { return table_; }
    const dbway_orm_entity& entity() const { return entity_; }
    dbway_orm_operation operation(std::uint32_t kind) const;

    // `stop_at`: the sink answers DBWAY_ERR_CANCELLED to that statement, from 1.
    OrmPlan plan(const dbway_orm_entity* entity, const dbway_orm_operation* operation,
                 std::size_t stop_at = 0);
    // The statements of an operation on entity(); fails the check if it is refused.
    std::vector<OrmStatement> planned(const dbway_orm_operation& operation);
    void create_table();
    Outcome run(const OrmStatement& statement, OwnedRow values = {});

  private:
    Context& context_;
    std::unique_ptr<Connection> connection_;
    const dbway_ext_orm* orm_ = nullptr;
    Sink sink_;
    std::string table_;
    std::string product_, version_, database_;
    dbway_conn_info server_{};
    dbway_orm_column columns_[3]{};
    const dbway_orm_column* column_pointers_[3]{};
    dbway_orm_index index_{};
    const dbway_orm_index* index_pointers_[1]{};
    std::uint32_t index_columns_[2]{};
    dbway_orm_entity entity_{};
    bool created_ = false;
};

}  // namespace dbway::conformance

#endif
