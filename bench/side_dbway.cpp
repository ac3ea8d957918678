#include "sides.hpp"

#include <dbway/dbway.hpp>

#include <optional>
#include <string_view>

namespace bench {

namespace {

// A row as an application of dbway keeps it.
struct Kept {
    std::int64_t id = 0;
    double val = 0;
    std::string name;
    dbway::Timestamp ts;
};
DBWAY_FIELDS(Kept, id, val, name, ts)

class DbwaySide final : public Side {
  public:
    DbwaySide(const std::string& provider, const Database& database, bool pinned)
        : configuration_(
              dbway::parse_configuration(dbway_configuration(provider, database), "bench.toml", ".")),
          host_(dbway::Host::open(configuration_)),
          source_(host_.source("main")) {
        if (pinned) connection_.emplace(source_.connection());
    }

    void reset() override { source_.execute("delete from w"); }

    Checksum point(std::int64_t count) override {
        return on_database([&](auto& database) {
            Checksum sum;
            Keys keys;
            for (std::int64_t i = 0; i < count; ++i) add_rows(sum, database, point_sql, keys.next());
            return sum;
        });
    }

    Checksum batch(std::int64_t batches) override {
        return on_database([&](auto& database) {
            Checksum sum;
            Keys keys;
            dbway::Batch batch;
            for (std::int64_t i = 0; i < batches; ++i) {
                batch.clear();
                for (int j = 0; j < batch_size; ++j) batch.add(point_sql, keys.next());
                dbway::BatchResults results = database.run(batch);
                for (dbway::BatchResult& result : results)
                    for (const dbway::Row row : result.rows())
                        sum.add(row.get<std::int64_t>(0), row.get<double>(1), row.get<std::string_view>(2),
                                row.get<dbway::Timestamp>(3).time_since_epoch().count());
            }
            return sum;
        });
    }

    Checksum scan(const std::string& sql) override {
        return on_database([&](auto& database) {
            Checksum sum;
            add_rows(sum, database, sql);
            return sum;
        });
    }

    Checksum structs(std::int64_t count) override {
        return on_database([&](auto& database) {
            const std::vector<Kept> rows = database.query(scan_sql(count)).template all<Kept>();
            Checksum sum;
            for (const Kept& row : rows)
                sum.add(row.id, row.val, row.name, row.ts.time_since_epoch().count());
            return sum;
        });
    }

    void insert(const std::vector<Row>& rows) override {
        on_database([&](auto& database) {
            dbway::CopyIn copy = database.copy_in("w", columns);
            for (const Row& row : rows)
                copy.row(row.id, row.val, row.name, dbway::Timestamp(std::chrono::microseconds(row.micros)));
            copy.finish();
            return Checksum();
        });
    }

    Checksum transaction(std::int64_t count) override {
        return on_database([&](auto& database) {
            Checksum sum;
            Keys keys;
            for (std::int64_t i = 0; i < count; ++i) {
                const std::int64_t key = keys.next();
                dbway::Transaction transaction = database.begin();
                add_rows(sum, transaction, point_sql, key);
                require_one(transaction.execute(account_sql, std::int64_t{1}, account_of(key)).affected());
                require_one(transaction.execute(account_sql, std::int64_t{-1}, account_of(key)).affected());
                transaction.commit();
            }
            return sum;
        });
    }

    void connect(std::int64_t count) override {
        const dbway::Host host = dbway::Host::open(configuration_);
        dbway::Source source = host.source("main");
        std::vector<dbway::Connection> connections;
        for (std::int64_t i = 0; i < count; ++i) connections.push_back(source.connection());
    }

  private:
    template <typename Function>
    Checksum on_database(const Function& function) {
        return connection_ ? function(*connection_) : function(source_);
    }

    template <typename Database, typename... Args>
    static void add_rows(Checksum& sum, Database& database, std::string_view sql, const Args&... args) {
        for (auto [id, val, name, time] :
             database.template query<std::int64_t, double, std::string_view, dbway::Timestamp>(sql, args...))
            sum.add(id, val, name, time.time_since_epoch().count());
    }

    inline static const std::vector<std::string_view> columns = {"id", "val", "name", "ts"};

    dbway::Configuration configuration_;
    dbway::Host host_;
    dbway::Source source_;
    std::optional<dbway::Connection> connection_;
};

}  // namespace

std::string dbway_configuration(const std::string& provider, const Database& database) {
    std::string text = "[source.main]\nprovider = \"" + provider + "\"\npool.max = 1000\n";
    const auto add = [&](const std::string& key, const std::string& value) {
        text += key + " = '''" + value + "'''\n";
    };
    if (provider == "orm")
        add("backend", database.kind == Database::Kind::sqlite  ? "sqlite3"
                       : database.kind == Database::Kind::mysql ? "mysql"
                                                                : "postgresql");
    if (database.kind == Database::Kind::sqlite)
        add("database", database.text);
    else if (database.kind == Database::Kind::postgresql)
        add("url", database.text);
    else
        for (const auto& [key, value] : database.settings()) add(key, value);
    return text;
}

std::unique_ptr<Side> make_dbway_side(const std::string& provider, const Database& database, bool pinned) {
    return std::make_unique<DbwaySide>(provider, database, pinned);
}

}  // namespace bench
