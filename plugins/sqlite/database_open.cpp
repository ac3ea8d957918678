// Opening a database: flags, pragmas, and what can go wrong with a file.
#include "database.hpp"

#include <dbway/sdk/value_text_bytes.hpp>
#include <dbway/sdk/value_text_number.hpp>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace dbway::sqlite {
namespace {

int open_flags(const OpenOptions& options) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (options.mode) {
        case OpenMode::read_only:
            flags |= SQLITE_OPEN_READONLY;
            break;
        case OpenMode::read_write:
            flags |= SQLITE_OPEN_READWRITE;
            break;
        case OpenMode::read_write_create:
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
            break;
        case OpenMode::memory:
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
            break;
    }
    if (options.shared_cache)
        flags |= *options.shared_cache ? SQLITE_OPEN_SHAREDCACHE : SQLITE_OPEN_PRIVATECACHE;
    if (options.is_uri()) flags |= SQLITE_OPEN_URI;
    return flags;
}

// What to open. SQLite shares a database in memory only under a URI.
std::string open_name(const OpenOptions& options) {
    const bool named = options.mode == OpenMode::memory && options.shared_cache.value_or(false) &&
                       !options.is_uri() && !options.database.empty() && options.database != ":memory:";
    if (!named) return options.database;
    std::string uri = "file:";
    for (const char c : options.database) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.';
        if (plain) {
            uri += c;
        } else {
            char hex[2];
            sdk::detail::put_hex(hex, static_cast<std::uint8_t>(c));
            uri.append(1, '%').append(hex, 2);
        }
    }
    return uri + "?mode=memory&cache=shared";
}

// The file behind a database name; only for messages.
std::string file_of(const OpenOptions& options) {
    if (!options.is_uri()) return options.database;
    std::string path = options.database.substr(5);
    if (const std::size_t end = path.find_first_of("?#"); end != std::string::npos) path.resize(end);
    if (path.starts_with("///")) path.erase(0, 2);
    return path;
}

}  // namespace

Database::Database(OpenOptions options, sdk::Reporter* reporter, Clock::time_point deadline)
    : options_(std::move(options)), reporter_(reporter) {
    open(deadline);
    start(deadline);
    configure();
    stop();
}

void Database::open(Clock::time_point deadline) {
    sqlite3* database = nullptr;
    const std::string name = open_name(options_);
    const int flags = open_flags(options_) | (name != options_.database ? SQLITE_OPEN_URI : 0);
    const int code = sqlite3_open_v2(name.c_str(), &database, flags,
                                     options_.vfs.empty() ? nullptr : options_.vfs.c_str());
    handle_.reset(database);
    if (database == nullptr) throw std::bad_alloc();
    if (code == SQLITE_ERROR && !options_.vfs.empty() && sqlite3_vfs_find(options_.vfs.c_str()) == nullptr)
        throw sdk::Failure(DBWAY_ERR_INVALID, "option vfs: SQLite has no vfs named \"" + options_.vfs + "\"");
    const bool may_create = options_.mode == OpenMode::read_write_create;
    const bool read_only = options_.mode == OpenMode::read_only;
    if (code != SQLITE_OK)
        throw sdk::Failure(diagnose_open(database, code, file_of(options_), read_only, may_create));

    deadline_ = deadline;
    sqlite3_progress_handler(database, 1000, on_progress, this);
    sqlite3_busy_handler(database, on_busy, this);
    // The first read: it tells whether the file is a database at all.
    const StatementHandle version = try_prepare(database, "PRAGMA schema_version");
    int first = version == nullptr ? sqlite3_extended_errcode(database) : sqlite3_step(version.get());
    if (first == SQLITE_ROW || first == SQLITE_DONE) return;
    if ((first & 0xFF) == SQLITE_BUSY || (first & 0xFF) == SQLITE_INTERRUPT) fail(first);
    throw sdk::Failure(diagnose_open(database, first, file_of(options_), read_only, may_create));
}

std::string Database::pragma(const std::string& name, const std::string& value) {
    return run("PRAGMA " + name + " = " + value);
}

void Database::configure() {
    read_only_ = sqlite3_db_readonly(handle_.get(), "main") == 1;
    if (read_only_ && options_.mode != OpenMode::read_only && !options_.is_uri())
        notice("\"" + options_.database + "\" is not writable and was opened read-only",
               "make the file writable, or set mode = \"ro\"");
    apply_pragmas();
    configure_journal();
    for (const auto& [name, value] : options_.pragmas) {
        const StatementHandle known = prepare("SELECT 1 FROM pragma_pragma_list WHERE name = lower(?1)");
        bind_text(known.get(), 1, name);
        if (sqlite3_step(known.get()) != SQLITE_ROW)
            throw sdk::Failure(DBWAY_ERR_INVALID, "option pragmas: SQLite has no pragma \"" + name + "\"");
        pragma(name, value);
    }
}

