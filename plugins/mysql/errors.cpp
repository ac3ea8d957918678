#include "errors.hpp"

#include <dbway/sdk/mysql_errors.hpp>

#include <cppconn/exception.h>

#include <string>
#include <string_view>

namespace dbway::mysql {

sdk::Diagnostic make_diagnostic(const sql::SQLException& error) {
    const std::string& sqlstate = error.getSQLState();
    return sdk::make_mysql_diagnostic(error.getErrorCode(),
                                      sqlstate == "00000" ? std::string_view() : sqlstate, error.what());
}

}  // namespace dbway::mysql
