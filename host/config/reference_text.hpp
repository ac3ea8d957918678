// reference_text.hpp - the reference page of dbway.toml, in Markdown.
#pragma once

#include <loader/metadata.hpp>

#include <span>
#include <string>

namespace dbway::detail {

// dbway's own sections, then those of each of these providers.
std::string reference_text(std::span<const PluginMetadata* const> providers);

}  // namespace dbway::detail
