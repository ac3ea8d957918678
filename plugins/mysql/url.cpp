#include "url.hpp"

#include <dbway/sdk/failure.hpp>

namespace dbway::mysql {
namespace {

[[noreturn]] void invalid(const char* what) {
    throw sdk::Failure(DBWAY_ERR_INVALID, std::string("option 'url' ") + what);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) invalid("has a '%' that is not followed by two hexadecimal digits");
        result += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return result;
}

// What is before the separator, which is taken away with it; all of the text if there is none.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view head = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return head;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_url(std::string_view url) {
    std::vector<std::pair<std::string, std::string>> options;
    const auto add = [&](const char* key, std::string_view value) {
        if (!value.empty()) options.emplace_back(key, decoded(value));
    };
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos ||
        (url.substr(0, scheme) != "mysql" && url.substr(0, scheme) != "mariadb"))
        invalid("does not begin with mysql:// or mariadb://");
    url.remove_prefix(scheme + 3);
    const std::string_view whole = take_until(url, '?');
    std::string_view path = whole;
    std::string_view authority = take_until(path, '/');
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        std::string_view login = authority.substr(0, at);
        authority.remove_prefix(at + 1);
        add("user", take_until(login, ':'));
        add("password", login);
    }
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) invalid("has an IPv6 address without its closing bracket");
        add("host", authority.substr(1, end - 1));
        authority.remove_prefix(end + 1);
        if (!authority.empty() && !authority.starts_with(':'))
            invalid("has text between the host and its port");
        add("port", authority.empty() ? authority : authority.substr(1));
    } else {
        add("host", take_until(authority, ':'));
        add("port", authority);
    }
    add("database", path);
    while (!url.empty()) {
        std::string_view value = take_until(url, '&');
        const std::string_view key = take_until(value, '=');
        if (key.empty()) invalid("has an option without a name");
        options.emplace_back(decoded(key), decoded(value));
    }
    return options;
}

}  // namespace dbway::mysql
