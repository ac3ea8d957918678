// search_path.hpp - where plugins are looked for.
#pragma once

#include <dbway/options.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace dbway::detail {

struct SearchedDirectory {
    std::string path;
    std::string origin;       // "configuration", "--dir", "DBWAY_PLUGIN_PATH", "library" or "installed"
    std::string problem;      // "does not exist", "cannot be read: …"; empty: it was read
    std::size_t plugins = 0;  // usable ones
};

// The directories in the order of their search, each once. Those of an entry that is not searched (a relative
// one of DBWAY_PLUGIN_PATH, or that variable in a privileged process) already have a problem.
std::vector<SearchedDirectory> search_path(const PluginOptions& options,
                                           const std::vector<std::string>& extra_directories);

}  // namespace dbway::detail
