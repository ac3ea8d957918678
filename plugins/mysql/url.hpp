// url.hpp - mysql://user:password@host:port/database?option=value, also with the scheme mariadb.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::mysql {

// The options that a URL stands for, by their names. Throws Failure (DBWAY_ERR_INVALID), whose message shows
// nothing of the URL, which may hold a password.
std::vector<std::pair<std::string, std::string>> parse_url(std::string_view url);

}  // namespace dbway::mysql
