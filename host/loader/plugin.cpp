// Boost.DLL 1.74 needs <vector> before its header when it is told to use std::filesystem.
#include <vector>
#ifndef BOOST_DLL_USE_STD_FS
#define BOOST_DLL_USE_STD_FS
#endif
#include <boost/dll/shared_library.hpp>

#include <dbway/error.hpp>
#include <loader/plugin.hpp>

#include <cstring>
#include <map>
#include <mutex>
#include <utility>

namespace dbway::detail {

namespace {

// Everything that was ever loaded, by path. Never destroyed: nothing is unmapped, not even at exit.
struct LoadedLibraries {
    std::mutex mutex;  // around every call of the dynamic loader, which not all systems make thread-safe
    std::map<std::string, boost::dll::shared_library> libraries;
};

LoadedLibraries& loaded_libraries() {
    static auto* const loaded = new LoadedLibraries;
    return *loaded;
}

[[noreturn]] void fail(const PluginFile& file, const std::string& reason) {
    const std::string name = file.metadata.id.empty() ? "" : " \"" + file.metadata.id + "\"";
    throw PluginError(Category::plugin, "plugin" + name + " (" + file.display_path() + ") " + reason);
}

// What dlerror() said, out of Boost.DLL's "… (dlerror system message: TEXT): Bad file descriptor".
std::string loader_text(std::string_view what) {
    constexpr std::string_view prefix = "(dlerror system message: ";
    const std::size_t start = what.find(prefix);
    const std::size_t end = what.rfind(')');
    if (start == std::string_view::npos || end == std::string_view::npos || end < start + prefix.size())
        return std::string(what);
    return std::string(what.substr(start + prefix.size(), end - start - prefix.size()));
}

// glibc: "LIBRARY: cannot open shared object file: No such file or directory" for a dependency, "FILE:
// undefined symbol: NAME" for a symbol. Other loaders' words, and translated ones, are passed on as they are.
std::string explain(const std::string& text, const std::string& path) {
    constexpr std::string_view cannot_open = ": cannot open shared object file: No such file or directory";
    constexpr std::string_view undefined = "undefined symbol: ";
    if (text.ends_with(cannot_open)) {
        const std::string library = text.substr(0, text.size() - cannot_open.size());
        if (library != path) return "needs " + library + ", which was not found";
    }
    if (const std::size_t at = text.find(undefined); at != std::string::npos)
        return "needs the symbol " + text.substr(at + undefined.size()) + ", which no library it names has";
    return "cannot be loaded: " + text;
}

const dbway_entry* load_entry(const PluginFile& file) {
    LoadedLibraries& loaded = loaded_libraries();
    const std::lock_guard lock(loaded.mutex);
    auto found = loaded.libraries.find(file.path);
    if (found == loaded.libraries.end()) {
        boost::dll::shared_library library;
        try {
            library.load(file.path, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
        } catch (const std::exception& error) {
            fail(file, explain(loader_text(error.what()), file.path));
        }
        found = loaded.libraries.emplace(file.path, std::move(library)).first;
    }
    if (!found->second.has(DBWAY_ENTRY_SYMBOL))
        fail(file, "is not a plugin: it does not export " DBWAY_ENTRY_SYMBOL);
    return &found->second.get<const dbway_entry>(DBWAY_ENTRY_SYMBOL);
}

}  // namespace

std::string wrong_abi_message(std::string_view id, std::string_view version, std::string_view path,
                              std::uint32_t major, std::uint32_t minor) {
    const std::string host_major = std::to_string(DBWAY_ABI_MAJOR);
    return "plugin " + std::string(id) + " " + std::string(version) + " (" + std::string(path) +
           ") was built for provider ABI " + std::to_string(major) + "." + std::to_string(minor) +
           "; this host supports " + host_major + ".0-" + host_major + "." + std::to_string(DBWAY_ABI_MINOR) +
           ". Install a build for ABI " + host_major + ".";
}

std::string entry_problem(const dbway_entry* entry, const PluginFile& file) {
    if (entry == nullptr) return "has a null entry";
    if (std::memcmp(entry->magic, DBWAY_MAGIC, sizeof entry->magic) != 0)
        return "is not a plugin: its entry has the wrong magic";
    constexpr std::size_t least = offsetof(dbway_entry, create) + sizeof entry->create;
    // The major version stands before what a later one may lay out differently.
    if (entry->struct_size < offsetof(dbway_entry, abi_minor) + sizeof entry->abi_minor)
        return "has an entry of " + std::to_string(entry->struct_size) + " bytes; ABI 1 has " +
               std::to_string(least);
    if (entry->abi_major != DBWAY_ABI_MAJOR)
        return wrong_abi_message(file.metadata.id.empty() ? "of unknown name" : file.metadata.id,
                                 file.metadata.version, file.display_path(), entry->abi_major,
                                 entry->abi_minor);
    if (entry->struct_size < least)
        return "has an entry of " + std::to_string(entry->struct_size) + " bytes; ABI 1 has " +
               std::to_string(least);
    if (entry->id == nullptr || entry->version == nullptr || entry->meta == nullptr)
        return "has an entry without id, version or meta";
    if (entry->create == nullptr) return "has an entry without create()";
    const PluginMetadata& metadata = file.metadata;
    if (metadata.id.empty()) return {};  // not read yet
    const auto differ = [](const std::string& key, std::string_view in_metadata, std::string_view in_entry) {
        return "says " + key + " \"" + std::string(in_metadata) + "\" in its metadata but \"" +
               std::string(in_entry) + "\" in its entry";
    };
    if (metadata.id != entry->id) return differ("id", metadata.id, entry->id);
    if (metadata.version != entry->version) return differ("version", metadata.version, entry->version);
    if (metadata.abi_minor != entry->abi_minor)
        return differ("abi", std::to_string(metadata.abi_major) + "." + std::to_string(metadata.abi_minor),
                      std::to_string(entry->abi_major) + "." + std::to_string(entry->abi_minor));
    return {};
}

Plugin::Plugin(PluginFile file, const dbway_entry* entry) : file_(std::move(file)), entry_(entry) {}

std::shared_ptr<Plugin> Plugin::linked(const dbway_entry* entry) {
    const dbway_entry* const entries[] = {entry};
    return load_plugin(Catalog::linked_only(entries).files().front());
}

std::shared_ptr<Plugin> load_plugin(const PluginFile& file) {
    if (file.refusal) {
        // The message about another ABI is a sentence of its own.
        if (file.refusal->starts_with("plugin ")) throw PluginError(Category::plugin, *file.refusal);
        fail(file, "cannot be used: " + *file.refusal);
    }
    if (file.linked != nullptr) return std::make_shared<Plugin>(file, file.linked);
    const auto identity = identify_file(file.path);
    if (!identity || !(*identity == file.identity)) fail(file, "has changed since it was checked");
    const dbway_entry* entry = load_entry(file);
    if (const std::string problem = entry_problem(entry, file); !problem.empty()) {
        if (problem.starts_with("plugin ")) throw PluginError(Category::plugin, problem);
        fail(file, problem);
    }
    return std::make_shared<Plugin>(file, entry);
}

}  // namespace dbway::detail