// Those that a session may change and reset_session() restores.
void Database::apply_pragmas() {
    pragma("foreign_keys", options_.foreign_keys ? "1" : "0");
    if (options_.cache_size) pragma("cache_size", std::to_string(*options_.cache_size));
    if (options_.mmap_size) pragma("mmap_size", std::to_string(*options_.mmap_size));
    if (!options_.temp_store.empty()) pragma("temp_store", options_.temp_store);
    pragma("query_only", "0");
}

void Database::configure_journal() {
    const bool asked = !options_.journal_mode.empty();
    if (!read_only_ && (asked || options_.in_file())) {
        const std::string wanted = asked ? options_.journal_mode : "wal";
        std::string reached;
        try {
            reached = pragma("journal_mode", wanted);
        } catch (const sdk::Failure& failure) {
            const dbway_status status = failure.diagnostic().status;
            if (status == DBWAY_ERR_TIMEOUT || status == DBWAY_ERR_CANCELLED) throw;
            reached = failure.what();
        }
        const bool in_memory = !asked && reached == "memory";  // by its URI
        if (!in_memory && !sdk::detail::equals_ignoring_case(reached, wanted))
            notice("journal_mode " + wanted + " cannot be set on \"" + options_.database + "\": it is " +
                       reached,
                   wanted == "wal" ? "readers and the writer will wait for one another" : "");
    }
    if (!options_.synchronous.empty()) {
        pragma("synchronous", options_.synchronous);
    } else if (run("PRAGMA journal_mode") == "wal") {
        pragma("synchronous", "normal");
    }
}

sdk::Diagnostic diagnose_open(sqlite3* database, int code, const std::string& path, bool read_only,
                              bool may_create) {
    namespace fs = std::filesystem;
    const int system_error = sqlite3_system_errno(database);
    sdk::Diagnostic result = sdk::diagnose_sqlite(code, sqlite3_errmsg(database), {});
    const std::string named = "\"" + path + "\"";
    const std::string cannot = "cannot open the database " + named + ": ";
    std::error_code ignored;
    const fs::file_status file = fs::status(path, ignored);
    const fs::path parent = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
    const int primary = code & 0xFF;

    if (!path.empty() && fs::is_directory(file)) {
        result.status = DBWAY_ERR_CONNECTION;
        result.sqlstate = "08001";
        result.message = cannot + "it is a directory";
        result.hint = "name a file in it";
    } else if (primary == SQLITE_NOTADB) {
        result.message = named + " is not an SQLite database";
    } else if (primary != SQLITE_CANTOPEN) {
        result.message = cannot + result.message;
    } else if (!fs::exists(file)) {
        if (!fs::exists(parent, ignored)) {
            result.message = cannot + "the directory \"" + parent.string() + "\" does not exist";
            result.hint = "create the directory first";
        } else if (!may_create) {
            result.message = cannot + "the file does not exist";
            result.hint = read_only ? "a read-only connection does not create it"
                                    : "set mode = \"rwc\" to have it created";
        } else if (system_error == EROFS) {
            result.status = DBWAY_ERR_PERMISSION;
            result.sqlstate = "25006";
            result.message = cannot + "the file system is read-only";
            result.hint = "choose another place, or open an existing file with mode = \"ro\"";
        } else if (::access(parent.c_str(), W_OK) != 0) {
            result.status = DBWAY_ERR_PERMISSION;
            result.sqlstate = "42501";
            result.message = cannot + "no permission to create it in \"" + parent.string() + "\"";
            result.hint = "make the directory writable for this user";
        } else {
            result.message = cannot + "it cannot be created" +
                             (system_error != 0 ? ": " + std::generic_category().message(system_error) : "");
        }
    } else if (::access(path.c_str(), R_OK) != 0) {
        result.status = DBWAY_ERR_PERMISSION;
        result.sqlstate = "42501";
        result.message = cannot + "no permission to read it";
        result.hint = "make the file readable for this user";
    } else {
        result.message = cannot + sqlite3_errstr(code);
        result.hint =
            "if it is a WAL database in a read-only place: database = \"file:" + path + "?immutable=1\"";
    }
    return result;
}

}  // namespace dbway::sqlite
