#include <loader/own_image.hpp>

#include <dlfcn.h>
#include <link.h>

#include <cstdlib>
#include <cstring>
#include <memory>

namespace dbway::detail {

namespace {

constexpr const char* program_path = "/proc/self/exe";

Dl_info own_info() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&own_info), &info) == 0) info = {};
    return info;
}

}  // namespace

std::string own_image_path() {
    const Dl_info info = own_info();
    // For the program, dladdr() tells argv[0], which may be relative to a directory that was left since.
    const char* path = info.dli_fname != nullptr && info.dli_fname[0] == '/' ? info.dli_fname : program_path;
    const std::unique_ptr<char, void (*)(void*)> canonical(::realpath(path, nullptr), std::free);
    return canonical ? std::string(canonical.get()) : std::string();
}

std::string own_image_name(const FileIdentity& identity) {
    if (const auto program = identify_file(program_path); program && program->same_file(identity))
        return "this program itself";
    if (const auto library = identify_file(own_image_path()); library && library->same_file(identity))
        return "libdbway itself";
    return {};
}

Architecture own_architecture() {
    ElfW(Ehdr) header;
    std::memcpy(&header, own_info().dli_fbase, sizeof header);
    return {header.e_ident[EI_CLASS], header.e_ident[EI_DATA], header.e_machine};
}

}  // namespace dbway::detail
