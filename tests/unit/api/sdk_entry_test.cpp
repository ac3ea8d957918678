// The exported datum and its metadata, which come from the same strings.
#include "sdk_client.hpp"

#include <cstring>

namespace dbway::sdk::test {
namespace {

TEST(SdkEntry, SaysWhatTheMacroWasGiven) {
    const dbway_entry& entry = sdk_memory_entry;
    EXPECT_EQ(std::memcmp(entry.magic, DBWAY_MAGIC, 8), 0);
    EXPECT_EQ(entry.struct_size, sizeof(dbway_entry));
    EXPECT_EQ(entry.abi_major, static_cast<std::uint32_t>(DBWAY_ABI_MAJOR));
    EXPECT_EQ(entry.abi_minor, static_cast<std::uint32_t>(DBWAY_ABI_MINOR));
    EXPECT_EQ(entry.flags, 0U);
    EXPECT_STREQ(entry.id, "memory");
    EXPECT_STREQ(entry.version, "1.0.0");
    EXPECT_STREQ(entry.schemes[0], "memory");
    EXPECT_STREQ(entry.schemes[1], "mem");
    EXPECT_EQ(entry.schemes[2], nullptr);
}

TEST(SdkEntry, MetadataAgreesWithIt) {
    const std::string_view meta = sdk_memory_entry.meta;
    EXPECT_TRUE(meta.starts_with("\177DBWAY-META/1\nid = \"memory\"\nversion = \"1.0.0\"\nabi = \"1.0\"\n"));
    EXPECT_TRUE(meta.ends_with("\n\177DBWAY-END\n"));
    EXPECT_NE(meta.find("\n[[option]]\nname = \"refuse\""), std::string_view::npos);
}

TEST(SdkEntry, IdsAndTextsAreChecked) {
    EXPECT_TRUE(detail::is_provider_id("my.csv_2-x"));
    for (const char* id : {"", "Csv", ".csv", "-csv", "csv file", "cs\xC3\xA9"})
        EXPECT_FALSE(detail::is_provider_id(id)) << id;
    EXPECT_FALSE(detail::is_provider_id(std::string(64, 'a')));
    EXPECT_TRUE(detail::is_provider_id(std::string(63, 'a')));
    EXPECT_TRUE(detail::is_plain_toml("It's CSV, in München"));
    for (const char* text : {"a\"b", "a\\b", "a\nb"}) EXPECT_FALSE(detail::is_plain_toml(text)) << text;
}

TEST(SdkEntry, InstancesAreIndependent) {
    Client first;
    dbway_create_args create{};
    create.struct_size = sizeof create;
    dbway_provider* second = nullptr;
    ASSERT_EQ(sdk_memory_entry.create(nullptr, &create, &second), DBWAY_OK);
    EXPECT_NE(second, first.provider);
    EXPECT_EQ(second->caps, std::uint64_t{DBWAY_CAP_CANCEL});  // the SDK knows no non-blocking mode
    second->destroy(second);
    first.request(DBWAY_R_QUERY, "rows 1");
    EXPECT_EQ(shape(first.run()), "1:ROWS1+.");
}

}  // namespace
}  // namespace dbway::sdk::test
