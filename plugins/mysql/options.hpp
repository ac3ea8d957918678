// options.hpp - the options of a connection, and a URL in their place.
#pragma once

#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace dbway::mysql {

enum class Tls : std::uint8_t { disable, prefer, require, verify_ca, verify_full };

// What becomes of a date with a zero in it ("0000-00-00", "2024-00-15"), which no calendar has.
enum class ZeroDates : std::uint8_t { native, null, error };

// Which results are read whole before the first row is handed out; see statement.hpp.
enum class Results : std::uint8_t { automatic, streamed, buffered };

struct ConnectOptions {
    std::string host = "127.0.0.1";
    int port = 3306;
    std::string unix_socket;  // empty: TCP
    std::string user;
    std::string password;
    std::string database;

    Tls tls = Tls::prefer;
    std::string tls_ca;
    std::string tls_ca_path;
    std::string tls_cert;
    std::string tls_key;
    std::string tls_cipher;
    std::string tls_version;

    // 0: none. The connector counts in whole seconds; a part of one is taken for a whole.
    std::chrono::nanoseconds connect_timeout{};
    std::chrono::nanoseconds read_timeout{};
    std::chrono::nanoseconds write_timeout{};
    std::chrono::nanoseconds cancel_timeout{};

    std::optional<std::chrono::nanoseconds> lock_timeout;  // whole seconds, rounded up
    std::optional<std::string> sql_mode;
    ZeroDates zero_dates = ZeroDates::native;
    Results results = Results::automatic;
    bool tinyint1_is_bool = true;
    bool found_rows = true;
    bool generated_keys = true;
    bool compress = false;
    bool read_only = false;
};

// Throws Failure (DBWAY_ERR_INVALID); no message shows a value that may be secret.
ConnectOptions read_options(const sdk::Options& options, bool read_only);

}  // namespace dbway::mysql
