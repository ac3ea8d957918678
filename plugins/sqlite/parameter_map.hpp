// parameter_map.hpp - from the numbers of $1, $2… to SQLite's own: for SQLite "$2" is a name like any other,
// and parameters are numbered in the order in which they appear.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <sqlite3.h>

#include <string>
#include <vector>

namespace dbway::sqlite {

// "$1" for 1
inline std::string parameter_name(std::size_t number) {
    std::string name(1, '$');
    name += std::to_string(number);
    return name;
}

// Immutable.
class ParameterMap {
  public:
    // Throws Failure for placeholders that cannot be told apart, such as $1 beside ?.
    explicit ParameterMap(sqlite3_stmt* statement);

    std::size_t size() const noexcept { return index_.size(); }
    // SQLite's index of the parameter with this number less one; 0: the text does not use it.
    int index(std::size_t parameter) const noexcept { return index_[parameter]; }
    const std::vector<sdk::Column>& columns() const noexcept { return columns_; }

  private:
    std::vector<int> index_;
    std::vector<sdk::Column> columns_;
};

}  // namespace dbway::sqlite
