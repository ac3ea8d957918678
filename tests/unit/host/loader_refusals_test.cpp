// Every way a plugin file can be wrong, with the message it gets.
#include <dbway/error.hpp>
#include <loader/file_trust.hpp>
#include <loader/own_image.hpp>
#include <loader/plugin.hpp>
#include <loader/provider.hpp>
#include <support/broken_plugins/plugin_directory.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace dbway::detail {
namespace {

using test::PluginDirectory;
using testing::ElementsAre;
using testing::HasSubstr;

class Refusals : public testing::Test {
  protected:
    // Why the only file of the directory is refused by the search.
    std::string refusal(const PluginOptions& options = {}) const {
        const auto files = directory_.scan(options);
        if (files.size() != 1) return std::to_string(files.size()) + " files";
        return files[0].refusal.value_or("not refused");
    }

    // What loading a fixture and creating its provider throws. Each is loaded from its own path, since what
    // was loaded once stays.
    std::string load_error(const std::string& fixture) const {
        directory_.add(fixture);
        const auto files = directory_.scan();
        if (files.size() != 1) return std::to_string(files.size()) + " files";
        if (!files[0].usable()) return "refused by the search: " + *files[0].refusal;
        try {
            const ProviderInstance provider(load_plugin(files[0]), {});
        } catch (const PluginError& error) {
            return error.message();
        }
        return "no error";
    }

    std::string about_x(const std::string& reason) const {
        return "plugin \"fixture\" (" + directory_.file("x.so") + ") " + reason;
    }

