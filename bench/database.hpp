// database.hpp - where a job is done: "sqlite:FILE", "postgresql:SETTINGS" or "mysql:SETTINGS", where
// settings are those of a connection string of libpq: key='value' with spaces between them.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

struct Database {
    enum class Kind { sqlite, postgresql, mysql };
    Kind kind = Kind::sqlite;
    std::string text;  // behind the colon

    // Throws std::out_of_range if the setting is not there.
    std::string setting(const std::string& key) const { return settings().at(key); }

    std::map<std::string, std::string> settings() const {
        std::map<std::string, std::string> result;
        std::string_view rest = text;
        while (true) {
            const std::size_t begin = rest.find("='");
            const std::size_t end = begin == rest.npos ? begin : rest.find('\'', begin + 2);
            if (end == rest.npos) return result;
            std::string_view key = rest.substr(0, begin);
            key.remove_prefix(key.find_last_of(' ') + 1);
            result.emplace(key, rest.substr(begin + 2, end - begin - 2));
            rest.remove_prefix(end + 1);
        }
    }
};

inline Database parse_database(std::string_view argument) {
    const std::size_t colon = argument.find(':');
    const std::string_view kind = argument.substr(0, colon);
    const std::string text(colon == argument.npos ? "" : argument.substr(colon + 1));
    if (kind == "sqlite") return {Database::Kind::sqlite, text};
    if (kind == "postgresql") return {Database::Kind::postgresql, text};
    if (kind == "mysql") return {Database::Kind::mysql, text};
    throw std::invalid_argument("a database is sqlite:FILE, postgresql:SETTINGS or mysql:SETTINGS");
}

}  // namespace bench
