// dbway_bench_poco: Poco::Data 1.11 by hand, with its connectors for PostgreSQL or SQLite, in vectors of
// values.
#include "sides.hpp"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/DateTime.h>
#include <Poco/Timestamp.h>

#include <algorithm>

namespace bench {

namespace {

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;
using Poco::Data::Keywords::now;
using Poco::Data::Keywords::use;

constexpr std::size_t rows_of_a_vector = 1000;

std::int64_t micros_from(const Poco::DateTime& time, std::int64_t id) {
    return time.timestamp().epochTime() * 1'000'000 + fraction_of(id);
}

class PocoSide final : public Side {
  public:
    explicit PocoSide(const Database& database)
        : sqlite_(database.kind == Database::Kind::sqlite),
          session_(open(sqlite_, database.text)),
          point_(session_) {
        point_ << (sqlite_ ? "select id, val, name, ts from t where id = ?" : point_sql), into(id_),
            into(val_), into(name_), into(time_), use(key_), limit(1);
    }

    void reset() override { session_ << "delete from w", now; }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            key_ = keys.next();
            if (point_.execute() != 1) throw std::runtime_error("no row for a key");
            sum.add(id_, val_, name_, micros_from(time_, id_));
        }
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        std::vector<Poco::Int64> ids;
        std::vector<double> vals;
        std::vector<std::string> names;
        std::vector<Poco::DateTime> times;
        Poco::Data::Statement statement(session_);
        statement << sql, into(ids), into(vals), into(names), into(times), limit(rows_of_a_vector);
        while (!statement.done()) {
            statement.execute();
            for (std::size_t i = 0; i < ids.size(); ++i)
                sum.add(ids[i], vals[i], names[i], micros_from(times[i], ids[i]));
            ids.clear();
            vals.clear();
            names.clear();
            times.clear();
        }
        return sum;
    }

    void insert(const std::vector<Row>& rows) override {
        session_.begin();
        for (std::size_t at = 0; at < rows.size();) {
            std::vector<Poco::Int64> ids;
            std::vector<double> vals;
            std::vector<std::string> names;
            std::vector<Poco::DateTime> times;
            for (const std::size_t end = std::min(at + rows_of_a_vector, rows.size()); at < end; ++at) {
                ids.push_back(rows[at].id);
                vals.push_back(rows[at].val);
                names.push_back(rows[at].name);
                times.emplace_back(Poco::Timestamp(rows[at].micros));
            }
            Poco::Data::Statement statement(session_);
            statement << (sqlite_ ? "insert into w (id, val, name, ts) values (?, ?, ?, ?)"
                                  : "insert into w (id, val, name, ts) values ($1, $2, $3, $4)"),
                use(ids), use(vals), use(names), use(times);
            statement.execute();
        }
        session_.commit();
    }

  private:
    static Poco::Data::Session open(bool sqlite, const std::string& text) {
        if (sqlite)
            Poco::Data::SQLite::Connector::registerConnector();
        else
            Poco::Data::PostgreSQL::Connector::registerConnector();
        return {sqlite ? "SQLite" : "PostgreSQL", text};
    }

    bool sqlite_;
    Poco::Data::Session session_;
    Poco::Int64 key_ = 0;
    Poco::Int64 id_ = 0;
    double val_ = 0;
    std::string name_;
    Poco::DateTime time_;
    Poco::Data::Statement point_;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<PocoSide>(database);
}

}  // namespace bench
