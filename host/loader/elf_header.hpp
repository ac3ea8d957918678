// elf_header.hpp - whether bytes are a whole ELF shared library for this machine. dlopen() of a truncated
// file may end in SIGBUS, and its messages about foreign files name no architecture.
#pragma once

#include <loader/own_image.hpp>

#include <dbway/export.hpp>

#include <string>
#include <string_view>

namespace dbway::detail {

// What is wrong with the file, for a refusal; empty: nothing.
DBWAY_API std::string elf_problem(std::string_view bytes, const Architecture& wanted);

}  // namespace dbway::detail
