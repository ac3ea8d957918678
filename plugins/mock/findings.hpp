// findings.hpp - at the end: what was expected and not seen, and what was seen and not expected.
#pragma once

#include "stage.hpp"

#include <string>

namespace dbway::mock {

// Lines for people; empty if all is as expected.
std::string findings_text(const Stage& stage, const std::string& name);

// Writes the findings, or that there are none, in place of the file's content. Throws Failure.
void write_findings(const std::string& file, const std::string& findings);

}  // namespace dbway::mock
