// The parts of the loader that need no plugin file: digests, metadata, versions, ELF headers.
#include <dbway/provider.h>
#include <dbway/error.hpp>
#include <loader/elf_header.hpp>
#include <loader/file_trust.hpp>
#include <loader/metadata.hpp>
#include <loader/provider.hpp>
#include <loader/sha256.hpp>
#include <support/broken_plugins/plugin_directory.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbway::detail {
namespace {

using testing::HasSubstr;

// The example values for SHA-256 that NIST publishes with FIPS 180-4.
TEST(Sha256, GivesTheDigestsOfTheStandard) {
    EXPECT_EQ(hexadecimal(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hexadecimal(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hexadecimal(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hexadecimal(sha256(
                  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmn"
                  "opqrlmnopqrsmnopqrstnopqrstu")),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(hexadecimal(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PinsAreDigestsWithTheirAlgorithm) {
    EXPECT_TRUE(is_pin(pin_of("abc")));
    EXPECT_FALSE(is_pin("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    EXPECT_FALSE(is_pin("sha256:ba78"));
    EXPECT_FALSE(is_pin("sha256:" + std::string(64, 'g')));
}

std::string blob(const std::string& text) {
    return "\177"
           "DBWAY-META/1\n" +
           text +
           "\177"
           "DBWAY-END\n";
}

std::string find_error(const std::string& bytes) {
    try {
        find_metadata(bytes);
    } catch (const PluginError& error) {
        return error.message();
    }
    return "no error";
}

TEST(FindMetadata, GivesTheTextBetweenTheMarkers) {
    EXPECT_EQ(find_metadata("junk" + blob("id='a'\n") + "junk"), "id='a'\n");
    EXPECT_EQ(find_metadata(blob("x") + "junk" + blob("x")), "x");
    EXPECT_EQ(find_metadata(""), std::nullopt);
    EXPECT_EQ(find_metadata("DBWAY-META/1\nid='a'\n"),
              std::nullopt);  // without the marker byte, as in libdbway itself
}

TEST(FindMetadata, RefusesWhatIsNoBlob) {
    EXPECT_EQ(find_error("\177"
                         "DBWAY-META/1\nid='a'"),
              "its metadata (DBWAY_META) is malformed: it has no end");
    EXPECT_EQ(find_error(blob(std::string(64 * 1024 + 1, 'x'))),
              "its metadata (DBWAY_META) is malformed: no end of it within 64 KiB");
    EXPECT_EQ(find_metadata(blob(std::string(64 * 1024, 'x')))->size(), 64u * 1024);
    EXPECT_EQ(find_error(blob("a") + blob("b")),
              "its metadata (DBWAY_META) is malformed: it is there twice, with different text");
}

constexpr const char* least = "id='a'\nversion='1'\nabi='1.0'\n";

std::string parse_error(const std::string& text) {
    try {
        parse_metadata(text);
    } catch (const PluginError& error) {
        return error.message().substr(error.message().find(": ") + 2);
    }
    return "no error";
}

TEST(ParseMetadata, ReadsEveryKey) {
    const PluginMetadata metadata = parse_metadata(
        "id='p.g-x_1'\nversion='1.4.2'\nabi='1.7'\nname='N'\nvendor='V'\nurl='U'\nlicense='L'\ndescription='"
        "D'\n"
        "[[option]]\nname='port'\ntype='integer'\nmin=1\nmax=65535\ndefault='5432'\nhelp='H'\nrequired=true\n"
        "[[option]]\nname='mode'\nscope='provider'\ntype='choice'\nvalues=['a','b']\n"
        "[[option]]\nname='file'\ntype='path'\nliteral=[':memory:']\n");
    EXPECT_EQ(metadata.id, "p.g-x_1");
    EXPECT_EQ(metadata.version, "1.4.2");
    EXPECT_EQ(metadata.abi_major, 1u);
    EXPECT_EQ(metadata.abi_minor, 7u);
    EXPECT_EQ(metadata.name + metadata.vendor + metadata.url + metadata.license + metadata.description,
              "NVULD");
    const DeclaredOption* port = metadata.find_option(OptionScope::source, "port");
    ASSERT_NE(port, nullptr);
    EXPECT_EQ(port->type, DeclaredType::integer);
    EXPECT_EQ(port->min, 1);
    EXPECT_EQ(port->max, 65535);
    EXPECT_EQ(port->default_value, "5432");
    EXPECT_EQ(port->help, "H");
    EXPECT_TRUE(port->required);
    EXPECT_EQ(metadata.find_option(OptionScope::source, "mode"), nullptr);
    ASSERT_NE(metadata.find_option(OptionScope::provider, "mode"), nullptr);
    EXPECT_EQ(metadata.find_option(OptionScope::provider, "mode")->values,
              (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(metadata.find_option(OptionScope::source, "file")->literals,
              std::vector<std::string>{":memory:"});
}

TEST(ParseMetadata, SaysWhatIsMalformed) {
    const std::string text = least;
    EXPECT_EQ(parse_error(least), "no error");
    EXPECT_EQ(parse_error("version='1'\nabi='1.0'\n"), "it has no id");
    EXPECT_EQ(parse_error("id='A'\nversion='1'\nabi='1.0'\n"),
              "id \"A\" is not 1 to 63 of a-z 0-9 . _ - that start with a letter or digit");
    EXPECT_THAT(parse_error("id='" + std::string(64, 'a') + "'\nversion='1'\nabi='1.0'\n"),
                HasSubstr("is not 1 to 63"));
    EXPECT_EQ(parse_error("id='a'\nabi='1.0'\n"), "it has no version");
    EXPECT_EQ(parse_error("id='a'\nversion=''\nabi='1.0'\n"), "version is empty");
    EXPECT_EQ(parse_error("id='a'\nversion=1\nabi='1.0'\n"), "version is not a string");
    for (const char* abi : {"1", "1.", ".0", "1.0.0", "one", "99999999999.0"})
        EXPECT_EQ(parse_error("id='a'\nversion='1'\nabi='" + std::string(abi) + "'\n"),
                  "abi \"" + std::string(abi) + "\" is not MAJOR.MINOR");
    EXPECT_EQ(parse_error(text + "name=\"a\\u001b[2J\"\n"), "name holds a control character");
    EXPECT_EQ(parse_error(text + "option=5\n"), "option is not an array of tables");
    EXPECT_EQ(parse_error(text + "[[option]]\ntype='string'\n"), "it has no name");
    EXPECT_EQ(parse_error(text + "[[option]]\nname='x'\ntype='colour'\n"),
              "option \"x\": type \"colour\" is unknown");
    EXPECT_EQ(parse_error(text + "[[option]]\nname='x'\nscope='world'\n"),
              "option \"x\": scope \"world\" is neither \"source\" nor \"provider\"");
    EXPECT_EQ(parse_error(text + "[[option]]\nname='x'\ntype='choice'\n"),
              "option \"x\": a choice without values");
    EXPECT_EQ(parse_error(text + "[[option]]\nname='x'\nmin=2\nmax=1\n"),
              "option \"x\": min is more than max");
    EXPECT_EQ(parse_error(text + "[[option]]\nname='x'\n[[option]]\nname='x'\n"),
              "option \"x\" is there twice");
    EXPECT_THAT(parse_error("id='a'\nversion='1\n"), testing::StartsWith("line 2: "));
}

TEST(ParseMetadata, TakesWhatANewerMinorMayHaveAdded) {
    const PluginMetadata metadata = parse_metadata(
        "id='a'\nversion='1'\nabi='1.99'\nnew='x'\n[[option]]\nname='x'\ntype='colour'\nnew=5\n");
    EXPECT_EQ(metadata.options.at(0).type, DeclaredType::string);
}

TEST(Versions, NumbersCompareAsNumbers) {
    const std::vector<std::string> ascending = {"0.9",   "1.0-rc1", "1.0-rc2", "1.0",
                                                "1.0.1", "1.9.0",   "1.10.0",  "2"};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j)
            EXPECT_EQ(compare_versions(ascending[i], ascending[j]), i < j    ? -1
                                                                    : i == j ? 0
                                                                             : 1)
                << ascending[i] << " and " << ascending[j];
    EXPECT_EQ(compare_versions("1.01", "1.1"), 0);
}

TEST(ElfHeader, RefusesEveryPrefixOfALibrary) {
    const std::string bytes = test::PluginDirectory::read(test::PluginDirectory::built("good"));
    const Architecture own = own_architecture();
    EXPECT_EQ(elf_problem(bytes, own), "");
    for (std::size_t size = 0; size < bytes.size(); size += size < 1024 ? 1 : 997)
        EXPECT_NE(elf_problem(std::string_view(bytes).substr(0, size), own), "") << size;
}

TEST(ElfHeader, SurvivesAnyByteOfItChanged) {
    const std::string bytes = test::PluginDirectory::read(test::PluginDirectory::built("good"));
    const Architecture own = own_architecture();
    for (std::size_t at = 0; at < 512; ++at)
        for (const char value : {'\0', '\1', '\177', '\377'}) {
            std::string changed = bytes;
            changed[at] = value;
            EXPECT_LT(elf_problem(changed, own).size(), 1000u);
        }
}

TEST(Capabilities, HaveNames) {
    EXPECT_THAT(capability_names(DBWAY_CAP_NONBLOCK | DBWAY_CAP_COPY_IN | DBWAY_CAP_BINARY),
                testing::ElementsAre("nonblock", "copy_in", "binary"));
    EXPECT_THAT(capability_names(std::uint64_t{1} << 40), testing::ElementsAre("bit_40"));
    EXPECT_THAT(capability_names(0), testing::IsEmpty());
}

}  // namespace
}  // namespace dbway::detail
