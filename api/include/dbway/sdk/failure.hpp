// failure.hpp - the exception by which an author reports an error; the SDK turns it into a diagnostic and a
// status, so that nothing is thrown across the ABI (R3).
#pragma once

#include <dbway/provider.h>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace dbway::sdk {

// Everything a diagnostic can say. Plain data; strings are UTF-8.
struct Diagnostic {
    dbway_status status = DBWAY_ERR_DATABASE;  // DBWAY_ERR_*; DBWAY_OK for a notice
    std::int32_t severity = DBWAY_LOG_ERROR;
    std::uint32_t flags = 0;  // DBWAY_DIAG_*
    std::int64_t native_code = 0;
    std::uint32_t position = 0;  // 1-based character in the statement, 0 unknown
    std::string sqlstate;        // five characters, or empty
    std::string message;
    std::string detail;
    std::string hint;
    std::string context;
    std::string schema_name;
    std::string table_name;
    std::string column_name;
    std::string constraint_name;
};

// Thrown by an author's class. What it carries reaches the application unchanged.
class Failure : public std::exception {
  public:
    explicit Failure(Diagnostic diagnostic) : diagnostic_(std::move(diagnostic)) {}
    Failure(dbway_status status, std::string message, std::string sqlstate = {}) {
        diagnostic_.status = status;
        diagnostic_.message = std::move(message);
        diagnostic_.sqlstate = std::move(sqlstate);
    }

    const char* what() const noexcept override { return diagnostic_.message.c_str(); }
    const Diagnostic& diagnostic() const noexcept { return diagnostic_; }

  private:
    Diagnostic diagnostic_;
};

}  // namespace dbway::sdk
