#include <dbway/sdk/sqlstate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace dbway::sdk {
namespace {

TEST(Sqlstate, ClassesAndTheirExceptions) {
    struct Expectation {
        const char* sqlstate;
        dbway_status status;
    };
    for (const auto& [sqlstate, status] : {Expectation{"23505", DBWAY_ERR_CONSTRAINT},
                                           {"23P01", DBWAY_ERR_CONSTRAINT},
                                           {"22012", DBWAY_ERR_DATA},
                                           {"42601", DBWAY_ERR_SYNTAX},
                                           {"42P01", DBWAY_ERR_SYNTAX},
                                           {"42501", DBWAY_ERR_PERMISSION},
                                           {"3D000", DBWAY_ERR_SYNTAX},
                                           {"28P01", DBWAY_ERR_AUTH},
                                           {"08006", DBWAY_ERR_CONNECTION},
                                           {"08P01", DBWAY_ERR_DATABASE},
                                           {"0A000", DBWAY_ERR_UNSUPPORTED},
                                           {"25006", DBWAY_ERR_PERMISSION},
                                           {"25P02", DBWAY_ERR_INVALID},
                                           {"25P03", DBWAY_ERR_CONNECTION},
                                           {"26000", DBWAY_ERR_INVALID},
                                           {"40001", DBWAY_ERR_CONFLICT},
                                           {"40P01", DBWAY_ERR_CONFLICT},
                                           {"53300", DBWAY_ERR_RESOURCE},
                                           {"54001", DBWAY_ERR_RESOURCE},
                                           {"55P03", DBWAY_ERR_CONFLICT},
                                           {"55000", DBWAY_ERR_DATABASE},
                                           {"57014", DBWAY_ERR_CANCELLED},
                                           {"57P01", DBWAY_ERR_CONNECTION},
                                           {"57000", DBWAY_ERR_DATABASE},
                                           {"58030", DBWAY_ERR_DATABASE},
                                           {"P0001", DBWAY_ERR_DATABASE},
                                           {"XX001", DBWAY_ERR_DATABASE},
                                           {"ZZZZZ", DBWAY_ERR_DATABASE},
                                           {"23", DBWAY_ERR_DATABASE},
                                           {"", DBWAY_ERR_DATABASE}})
        EXPECT_EQ(status_of_sqlstate(sqlstate), status) << sqlstate;
}

TEST(Sqlstate, WhatMayBeTriedAgain) {
    EXPECT_EQ(diagnostic_flags_of_sqlstate("40001"), DBWAY_DIAG_RETRY_TX);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("40P01"), DBWAY_DIAG_RETRY_TX);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("23505"), 0u);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("57P01"), DBWAY_DIAG_CONN_DEAD);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("57P05"),
              DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("53300"), DBWAY_DIAG_RETRY | DBWAY_DIAG_NOT_EXECUTED);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("08P01") & DBWAY_DIAG_CONN_DEAD, 0u);
    EXPECT_EQ(diagnostic_flags_of_sqlstate("40002"), 0u);
}

// The look-up halves the table.
TEST(Sqlstate, TheTableIsSorted) {
    EXPECT_TRUE(std::is_sorted(std::begin(detail::sqlstate_mappings), std::end(detail::sqlstate_mappings),
                               [](const auto& a, const auto& b) { return a.code < b.code; }));
}

}  // namespace
}  // namespace dbway::sdk
