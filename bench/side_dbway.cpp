#include "side_dbway.hpp"

#include <dbway/dbway.hpp>

#include <optional>
#include <string_view>

namespace bench {

namespace {

class DbwaySide final : public Side {
  public:
    DbwaySide(const std::string& database, bool pinned)
        : host_(dbway::Host::open(dbway::parse_configuration(
              "[source.main]\nprovider = \"sqlite\"\ndatabase = '" + database + "'\n", "bench.toml", "."))),
          source_(host_.source("main")) {
        if (pinned) connection_.emplace(source_.connection());
    }

    void reset() override { source_.execute("delete from w"); }

    Checksum point(std::int64_t count) override {
        return connection_ ? point_on(*connection_, count) : point_on(source_, count);
    }
    Checksum scan(std::int64_t count) override {
        return connection_ ? scan_on(*connection_, count) : scan_on(source_, count);
    }

    void insert(const std::vector<Row>& rows) override {
        dbway::CopyIn copy = connection_ ? connection_->copy_in("w", columns) : source_.copy_in("w", columns);
        for (const Row& row : rows)
            copy.row(row.id, row.val, row.name, dbway::Timestamp(std::chrono::microseconds(row.micros)));
        copy.finish();
    }

  private:
    template <typename Database>
    static Checksum point_on(Database& database, std::int64_t count) {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i)
            for (auto [id, val, name, time] :
                 database.template query<std::int64_t, double, std::string_view, dbway::Timestamp>(
                     point_sql, keys.next()))
                sum.add(id, val, name, time.time_since_epoch().count());
        return sum;
    }

    template <typename Database>
    static Checksum scan_on(Database& database, std::int64_t count) {
        Checksum sum;
        for (auto [id, val, name, time] :
             database.template query<std::int64_t, double, std::string_view, dbway::Timestamp>(
                 scan_sql(count)))
            sum.add(id, val, name, time.time_since_epoch().count());
        return sum;
    }

    inline static const std::vector<std::string_view> columns = {"id", "val", "name", "ts"};

    dbway::Host host_;
    dbway::Source source_;
    std::optional<dbway::Connection> connection_;
};

}  // namespace

std::unique_ptr<Side> make_dbway_side(const std::string& database, bool pinned) {
    return std::make_unique<DbwaySide>(database, pinned);
}

}  // namespace bench
