// section_reader.hpp - the sections of a parsed dbway.toml into a Configuration.
#pragma once

#include <config/problems.hpp>
#include <config/toml_tree.hpp>

namespace dbway::detail {

// Reads every section of the document; what is wrong goes to `problems`, the rest into `configuration`, whose
// file and directory are set.
void read_sections(const TomlNode& document, Configuration& configuration, Problems& problems);

}  // namespace dbway::detail
