#include <dbway/sdk/postgresql_type_catalog.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace dbway::sdk {
namespace {

constexpr std::uint32_t mood = 20'001;
constexpr std::uint32_t moods = 20'002;
constexpr std::uint32_t percents = 20'003;

class TypeCatalog : public testing::Test {
  protected:
    // Describes columns of these types, on a server that has made three of its own.
    void describe(std::initializer_list<std::uint32_t> oids) {
        columns_.clear();
        for (const std::uint32_t oid : oids) columns_.emplace_back().native_type = oid;
        types_.describe(columns_, plans_, [this](const std::string& sql, auto&& add) {
            asked_.push_back(sql);
            if (fails_) throw std::runtime_error("no server");
            add(mood, "app.mood", 0);
            add(moods, "app.mood[]", mood);
            add(percents, "app.percent[]", 1700);
        });
    }

    PostgresqlTypeCatalog types_;
    std::vector<Column> columns_;
    std::vector<PostgresqlCellPlan> plans_;
    std::vector<std::string> asked_;
    bool fails_ = false;
};

TEST_F(TypeCatalog, WhatIsBuiltInIsNotAskedFor) {
    describe({23, 700, 1231});
    EXPECT_TRUE(asked_.empty());
    EXPECT_EQ(columns_[0].native_name, "integer");
    EXPECT_EQ(columns_[0].type, std::uint32_t{DBWAY_T_I64});
    EXPECT_TRUE(plans_[1].single);
    EXPECT_EQ(columns_[2].native_name, "numeric[]");
    EXPECT_EQ(columns_[2].type, std::uint32_t{DBWAY_T_ARRAY});
    EXPECT_EQ(columns_[2].item_type, std::uint32_t{DBWAY_T_DECIMAL});
    EXPECT_EQ(plans_[2].type, std::uint32_t{DBWAY_T_DECIMAL});
    EXPECT_TRUE(plans_[2].array);
}

TEST_F(TypeCatalog, WhatUsersMadeIsAskedForOnce) {
    describe({mood, 25, moods, mood, percents});
    ASSERT_EQ(asked_.size(), 1u);
    EXPECT_NE(asked_[0].find("(20001,20002,20003)"), std::string::npos) << asked_[0];
    EXPECT_EQ(columns_[0].native_name, "app.mood");
    EXPECT_EQ(columns_[0].type, std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(columns_[2].item_type, std::uint32_t{DBWAY_T_TEXT});
    EXPECT_EQ(columns_[4].item_type, std::uint32_t{DBWAY_T_DECIMAL});
    describe({moods});
    EXPECT_EQ(asked_.size(), 1u);
    EXPECT_EQ(columns_[0].native_name, "app.mood[]");
}

TEST_F(TypeCatalog, AQuestionThatFailsIsAskedAgain) {
    fails_ = true;
    EXPECT_THROW(describe({mood, 23}), std::runtime_error);
    fails_ = false;
    describe({mood, 23});
    EXPECT_EQ(asked_.size(), 2u);
    EXPECT_EQ(columns_[0].native_name, "app.mood");
}

}  // namespace
}  // namespace dbway::sdk
