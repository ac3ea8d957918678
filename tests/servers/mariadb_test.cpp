// The MariaDB servers that other tests stand on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "servers/shared_mariadb.hpp"

namespace dbway::test {
namespace {

class Mariadb : public testing::Test {
  protected:
    void SetUp() override { DBWAY_NEEDS_MARIADB(); }
};

TEST_F(Mariadb, DatabasesAreApartAndGoWithTheirObject) {
    std::string name;
    {
        const MariadbDatabase first(shared_mariadb()), second(shared_mariadb());
        first.sql("create table t (i int)");
        EXPECT_THROW(second.sql("select * from t"), std::runtime_error);
        name = first.name();
        EXPECT_EQ(first.value("select database()"), name);
    }
    EXPECT_EQ(shared_mariadb().value(
                  "select count(*) from information_schema.schemata where schema_name = '" + name + "'"),
              "0");
}

TEST_F(Mariadb, ASessionIsEndedByItsDatabase) {
    const MariadbDatabase database(shared_mariadb());
    MariadbConnection connection = database.connect();
    EXPECT_EQ(connection.value("select 1"), "1");
    EXPECT_EQ(database.terminate_sessions(), 1);
    EXPECT_THROW(connection.sql("select 1"), std::runtime_error);
}

TEST_F(Mariadb, AServerOfItsOwnStopsStartsAndFreezes) {
    std::filesystem::path directory;
    {
        MariadbServer server(own_mariadb_settings());
        directory = server.directory();
        server.sql("create database kept");
        server.restart();
        server.restart(MariadbServer::Stop::immediate);
        EXPECT_EQ(server.value("select 40 + 2", "kept"), "42");
        server.freeze();
        std::thread thaw([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            server.thaw();
        });
        EXPECT_EQ(server.value("select 1"), "1");
        thaw.join();
        server.stop();
        EXPECT_FALSE(server.running());
        EXPECT_THROW(server.sql("select 1"), std::runtime_error);
    }
    EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_F(Mariadb, WhatKeepsItFromStartingIsSaid) {
    MariadbSettings settings = own_mariadb_settings();
    settings.arguments = {"--no-such-argument"};
    try {
        const MariadbServer server(settings);
        FAIL() << "it started";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("no-such-argument"));
    }
}

}  // namespace
}  // namespace dbway::test
