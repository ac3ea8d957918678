#include "pooled.hpp"
#include "sides.hpp"

#include <dbway/dbway.hpp>

namespace bench {

namespace {

class DbwayPool final : public Pooled {
  public:
    DbwayPool(std::string_view provider, const Database& database, int connections, bool share)
        : host_(open(std::string(provider), database, connections, share)), source_(host_.source("main")) {
        std::vector<dbway::Connection> opened;  // so that all are there before the clock starts
        for (int i = 0; i < connections; ++i) opened.push_back(source_.connection());
    }

    Checksum point(std::int64_t key) override { return rows(source_, point_sql, key); }
    Checksum range(std::int64_t key) override {
        return rows(source_, range_sql, key, key + rows_of_a_range - 1);
    }

    Checksum transaction(std::int64_t key) override {
        dbway::Transaction transaction = source_.begin();
        const Checksum sum = rows(transaction, point_sql, key);
        for (const std::int64_t by : {1, -1})
            require_one(transaction.execute(account_sql, by, account_of(key)).affected());
        transaction.commit();
        return sum;
    }

    void load(const std::vector<Row>& rows) override {
        static const std::vector<std::string_view> columns = {"id", "val", "name", "ts"};
        dbway::Transaction transaction = source_.begin();
        dbway::CopyIn copy = transaction.copy_in("w", columns);
        for (const Row& row : rows)
            copy.row(row.id, row.val, row.name, dbway::Timestamp(std::chrono::microseconds(row.micros)));
        copy.finish();
        transaction.rollback();
    }

  private:
    static dbway::Host open(const std::string& provider, const Database& database, int connections,
                            bool share) {
        dbway::Configuration configuration =
            dbway::parse_configuration(dbway_configuration(provider, database), "bench.toml", ".");
        configuration.sources.front().pool.max = static_cast<std::uint32_t>(connections);
        configuration.sources.front().share = share;
        return dbway::Host::open(configuration);
    }
    template <typename Where, typename... Args>
    static Checksum rows(Where& where, std::string_view sql, const Args&... args) {
        Checksum sum;
        for (auto [id, val, name, time] :
             where.template query<std::int64_t, double, std::string_view, dbway::Timestamp>(sql, args...))
            sum.add(id, val, name, time.time_since_epoch().count());
        return sum;
    }

    dbway::Host host_;
    dbway::Source source_;
};

}  // namespace

std::unique_ptr<Pooled> make_dbway_pool(std::string_view side, const Database& database, int connections) {
    const std::string_view provider = side.substr(0, side.find('/'));
    return std::make_unique<DbwayPool>(provider, database, connections, side.ends_with("/share"));
}

}  // namespace bench
