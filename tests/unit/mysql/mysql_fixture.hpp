// mysql_fixture.hpp - a database on the tests' MariaDB, and the provider on it through the bare ABI.
#pragma once

#include "servers/shared_mariadb.hpp"
#include "unit/sqlite/raw_connection.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace dbway::test {

class MysqlTest : public testing::Test {
  protected:
    void SetUp() override {
        DBWAY_NEEDS_MARIADB();
        database_ = std::make_unique<MariadbDatabase>(shared_mariadb());
    }

    OptionMap options() const {
        OptionMap map;
        for (const auto& [key, value] : database_->options()) map[key] = value;
        return map;
    }
    OptionMap options_with(const std::string& key, const std::string& value) const {
        OptionMap map = options();
        map[key] = value;
        return map;
    }
    // What is true, asked past the provider.
    std::string value(const std::string& sql) const { return database_->value(sql); }
    const MariadbDatabase& database() const { return *database_; }

  private:
    std::unique_ptr<MariadbDatabase> database_;
};

}  // namespace dbway::test
