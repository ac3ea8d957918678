// dbway.toml into structs, and every message about what is wrong with one.
#include <config/option_table.hpp>
#include <config/toml_tree.hpp>
#include <config/units.hpp>
#include <dbway/configuration.hpp>
#include <support/broken_plugins/plugin_directory.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <sstream>

namespace dbway {
namespace {

using namespace std::chrono_literals;
using test::PluginDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ParsedConfiguration read(std::string_view text) { return read_configuration(text, "t.toml", "/base"); }

std::vector<std::string> errors(std::string_view text) {
    std::vector<std::string> lines;
    try {
        read(text).raise();
    } catch (const InvalidConfiguration& error) {
        for (const Problem& problem : error.problems()) lines.push_back(problem.to_string());
    }
    return lines;
}

TEST(ConfigFile, AnEmptyFileIsValid) {
    const Configuration configuration = parse_configuration("", "t.toml", "/base");
    EXPECT_THAT(configuration.sources, IsEmpty());
    EXPECT_EQ(configuration.plugins, PluginOptions());
}

TEST(ConfigFile, AMisspeltProviderIsFoundWhereItStands) {
    EXPECT_THAT(errors("[source.a]\nurl = 'x'\nprovder = 'pgx'\n"),
                ElementsAre("t.toml:3:1: error: source \"a\" has no provider; expected the key provider = "
                            "\"ID\" in [source.a], found \"provder\""));
}

TEST(ConfigFile, EveryKeyReachesItsField) {
    const Configuration configuration = parse_configuration(R"(
[plugins]
directories = ["providers", "/opt/p"]
duplicates = "highest"
[plugins.pin]
pgx = "sha256:ABCDEF0000000000000000000000000000000000000000000000000000000000"
[provider.pgx]
shared = 5
[source.b]
provider = "pgx"
statement_cache = 1
batch_rows = 2
buffer_limit = "1MiB"
deadline = "3s"
read_only = true
url = "x"
ratio = 0.5
flag = false
count = -7
[source.b.pool]
min = 1
max = 2
acquire_timeout = "3s"
connect_timeout = "4s"
max_lifetime = "5s"
idle_timeout = "6s"
check_after = "7s"
leak_after = "8s"
lifetime_jitter = 0.25
[source.a]
provider = "sqlite"
)",
                                                            "t.toml", "/base");
    EXPECT_THAT(configuration.plugins.directories, ElementsAre("/base/providers", "/opt/p"));
    EXPECT_EQ(configuration.plugins.duplicates, Duplicates::highest);
    EXPECT_EQ(configuration.plugins.pins.at("pgx"),
              "sha256:abcdef0000000000000000000000000000000000000000000000000000000000");
    ASSERT_EQ(configuration.providers.at("pgx").size(), 1u);
    EXPECT_EQ(configuration.providers.at("pgx")[0].value.reveal(), "5");

    ASSERT_EQ(configuration.sources.size(), 2u);
    EXPECT_EQ(configuration.sources[1].name, "a");
    const SourceOptions* source = configuration.find_source("b");
    ASSERT_EQ(source, &configuration.sources[0]);
    EXPECT_EQ(source->provider, "pgx");
    EXPECT_EQ(source->statement_cache, 1u);
    EXPECT_EQ(source->batch_rows, 2u);
    EXPECT_EQ(source->buffer_limit, 1u << 20);
    EXPECT_EQ(source->deadline, 3s);
    EXPECT_TRUE(source->read_only);
    const PoolOptions pool{1, 2, 3s, 4s, 5s, 6s, 7s, 8s, 0.25};
    EXPECT_EQ(source->pool, pool);

