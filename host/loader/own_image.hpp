// own_image.hpp - the file that this code was loaded from: libdbway, or a program it is linked into.
#pragma once

#include <loader/file_contents.hpp>

#include <cstdint>
#include <string>

namespace dbway::detail {

// Canonical path of the file this function is in; empty when it cannot be told.
std::string own_image_path();

// What the file is, for a refusal: "this program itself", "libdbway itself"; empty: neither.
std::string own_image_name(const FileIdentity& identity);

struct Architecture {
    std::uint8_t elf_class = 0;   // ELFCLASS32, ELFCLASS64
    std::uint8_t byte_order = 0;  // ELFDATA2LSB, ELFDATA2MSB
    std::uint16_t machine = 0;    // EM_*

    bool operator==(const Architecture&) const = default;
};

// Of this process, from the ELF header it was mapped from.
Architecture own_architecture();

}  // namespace dbway::detail
