// What a configuration says to a provider, against what the provider's metadata declares; and the texts made
// of both.
#include <config/option_table.hpp>
#include <dbway/configuration.hpp>
#include <support/broken_plugins/plugin_directory.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#if __has_include(<nlohmann/json.hpp>)
#include <nlohmann/json.hpp>
#define DBWAY_TEST_HAS_JSON 1
#endif

namespace dbway {
namespace {

using test::PluginDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The options that the fixture declares are in tests/support/broken_plugins/plugin.c.
class ProviderOptions : public testing::Test {
  protected:
    ProviderOptions() {
        directory_.add("good");
        PluginOptions options;
        options.directories = {directory_.path()};
        catalog_ = detail::Catalog::scan(options);
    }

    ParsedConfiguration check(const std::string& text) const {
        ParsedConfiguration parsed = read_configuration(text, "t.toml", "/base");
        check_provider_options(parsed, catalog_);
        return parsed;
    }
    std::vector<std::string> errors(const std::string& text) const {
        std::vector<std::string> lines;
        for (const Problem& problem : check(text).problems) lines.push_back(problem.to_string());
        return lines;
    }
    std::vector<std::string> errors_of(const std::string& keys) const {
        return errors("[source.a]\nprovider = \"fixture\"\ndatabase = \"d\"\n" + keys);
    }
    std::string database(const std::string& value) const {
        const auto parsed = check("[source.a]\nprovider = \"fixture\"\ndatabase = \"" + value + "\"\n");
        EXPECT_THAT(parsed.problems, IsEmpty());
        return std::string(parsed.configuration.sources.at(0).options.at(0).value.reveal());
    }

