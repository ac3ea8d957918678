// script.hpp - expectations as a TOML text. docs/reference/mock.md describes the format.
#pragma once

#include "stage.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace dbway::mock {

// `name` is what messages call the text. Throws Failure (DBWAY_ERR_INVALID) with line, column, what was found
// and what is expected.
Script read_script(std::string_view toml, const std::string& name);
// Throws Failure (DBWAY_ERR_INVALID) if the file cannot be read, too.
Script read_script_file(const std::filesystem::path& file);

}  // namespace dbway::mock
