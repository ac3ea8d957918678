#include <config/nearest.hpp>
#include <dbway/error.hpp>
#include <loader/catalog.hpp>
#include <loader/elf_header.hpp>
#include <loader/file_trust.hpp>
#include <loader/plugin.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace dbway::detail {

namespace {

namespace fs = std::filesystem;

// Reads what the file says of itself into `file`; returns why it is no plugin, or nothing.
std::string read_metadata(PluginFile& file, std::string_view bytes) {
    const auto text = find_metadata(bytes);
    if (!text) {
        const std::string symbol = std::string(1, '\0') + DBWAY_ENTRY_SYMBOL + std::string(1, '\0');
        return bytes.find(symbol) == std::string_view::npos
                   ? "not a dbway plugin: it carries no metadata (DBWAY_META)"
                   : "not a usable plugin: it names " DBWAY_ENTRY_SYMBOL
                     " but carries no metadata (DBWAY_META)";
    }
    file.metadata = parse_metadata(*text);
    if (file.metadata.abi_major != DBWAY_ABI_MAJOR)
        return wrong_abi_message(file.metadata.id, file.metadata.version, file.path, file.metadata.abi_major,
                                 file.metadata.abi_minor);
    return {};
}

// Everything that can be known of a file without running it.
void inspect(PluginFile& file, const PluginOptions& options) {
    std::string refusal;
    const auto refuse = [&](std::string reason) {
        if (refusal.empty()) refusal = std::move(reason);
    };
    const FileContents contents = read_contents(file.path);
    file.identity = contents.identity;
    // The metadata of an untrusted file is read too, so that messages can tell which provider it would have
    // been.
    if (auto reason = distrust_reason(file.path)) refuse(std::move(*reason));
    if (const std::string own = own_image_name(contents.identity); !own.empty())
        refuse("not a plugin but " + own);
    const std::string elf = elf_problem(contents.bytes(), own_architecture());
    refuse(elf);
    if (elf.empty()) {
        try {
            refuse(read_metadata(file, contents.bytes()));
        } catch (const PluginError& error) {
            refuse(error.message());
        }
        if (const auto pin = options.pins.find(file.metadata.id); pin != options.pins.end())
            if (const std::string found = pin_of(contents.bytes()); found != pin->second)
                refuse("not the pinned file: it is \"" + found + "\", [plugins.pin] wants \"" + pin->second +
                       "\"");
    }
    if (!refusal.empty()) file.refusal = std::move(refusal);
}

PluginFile examine(const fs::path& path, const PluginOptions& options) {
    PluginFile file;
    file.path = path.string();
    const std::unique_ptr<char, void (*)(void*)> canonical(::realpath(path.c_str(), nullptr), std::free);
    if (!canonical) {
        file.refusal = std::string("cannot be resolved: ") + std::strerror(errno);
        return file;
    }
    file.path = canonical.get();
    try {
        inspect(file, options);
    } catch (const PluginError& error) {
        file.refusal = error.message();
    }
    return file;
}

// The *.so entries of a directory by name; or its problem.
std::vector<fs::path> list(SearchedDirectory& directory) {
    std::vector<fs::path> paths;
    std::error_code error;
    fs::directory_iterator entries(directory.path, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error))
        if (entries->path().extension() == ".so") paths.push_back(entries->path());
    if (error == std::errc::no_such_file_or_directory)
        directory.problem = "does not exist";
    else if (error)
        directory.problem = "cannot be read: " + error.message();
    std::sort(paths.begin(), paths.end());
    return paths;
}

PluginFile linked_file(const dbway_entry* entry) {
    PluginFile file;
    file.linked = entry;
    const std::string problem = entry_problem(entry, file);
    if (!problem.empty()) {
        file.refusal = problem;
        return file;
    }
    try {
        const auto text = find_metadata(entry->meta);
        if (!text) throw PluginError(Category::plugin, "its entry has no metadata (DBWAY_META)");
        file.metadata = parse_metadata(*text);
        if (const std::string disagreement = entry_problem(entry, file); !disagreement.empty())
            file.refusal = disagreement;
    } catch (const PluginError& error) {
        file.refusal = error.message();
    }
    return file;
}

