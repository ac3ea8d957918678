// Opening: options, files of all kinds, and what is wrong with some.
#include "raw_connection.hpp"

#include <fstream>

namespace dbway::test {
namespace {

Diagnostic refused(const OptionMap& options, std::uint32_t flags = 0) {
    RawConnection db(options, flags);
    EXPECT_NE(db.open_status, DBWAY_OK);
    EXPECT_EQ(db.raw(), nullptr);
    EXPECT_EQ(db.last().status, db.open_status);
    return db.last();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(SqliteOpen, DefaultsOfAFile) {
    TemporaryDirectory directory;
    RawConnection db(OptionMap{{"database", directory.file("a.db")}});
    ASSERT_EQ(db.open_status, DBWAY_OK) << db.last().message;
    EXPECT_TRUE(db.diagnostics.empty());
    EXPECT_EQ(db.must("pragma journal_mode").text(), "wal");
    EXPECT_EQ(db.must("pragma synchronous").text(), "1");
    EXPECT_EQ(db.must("pragma foreign_keys").text(), "1");
    const dbway_conn_info info = db.info();
    EXPECT_EQ(std::filesystem::path(std::string(info.database.ptr, info.database.len)).filename(), "a.db");
}

TEST(SqliteOpen, InMemoryAndTemporary) {
    for (const char* name : {":memory:", "", "file::memory:"}) {
        RawConnection db(OptionMap{{"database", name}});
        ASSERT_EQ(db.open_status, DBWAY_OK) << name << ": " << db.last().message;
        EXPECT_TRUE(db.diagnostics.empty()) << name << ": " << db.last().message;
        db.must("create table t(a)");
    }
}

TEST(SqliteOpen, OptionsReachTheDatabase) {
    TemporaryDirectory directory;
    RawConnection db(
        OptionMap{{"database", directory.file("a.db")},
                  {"mode", "rwc"},
                  {"cache", "private"},
                  {"vfs", "unix"},
                  {"busy_timeout", "250ms"},
                  {"journal_mode", "truncate"},
                  {"synchronous", "full"},
                  {"foreign_keys", "false"},
                  {"cache_size", "-4000"},
                  {"mmap_size", "1048576"},
                  {"temp_store", "memory"},
                  {"integer_time", "milliseconds"},
                  {"pragmas", " recursive_triggers = 1 ;user_version=42; wal_autocheckpoint = -1;"}});
    ASSERT_EQ(db.open_status, DBWAY_OK) << db.last().message;
    EXPECT_EQ(db.must("pragma journal_mode").text(), "truncate");
    EXPECT_EQ(db.must("pragma synchronous").text(), "2");
    EXPECT_EQ(db.must("pragma foreign_keys").text(), "0");
    EXPECT_EQ(db.must("pragma cache_size").text(), "-4000");
    EXPECT_EQ(db.must("pragma mmap_size").text(), "1048576");
    EXPECT_EQ(db.must("pragma temp_store").text(), "2");
    EXPECT_EQ(db.must("pragma recursive_triggers").text(), "1");
    EXPECT_EQ(db.must("pragma user_version").text(), "42");
}

TEST(SqliteOpen, WrongOptionsAreNamed) {
    const std::vector<std::pair<std::string, std::string>> wrong = {{"mode", "read"},
                                                                    {"cache", "both"},
                                                                    {"busy_timeout", "soon"},
                                                                    {"busy_timeout", "2h"},
                                                                    {"journal_mode", "fast"},
                                                                    {"synchronous", "maybe"},
                                                                    {"foreign_keys", "ja"},
                                                                    {"cache_size", "big"},
                                                                    {"mmap_size", "-1"},
                                                                    {"temp_store", "disk"},
                                                                    {"integer_time", "days"},
                                                                    {"pragmas", "user_version"},
                                                                    {"pragmas", "user_version = 1, 2"},
                                                                    {"pragmas", "x = (select 1)"},
                                                                    {"pragmas", "no_such_pragma = 1"},
                                                                    {"vfs", "no-such-vfs"},
                                                                    {"extensions", "1"},
                                                                    {"load_extension", "x"},
                                                                    {"journal_mode", "wal"}};
    for (const auto& [key, value] : wrong) {
        const Diagnostic what = refused({{"database", ":memory:"}, {key, value}});
        EXPECT_EQ(what.status, DBWAY_ERR_INVALID) << key << " = " << value << ": " << what.message;
        EXPECT_TRUE(contains(what.message, key)) << what.message;
    }
    EXPECT_EQ(refused({}).status, DBWAY_ERR_INVALID);
    EXPECT_TRUE(contains(refused({}).message, "database"));
}

TEST(SqliteOpen, MissingFilesAndDirectories) {
    TemporaryDirectory directory;
    const std::string missing = directory.file("missing.db");
    for (const char* mode : {"rw", "ro"}) {
        const Diagnostic what = refused({{"database", missing}, {"mode", mode}});
        EXPECT_EQ(what.status, DBWAY_ERR_CONNECTION);
        EXPECT_TRUE(contains(what.message, missing)) << what.message;
        EXPECT_TRUE(contains(what.message, "does not exist")) << what.message;
        EXPECT_FALSE(what.hint.empty());
    }
    EXPECT_EQ(refused({{"database", missing}}, DBWAY_OPEN_READONLY).status, DBWAY_ERR_CONNECTION);
    EXPECT_FALSE(std::filesystem::exists(missing));

    const Diagnostic parent = refused({{"database", directory.file("no/such/dir/x.db")}});
    EXPECT_EQ(parent.status, DBWAY_ERR_CONNECTION);
    EXPECT_TRUE(contains(parent.message, directory.file("no/such/dir"))) << parent.message;
    EXPECT_TRUE(contains(parent.message, "directory")) << parent.message;

    for (const char* mode : {"rwc", "rw", "ro"}) {
        const Diagnostic what = refused({{"database", directory.path()}, {"mode", mode}});
        EXPECT_EQ(what.status, DBWAY_ERR_CONNECTION) << mode;
        EXPECT_TRUE(contains(what.message, "is a directory")) << mode << ": " << what.message;
    }
    EXPECT_TRUE(contains(refused({{"database", "file:" + missing + "?mode=ro"}}).message, missing));
}

TEST(SqliteOpen, FilesThatAreNoDatabase) {
    TemporaryDirectory directory;
    const std::string path = directory.file("x.db");
    std::ofstream(path) << "This is a letter to a friend, not a database. " << std::string(2000, '.');
    for (const char* mode : {"rwc", "ro"}) {
        const Diagnostic what = refused({{"database", path}, {"mode", mode}});
        EXPECT_EQ(what.status, DBWAY_ERR_DATABASE);
        EXPECT_EQ(what.sqlstate, "XX001");
        EXPECT_EQ(what.native_code & 0xFF, 26);
        EXPECT_TRUE(contains(what.message, path)) << what.message;
        EXPECT_TRUE(contains(what.message, "not an SQLite database")) << what.message;
    }
}

TEST(SqliteOpen, ADamagedFile) {
    TemporaryDirectory directory;
    const std::string path = directory.file("x.db");
    {
        RawConnection db(OptionMap{{"database", path}, {"journal_mode", "delete"}});
        db.must("create table t(a, b)");
        db.must("create index i on t(a)");
        db.must(
            "with recursive s(i) as (select 1 union all select i + 1 from s where i < 5000) insert into t "
            "select i, hex(i) from s");
    }
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        for (int page = 3; page < 20; ++page) {
            file.seekp(4096 * page);
            const std::string rubbish(4096, static_cast<char>(0xA5));
            file.write(rubbish.data(), 4096);
        }
    }
    RawConnection db(OptionMap{{"database", path}});
    ASSERT_EQ(db.open_status, DBWAY_OK);
    const auto answer = db.query("select sum(length(b)) from t");
    EXPECT_EQ(answer.status, DBWAY_ERR_DATABASE);
    EXPECT_EQ(answer.error.sqlstate, "XX001");
    EXPECT_TRUE(contains(answer.error.message, "x.db")) << answer.error.message;
    EXPECT_FALSE(answer.error.hint.empty());
}

TEST(SqliteOpen, ReadOnlyConnections) {
    TemporaryDirectory directory;
    const std::string path = directory.file("x.db");
    {
        RawConnection db(OptionMap{{"database", path}});
        db.must("create table t(a)");
        db.must("insert into t values (1)");
    }
    RawConnection by_mode(OptionMap{{"database", path}, {"mode", "ro"}});
    RawConnection by_flag(OptionMap{{"database", path}}, DBWAY_OPEN_READONLY);
    RawConnection by_uri(OptionMap{{"database", "file:" + path + "?immutable=1"}, {"mode", "ro"}});
    for (RawConnection* db : {&by_mode, &by_flag, &by_uri}) {
        ASSERT_EQ(db->open_status, DBWAY_OK) << db->last().message;
        EXPECT_TRUE(db->diagnostics.empty()) << db->last().message;
        EXPECT_EQ(db->info().caps & (DBWAY_CAP_WRITE | DBWAY_CAP_COPY_IN | DBWAY_CAP_TX_DDL), 0u);
        EXPECT_EQ(db->must("select a from t").text(), "1");
        const auto answer = db->query("insert into t values (2)");
        EXPECT_EQ(answer.status, DBWAY_ERR_PERMISSION);
        EXPECT_EQ(answer.error.sqlstate, "25006");
        EXPECT_TRUE(contains(answer.error.message, "x.db")) << answer.error.message;
        EXPECT_TRUE(db->begin().ok());
        EXPECT_TRUE(db->simple(DBWAY_R_COMMIT).ok());
        EXPECT_EQ(db->begin(DBWAY_TX_READ_WRITE).error.sqlstate, "25006");
    }
}

TEST(SqliteOpen, SharedMemoryDatabases) {
    const OptionMap options = {{"database", "dbway-test-shared"}, {"mode", "memory"}, {"cache", "shared"}};
    RawConnection a(options);
    ASSERT_EQ(a.open_status, DBWAY_OK) << a.last().message;
    a.must("create table t(v)");
    a.must("insert into t values (1)");
    RawConnection b(options);
    EXPECT_EQ(b.must("select v from t").text(), "1");
    EXPECT_FALSE(std::filesystem::exists("dbway-test-shared"));

    // READ UNCOMMITTED is what it says here, and only here.
    ASSERT_TRUE(a.begin().ok());
    a.must("insert into t values (2)");
    EXPECT_EQ(b.query("select count(*) from t").status, DBWAY_ERR_CONFLICT);
    ASSERT_TRUE(b.begin(DBWAY_TX_READ_UNCOMMITTED | DBWAY_TX_READ_ONLY).ok());
    EXPECT_EQ(b.must("select count(*) from t").text(), "2");
    EXPECT_TRUE(b.simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(b.query("select count(*) from t").status, DBWAY_ERR_CONFLICT);
    EXPECT_TRUE(a.simple(DBWAY_R_ROLLBACK).ok());
}

TEST(SqliteOpen, AJournalModeThatCannotBeIsANotice) {
    TemporaryDirectory directory;
    RawConnection db(
        OptionMap{{"database", "file:" + directory.file("x.db") + "?mode=memory"}, {"journal_mode", "wal"}});
    ASSERT_EQ(db.open_status, DBWAY_OK) << db.last().message;
    ASSERT_EQ(db.diagnostics.size(), 1u);
    EXPECT_EQ(db.last().status, DBWAY_OK);
    EXPECT_EQ(db.last().severity, DBWAY_LOG_WARN);
    EXPECT_TRUE(contains(db.last().message, "journal_mode wal")) << db.last().message;
    db.must("create table t(a)");
}

TEST(SqliteOpen, AFullDisk) {
    TemporaryDirectory directory;
    RawConnection db(OptionMap{{"database", directory.file("x.db")}, {"pragmas", "max_page_count = 12"}});
    ASSERT_EQ(db.open_status, DBWAY_OK) << db.last().message;
    db.must("create table t(a)");
    const auto fill = [&] { return db.query("insert into t values (zeroblob(100000))"); };
    auto answer = fill();
    EXPECT_EQ(answer.status, DBWAY_ERR_RESOURCE);
    EXPECT_EQ(answer.error.sqlstate, "53100");
    EXPECT_TRUE(contains(answer.error.message, "x.db")) << answer.error.message;
    EXPECT_FALSE(answer.error.hint.empty());
    EXPECT_EQ(db.must("pragma integrity_check").text(), "ok");

    ASSERT_TRUE(db.begin().ok());
    db.must("insert into t values (1)");
    answer = fill();
    EXPECT_EQ(answer.status, DBWAY_ERR_RESOURCE);
    EXPECT_EQ(db.must("select 1").tx_state, answer.tx_state);
    if (answer.tx_state == DBWAY_TX_STATE_IDLE) {
        EXPECT_TRUE(contains(answer.error.detail, "rolled back"));
    } else {
        EXPECT_FALSE(contains(answer.error.detail, "rolled back"));
    }
    EXPECT_TRUE(db.simple(DBWAY_R_ROLLBACK).ok());
    EXPECT_EQ(db.must("select count(*) from t").text(), "0");

    db.must("pragma max_page_count = 1000");
    EXPECT_TRUE(fill().ok());
}

}  // namespace
}  // namespace dbway::test
