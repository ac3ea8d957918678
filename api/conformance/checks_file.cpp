// The plugin's file: what it exports, how it is linked, what it tells without being run.
#include <dlfcn.h>
#include <elf.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "conformance/check.hpp"
#include "conformance/elf_file.hpp"

namespace dbway::conformance {
namespace {

constexpr std::string_view meta_begin = "\177DBWAY-META/1\n";
constexpr std::string_view meta_end = "\177DBWAY-END\n";
constexpr std::size_t largest_meta = 64 * 1024;

std::string file_of(Context& context) {
    const auto& path = context.environment().settings.file;
    if (path.empty()) skip("the provider is linked in, there is no file");
    try {
        return read_whole_file(path.string());
    } catch (const ElfError& error) {
        throw CheckFailed(path.string() + ": " + error.what());
    }
}

ElfFile parsed(Context& context) {
    const auto bytes = file_of(context);
    try {
        return ElfFile::parse(bytes);
    } catch (const ElfError& error) {
        throw CheckFailed(context.environment().settings.file.string() + ": " + error.what());
    }
}

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > 8) text += " and " + std::to_string(names.size() - 8) + " more";
    return text;
}

void one_export(Context& context) {
    const auto file = parsed(context);
    std::vector<std::string> others;
    bool entry = false;
    for (const auto& symbol : file.exports()) {
        if (symbol.name.starts_with("dbway_entry_v")) {
            entry = entry || symbol.name == DBWAY_ENTRY_SYMBOL;
            expect(symbol.type == STT_OBJECT, symbol.name + " is not a data symbol");
        } else {
            others.push_back(symbol.name);
        }
    }
    expect(entry, "it does not export " DBWAY_ENTRY_SYMBOL);
    std::vector<std::string> runtime;
    for (const auto& name : others)
        if (name.starts_with("_ZNSt") || name.starts_with("_ZSt") || name.starts_with("_ZNKSt") ||
            name.starts_with("_ZTISt") || name.starts_with("_ZTSSt") || name.starts_with("_ZN9__gnu_cxx"))
            runtime.push_back(name);
    std::string hint = "link with a version script that makes all else local (dbway_add_provider() does)";
    if (!runtime.empty()) hint += "; of the C++ runtime: " + join(runtime);
    expect(others.empty(), "it exports " + std::to_string(others.size()) +
                               " symbols besides " DBWAY_ENTRY_SYMBOL ": " + join(others) + "; " + hint);
}

void no_unique_symbols(Context& context) {
    std::vector<std::string> unique;
    for (const auto& symbol : parsed(context).symbols)
        if (symbol.binding == STB_GNU_UNIQUE) unique.push_back(symbol.name);
    expect(unique.empty(), "it has STB_GNU_UNIQUE symbols, which keep it loaded for good: " + join(unique) +
                               "; compile with -fno-gnu-unique");
}

void no_text_relocations(Context& context) {
    expect(!parsed(context).text_relocations, "it has text relocations; compile with -fPIC");
}

void bind_now(Context& context) {
    expect(parsed(context).bind_now,
           "it binds symbols lazily, so that a missing one is found at its first call; link with -Wl,-z,now");
}

void no_executable_stack(Context& context) {
    const auto stack = parsed(context).executable_stack;
    expect(stack.has_value(),
           "it does not say that it needs no executable stack; link with -Wl,-z,noexecstack");
    expect(!*stack, "it asks for an executable stack; link with -Wl,-z,noexecstack");
}

// The value of a top-level `key = 'value'` line.
std::string meta_value(const std::string& toml, const std::string& key) {
    std::size_t begin = 0;
    while (begin < toml.size()) {
        auto end = toml.find('\n', begin);
        if (end == std::string::npos) end = toml.size();
        const std::string line = toml.substr(begin, end - begin);
        begin = end + 1;
        const auto word = line.find_first_not_of(" \t");
        if (word == std::string::npos) continue;
        if (line[word] == '[') return {};
        const auto equals = line.find('=');
        if (equals == std::string::npos) continue;
        std::string name = line.substr(word, equals - word);
        name.erase(name.find_last_not_of(" \t") + 1);
        if (name != key) continue;
        const auto open = line.find_first_of("'\"", equals);
        if (open == std::string::npos) return {};
        const auto close = line.find(line[open], open + 1);
        return close == std::string::npos ? std::string() : line.substr(open + 1, close - open - 1);
    }
    return {};
}