// Decides between usable plugins of one id. `same`: all of them, in the order they were found.
void resolve_duplicates(const std::vector<PluginFile*>& same, Duplicates policy) {
    const std::string id = "\"" + same.front()->metadata.id + "\"";
    if (same.front()->linked != nullptr) {
        for (PluginFile* file : same)
            if (file != same.front()) file->refusal = "the provider " + id + " is linked into this program";
        return;
    }
    if (policy == Duplicates::highest) {
        const auto lower = [](const PluginFile* a, const PluginFile* b) {
            return compare_versions(a->metadata.version, b->metadata.version) < 0;
        };
        const PluginFile* highest = *std::max_element(same.begin(), same.end(), lower);
        std::vector<PluginFile*> tied;
        for (PluginFile* file : same) {
            if (lower(file, highest))
                file->refusal = "version " + file->metadata.version + " of " + id + "; the higher " +
                                highest->metadata.version + " is used: " + highest->path;
            else
                tied.push_back(file);
        }
        if (tied.size() > 1) resolve_duplicates(tied, Duplicates::refuse);
        return;
    }
    for (PluginFile* file : same) {
        std::string others;
        for (const PluginFile* other : same)
            if (other != file) others += (others.empty() ? "" : ", ") + other->display_path();
        file->refusal = "two plugins of the id " + id + ", so neither is used; the other is " + others +
                        ". Remove one, or set duplicates = \"highest\" in [plugins]";
    }
}

}  // namespace

std::string PluginFile::display_path() const { return path.empty() ? "linked in" : path; }

Catalog Catalog::linked_only(std::span<const dbway_entry* const> linked) {
    Catalog catalog;
    for (const dbway_entry* entry : linked) catalog.files_.push_back(linked_file(entry));
    return catalog;
}

Catalog Catalog::scan(const PluginOptions& options, const std::vector<std::string>& extra_directories,
                      std::span<const dbway_entry* const> linked) {
    Catalog catalog = linked_only(linked);
    catalog.directories_ = search_path(options, extra_directories);
    std::vector<std::size_t> found_in(catalog.files_.size(), SIZE_MAX);  // the directory of each file
    for (std::size_t i = 0; i < catalog.directories_.size(); ++i) {
        if (!catalog.directories_[i].problem.empty()) continue;
        for (const fs::path& path : list(catalog.directories_[i])) {
            const auto identity = identify_file(path.string());
            const bool known = identity && std::any_of(catalog.files_.begin(), catalog.files_.end(),
                                                       [&](const PluginFile& file) {
                                                           return file.identity.same_file(*identity);
                                                       });
            if (known) continue;
            catalog.files_.push_back(examine(path, options));
            // What was refused unread is still known when another path leads to it.
            if (identity && catalog.files_.back().identity == FileIdentity{})
                catalog.files_.back().identity = *identity;
            found_in.push_back(i);
        }
    }
    for (PluginFile& file : catalog.files_) {
        if (!file.usable()) continue;
        std::vector<PluginFile*> same;
        for (PluginFile& other : catalog.files_)
            if (other.usable() && other.metadata.id == file.metadata.id) same.push_back(&other);
        if (same.size() > 1) resolve_duplicates(same, options.duplicates);
    }
    for (std::size_t i = 0; i < catalog.files_.size(); ++i)
        if (catalog.files_[i].usable() && found_in[i] != SIZE_MAX)
            ++catalog.directories_[found_in[i]].plugins;
    return catalog;
}

const PluginFile* Catalog::find(std::string_view id) const noexcept {
    const auto found = std::find_if(files_.begin(), files_.end(), [&](const PluginFile& file) {
        return file.usable() && file.metadata.id == id;
    });
    return found == files_.end() ? nullptr : &*found;
}

std::string Catalog::not_found_message(std::string_view id) const {
    std::string refused;
    std::string refused_of_id;
    std::vector<std::string_view> ids;
    for (const PluginFile& file : files_) {
        // Of refused files too: the message then has their reason.
        if (!file.metadata.id.empty()) ids.push_back(file.metadata.id);
        if (file.usable()) continue;
        auto& list = file.metadata.id == id ? refused_of_id : refused;
        list += (list.empty() ? "" : "; ") + file.display_path() + ": " + *file.refusal;
    }
    if (!refused_of_id.empty())
        return "the provider \"" + std::string(id) + "\" cannot be used: " + refused_of_id;

    std::string searched;
    for (const SearchedDirectory& directory : directories_) {
        searched += (searched.empty() ? "" : ", ") + directory.path + " (";
        searched += directory.problem.empty() ? std::to_string(directory.plugins) +
                                                    (directory.plugins == 1 ? " plugin" : " plugins")
                                              : directory.problem;
        searched += ")";
    }
    return "unknown provider \"" + std::string(id) + "\"" + did_you_mean(id, ids) +
           " (searched: " + (searched.empty() ? "no directory" : searched) +
           (refused.empty() ? "" : "; refused: " + refused) + ")";
}

PluginFile examine_plugin(const std::string& path, const PluginOptions& options) {
    return examine(path, options);
}

}  // namespace dbway::detail