    std::vector<std::string> options;
    for (const ProviderOption& option : source->options)
        options.push_back(option.key + "=" + std::string(option.value.reveal()));
    EXPECT_THAT(options, ElementsAre("count=-7", "flag=false", "ratio=0.5", "url=x"));
    EXPECT_EQ(source->options[3].where, (Location{16, 7}));
    EXPECT_EQ(source->options[3].key_where, (Location{16, 1}));
}

TEST(ConfigFile, EveryErrorIsReportedWithItsPlaceInTheOrderOfTheFile) {
    EXPECT_THAT(
        errors(R"(colour = 1
[plugin]
[plugins]
directories = "providers"
duplicates = "lowest"
[source.main]
provider = "sqlite"
batch_rows = 0
statement_cache = "many"
deadline = 5
buffer_limit = "64MB"
read_only = "yes"
[source.main.pool]
maxx = 5
min = 20
acquire_timeout = "30 s"
max_lifetime = "90d"
lifetime_jitter = nan
[source.main.retry]
[source.orders]
database = ["a"]
[source."a b"]
)"),
        ElementsAre(
            "t.toml:1:1: error: unknown key \"colour\" outside of any section; the sections are [plugins], "
            "[provider.NAME] "
            "and [source.NAME]",
            "t.toml:2:2: error: unknown section [plugin]; did you mean \"plugins\"?",
            "t.toml:4:15: error: \"directories\" in [plugins]: expected an array of strings, found the "
            "string \"providers\"",
            "t.toml:5:14: error: \"duplicates\" in [plugins]: expected \"refuse\" or \"highest\", found the "
            "string \"lowest\"",
            "t.toml:8:14: error: \"batch_rows\" in [source.main]: expected an integer from 1 to 65536, found "
            "the integer 0",
            "t.toml:9:19: error: \"statement_cache\" in [source.main]: expected an integer from 0 to 100000, "
            "found the "
            "string \"many\"",
            "t.toml:10:12: error: \"deadline\" in [source.main]: expected a duration with its unit, found "
            "the integer 5; "
            "write \"5s\" for seconds or \"5ms\" for milliseconds",
            "t.toml:11:16: error: \"buffer_limit\" in [source.main]: expected a size such as \"512KiB\" or "
            "\"64MiB\" (units B "
            "KiB MiB GiB), found the string \"64MB\"",
            "t.toml:12:13: error: \"read_only\" in [source.main]: expected true or false, found the string "
            "\"yes\"",
            "t.toml:14:1: error: unknown key \"maxx\" in [source.main.pool]; did you mean \"max\"?",
            "t.toml:15:7: error: min in [source.main.pool] is 20, more than max, which is 10 by default",
            "t.toml:16:19: error: \"acquire_timeout\" in [source.main.pool]: expected a duration such as "
            "\"250ms\", \"30s\" or "
            "\"1h30m\" (units ns us ms s m h d), found the string \"30 s\"",
            "t.toml:17:16: error: \"max_lifetime\" in [source.main.pool]: expected a duration such as "
            "\"30s\", from 0s to "
            "30d, found the string \"90d\"",
            "t.toml:18:19: error: \"lifetime_jitter\" in [source.main.pool]: expected a number from 0 to 1, "
            "found the number "
            "nan",
            "t.toml:19:14: error: unknown section [source.main.retry]; a source has the section "
            "[source.main.pool]",
            "t.toml:20:9: error: source \"orders\" has no provider; expected the key provider = \"ID\" in "
            "[source.orders]",
            "t.toml:21:12: error: \"database\" in [source.orders]: expected a string, a number, true or "
            "false, found an array",
            "t.toml:22:9: error: \"a b\" cannot be the name of a source; expected 1 to 63 letters, digits, "
            "'_', '-' or '.'"));
}

TEST(ConfigFile, SectionsInTheWrongShapeAreNamed) {
    EXPECT_THAT(errors("source = 5\n"),
                ElementsAre("t.toml:1:1: error: expected the section [source.NAME], found an integer"));
    EXPECT_THAT(errors("[[source]]\n"),
                ElementsAre("t.toml:1:3: error: expected the section [source.NAME], found an array"));
    EXPECT_THAT(errors("[source]\nprovider = \"x\"\n"),
                ElementsAre("t.toml:2:1: error: expected a section [source.NAME], found the key \"provider\" "
                            "directly in [source]"));
    EXPECT_THAT(errors("[source.a]\nprovider = \"x\"\npool = 5\n"),
                ElementsAre("t.toml:3:8: error: expected the section [source.a.pool], found an integer"));
    EXPECT_THAT(errors("[source.\"\"]\nprovider = \"x\"\n"),
                ElementsAre(HasSubstr("\"\" cannot be the name of a source")));
    EXPECT_THAT(
        errors("[source.a]\nprovider = \"\"\n"),
        ElementsAre("t.toml:2:12: error: \"provider\" in [source.a]: expected a string, found an empty one"));
    EXPECT_THAT(errors("[source.a]\nprovider = \"x\"\n[source.a.pool]\nmin = 3\nmax = 2\n"),
                ElementsAre("t.toml:4:7: error: min in [source.a.pool] is 3, more than max, which is 2"));
}

TEST(ConfigFile, APinMustBeADigest) {
    EXPECT_THAT(
        errors("[plugins.pin]\npgx = \"sha256:12\"\n"),
        ElementsAre(
            "t.toml:2:7: error: \"pgx\" in [plugins.pin]: expected \"sha256:\" and 64 hexadecimal digits, "
            "found the string \"sha256:12\""));
}

TEST(ConfigFile, BrokenTomlIsOneErrorWithItsPlace) {
    const auto lines = errors("[source.a]\nprovider = \"x\nx = 1\n");
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines[0], testing::StartsWith("t.toml:2:14: error: "));
    EXPECT_THAT(errors("[source.a]\nprovider='x'\n[source.a]\n"),
                ElementsAre(testing::StartsWith("t.toml:3:")));
}

