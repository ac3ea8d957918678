#include "servers/postgresql_address.hpp"

#include <stdexcept>

#include "servers/process.hpp"

namespace dbway::test {

ConnectionOptions PostgresqlAddress::tcp_options(const std::string& database) const {
    return {{"host", host()},      {"port", std::to_string(port_)},
            {"user", superuser()}, {"password", password()},
            {"dbname", database},  {"sslmode", "disable"}};
}

ConnectionOptions PostgresqlAddress::socket_options(const std::string& database) const {
    return {{"host", socket_directory_.string()},
            {"port", std::to_string(port_)},
            {"user", superuser()},
            {"password", password()},
            {"dbname", database}};
}

AdminConnection PostgresqlAddress::connect(const std::string& database) const {
    ConnectionOptions options = socket_options(database);
    options.emplace_back("application_name", "dbway_test_admin");
    return AdminConnection(options);
}

TextRows PostgresqlAddress::sql(const std::string& text, const std::string& database) const {
    return connect(database).sql(text);
}

std::string PostgresqlAddress::value(const std::string& text, const std::string& database) const {
    return connect(database).value(text);
}

std::string PostgresqlAddress::create_database(const std::string& prefix) const {
    std::string name = unique_name(prefix);
    sql("create database " + quote_identifier(name) + " template template0");
    return name;
}

void PostgresqlAddress::drop_database(const std::string& name) const {
    sql("drop database if exists " + quote_identifier(name) + " with (force)");
}

int PostgresqlAddress::terminate_backends(const std::string& database) const {
    return std::stoi(
        value("select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_type = 'client "
              "backend' and "
              "application_name <> 'dbway_test_admin'" +
              (database.empty() ? std::string() : " and datname = " + quote_literal(database))));
}

TestDatabase::~TestDatabase() {
    try {
        server_->drop_database(name_);
    } catch (const std::exception&) {
        // The test has stopped the server; its directory goes, and the database with it.
    }
}

PooledDatabase::PooledDatabase(const PostgresqlAddress& server)
    : DatabaseAddress(server, ""), lock_(server.connect()) {
    // The number is the upper half of the lock's key, so that tests have the other keys to themselves.
    for (int slot = 1; slot <= 1000; ++slot) {
        const std::string number = std::to_string(slot);
        if (lock_.value("select pg_try_advisory_lock(1684174199, " + number + ")") != "t") continue;
        name_ = "pooled_" + number;
        if (lock_.value("select count(*) from pg_database where datname = '" + name_ + "'") == "0")
            lock_.sql("create database " + name_ + " template template0");
        else
            empty();
        return;
    }
    throw std::runtime_error("a thousand tests have databases of the pool");
}

PooledDatabase::~PooledDatabase() = default;

// Before it is used, not after: a test that crashed leaves things behind, too.
void PooledDatabase::empty() const {
    server_->terminate_backends(name_);
    server_->sql(
        "do $$ declare s name; o oid; begin "
        "for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> "
        "'information_schema' "
        "loop execute format('drop schema %I cascade', s); end loop; "
        "for o in select oid from pg_largeobject_metadata loop perform lo_unlink(o); end loop; "
        "end $$; create schema public; grant usage on schema public to public",
        name_);
}

}  // namespace dbway::test
