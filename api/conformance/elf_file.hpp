#ifndef DBWAY_CONFORMANCE_ELF_FILE_HPP
#define DBWAY_CONFORMANCE_ELF_FILE_HPP

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::conformance {

// Why the bytes are no ELF file that can be read.
struct ElfError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct ElfSymbol {
    std::string name;
    std::string version;  // "GLIBC_2.34"; empty: none
    std::uint8_t binding = 0;
    std::uint8_t type = 0;
    std::uint8_t visibility = 0;
    bool defined = false;
};

// What the dynamic section of a little-endian ELF32 or ELF64 file tells (System V ABI, chapters 4 and 5, with
// the GNU extensions for hash and versions). Nothing in the file is trusted: every offset and count is
// checked against the size of the file. A value.
struct ElfFile {
    int bits = 0;               // 32 or 64
    std::uint16_t machine = 0;  // EM_*
    std::uint16_t type = 0;     // ET_*
    std::string soname;
    std::vector<std::string> needed;
    std::vector<ElfSymbol> symbols;  // without the null symbol
    bool text_relocations = false;
    bool bind_now = false;
    std::optional<bool> executable_stack;  // empty: the file does not say, and the kernel decides

    // Throws ElfError.
    static ElfFile parse(std::string_view bytes);

    // Symbols that other objects see: defined, global or weak or unique, default or protected visibility.
    std::vector<ElfSymbol> exports() const;
};

// Reads the file whole; throws ElfError when it cannot be read or is larger than 1 GiB.
std::string read_whole_file(const std::string& path);

}  // namespace dbway::conformance

#endif