void metadata_agrees(Context& context) {
    const auto bytes = file_of(context);
    const auto begin = bytes.find(meta_begin);
    expect(begin != std::string::npos,
           "the file holds no DBWAY_META text; reference it from dbway_entry.meta");
    const auto from = begin + meta_begin.size();
    const auto end = bytes.find(meta_end, from);
    expect(end != std::string::npos && end - from <= largest_meta,
           "the DBWAY_META text has no end mark within 64 KiB");
    const auto toml = bytes.substr(from, end - from);
    const auto* entry = context.environment().entry;
    const std::string abi = std::to_string(entry->abi_major) + "." + std::to_string(entry->abi_minor);
    const std::pair<const char*, std::string> expected[] = {
        {"id", entry->id}, {"version", entry->version}, {"abi", abi}};
    for (const auto& [key, value] : expected) {
        const auto told = meta_value(toml, key);
        expect(told == value, std::string("the metadata tells ")
                                  .append(key)
                                  .append(" '")
                                  .append(told)
                                  .append("', the entry '")
                                  .append(value) += "'");
    }
}

// A directory of this check's own, removed at the end.
struct TemporaryDirectory {
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-check-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) skip("no temporary directory can be made");
        path = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::filesystem::path path;
};

void unload_promise(Context& context) {
    const auto* entry = context.environment().entry;
    if ((entry->flags & DBWAY_ENTRY_UNLOAD_SAFE) == 0) skip("the provider does not declare UNLOAD_SAFE");
    file_of(context);
    // The host still holds the file itself; a copy is loaded beside it.
    const TemporaryDirectory directory;
    const auto copy = directory.path / context.environment().settings.file.filename();
    std::filesystem::copy_file(context.environment().settings.file, copy);
    void* handle = dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) skip(std::string("a copy of the file cannot be loaded: ") + dlerror());
    {
        Environment environment;
        environment.entry = static_cast<const dbway_entry*>(dlsym(handle, DBWAY_ENTRY_SYMBOL));
        environment.source_options = context.environment().source_options;
        environment.settings = context.environment().settings;
        expect(environment.entry != nullptr, "the copy has no " DBWAY_ENTRY_SYMBOL);
        Provider provider(environment);
        Connection connection(provider);
        connection.run(Request{.kind = DBWAY_R_PING});
    }
    dlclose(handle);
    void* still = dlopen(copy.c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (still != nullptr) dlclose(still);
    expect(still == nullptr, "it declares UNLOAD_SAFE but stays mapped after dlclose()");
}

}  // namespace

std::vector<Check> file_checks() {
    return {
        {{"r5_file_exports_one_symbol", {"R5"}, "The file exports " DBWAY_ENTRY_SYMBOL " and nothing else"},
         one_export},
        {{"r5_file_metadata_agrees", {"R5"}, "The metadata in the file agrees with the entry"},
         metadata_agrees},
        {{"r2_file_has_no_unique_symbols", {"R2"}, "The file has no STB_GNU_UNIQUE symbol"},
         no_unique_symbols},
        {{"r2_file_unload_promise", {"R2"}, "A file that declares UNLOAD_SAFE is unmapped by dlclose()"},
         unload_promise},
        {{"r5_file_no_text_relocations", {"R5"}, "The file has no text relocations"}, no_text_relocations},
        {{"r5_file_binds_now", {"R5"}, "The file binds its symbols when it is loaded"}, bind_now},
        {{"r5_file_no_executable_stack", {"R5"}, "The file needs no executable stack"}, no_executable_stack},
    };
}

}  // namespace dbway::conformance
