// connect.hpp - opens connections of the connector, and tells what it does not.
#pragma once

#include "options.hpp"

#include <dbway/sdk/mysql_catalog.hpp>
#include <dbway/sdk/provider.hpp>

#include <mysql_connection.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dbway::mysql {

// What the server told when the session began.
struct ServerFacts {
    std::string version;
    std::uint64_t version_number = 0;  // major * 1000000 + minor * 1000 + patch
    bool is_mariadb = false;
    std::int64_t session_id = -1;
    std::string database;
    std::string user;
    std::uint64_t max_packet = 0;  // max_allowed_packet, bytes
};

struct Connected {
    std::unique_ptr<sql::Connection> connection;
    ServerFacts facts;
    int descriptor = -1;  // borrowed; -1: not known
};

// [any] Opens a session and sets it up: utf8mb4, UTC, the options' modes. Throws Failure.
Connected connect(const ConnectOptions& options, sdk::Request::Clock::time_point deadline);

// [any] Opens a session for one short command, which must end within the timeout for cancelling. Throws
// sql::SQLException.
void run_beside(const ConnectOptions& options, const std::string& command);

// A small result, read whole. Throws sql::SQLException.
std::vector<sdk::MysqlTextRow> read_rows(sql::Connection& connection, const std::string& sql);

}  // namespace dbway::mysql
