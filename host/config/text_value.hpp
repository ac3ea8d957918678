// text_value.hpp - a string of a configuration: written there, or taken from the environment or a file.
#pragma once

#include <config/problems.hpp>
#include <config/toml_tree.hpp>

#include <optional>
#include <string>

namespace dbway::detail {

struct TextValue {
    Secret text;
    ValueForm form = ValueForm::string;
};

// A string, { env = "NAME" } or { file = "PATH" }, the path relative to `directory`. Anything else is a
// problem that names `what` ("database" in [source.main]) and is nullopt.
std::optional<TextValue> read_text(const TomlNode& node, const std::string& what,
                                   const std::string& directory, Problems& problems);

}  // namespace dbway::detail
