#include "options.hpp"

#include <dbway/sdk/option_reader.hpp>

#include <algorithm>
#include <limits>
#include <string_view>

namespace dbway::sqlite {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void refuse(const std::string& what) { throw sdk::Failure(DBWAY_ERR_INVALID, what); }

OpenMode open_mode(std::string_view mode) {
    if (mode == "rw") return OpenMode::read_write;
    if (mode == "ro") return OpenMode::read_only;
    return mode == "memory" ? OpenMode::memory : OpenMode::read_write_create;
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Letters, digits, underscores and what `also` holds; so that nothing else than a pragma can be said.
bool is_word(std::string_view text, std::string_view also) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [also](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               also.find(c) != std::string_view::npos;
    });
}

// "name = value; name = value"
std::vector<std::pair<std::string, std::string>> pragma_list(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view item = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (item.empty()) continue;
        const std::size_t equals = std::min(item.find('='), item.size());
        const std::string_view name = trim(item.substr(0, equals));
        const std::string_view value =
            equals < item.size() ? trim(item.substr(equals + 1)) : std::string_view();
        if (!is_word(name, "") || !is_word(value, "+-."))
            refuse("option 'pragmas' has '" + std::string(item) +
                   "', expected \"name = value\" with a word or a number as the value");
        result.emplace_back(name, value);
    }
    return result;
}

}  // namespace

OpenOptions read_options(const sdk::Options& options, bool read_only) {
    constexpr std::int64_t unset = std::numeric_limits<std::int64_t>::min();
    sdk::OptionReader reader(options);
    OpenOptions result;
    result.database = reader.required_string("database");
    result.mode = open_mode(reader.choice("mode", {"rwc", "rw", "ro", "memory"}, "rwc"));
    const std::string_view cache = reader.choice("cache", {"private", "shared"}, "");
    if (!cache.empty()) result.shared_cache = cache == "shared";
    result.vfs = reader.string("vfs", "");
    result.busy_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
        reader.duration("busy_timeout", result.busy_timeout, 0s, 1h));
    result.journal_mode =
        reader.choice("journal_mode", {"wal", "delete", "truncate", "persist", "memory", "off"}, "");
    result.synchronous = reader.choice("synchronous", {"off", "normal", "full", "extra"}, "");
    result.temp_store = reader.choice("temp_store", {"default", "file", "memory"}, "");
    result.foreign_keys = reader.boolean("foreign_keys", true);
    const std::int64_t cache_size = reader.integer("cache_size", unset, INT32_MIN, INT32_MAX);
    if (cache_size != unset) result.cache_size = cache_size;
    const std::int64_t mmap_size = reader.integer("mmap_size", unset, 0, std::int64_t{1} << 46);
    if (mmap_size != unset) result.mmap_size = mmap_size;
    const std::string_view unit =
        reader.choice("integer_time", {"seconds", "milliseconds", "microseconds"}, "seconds");
    result.integer_time = unit == "seconds" ? 1'000'000 : unit == "milliseconds" ? 1000 : 1;
    result.pragmas = pragma_list(reader.string("pragmas", ""));
    reader.finish();

    if (result.database.find('\0') != std::string::npos) refuse("option 'database' contains a NUL byte");
    if (read_only && result.mode != OpenMode::memory) result.mode = OpenMode::read_only;
    if (result.in_memory() && result.journal_mode == "wal")
        refuse("option 'journal_mode' is 'wal', which a database in memory cannot use");
    return result;
}

}  // namespace dbway::sqlite
