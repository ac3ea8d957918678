// schema_text.hpp - the JSON schema (draft-07) of dbway.toml, for editors.
#pragma once

#include <loader/metadata.hpp>

#include <span>
#include <string>

namespace dbway::detail {

// With the options of these providers; a source of any other provider is not checked beyond dbway's own keys.
std::string schema_text(std::span<const PluginMetadata* const> providers);

}  // namespace dbway::detail
