#include <loader/elf_header.hpp>

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>

namespace dbway::detail {

namespace {

std::string machine_name(std::uint16_t machine) {
    switch (machine) {
        case EM_386:
            return "i386";
        case EM_X86_64:
            return "x86-64";
        case EM_ARM:
            return "ARM";
        case EM_AARCH64:
            return "AArch64";
        case EM_RISCV:
            return "RISC-V";
        case EM_PPC64:
            return "PowerPC64";
        case EM_S390:
            return "S/390";
        default:
            return "ELF machine " + std::to_string(machine);
    }
}

std::string name_of(const Architecture& architecture) {
    return machine_name(architecture.machine) +
           (architecture.elf_class == ELFCLASS32 ? ", 32-bit" : ", 64-bit") +
           (architecture.byte_order == ELFDATA2MSB ? ", big-endian" : "");
}

template <class T>
T read_at(std::string_view bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

// The end of `count` entries of `size` bytes at `offset`; the largest number when it overflows.
std::uint64_t end_of(std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
    std::uint64_t length = 0;
    std::uint64_t end = 0;
    if (__builtin_mul_overflow(count, size, &length) || __builtin_add_overflow(offset, length, &end))
        return UINT64_MAX;
    return end;
}

// How long the file has to be by its section table and its segments.
std::uint64_t promised_size(std::string_view bytes, const ElfW(Ehdr) & header) {
    const std::uint64_t programs_end = end_of(header.e_phoff, header.e_phnum, sizeof(ElfW(Phdr)));
    std::uint64_t promised = std::max(
        programs_end,
        header.e_shoff == 0 ? std::uint64_t{0} : end_of(header.e_shoff, header.e_shnum, sizeof(ElfW(Shdr))));
    if (programs_end > bytes.size()) return promised;
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        const auto program = read_at<ElfW(Phdr)>(bytes, header.e_phoff + i * sizeof(ElfW(Phdr)));
        if (program.p_type == PT_LOAD)
            promised = std::max(promised, end_of(program.p_offset, 1, program.p_filesz));
    }
    return promised;
}

}  // namespace

std::string elf_problem(std::string_view bytes, const Architecture& wanted) {
    if (bytes.empty()) return "an empty file";
    if (!bytes.starts_with(std::string_view(ELFMAG, SELFMAG)))
        return "not a shared library: it has no ELF header";
    // The first 20 bytes, up to e_machine, are laid out alike in 32 and 64 bits.
    constexpr std::size_t machine_offset = 18;
    if (bytes.size() < machine_offset + sizeof(std::uint16_t))
        return "truncated: its ELF header is not whole";
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    const bool big_endian = byte(EI_DATA) == ELFDATA2MSB;
    const auto machine = static_cast<std::uint16_t>(byte(machine_offset + (big_endian ? 1 : 0)) |
                                                    byte(machine_offset + (big_endian ? 0 : 1)) << 8);
    const Architecture found{byte(EI_CLASS), byte(EI_DATA), machine};
    if (!(found == wanted))
        return "built for another architecture: " + name_of(found) + "; this host is " + name_of(wanted);
    if (bytes.size() < sizeof(ElfW(Ehdr))) return "truncated: its ELF header is not whole";
    const auto header = read_at<ElfW(Ehdr)>(bytes, 0);
    if (header.e_type != ET_DYN) return "not a shared library but another kind of ELF file";
    if (header.e_phentsize != sizeof(ElfW(Phdr))) return "not a shared library: its ELF header is damaged";
    if (const std::uint64_t promised = promised_size(bytes, header); promised > bytes.size())
        return "truncated: it has " + std::to_string(bytes.size()) + " bytes, its headers tell of " +
               (promised == UINT64_MAX ? "more" : std::to_string(promised));
    return {};
}

}  // namespace dbway::detail
