// plugin.hpp - one loaded plugin: its entry, checked against this host and against its metadata.
#pragma once

#include <dbway/provider.h>
#include <loader/catalog.hpp>

#include <memory>
#include <string>

namespace dbway::detail {

// A loaded plugin, which stays mapped until the process ends: code of its threads, atexit handlers and
// thread-local destructors may still run. Immutable, so thread-safe.
class DBWAY_API Plugin {
  public:
    Plugin(PluginFile file, const dbway_entry* entry);

    // A provider of the program itself. Throws PluginError as load_plugin() does.
    static std::shared_ptr<Plugin> linked(const dbway_entry* entry);

    const dbway_entry* entry() const noexcept { return entry_; }
    const PluginMetadata& metadata() const noexcept { return file_.metadata; }
    const std::string& id() const noexcept { return file_.metadata.id; }
    const std::string& path() const noexcept { return file_.path; }  // empty when linked in
    std::string display_path() const { return file_.display_path(); }

  private:
    PluginFile file_;
    const dbway_entry* entry_;
};

// Loads a file of the catalog (or takes its linked-in entry) and checks its entry. Throws PluginError that
// names the file and the reason. Thread-safe; no lock is held while code of the plugin runs, but for its ELF
// constructors.
DBWAY_API std::shared_ptr<Plugin> load_plugin(const PluginFile& file);

// What is wrong with an entry, as a message about `file`; empty: nothing.
DBWAY_API std::string entry_problem(const dbway_entry* entry, const PluginFile& file);

// The message for a plugin of another major version.
DBWAY_API std::string wrong_abi_message(std::string_view id, std::string_view version, std::string_view path,
                                        std::uint32_t major, std::uint32_t minor);

}  // namespace dbway::detail
