// Where plugins are looked for, and a good one from its file to its provider.
#include <config/units.hpp>
#include <dbway/error.hpp>
#include <loader/plugin.hpp>
#include <loader/provider.hpp>
#include <support/broken_plugins/plugin_directory.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <thread>

namespace dbway::detail {
namespace {

using test::PluginDirectory;
using testing::HasSubstr;

// Set for one test, which ctest runs in a process of its own.
class PluginPath {
  public:
    explicit PluginPath(const std::string& value) { ::setenv("DBWAY_PLUGIN_PATH", value.c_str(), 1); }
    ~PluginPath() { ::unsetenv("DBWAY_PLUGIN_PATH"); }
    PluginPath(const PluginPath&) = delete;
    PluginPath& operator=(const PluginPath&) = delete;
};

const SearchedDirectory* directory_of(const Catalog& catalog, const std::string& path) {
    for (const SearchedDirectory& directory : catalog.directories())
        if (directory.path == path) return &directory;
    return nullptr;
}

TEST(SearchPath, HasItsPlacesInTheirOrder) {
    const PluginDirectory root;
    for (const char* name : {"one", "two", "three", "four"})
        std::filesystem::create_directory(root.file(name));
    const PluginPath environment(root.file("three") + ":" + root.file("four") + "::" + root.file("one"));
    PluginOptions options;
    options.directories = {root.file("one"), root.file("absent")};
    const Catalog catalog = Catalog::scan(options, {root.file("two") + "/"});
    std::vector<std::string> places;
    for (const SearchedDirectory& directory : catalog.directories())
        if (directory.path.starts_with(root.path()))
            places.push_back(directory.origin + " " + directory.path.substr(root.path().size()) + " " +
                             directory.problem);
    EXPECT_THAT(places,
                testing::ElementsAre("configuration /one ", "configuration /absent does not exist",
                                     "--dir /two ", "DBWAY_PLUGIN_PATH /three ", "DBWAY_PLUGIN_PATH /four "));
}

TEST(SearchPath, ARelativeEntryOfTheEnvironmentIsNotSearched) {
    const PluginPath environment("plugins");
    const Catalog catalog = Catalog::scan({});
    const SearchedDirectory* directory = directory_of(catalog, "plugins");
    ASSERT_NE(directory, nullptr);
    EXPECT_EQ(directory->problem, "ignored: not an absolute path");
}

TEST(SearchPath, ADirectoryThatIsAFileIsAProblem) {
    const PluginDirectory root;
    root.write("file", "x");
    PluginOptions options;
    options.directories = {root.file("file")};
    const Catalog catalog = Catalog::scan(options);
    EXPECT_EQ(directory_of(catalog, root.file("file"))->problem, "cannot be read: Not a directory");
}

TEST(CatalogScan, ListsAFileOnce) {
    const PluginDirectory root;
    root.add("good", "one/x.so");
    std::filesystem::create_directory(root.file("two"));
    std::filesystem::create_symlink(root.file("one/x.so"), root.file("two/y.so"));
    std::filesystem::create_hard_link(root.file("one/x.so"), root.file("two/z.so"));
    PluginOptions options;
    options.directories = {root.file("one"), root.file("two"), root.file("one") + "/."};
    const Catalog catalog = Catalog::scan(options);
    std::size_t found = 0;
    for (const PluginFile& file : catalog.files()) found += file.metadata.id == "fixture" ? 1 : 0;
    EXPECT_EQ(found, 1u);
    ASSERT_NE(catalog.find("fixture"), nullptr);
    EXPECT_EQ(catalog.find("fixture")->path, root.file("one/x.so"));
    EXPECT_EQ(directory_of(catalog, root.file("one"))->plugins, 1u);
    EXPECT_EQ(directory_of(catalog, root.file("two"))->plugins, 0u);
}

TEST(CatalogScan, WhatIsNotFoundIsToldWithEveryPlace) {
    const PluginDirectory root;
    root.add("good", "one/x.so");
    root.write("one/text.so", "text");
    PluginOptions options;
    options.directories = {root.file("one"), root.file("absent")};
    const std::string message = Catalog::scan(options).not_found_message("fixtuer");
    EXPECT_THAT(message, testing::StartsWith(
                             "unknown provider \"fixtuer\"; did you mean \"fixture\"? (searched: " +
                             root.file("one") + " (1 plugin), " + root.file("absent") + " (does not exist)"));
    EXPECT_THAT(message, HasSubstr("; refused: "));
    EXPECT_THAT(message,
                HasSubstr(root.file("one/text.so") + ": not a shared library: it has no ELF header"));
}

TEST(CatalogScan, AnExistingButRefusedProviderIsToldAsThat) {
    const PluginDirectory root;
    ::chmod(root.add("good").c_str(), 0777);
    PluginOptions options;
    options.directories = {root.path()};
    EXPECT_EQ(Catalog::scan(options).not_found_message("fixture"),
              "the provider \"fixture\" cannot be used: " + root.file("x.so") +
                  ": not trusted: it can be written by everybody (mode 0777); chmod go-w");
}

TEST(CatalogScan, ARefusedProviderIsSuggestedToo) {
    const PluginDirectory root;
    ::chmod(root.add("good").c_str(), 0777);
    PluginOptions options;
    options.directories = {root.path()};
    const std::string message = Catalog::scan(options).not_found_message("fixtur");
    EXPECT_THAT(message,
                testing::StartsWith("unknown provider \"fixtur\"; did you mean \"fixture\"? (searched: "));
    EXPECT_THAT(message, HasSubstr(root.file("x.so") + ": not trusted: "));
}

class GoodPlugin : public testing::Test {
  protected:
    std::shared_ptr<Plugin> load(const std::string& fixture = "good") {
        directory_.add(fixture);
        return load_plugin(directory_.scan().at(0));
    }
    PluginDirectory directory_;
};

TEST_F(GoodPlugin, BecomesAProvider) {
    std::vector<std::string> log;
    HostServices services;
    services.log = [&](int severity, std::string_view text) {
        log.push_back(std::to_string(severity) + std::string(text));
    };
    services.now_ns = [] { return std::uint64_t{42}; };
    const ProviderInstance provider(load(), {}, services);
    EXPECT_EQ(provider.id(), "fixture");
    EXPECT_EQ(provider.plugin().metadata().version, "1.9.0");
    EXPECT_EQ(provider.caps(), DBWAY_CAP_PREPARE | DBWAY_CAP_SCRIPT);
    EXPECT_EQ(provider.dialect(), nullptr);
    EXPECT_EQ(provider.now_ns(), 42u);
    EXPECT_EQ(provider.host()->abi_major, 1u);
    EXPECT_THAT(log, testing::ElementsAre("3fixture created"));
}

TEST_F(GoodPlugin, GetsTheOptionsOfItsSection) {
    std::vector<ProviderOption> options(1);
    options[0].key = "shared";
    options[0].value = Secret("5");
    EXPECT_THROW(ProviderInstance(load(), options), InvalidUse);
}

TEST_F(GoodPlugin, OfALaterMinorVersionLoads) {
    const ProviderInstance provider(load("minor_99"), {});
    EXPECT_EQ(provider.plugin().entry()->abi_minor, 99u);
}

TEST_F(GoodPlugin, ALogThatThrowsDoesNotReachThePlugin) {
    HostServices services;
    services.log = [](int, std::string_view) { throw std::runtime_error("full"); };
    EXPECT_NO_THROW(ProviderInstance(load(), {}, services));
}

TEST_F(GoodPlugin, LoadsFromManyThreadsAsOneLibrary) {
    directory_.add("good");
    const PluginFile file = directory_.scan().at(0);
    std::vector<const dbway_entry*> entries(8);
    std::vector<std::thread> threads;
    for (auto& entry : entries) threads.emplace_back([&] { entry = load_plugin(file)->entry(); });
    for (std::thread& thread : threads) thread.join();
    for (const dbway_entry* entry : entries) EXPECT_EQ(entry, entries[0]);
}

TEST_F(GoodPlugin, CanBeLinkedIn) {
    const auto loaded = load();
    const auto linked = Plugin::linked(loaded->entry());
    EXPECT_EQ(linked->id(), "fixture");
    EXPECT_EQ(linked->display_path(), "linked in");

    const dbway_entry* const entries[] = {loaded->entry()};
    PluginOptions options;
    options.directories = {directory_.path()};
    const Catalog catalog = Catalog::scan(options, {}, entries);
    ASSERT_NE(catalog.find("fixture"), nullptr);
    EXPECT_EQ(catalog.find("fixture")->linked, loaded->entry());
    EXPECT_EQ(catalog.files().at(1).refusal, "the provider \"fixture\" is linked into this program");
}

TEST(LinkedPlugin, IsCheckedLikeAFile) {
    dbway_entry entry{};
    const auto message = [&](const dbway_entry* linked) {
        try {
            Plugin::linked(linked);
        } catch (const PluginError& error) {
            return error.message();
        }
        return std::string("no error");
    };
    EXPECT_EQ(message(&entry),
              "plugin (linked in) cannot be used: is not a plugin: its entry has the wrong magic");
    EXPECT_EQ(message(nullptr), "plugin (linked in) cannot be used: has a null entry");
}

}  // namespace
}  // namespace dbway::detail
