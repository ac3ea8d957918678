#include "conformance/elf_file.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace dbway::conformance {
namespace {

// Where a library of the system lies; asked of the library itself, since a sanitizer answers for it
// elsewhere.
std::string path_of(const char* soname, const char* symbol_name) {
    Dl_info info{};
    void* handle = dlopen(soname, RTLD_NOW);
    void* symbol = handle != nullptr ? dlsym(handle, symbol_name) : nullptr;
    return symbol != nullptr && dladdr(symbol, &info) != 0 ? info.dli_fname : "";
}

std::string path_of_libc() { return path_of("libc.so.6", "fopen"); }
// Small enough to be parsed thousands of times.
std::string path_of_libm() { return path_of("libm.so.6", "frexp"); }

TEST(ElfFile, ReadsARealLibrary) {
    const auto path = path_of_libm();
    ASSERT_FALSE(path.empty());
    const auto file = ElfFile::parse(read_whole_file(path));
    EXPECT_EQ(file.bits, static_cast<int>(sizeof(void*)) * 8);
    EXPECT_EQ(file.type, ET_DYN);
    EXPECT_EQ(file.soname, "libm.so.6");
    EXPECT_THAT(file.needed, testing::Contains("libc.so.6"));
    EXPECT_FALSE(file.text_relocations);
    ASSERT_TRUE(file.executable_stack.has_value());
    EXPECT_FALSE(*file.executable_stack);
}

TEST(ElfFile, TellsDefinedSymbolsTheirVersionsAndWhatIsMissing) {
    const auto path = path_of_libm();
    ASSERT_FALSE(path.empty());
    const auto file = ElfFile::parse(read_whole_file(path));
    const auto exports = file.exports();
    const auto frexp =
        std::find_if(exports.begin(), exports.end(), [](const ElfSymbol& s) { return s.name == "frexp"; });
    ASSERT_NE(frexp, exports.end());
    EXPECT_EQ(frexp->type, STT_FUNC);
    EXPECT_EQ(frexp->version.substr(0, 6), "GLIBC_");
    // The names of its versions are no symbols of its own.
    EXPECT_TRUE(std::none_of(exports.begin(), exports.end(),
                             [](const ElfSymbol& s) { return s.name.starts_with("GLIBC_2"); }));
    const auto undefined = std::find_if(file.symbols.begin(), file.symbols.end(),
                                        [](const ElfSymbol& s) { return !s.defined && !s.version.empty(); });
    EXPECT_NE(undefined, file.symbols.end());
}

TEST(ElfFile, FindsEverySymbolThatTheLoaderFinds) {
    const auto path = path_of_libc();
    if (path.empty()) GTEST_SKIP() << "the C library is linked in";
    const auto exports = ElfFile::parse(read_whole_file(path)).exports();
    for (const char* name : {"fopen", "malloc", "qsort", "environ"})
        EXPECT_TRUE(std::any_of(exports.begin(), exports.end(), [&](const ElfSymbol& s) {
            return s.name == name;
        })) << name;
}

TEST(ElfFile, RefusesWhatIsNoSharedLibrary) {
    for (const std::string& bytes :
         {std::string(), std::string("\177ELF"), std::string("#!/bin/sh\nexit 0\n"), std::string(4096, '\0')})
        EXPECT_THROW(ElfFile::parse(bytes), ElfError);
    auto big_endian = read_whole_file(path_of_libm());
    big_endian[EI_DATA] = ELFDATA2MSB;
    EXPECT_THROW(ElfFile::parse(big_endian), ElfError);
    auto no_class = read_whole_file(path_of_libm());
    no_class[EI_CLASS] = 7;
    EXPECT_THROW(ElfFile::parse(no_class), ElfError);
    EXPECT_THROW(read_whole_file("/no/such/file"), ElfError);
}

// Whatever the bytes, parse() gives a file or throws ElfError. The sanitizer builds see every stray read.
void parse_hostile(const std::string& bytes) {
    try {
        const auto file = ElfFile::parse(bytes);
        EXPECT_TRUE(file.bits == 32 || file.bits == 64);
    } catch (const ElfError& error) {
        EXPECT_STRNE(error.what(), "");
    }
}

TEST(ElfFile, SurvivesTruncation) {
    const auto bytes = read_whole_file(path_of_libm());
    for (std::size_t size = 0; size < 4096; size += 7) parse_hostile(bytes.substr(0, size));
    for (std::size_t size = 4096; size < bytes.size(); size += bytes.size() / 101)
        parse_hostile(bytes.substr(0, size));
}

TEST(ElfFile, SurvivesFlippedBytes) {
    const auto original = read_whole_file(path_of_libm());
    std::mt19937 random(20240229);
    // The first pages hold headers, hash tables, symbols and names.
    const std::size_t reach = std::min<std::size_t>(original.size(), 64 * 1024);
    for (int round = 0; round < 400; ++round) {
        auto bytes = original;
        for (int flips = 0; flips < 1 + round % 16; ++flips) {
            const std::size_t at = round % 2 == 0 ? random() % 1024 : random() % reach;
            bytes[at] = static_cast<char>(random());
        }
        parse_hostile(bytes);
    }
}

TEST(ElfFile, SurvivesOffsetsBeyondTheFile) {
    const auto original = read_whole_file(path_of_libm());
    // Each eight-byte field of the ELF header and the program headers in turn, at the ends of the range.
    for (std::size_t at = 16; at + 8 <= 1024; at += 8)
        for (const unsigned char fill : {0xff, 0x7f, 0x80}) {
            auto bytes = original;
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 8, static_cast<char>(fill));
            parse_hostile(bytes);
        }
}

}  // namespace
}  // namespace dbway::conformance
