// orm_planner_fixture.hpp - the planner's tables of the three databases, and an entity for tests of them.
#ifndef DBWAY_TESTS_UNIT_API_ORM_PLANNER_FIXTURE_HPP
#define DBWAY_TESTS_UNIT_API_ORM_PLANNER_FIXTURE_HPP

#include <dbway/sdk/orm_planner.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/orm_description.hpp"

namespace dbway::test::orm {

inline const dbway_ext_orm& postgresql = sdk::orm_extension<sdk::orm::Postgresql>;
inline const dbway_ext_orm& sqlite = sdk::orm_extension<sdk::orm::Sqlite>;
inline const dbway_ext_orm& mysql = sdk::orm_extension<sdk::orm::Mysql>;
inline const dbway_ext_orm* const databases[] = {&postgresql, &sqlite, &mysql};

inline Planned plan(const dbway_ext_orm& extension, Description& description, const Operation& operation,
                    const dbway_conn_info* server = nullptr) {
    return plan(extension, nullptr, description.abi(), operation.abi(server));
}

// The texts that were planned; an error is a failure of the test.
inline std::vector<std::string> sql(const dbway_ext_orm& extension, Description& description,
                                    const Operation& operation, const dbway_conn_info* server = nullptr) {
    const Planned planned = plan(extension, description, operation, server);
    EXPECT_EQ(planned.status, DBWAY_OK) << planned.error;
    std::vector<std::string> result;
    for (const Statement& one : planned.statements) result.push_back(one.sql);
    return result;
}
inline std::string one_sql(const dbway_ext_orm& extension, Description& description,
                           const Operation& operation, const dbway_conn_info* server = nullptr) {
    const std::vector<std::string> all = sql(extension, description, operation, server);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? std::string() : all.front();
}

inline dbway_conn_info server_info(std::uint64_t version, std::string_view product) {
    dbway_conn_info info{};
    info.struct_size = sizeof info;
    info.server_version = version;
    info.product = str(product);
    return info;
}

// users: id, name, email, version, created, updated, deleted
enum UserColumn : std::uint32_t { id, name, email, version, created, updated, deleted };
inline Description users() {
    Description users("users");
    users.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY | DBWAY_ORM_GENERATED)
        .column("name", DBWAY_T_TEXT, DBWAY_ORM_NOT_NULL)
        .column("email", DBWAY_T_TEXT, DBWAY_ORM_UNIQUE)
        .column("version", DBWAY_T_I64, DBWAY_ORM_VERSION)
        .column("created", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_CREATED)
        .column("updated", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_UPDATED)
        .column("deleted", DBWAY_T_TIMESTAMPTZ, DBWAY_ORM_DELETED);
    return users;
}
// No column with a role: id (the program's), name.
inline Description plain() {
    Description plain("t");
    plain.column("id", DBWAY_T_I64, DBWAY_ORM_PRIMARY).column("name", DBWAY_T_TEXT);
    return plain;
}

}  // namespace dbway::test::orm

#endif
