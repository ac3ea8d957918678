#include "cli/bench/sides.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbway::cli::bench {
namespace {

using testing::ElementsAre;

SourceOptions source(const std::string& name, const std::string& provider,
                     const std::vector<std::pair<std::string, std::string>>& options = {}) {
    SourceOptions made;
    made.name = name;
    made.provider = provider;
    for (const auto& [key, value] : options) {
        ProviderOption option;
        option.key = key;
        option.value = Secret(value);
        made.options.push_back(option);
    }
    return made;
}

std::string option(const SourceOptions& source, const std::string& key) {
    for (const ProviderOption& one : source.options)
        if (one.key == key) return std::string(one.value.reveal());
    return "none";
}

detail::PluginMetadata provider(const std::string& id, const std::vector<std::string>& backends) {
    detail::PluginMetadata metadata;
    metadata.id = id;
    if (backends.empty()) return metadata;
    detail::DeclaredOption backend;
    backend.name = "backend";
    backend.type = detail::DeclaredType::choice;
    backend.values = backends;
    metadata.options.push_back(backend);
    return metadata;
}

TEST(BenchSides, are_named_by_what_differs) {
    EXPECT_THAT(side_names({source("a", "pgx")}), ElementsAre("a"));
    EXPECT_THAT(side_names({source("a", "pgx"), source("b", "pgx")}), ElementsAre("a", "b"));
    EXPECT_THAT(side_names({source("a", "pgx"), source("a", "pq")}), ElementsAre("pgx", "pq"));
    EXPECT_THAT(side_names({source("a", "pgx"), source("a", "pq"), source("b", "pgx")}),
                ElementsAre("a/pgx", "a/pq", "b/pgx"));
}

TEST(BenchSides, a_provider_for_several_databases_is_told_which_one) {
    const auto orm = provider("orm", {"sqlite3", "postgresql", "mysql"});
    const auto moved = [&](const std::string& product) {
        return option(moved_to(orm, source("a", "x", {{"url", "u"}}), product), "backend");
    };
    EXPECT_EQ(moved("SQLite"), "sqlite3");
    EXPECT_EQ(moved("PostgreSQL"), "postgresql");
    EXPECT_EQ(moved("MySQL"), "mysql");
    EXPECT_EQ(moved("MariaDB"), "mysql");
    EXPECT_EQ(moved("Oracle"), "none");
    const SourceOptions kept =
        moved_to(orm, source("a", "x", {{"backend", "mysql"}, {"url", "u"}}), "SQLite");
    EXPECT_EQ(option(kept, "backend"), "mysql");
    EXPECT_EQ(option(kept, "url"), "u");
    EXPECT_EQ(kept.provider, "orm");
}

TEST(BenchSides, a_provider_for_one_database_is_not_told) {
    const SourceOptions moved = moved_to(
        provider("pgx", {}), source("a", "orm", {{"backend", "postgresql"}, {"url", "u"}}), "PostgreSQL");
    EXPECT_EQ(option(moved, "backend"), "none");
    EXPECT_EQ(option(moved, "url"), "u");
}

}  // namespace
}  // namespace dbway::cli::bench
