// option_value.hpp - one value of a file into its struct, as the option table says.
#pragma once

#include <config/option_table.hpp>
#include <config/problems.hpp>
#include <config/toml_tree.hpp>

#include <string>

namespace dbway::detail {

// The structs that a section fills; those of other sections are null.
struct OptionTarget {
    PluginOptions* plugins = nullptr;
    SourceOptions* source = nullptr;
    PoolOptions* pool = nullptr;
};

// Reads member's value as option says, with a problem where it does not fit; the target then keeps its
// default. `section` is as messages show it: "[source.main.pool]". Relative paths are made absolute from
// `directory`.
void read_option(const OptionDescriptor& option, const TomlMember& member, const OptionTarget& target,
                 const std::string& section, const std::string& directory, Problems& problems);

}  // namespace dbway::detail
