#include "options.hpp"

#include "url.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_options.hpp>
#include <dbway/sdk/option_reader.hpp>

#include <string_view>
#include <vector>

namespace dbway::mysql {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void invalid(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

// The options of the URL that are not given beside it, and those given.
class Merged {
  public:
    explicit Merged(const sdk::Options& given) {
        if (const auto url = given.find("url")) from_url_ = parse_url(*url);
        for (const auto& [key, value] : from_url_)
            if (!given.find(key)) options_.push_back({key.c_str(), {value.data(), value.size()}});
        for (const dbway_option& option : given.all())
            if (std::string_view(option.key) != "url") options_.push_back(option);
        for (const dbway_option& option : options_)
            if (option.value.len != 0 &&
                std::string_view(option.value.ptr, option.value.len).find('\0') != std::string_view::npos)
                invalid("option '" + std::string(option.key) + "' contains a NUL character");
    }
    sdk::Options options() const { return {options_.data(), options_.size()}; }

  private:
    std::vector<std::pair<std::string, std::string>> from_url_;
    std::vector<dbway_option> options_;
};

Tls tls_of(std::string_view name) {
    if (name == "disable") return Tls::disable;
    if (name == "require") return Tls::require;
    if (name == "verify-ca") return Tls::verify_ca;
    if (name == "verify-full") return Tls::verify_full;
    return Tls::prefer;
}

void read_tls(sdk::OptionReader& reader, ConnectOptions& options) {
    options.tls_ca = reader.string("tls_ca", "");
    options.tls_ca_path = reader.string("tls_ca_path", "");
    options.tls_cert = reader.string("tls_cert", "");
    options.tls_key = reader.string("tls_key", "");
    options.tls_cipher = reader.string("tls_cipher", "");
    options.tls_version = reader.string("tls_version", "");
    const bool has_ca = !options.tls_ca.empty() || !options.tls_ca_path.empty();
    options.tls = tls_of(reader.choice("tls", {"disable", "prefer", "require", "verify-ca", "verify-full"},
                                       has_ca ? "verify-ca" : "prefer"));
    if (options.tls >= Tls::verify_ca && !has_ca)
        invalid("option 'tls' asks for verification, which needs 'tls_ca' or 'tls_ca_path'");
    if (options.tls < Tls::verify_ca && has_ca)
        invalid("options 'tls_ca' and 'tls_ca_path' are for 'tls' = \"verify-ca\" or \"verify-full\"");
    if (options.tls_cert.empty() != options.tls_key.empty())
        invalid("options 'tls_cert' and 'tls_key' are given together or not at all");
}

}  // namespace

ConnectOptions read_options(const sdk::Options& given, bool read_only) {
    const Merged merged(given);
    const sdk::Options all = merged.options();
    sdk::OptionReader reader(all);
    ConnectOptions options;
    options.read_only = read_only;
    options.host = reader.string("host", options.host);
    options.port = static_cast<int>(reader.integer("port", options.port, 1, 65535));
    options.unix_socket = reader.string("unix_socket", "");
    options.user = reader.string("user", "");
    options.password = reader.string("password", "");
    options.database = reader.string("database", "");
    read_tls(reader, options);
    options.connect_timeout = reader.duration("connect_timeout", 10s, 0s, 1h);
    options.read_timeout = reader.duration("read_timeout", 0s, 0s, 24h);
    options.write_timeout = reader.duration("write_timeout", 30s, 0s, 24h);
    options.cancel_timeout = reader.duration("cancel_timeout", 1s, 10ms, 1h);
    if (all.find("lock_timeout")) options.lock_timeout = reader.duration("lock_timeout", 0s, 0s, 24h);
    if (const auto mode = reader.string("sql_mode")) {
        sdk::check_mysql_sql_mode(*mode);
        options.sql_mode = *mode;
    }
    const std::string_view zero = reader.choice("zero_dates", {"native", "null", "error"}, "native");
    options.zero_dates = zero == "null"    ? ZeroDates::null
                         : zero == "error" ? ZeroDates::error
                                           : ZeroDates::native;
    const std::string_view results = reader.choice("results", {"auto", "streamed", "buffered"}, "auto");
    options.results = results == "streamed"   ? Results::streamed
                      : results == "buffered" ? Results::buffered
                                              : Results::automatic;
    options.tinyint1_is_bool = reader.boolean("tinyint1_is_bool", true);
    options.found_rows = reader.boolean("found_rows", true);
    options.generated_keys = reader.boolean("generated_keys", true);
    options.compress = reader.boolean("compress", false);
    reader.finish();
    if (options.host.empty() && options.unix_socket.empty()) invalid("option 'host' is empty");
    return options;
}

}  // namespace dbway::mysql
