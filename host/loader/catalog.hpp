// catalog.hpp - which plugins there are: finds the files, checks them and reads their metadata; runs nothing
// of them.
#pragma once

#include <dbway/provider.h>
#include <dbway/options.hpp>
#include <loader/file_contents.hpp>
#include <loader/metadata.hpp>
#include <loader/search_path.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::detail {

// One file that was looked at, or one provider that is linked in.
struct PluginFile {
    std::string path;                     // canonical where it could be resolved; empty when linked in
    PluginMetadata metadata;              // with an id wherever it could be read, in a refused file too
    std::optional<std::string> refusal;   // why it is not used
    FileIdentity identity;                // of the file when it was checked
    const dbway_entry* linked = nullptr;  // of a linked-in provider

    bool usable() const noexcept { return !refusal; }
    // The path, or "linked in".
    DBWAY_API std::string display_path() const;
};

// The outcome of one search. Immutable once scanned, so thread-safe.
class DBWAY_API Catalog {
  public:
    // Looks in the directories of the configuration, then extra_directories (--dir), DBWAY_PLUGIN_PATH, the
    // and those that belong to this installation: beside the library or, where there is none, the one it was
    // built for. Only files named *.so, in the order of their names. A file that cannot be used is listed
    // with its refusal; nothing is thrown for it.
    static Catalog scan(const PluginOptions& options, const std::vector<std::string>& extra_directories = {},
                        std::span<const dbway_entry* const> linked = {});

    // Only providers of the program itself; no directory is looked at.
    static Catalog linked_only(std::span<const dbway_entry* const> linked);

    // Of a temporary by value, so that a loop over Catalog::scan(…).files() does not outlive what it reads.
    const std::vector<PluginFile>& files() const& noexcept { return files_; }
    std::vector<PluginFile> files() && noexcept { return std::move(files_); }
    const std::vector<SearchedDirectory>& directories() const& noexcept { return directories_; }
    std::vector<SearchedDirectory> directories() && noexcept { return std::move(directories_); }

    // The usable plugin of that id, or null.
    const PluginFile* find(std::string_view id) const noexcept;

    // One text for "there is no such provider": the nearest id, every place searched, every file refused; or
    // why the plugin of that id was refused.
    std::string not_found_message(std::string_view id) const;

  private:
    std::vector<PluginFile> files_;
    std::vector<SearchedDirectory> directories_;
};

// One file looked at by itself, as scan() looks at each; whether another plugin has its id is not asked. A
// path that cannot be resolved is a refusal too.
DBWAY_API PluginFile examine_plugin(const std::string& path, const PluginOptions& options = {});

}  // namespace dbway::detail