TEST(ConfigFile, ADollarInAStringMeansNothing) {
    const auto parsed = read("[source.a]\nprovider = \"x\"\nurl = \"${HOME}\"\n");
    EXPECT_EQ(parsed.configuration.sources.at(0).options.at(0).value.reveal(), "${HOME}");
}

TEST(ConfigFile, ASecretComesFromTheEnvironment) {
    ::setenv("DBWAY_TEST_SECRET", "hunter2", 1);
    const auto parsed = read("[source.a]\nprovider = \"x\"\npassword = { env = \"DBWAY_TEST_SECRET\" }\n");
    ::unsetenv("DBWAY_TEST_SECRET");
    ASSERT_THAT(parsed.problems, IsEmpty());
    const ProviderOption& option = parsed.configuration.sources.at(0).options.at(0);
    EXPECT_EQ(option.value.reveal(), "hunter2");
    EXPECT_TRUE(option.secret);
    EXPECT_EQ(option.form, ValueForm::environment);
    EXPECT_THAT(errors("[source.a]\nprovider = \"x\"\npassword = { env = \"DBWAY_TEST_UNSET\" }\n"),
                ElementsAre("t.toml:3:20: error: \"password\" in [source.a]: the environment variable "
                            "\"DBWAY_TEST_UNSET\" is "
                            "not set"));
}

TEST(ConfigFile, OtherInlineTablesAreErrors) {
    const std::string head = "[source.a]\nprovider = \"x\"\npassword = ";
    EXPECT_THAT(errors(head + "{ vault = \"p\" }\n"),
                ElementsAre("t.toml:3:12: error: \"password\" in [source.a]: expected a string, { env = "
                            "\"NAME\" } or { file = "
                            "\"PATH\" }, found a table with the key \"vault\""));
    EXPECT_THAT(errors(head + "{ env = \"A\", file = \"b\" }\n"),
                ElementsAre(HasSubstr("found another table")));
    EXPECT_THAT(errors(head + "{ env = 5 }\n"), ElementsAre(HasSubstr("found a table with the key \"env\"")));
}

