// problems.hpp - collects what is wrong with one configuration file.
#pragma once

#include <dbway/configuration.hpp>

#include <string>
#include <utility>

namespace dbway::detail {

// Adds to a ParsedConfiguration; not thread-safe.
class Problems {
  public:
    explicit Problems(ParsedConfiguration& parsed) noexcept : parsed_(parsed) {}

    void error(Location where, std::string message) {
        parsed_.problems.push_back(
            {parsed_.configuration.file, where.line, where.column, std::move(message), false});
    }
    void warning(Location where, std::string message) {
        parsed_.warnings.push_back(
            {parsed_.configuration.file, where.line, where.column, std::move(message), true});
    }

  private:
    ParsedConfiguration& parsed_;
};

}  // namespace dbway::detail
