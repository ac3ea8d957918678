#include "provider_test.hpp"

#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace dbway::test {

namespace {

namespace fs = std::filesystem;

std::string toml_string(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

std::vector<std::string> providers() {
    std::vector<std::string> names;
    std::istringstream list(DBWAY_TEST_PROVIDERS);
    for (std::string name; std::getline(list, name, ',');) names.push_back(name);
    return names;
}

std::vector<std::string> postgresql_providers() {
    auto names = providers();
    // What only these two offer is asked of them only; see the table of differences.
    std::erase_if(names,
                  [](const std::string& name) { return !is_postgresql(name) || name.starts_with("orm_"); });
    return names;
}

std::string provider_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

TemporaryDirectory::TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "dbway-providers-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a directory like " + pattern);
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Application& Application::add(const std::string& source, const std::string& provider,
                              const ConnectionOptions& options, const std::string& extra) {
    if (provider == "mock_sqlite") {
        add_recorded_sqlite(source, options, extra);
        return *this;
    }
    const bool orm = provider.starts_with("orm_");
    text_ += "[source." + source + "]\nprovider = " + toml_string(orm ? "orm" : provider) + "\n";
    if (orm) text_ += "backend = " + toml_string(provider.substr(4)) + "\n";
    for (const auto& [key, value] : options) text_ += key + " = " + toml_string(value) + "\n";
    // Sections of the source follow its own keys.
    text_ += extra + "\n";
    return *this;
}

void Application::add_recorded_sqlite(const std::string& source, const ConnectionOptions& options,
                                      const std::string& extra) {
    std::string inner, outer;
    for (const auto& [key, value] : options) inner += key + " = " + toml_string(value) + "\n";
    std::istringstream lines(extra);
    for (std::string line; std::getline(lines, line);)
        (line.starts_with("busy_timeout = ") ? inner : outer) += line + "\n";
    text_ += "[source." + source + "]\nprovider = \"mock\"\nrecord = " +
             toml_string((directory_.path() / (source + ".recording.toml")).string()) +
             "\nprovider_file = " + toml_string(DBWAY_BUILD_DIR "/providers/dbway_sqlite.so") +
             "\nprovider_options = '''\n" + inner + "'''\n" + outer;
}

Application& Application::add_sqlite(const std::string& source, const std::string& extra,
                                     const std::string& provider) {
    return add(source, provider, {{"database", (directory_.path() / (source + ".db")).string()}}, extra);
}

Host Application::open(LogHandler log) const {
    const fs::path file = directory_.path() / "dbway.toml";
    std::ofstream out(file);
    out << "[plugins]\ndirectories = [" << toml_string(DBWAY_BUILD_DIR "/providers") << "]\n" << text_;
    out.close();
    HostOptions options;
    options.log = std::move(log);
    return Host::open(file, options);
}

#ifdef DBWAY_TEST_MARIADB
ConnectionOptions standard_options(const MariadbDatabase& database) {
    ConnectionOptions options = database.options();
    options.emplace_back("sql_mode", standard_sql_mode);
    return options;
}
#endif

void ProviderTest::SetUp() {
#ifdef DBWAY_TEST_MARIADB
    if (on_mysql()) {
        DBWAY_NEEDS_MARIADB();
        mariadb_.emplace(shared_mariadb());
    }
#endif
    if (!on_postgresql()) return;
    DBWAY_NEEDS_POSTGRESQL();
    database_.emplace(shared_postgresql());
}

Source& ProviderTest::db() {
    if (!source_) source_ = open("");
    return *source_;
}

Host ProviderTest::open_host(const std::string& extra, LogHandler log) {
    auto application = std::make_unique<Application>();
#ifdef DBWAY_TEST_MARIADB
    const ConnectionOptions mariadb = on_mysql() ? standard_options(*mariadb_) : ConnectionOptions();
#else
    const ConnectionOptions mariadb;
#endif
    if (on_postgresql())
        application->add("main", provider(), database_->options(), extra);
    else if (on_mysql())
        application->add("main", provider(), mariadb, extra);
    else
        application->add("main", provider(), {{"database", (directory_.path() / "main.db").string()}}, extra);
    applications_.push_back(std::move(application));
    return applications_.back()->open(std::move(log));
}

std::string ProviderTest::endless() const {
    if (on_postgresql()) return "select pg_sleep(300)";
    if (on_mysql()) return "select sleep(300)";
    return "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000000) "
           "select count(*) from n";
}

std::string ProviderTest::series(std::int64_t rows) const {
    const std::string n = std::to_string(rows);
    const std::string text(80, 'x');
    if (on_postgresql()) return "select generate_series(1::bigint, " + n + ") as i, repeat('x', 80) as s";
    if (on_mysql()) return "select seq as i, '" + text + "' as s from seq_1_to_" + n;
    return "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + n + ") select i, '" +
           text + "' as s from n";
}

ConnectionOptions ProviderTest::server_options() const {
#ifdef DBWAY_TEST_MARIADB
    if (on_mysql()) return mariadb_->options();
#endif
    return database_->options();
}

std::string ProviderTest::schema_name() const {
#ifdef DBWAY_TEST_MARIADB
    if (on_mysql()) return mariadb_->name();
#endif
    return on_postgresql() ? "public" : "main";
}

Error error_of(const std::function<void()>& function) {
    try {
        function();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {Category::internal, "nothing was thrown"};
}

bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

}  // namespace dbway::test