class SecretFile : public testing::Test {
  protected:
    std::string write(std::string_view text, mode_t mode) {
        const std::string path = directory_.write("secret", text);
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    ParsedConfiguration parse() const {
        return read_configuration("[source.a]\nprovider = \"x\"\npassword = { file = \"secret\" }\n",
                                  "t.toml", directory_.path());
    }
    std::string only_error() const {
        const auto parsed = parse();
        return parsed.problems.size() == 1 ? parsed.problems[0].to_string()
                                           : std::to_string(parsed.problems.size());
    }
    std::string problem(const std::string& reason) const {
        return "t.toml:3:21: error: \"password\" in [source.a]: the file \"" + directory_.file("secret") +
               "\" " + reason;
    }

    PluginDirectory directory_;
};

TEST_F(SecretFile, IsRelativeToTheConfigurationAndLosesOneNewline) {
    write("hunter2\n\n", 0600);
    const auto parsed = parse();
    ASSERT_THAT(parsed.problems, IsEmpty());
    EXPECT_THAT(parsed.warnings, IsEmpty());
    EXPECT_EQ(parsed.configuration.sources.at(0).options.at(0).value.reveal(), "hunter2\n");
    write("hunter2\r\n", 0600);
    EXPECT_EQ(parse().configuration.sources.at(0).options.at(0).value.reveal(), "hunter2");
}

TEST_F(SecretFile, WarnsWhenOthersCanReadIt) {
    write("x", 0644);
    const auto parsed = parse();
    EXPECT_THAT(parsed.problems, IsEmpty());
    ASSERT_EQ(parsed.warnings.size(), 1u);
    EXPECT_THAT(parsed.warnings[0].to_string(),
                testing::AllOf(HasSubstr(": warning: "),
                               HasSubstr("can be read by everybody; chmod 600 keeps it secret")));
}

TEST_F(SecretFile, IsRefusedWhenEverybodyCanWriteIt) {
    write("x", 0602);
    EXPECT_EQ(only_error(), problem("can be written by everybody; remove that permission (chmod o-w)"));
}

TEST_F(SecretFile, ThatIsMissingOrNoFileIsNamed) {
    EXPECT_EQ(only_error(), problem("cannot be read: No such file or directory"));
    std::filesystem::create_directory(directory_.file("secret"));
    EXPECT_EQ(only_error(), problem("is not a regular file"));
    std::filesystem::remove(directory_.file("secret"));
    ASSERT_EQ(::mkfifo(directory_.file("secret").c_str(), 0600), 0);
    EXPECT_EQ(only_error(), problem("is not a regular file"));
}

TEST_F(SecretFile, ThatIsTooLargeIsRefused) {
    write(std::string(64 * 1024 + 1, 'x'), 0600);
    EXPECT_EQ(only_error(), problem("is larger than 64 KiB"));
}

TEST(ConfigFile, NoErrorShowsASecret) {
    ::setenv("DBWAY_TEST_SECRET", "hunter2", 1);
    const auto lines = errors(
        "[source.a]\nprovider = \"x\"\npassword = [\"hunter2\"]\n[source.b]\nprovider = \"x\"\n"
        "[plugins.pin]\npgx = { env = \"DBWAY_TEST_SECRET\" }\n");
    ::unsetenv("DBWAY_TEST_SECRET");
    EXPECT_EQ(lines.size(), 2u);
    for (const std::string& line : lines) EXPECT_THAT(line, testing::Not(HasSubstr("hunter2")));
}

TEST(ConfigFile, AFileThatCannotBeReadIsOneError) {
    const PluginDirectory directory;
    const auto message = [](const std::string& path) {
        try {
            load_configuration(path);
        } catch (const ConfigurationError& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    EXPECT_EQ(message(directory.file("none.toml")),
              directory.file("none.toml") + ": error: there is no such file");
    EXPECT_EQ(message(directory.path()), directory.path() + ": error: is a directory, not a file");
}

TEST(ConfigFile, EqualFilesAreEqualWhereverTheirKeysStand) {
    const auto one = read("[source.a]\nprovider = \"x\"\nurl = \"u\"\nport = 1\n").configuration;
    const auto two = read("\n\n[source.a]\nport = 1\nurl = \"u\"\nprovider = \"x\"\n").configuration;
    const auto other = read("[source.a]\nprovider = \"x\"\nurl = \"v\"\nport = 1\n").configuration;
    EXPECT_EQ(one.sources, two.sources);
    EXPECT_FALSE(one.sources == other.sources);
}

TEST(ConfigFile, TheExampleIsValidAndSaysTheDefaults) {
    const Configuration configuration = load_configuration(DBWAY_SOURCE_DIR "/config/dbway.toml");
    ASSERT_EQ(configuration.sources.size(), 1u);
    EXPECT_EQ(configuration.sources[0].provider, "sqlite");
    SourceOptions defaults = configuration.sources[0];
    EXPECT_EQ(defaults.pool, PoolOptions());
    EXPECT_EQ(defaults.statement_cache, SourceOptions().statement_cache);

    // With its commented-out keys as well: all of them are keys, and their values are the defaults.
    std::string text;
    std::istringstream example(PluginDirectory::read(DBWAY_SOURCE_DIR "/config/dbway.toml"));
    for (std::string line; std::getline(example, line);) {
        const bool key = line.starts_with("# ") && line.find(" = ") != std::string::npos &&
                         line.find("password") == std::string::npos && line.find('"') != 2 &&
                         line.find("sqlite = ") == std::string::npos;
        text += (key ? line.substr(2) : line) + "\n";
    }
    const auto parsed = read(text);
    EXPECT_THAT(parsed.problems, IsEmpty())
        << (parsed.problems.empty() ? "" : parsed.problems[0].to_string());
    EXPECT_EQ(parsed.configuration.sources.at(0).pool, PoolOptions());
    EXPECT_EQ(parsed.configuration.sources.at(0).buffer_limit, SourceOptions().buffer_limit);
    for (const detail::OptionDescriptor& option : detail::option_table())
        EXPECT_THAT(text, HasSubstr(std::string(option.key))) << option.section;
}

TEST(OptionTable, EveryDefaultIsInItsRange) {
    for (const detail::OptionDescriptor& option : detail::option_table()) {
        SCOPED_TRACE(option.key);
        const std::string value = option.default_toml();
        const std::string toml = "value = " + value;
        EXPECT_FALSE(option.help.empty());
        if (value.empty()) continue;
        const auto node = detail::parse_toml(toml).members.at(0).value;
        double number = node.number;
        if (option.kind() == detail::OptionKind::duration)
            number = static_cast<double>(detail::parse_duration(node.text).value().count());
        else if (option.kind() == detail::OptionKind::size)
            number = static_cast<double>(detail::parse_size(node.text).value());
        else if (option.kind() != detail::OptionKind::integer && option.kind() != detail::OptionKind::number)
            continue;
        EXPECT_GE(number, option.min);
        EXPECT_LE(number, option.max);
    }
}

}  // namespace
}  // namespace dbway