    PluginDirectory directory_;
};

TEST_F(Refusals, NotAPluginFile) {
    directory_.write("x.so", "");
    EXPECT_EQ(refusal(), "an empty file");
    directory_.write("x.so", "INPUT(libc.so.6)\n");
    EXPECT_EQ(refusal(), "not a shared library: it has no ELF header");
    directory_.write("x.so", std::string_view("\177ELF\2\1\1", 7));
    EXPECT_EQ(refusal(), "truncated: its ELF header is not whole");
    std::filesystem::remove(directory_.file("x.so"));
    std::filesystem::create_directory(directory_.file("x.so"));
    EXPECT_EQ(refusal(), "not a regular file but a directory");
    std::filesystem::remove(directory_.file("x.so"));
    ASSERT_EQ(::mkfifo(directory_.file("x.so").c_str(), 0600), 0);
    EXPECT_EQ(refusal(), "not a regular file");
    std::filesystem::remove(directory_.file("x.so"));
    std::filesystem::create_symlink("nowhere.so", directory_.file("x.so"));
    EXPECT_EQ(refusal(), "cannot be resolved: No such file or directory");
}

TEST_F(Refusals, Truncated) {
    const std::string bytes = PluginDirectory::read(PluginDirectory::built("good"));
    directory_.write("x.so", std::string_view(bytes).substr(0, bytes.size() / 2));
    EXPECT_EQ(refusal(), "truncated: it has " + std::to_string(bytes.size() / 2) +
                             " bytes, its headers tell of " + std::to_string(bytes.size()));
}

TEST_F(Refusals, AnotherArchitecture) {
    std::string bytes = PluginDirectory::read(PluginDirectory::built("good"));
    const bool other_is_x86 = own_architecture().machine != 62;
    bytes[18] = static_cast<char>(other_is_x86 ? 62 : 183);  // e_machine: x86-64, AArch64
    directory_.write("x.so", bytes);
    EXPECT_THAT(
        refusal(),
        testing::StartsWith(
            other_is_x86 ? "built for another architecture: x86-64, 64-bit; this host is "
                         : "built for another architecture: AArch64, 64-bit; this host is x86-64, 64-bit"));
}

TEST_F(Refusals, NoMetadata) {
    directory_.add("no_metadata");
    EXPECT_EQ(refusal(), "not a usable plugin: it names dbway_entry_v1 but carries no metadata (DBWAY_META)");
    std::filesystem::copy_file(DBWAY_BUILD_DIR "/tests/support/broken_plugins/absent/libdbway_absent.so.3",
                               directory_.file("x.so"), std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(refusal(), "not a dbway plugin: it carries no metadata (DBWAY_META)");
    directory_.add("bad_metadata");
    EXPECT_EQ(refusal(), "its metadata (DBWAY_META) is malformed: abi \"one\" is not MAJOR.MINOR");
}

TEST_F(Refusals, AnotherMajorVersion) {
    const std::string message =
        "plugin fixture 1.9.0 (" + directory_.file("x.so") +
        ") was built for provider ABI 2.0; this host supports 1.0-1.0. Install a build for ABI 1.";
    directory_.add("major_2");
    EXPECT_EQ(refusal(), message);
    try {
        load_plugin(directory_.scan().at(0));
        ADD_FAILURE() << "loaded";
    } catch (const PluginError& error) {
        EXPECT_EQ(error.message(), message);
    }
    EXPECT_EQ(load_error("entry_major_2"), message);  // only the entry tells
}

TEST_F(Refusals, WritableByOthers) {
    directory_.add("good");
    EXPECT_EQ(refusal(), "not refused");
    ::chmod(directory_.file("x.so").c_str(), 0757);
    EXPECT_EQ(refusal(), "not trusted: it can be written by everybody (mode 0757); chmod go-w");
    ::chmod(directory_.file("x.so").c_str(), 0775);
    EXPECT_EQ(refusal(), "not trusted: it can be written by its group (mode 0775); chmod go-w");
    ::chmod(directory_.file("x.so").c_str(), 0755);
    ::chmod(directory_.path().c_str(), 0777);
    EXPECT_EQ(refusal(), "not trusted: the directory \"" + directory_.path() +
                             "\" can be written by everybody (mode 0777); chmod go-w");
    ::chmod(directory_.path().c_str(), 0700);
    EXPECT_EQ(refusal(), "not refused");
}

TEST_F(Refusals, ADirectoryFurtherUpThatOthersCanWrite) {
    directory_.write("open/inner/x.so", PluginDirectory::read(PluginDirectory::built("good")));
    const std::string path = directory_.file("open/inner/x.so");
    EXPECT_EQ(distrust_reason(path), std::nullopt);
    ::chmod(directory_.file("open").c_str(), 0777);
    EXPECT_EQ(distrust_reason(path), "not trusted: the directory \"" + directory_.file("open") +
                                         "\" can be written by everybody (mode 0777); chmod go-w");
}

TEST_F(Refusals, AStickyDirectoryOfRootIsAcceptedAboveATrustedEntryOnly) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make such directories";
    directory_.write("sticky/inner/x.so", PluginDirectory::read(PluginDirectory::built("good")));
    const std::string path = directory_.file("sticky/inner/x.so");
    ::chmod(directory_.file("sticky").c_str(), 01777);
    EXPECT_EQ(distrust_reason(path), std::nullopt);
    ASSERT_EQ(::chown(directory_.file("sticky").c_str(), 65534, 65534), 0);
    EXPECT_THAT(distrust_reason(path).value_or("trusted"), HasSubstr("sticky\" is owned by user 65534"));
    ASSERT_EQ(::chown(directory_.file("sticky").c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(directory_.file("sticky/inner").c_str(), 65534, 65534), 0);
    EXPECT_THAT(distrust_reason(path).value_or("trusted"), HasSubstr("inner\" is owned by user 65534"));
}

TEST_F(Refusals, AForeignOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    directory_.add("good");
    ASSERT_EQ(::chown(directory_.file("x.so").c_str(), 65534, 65534), 0);
    EXPECT_EQ(refusal(),
              "not trusted: it is owned by user 65534, neither root nor the user that runs this (0)");
    EXPECT_EQ(directory_.scan().at(0).metadata.id, "fixture");  // known all the same, for the messages
}

TEST_F(Refusals, TheTargetOfALinkCounts) {
    const PluginDirectory elsewhere;
    elsewhere.add("good");
    std::filesystem::create_symlink(elsewhere.file("x.so"), directory_.file("x.so"));
    PluginOptions options;
    options.directories = {directory_.path()};
    const auto find = [&] {
        const Catalog catalog = Catalog::scan(options);
        for (const PluginFile& file : catalog.files())
            if (file.path == elsewhere.file("x.so")) return file.refusal.value_or("not refused");
        return std::string("not found");
    };
    EXPECT_EQ(find(), "not refused");
    ::chmod(elsewhere.file("x.so").c_str(), 0666);
    EXPECT_EQ(find(), "not trusted: it can be written by everybody (mode 0666); chmod go-w");
}

TEST_F(Refusals, AnotherFileThanThePinnedOne) {
    directory_.add("good");
    const std::string pin = pin_of(PluginDirectory::read(directory_.file("x.so")));
    PluginOptions options;
    options.pins["fixture"] = pin;
    EXPECT_EQ(refusal(options), "not refused");
    const std::string other = "sha256:" + std::string(64, '0');
    options.pins["fixture"] = other;
    EXPECT_EQ(refusal(options),
              "not the pinned file: it is \"" + pin + "\", [plugins.pin] wants \"" + other + "\"");
}

TEST_F(Refusals, TwoOfOneId) {
    const std::string a = directory_.add("good", "a.so");
    const std::string b = directory_.add("good_newer", "b.so");
    const auto both = directory_.scan();
    ASSERT_EQ(both.size(), 2u);
    const std::string advice = ". Remove one, or set duplicates = \"highest\" in [plugins]";
    EXPECT_EQ(both[0].refusal,
              "two plugins of the id \"fixture\", so neither is used; the other is " + b + advice);
    EXPECT_EQ(both[1].refusal,
              "two plugins of the id \"fixture\", so neither is used; the other is " + a + advice);

    PluginOptions highest;
    highest.duplicates = Duplicates::highest;
    const auto one = directory_.scan(highest);
    EXPECT_EQ(one[0].refusal, "version 1.9.0 of \"fixture\"; the higher 1.10.0 is used: " + b);
    EXPECT_TRUE(one[1].usable());

    directory_.add("good_newer", "c.so");
    const auto tied = directory_.scan(highest);
    EXPECT_THAT(*tied[1].refusal, HasSubstr("so neither is used"));
    EXPECT_THAT(*tied[2].refusal, HasSubstr("so neither is used"));
}

TEST_F(Refusals, OwnImage) {
    std::filesystem::create_symlink("/proc/self/exe", directory_.file("x.so"));
    PluginOptions options;
    options.directories = {directory_.path()};
    const std::string program = std::filesystem::canonical("/proc/self/exe").string();
    const Catalog catalog = Catalog::scan(options);
    const auto own = std::find_if(catalog.files().begin(), catalog.files().end(),
                                  [&](const PluginFile& file) { return file.path == program; });
    ASSERT_NE(own, catalog.files().end());
    EXPECT_EQ(own->refusal, "not a plugin but this program itself");
}

TEST_F(Refusals, AFileThatChangedAfterItsCheck) {
    directory_.add("good");
    const PluginFile file = directory_.scan().at(0);
    directory_.add("good_newer");
    try {
        load_plugin(file);
        ADD_FAILURE() << "loaded";
    } catch (const PluginError& error) {
        EXPECT_EQ(error.message(), about_x("has changed since it was checked"));
    }
}

TEST_F(Refusals, WrongMagic) {
    EXPECT_EQ(load_error("wrong_magic"), about_x("is not a plugin: its entry has the wrong magic"));
}

TEST_F(Refusals, ShortEntry) {
    EXPECT_EQ(load_error("short_entry"),
              about_x("has an entry of 32 bytes; ABI 1 has " + std::to_string(sizeof(dbway_entry))));
}

TEST_F(Refusals, NoCreate) { EXPECT_EQ(load_error("null_create"), about_x("has an entry without create()")); }

TEST_F(Refusals, NoEntry) {
    EXPECT_EQ(load_error("no_entry"), about_x("is not a plugin: it does not export dbway_entry_v1"));
}

TEST_F(Refusals, MissingSymbol) {
    EXPECT_EQ(load_error("undefined_symbol"),
              about_x("needs the symbol dbway_fixture_undefined_function, which no library it names has"));
}

TEST_F(Refusals, MissingDependency) {
    EXPECT_EQ(load_error("missing_dependency"), about_x("needs libdbway_absent.so.3, which was not found"));
}

TEST_F(Refusals, MetadataThatDisagreesWithTheEntry) {
    EXPECT_EQ(load_error("other_id"),
              about_x("says id \"fixture\" in its metadata but \"other\" in its entry"));
}

TEST_F(Refusals, MetadataOfAnotherVersionThanTheEntry) {
    EXPECT_EQ(load_error("other_version"),
              about_x("says version \"1.9.0\" in its metadata but \"9.9.9\" in its entry"));
}

TEST_F(Refusals, ThrowsInCreate) {
    EXPECT_EQ(load_error("throws_in_create"),
              about_x("threw an exception out of create(), which rule R3 forbids"));
}

TEST_F(Refusals, CreatesNothing) {
    EXPECT_EQ(load_error("creates_nothing"), about_x("created no provider, and reported no error"));
}

TEST_F(Refusals, NoDestroy) {
    EXPECT_EQ(load_error("no_destroy"), about_x("created a provider without destroy()"));
}
TEST_F(Refusals, NoOpen) { EXPECT_EQ(load_error("no_open"), about_x("created a provider without open()")); }
TEST_F(Refusals, NoConnectionTable) {
    EXPECT_EQ(load_error("no_conn"), about_x("created a provider without a table of connection functions"));
}
TEST_F(Refusals, NoClose) { EXPECT_EQ(load_error("no_close"), about_x("has connections without close()")); }
TEST_F(Refusals, NoSubmit) {
    EXPECT_EQ(load_error("no_submit"), about_x("has connections without submit()"));
}
TEST_F(Refusals, NoNext) { EXPECT_EQ(load_error("no_next"), about_x("has connections without next()")); }
TEST_F(Refusals, ShortProvider) {
    EXPECT_EQ(load_error("short_provider"), about_x("created a provider of 24 bytes; it needs " +
                                                    std::to_string(offsetof(dbway_provider, get_extension))));
}
TEST_F(Refusals, ShortConnectionTable) {
    EXPECT_EQ(load_error("short_conn"), about_x("has a connection table of 16 bytes; it needs " +
                                                std::to_string(offsetof(dbway_conn_api, discard))));
}

TEST_F(Refusals, AnErrorThatCreateReportsIsThrownAsItIs) {
    directory_.add("create_fails");
    try {
        const ProviderInstance provider(load_plugin(directory_.scan().at(0)), {});
        ADD_FAILURE() << "created";
    } catch (const InvalidUse& error) {
        EXPECT_EQ(error.message(), "provider \"fixture\": the fixture refuses to start");
    }
}

TEST_F(Refusals, ABadFileNeverStopsAGoodOne) {
    directory_.write("a.so", "text");
    directory_.add("no_metadata", "b.so");
    directory_.add("good", "c.so");
    directory_.write("d.so", "");
    directory_.write("readme.txt", "not looked at");
    const auto files = directory_.scan();
    ASSERT_EQ(files.size(), 4u);
    std::vector<bool> usable;
    for (const PluginFile& file : files) usable.push_back(file.usable());
    EXPECT_THAT(usable, ElementsAre(false, false, true, false));
}

}  // namespace
}  // namespace dbway::detail
