// mysql_catalog.hpp - how the catalog of MySQL and MariaDB is asked, whatever the client library.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dbway::sdk {

// A row of a small result; NULL is nothing.
using MysqlTextRow = std::vector<std::optional<std::string>>;

// The rows of a query without parameters. Throws Failure.
using MysqlCatalog = std::function<std::vector<MysqlTextRow>(const std::string& sql)>;

}  // namespace dbway::sdk
