#include "mysql/options.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_options.hpp>
#include <dbway/sdk/option_reader.hpp>

#include <algorithm>
#include <string_view>

namespace dbway::orm::mysql {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void invalid(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

// Quoted as SOCI reads it, which has no way to say that a value is empty.
void add(std::string& text, const char* key, std::string_view value) {
    if (value.empty()) return;
    text.append(key).append("='");
    for (const char c : value) {
        if (c == '\'')
            invalid(std::string("option '") + key + "' contains an apostrophe, which SOCI cannot pass on");
        if (c == '\\') text += '\\';
        text += c;
    }
    text += "' ";
}

}  // namespace

ConnectOptions read_options(const sdk::Options& given, bool read_only) {
    for (const dbway_option& option : given.all())
        if (option.value.len != 0 &&
            std::string_view(option.value.ptr, option.value.len).find('\0') != std::string_view::npos)
            invalid("option '" + std::string(option.key) + "' contains a NUL character");
    sdk::OptionReader reader(given);
    reader.string("backend");
    ConnectOptions options;
    options.read_only = read_only;
    options.host = reader.string("host", options.host);
    options.port = static_cast<int>(reader.integer("port", options.port, 1, 65535));
    options.unix_socket = reader.string("unix_socket", "");
    options.user = reader.string("user", "");
    options.password = reader.string("password", "");
    options.database = reader.string("database", "");
    options.tls_ca = reader.string("tls_ca", "");
    options.tls_cert = reader.string("tls_cert", "");
    options.tls_key = reader.string("tls_key", "");
    options.connect_timeout = reader.integer("connect_timeout", options.connect_timeout, 0, 1'000'000);
    options.read_timeout = reader.integer("read_timeout", 0, 0, 86'400);
    options.write_timeout = reader.integer("write_timeout", options.write_timeout, 0, 86'400);
    options.cancel_timeout = reader.duration("cancel_timeout", 1s, 10ms, 1h);
    if (given.find("lock_timeout")) options.lock_timeout = reader.duration("lock_timeout", 0s, 0s, 24h);
    if (const auto mode = reader.string("sql_mode")) {
        sdk::check_mysql_sql_mode(*mode);
        options.sql_mode = *mode;
    }
    options.tinyint1_is_bool = reader.boolean("tinyint1_is_bool", true);
    reader.finish();
    if (options.tls_cert.empty() != options.tls_key.empty())
        invalid("options 'tls_cert' and 'tls_key' are given together or not at all");
    if (!options.tls_cert.empty() && options.tls_ca.empty()) invalid("option 'tls_cert' needs 'tls_ca'");
    return options;
}

std::string connect_string(const ConnectOptions& options, sdk::Request::Clock::time_point deadline) {
    std::string text = "charset='utf8mb4' ";
    if (options.unix_socket.empty()) {
        add(text, "host", options.host);
        add(text, "port", std::to_string(options.port));
    } else {
        add(text, "host", "localhost");
        add(text, "unix_socket", options.unix_socket);
    }
    add(text, "user", options.user);
    add(text, "password", options.password);
    add(text, "dbname", options.database);
    add(text, "sslca", options.tls_ca);
    add(text, "sslcert", options.tls_cert);
    add(text, "sslkey", options.tls_key);
    std::int64_t seconds = options.connect_timeout;
    if (deadline != sdk::Request::Clock::time_point::max()) {
        const auto left =
            std::chrono::ceil<std::chrono::seconds>(deadline - sdk::Request::Clock::now()).count();
        seconds = std::max<std::int64_t>(1, seconds == 0 ? left : std::min<std::int64_t>(seconds, left));
    }
    if (seconds != 0) add(text, "connect_timeout", std::to_string(seconds));
    if (options.read_timeout != 0) add(text, "read_timeout", std::to_string(options.read_timeout));
    if (options.write_timeout != 0) add(text, "write_timeout", std::to_string(options.write_timeout));
    return text;
}

}  // namespace dbway::orm::mysql
