// options.hpp - the options of a connection to MySQL or MariaDB.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace dbway::orm::mysql {

struct ConnectOptions {
    std::string host = "127.0.0.1";
    int port = 3306;
    std::string unix_socket;  // empty: TCP
    std::string user;
    std::string password;
    std::string database;
    std::string tls_ca;
    std::string tls_cert;
    std::string tls_key;
    std::int64_t connect_timeout = 10;  // seconds; 0: none
    std::int64_t read_timeout = 0;
    std::int64_t write_timeout = 30;
    std::chrono::nanoseconds cancel_timeout{};
    std::optional<std::chrono::nanoseconds> lock_timeout;  // whole seconds, rounded up
    std::optional<std::string> sql_mode;
    bool tinyint1_is_bool = true;
    bool read_only = false;
};

// Throws Failure (DBWAY_ERR_INVALID); no message shows a value that may be secret.
ConnectOptions read_options(const sdk::Options& options, bool read_only);

// What SOCI takes in place of options.
std::string connect_string(const ConnectOptions& options, sdk::Request::Clock::time_point deadline);

}  // namespace dbway::orm::mysql