    PluginDirectory directory_;
    detail::Catalog catalog_;
};

TEST_F(ProviderOptions, ValidOnesPass) {
    EXPECT_THAT(
        errors_of("mode = \"read\"\nbusy_timeout = \"1m\"\ncache = -10\nratio = 1\nforeign_keys = false\n"
                  "password = \"x\"\n[provider.fixture]\nshared = 5\n"),
        IsEmpty());
}

TEST_F(ProviderOptions, EachWrongValueSaysWhatWasExpected) {
    EXPECT_THAT(
        errors_of("mode = \"raed\"\nbusy_timeout = 5\ncache = 101\nratio = 0.25\nforeign_keys = \"yes\"\n"),
        testing::UnorderedElementsAre(
            "t.toml:4:8: error: \"mode\" in [source.a]: expected one of \"read\", \"write\", found the "
            "string \"raed\"; did you mean \"read\"?",
            "t.toml:5:16: error: \"busy_timeout\" in [source.a]: expected a duration such as \"250ms\", "
            "\"30s\" or \"1h30m\", of at "
            "most 1m, found 5; write \"5s\" for seconds or \"5ms\" for milliseconds",
            "t.toml:6:9: error: \"cache\" in [source.a]: expected an integer from -10 to 100, found 101",
            "t.toml:7:9: error: \"ratio\" in [source.a]: expected a number of at least 0.5, found 0.25",
            "t.toml:8:16: error: \"foreign_keys\" in [source.a]: expected true or false, found the string "
            "\"yes\""));
    EXPECT_THAT(
        errors_of("cache = 1.5\n"),
        ElementsAre(
            "t.toml:4:9: error: \"cache\" in [source.a]: expected an integer from -10 to 100, found 1.5"));
    EXPECT_THAT(errors_of("cache = \"7\"\n"), ElementsAre(HasSubstr("found the string \"7\"")));
    EXPECT_THAT(errors_of("busy_timeout = \"2m\"\n"), ElementsAre(HasSubstr("found the string \"2m\"")));
    EXPECT_THAT(errors_of("mode = \"wriet\"\n"), ElementsAre(HasSubstr("found the string \"wriet\"")));
}

TEST_F(ProviderOptions, AnUnknownKeyGetsTheNearestOfBoth) {
    const std::string unknown = "neither dbway nor the provider \"fixture\" knows it";
    EXPECT_THAT(errors_of("busy_timeuot = \"5s\"\n"),
                ElementsAre("t.toml:4:1: error: unknown key \"busy_timeuot\" in [source.a]: " + unknown +
                            "; did you mean \"busy_timeout\"?"));
    EXPECT_THAT(errors_of("statment_cache = 5\n"),
                ElementsAre("t.toml:4:1: error: unknown key \"statment_cache\" in [source.a]: " + unknown +
                            "; did you mean \"statement_cache\"?"));
    EXPECT_THAT(errors_of("acquire_timeout = \"5s\"\n"),
                ElementsAre(HasSubstr(unknown + "; it belongs in [source.a.pool]")));
    EXPECT_THAT(errors_of("shared = 5\n"), ElementsAre(HasSubstr("; it belongs in [provider.fixture]")));
    EXPECT_THAT(errors_of("colour = 5\n"), ElementsAre(testing::EndsWith(unknown)));
    EXPECT_THAT(errors("[provider.fixture]\nmode = \"read\"\n"),
                ElementsAre(HasSubstr("; it belongs in [source.NAME]")));
}

TEST_F(ProviderOptions, AMissingOneIsNamed) {
    EXPECT_THAT(errors("[source.a]\nprovider = \"fixture\"\n"),
                ElementsAre("t.toml:1:9: error: [source.a] has no \"database\", which the provider "
                            "\"fixture\" needs: the path of a "
                            "file, as a string"));
}

TEST_F(ProviderOptions, PathsAreRelativeToTheFile) {
    EXPECT_EQ(database("app.db"), "/base/app.db");
    EXPECT_EQ(database("../app.db"), "/app.db");
    EXPECT_EQ(database("/var/app.db"), "/var/app.db");
    EXPECT_EQ(database(":memory:"), ":memory:");
    EXPECT_EQ(database(":memory:shared"), ":memory:shared");
    EXPECT_EQ(database(""), "");  // an empty literal is the empty value, and no prefix of the others
}

TEST_F(ProviderOptions, ASecretIsMarkedAndNeverShown) {
    const auto parsed =
        check("[source.a]\nprovider = \"fixture\"\ndatabase = \"d\"\npassword = \"hunter2\"\n");
    EXPECT_THAT(parsed.problems, IsEmpty());
    EXPECT_TRUE(parsed.configuration.sources.at(0).options.at(1).secret);
    EXPECT_FALSE(parsed.configuration.sources.at(0).options.at(0).secret);
    const auto lines = errors_of("password = 4711\npasword = \"hunter2\"\n");
    ASSERT_EQ(lines.size(), 2u);
    for (const std::string& line : lines) {
        EXPECT_THAT(line, testing::Not(HasSubstr("hunter2")));
        EXPECT_THAT(line, testing::Not(HasSubstr("4711")));
    }
}

TEST_F(ProviderOptions, WhatComesFromTheEnvironmentIsCheckedByItsText) {
    ::setenv("DBWAY_TEST_CACHE", "50", 1);
    EXPECT_THAT(errors_of("cache = { env = \"DBWAY_TEST_CACHE\" }\n"), IsEmpty());
    ::setenv("DBWAY_TEST_CACHE", "5000", 1);
    EXPECT_THAT(errors_of("cache = { env = \"DBWAY_TEST_CACHE\" }\n"),
                ElementsAre("t.toml:4:9: error: \"cache\" in [source.a]: expected an integer from -10 to "
                            "100, found something else"));
    ::unsetenv("DBWAY_TEST_CACHE");
}

TEST_F(ProviderOptions, AnUnknownProviderIsAnErrorAtItsPlace) {
    EXPECT_THAT(
        errors("[source.a]\nprovider = \"fixtures\"\n[provider.fixtur]\n"),
        testing::UnorderedElementsAre(
            testing::StartsWith(
                "t.toml:2:12: error: unknown provider \"fixtures\"; did you mean \"fixture\"? (searched: "),
            testing::StartsWith(
                "t.toml:3:11: error: unknown provider \"fixtur\"; did you mean \"fixture\"? (searched: ")));
}

TEST_F(ProviderOptions, APinThatProtectsNothingIsAnError) {
    EXPECT_THAT(errors("[plugins.pin]\nfixtuer = \"sha256:" + std::string(64, '0') + "\"\n"),
                ElementsAre("t.toml:2:1: error: \"fixtuer\" in [plugins.pin]: no plugin of that id was "
                            "found; did you mean \"fixture\"?"));
}

TEST_F(ProviderOptions, ErrorsOfBothKindsComeTogetherInTheOrderOfTheFile) {
    auto parsed = check(
        "[source.a]\nprovider = \"fixture\"\ndatabase = \"d\"\ncache = 500\nbatch_rows = 0\nmode = 5\n");
    try {
        parsed.raise();
        ADD_FAILURE() << "no error";
    } catch (const InvalidConfiguration& error) {
        std::vector<std::uint32_t> lines;
        for (const Problem& problem : error.problems()) lines.push_back(problem.line);
        EXPECT_THAT(lines, ElementsAre(4u, 5u, 6u));
    }
}

TEST_F(ProviderOptions, TheReferencePageHasEveryKey) {
    const std::string page = configuration_reference(catalog_);
    for (const detail::OptionDescriptor& option : detail::option_table())
        EXPECT_THAT(page, HasSubstr("| `" + std::string(option.key) + "` |"));
    EXPECT_THAT(page,
                HasSubstr("| `acquire_timeout` | a duration such as \"30s\", from 1ms to 1h | `\"30s\"` |"));
    EXPECT_THAT(page, HasSubstr("| `busy_timeout` | duration, at most 1m | `\"5s\"` |"));
    EXPECT_THAT(page, HasSubstr("| `database` | path; no path if it starts with `:memory:`; may be empty | "
                                "required | The file. |"));
    EXPECT_THAT(page, HasSubstr("### In `[provider.fixture]`"));
}

#ifdef DBWAY_TEST_HAS_JSON
TEST_F(ProviderOptions, TheSchemaIsJsonThatSaysWhatTheParserSays) {
    const auto schema = nlohmann::json::parse(configuration_schema(catalog_));
    EXPECT_EQ(schema.at("$schema"), "http://json-schema.org/draft-07/schema#");
    EXPECT_EQ(schema.at("additionalProperties"), false);
    const auto& definitions = schema.at("definitions");
    const auto& source = definitions.at("source_fixture");
    EXPECT_EQ(source.at("additionalProperties"), false);
    EXPECT_EQ(source.at("required"), (nlohmann::json{"provider", "database"}));
    EXPECT_EQ(source.at("properties").at("cache").at("anyOf").at(0).at("maximum"), 100);
    EXPECT_EQ(source.at("properties").at("mode").at("anyOf").at(0).at("enum"),
              (nlohmann::json{"read", "write"}));
    EXPECT_EQ(source.at("properties").at("foreign_keys").at("default"), true);
    for (const detail::OptionDescriptor& option : detail::option_table()) {
        const std::string key(option.key);
        if (option.section == "plugins")
            EXPECT_TRUE(schema.at("properties").at("plugins").at("properties").contains(key)) << key;
        else if (option.section == "source")
            EXPECT_TRUE(source.at("properties").contains(key)) << key;
        else
            EXPECT_TRUE(definitions.at("pool").at("properties").contains(key)) << key;
    }
    EXPECT_EQ(definitions.at("pool").at("properties").at("max").at("default"), 10);
    EXPECT_TRUE(schema.at("properties")
                    .at("provider")
                    .at("properties")
                    .at("fixture")
                    .at("properties")
                    .contains("shared"));
    EXPECT_EQ(definitions.at("source").at("allOf").at(0).at("then").at("$ref"),
              "#/definitions/source_fixture");
}
#endif

}  // namespace
}  // namespace dbway
