// dbway_bench_soci: SOCI 4.0 by hand, on its PostgreSQL or SQLite backend. Its std::tm has no fractions of a
// second, so times are exchanged as text. It has no pipeline: a batch is a transaction.
#include "sides.hpp"
#include "time_text.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <deque>

namespace bench {

namespace {

constexpr std::size_t rows_of_a_vector = 1000;

// One statement and what it exchanges its values with.
struct PointQuery {
    explicit PointQuery(soci::session& session)
        : statement((session.prepare << "select id, val, name, ts from t where id = :key", soci::use(key),
                     soci::into(id), soci::into(val), soci::into(name), soci::into(time))) {}
    void run(Checksum& sum, std::int64_t wanted) {
        key = wanted;
        if (!statement.execute(true)) throw std::runtime_error("no row for a key");
        sum.add(id, val, name, parse_timestamp(time));
    }
    // SQLite keeps reading, at the state of that time, until the end of a result has been seen.
    void finish() {
        while (statement.fetch()) {
        }
    }
    long long key = 0;
    long long id = 0;
    double val = 0;
    std::string name;
    std::string time;
    soci::statement statement;
};

struct AccountChange {
    explicit AccountChange(soci::session& session)
        : statement((session.prepare << "update account set balance = balance + :by where id = :id",
                     soci::use(by), soci::use(id))) {}
    void run(std::int64_t amount, std::int64_t account) {
        by = amount;
        id = account;
        statement.execute(true);
        require_one(statement.get_affected_rows());
    }
    long long by = 0;
    long long id = 0;
    soci::statement statement;
};

class SociSide final : public Side {
  public:
    explicit SociSide(const Database& database)
        : sqlite_(database.kind == Database::Kind::sqlite),
          text_(sqlite_ ? "dbname=\"" + database.text + "\"" : database.text),
          session_(open()) {
        prepare_connection(session_);
        point_ = std::make_unique<PointQuery>(session_);
        account_ = std::make_unique<AccountChange>(session_);
    }

    void reset() override { session_ << "delete from w"; }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) point_->run(sum, keys.next());
        point_->finish();
        return sum;
    }

    Checksum batch(std::int64_t batches) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < batches; ++i) {
            soci::transaction transaction(session_);
            for (int j = 0; j < batch_size; ++j) point_->run(sum, keys.next());
            point_->finish();  // else the transaction, as far as it reads, outlives the commit
            transaction.commit();
        }
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        read(sql, [&](long long id, double val, const std::string& name, std::int64_t micros) {
            sum.add(id, val, name, micros);
        });
        return sum;
    }

    Checksum structs(std::int64_t count) override {
        std::vector<Record> records;
        read(scan_sql(count), [&](long long id, double val, std::string& name, std::int64_t micros) {
            records.push_back({id, val, std::move(name), micros});
        });
        return checksum_of(records);
    }

    // A statement with vectors that is executed twice sends its first rows again (PostgreSQL), so it is made
    // anew for each.
    void insert(const std::vector<Row>& rows) override {
        soci::transaction transaction(session_);
        std::vector<long long> ids;
        std::vector<double> vals;
        std::vector<std::string> names, times;
        for (std::size_t at = 0; at < rows.size();) {
            const std::size_t size = std::min(rows_of_a_vector, rows.size() - at);
            ids.resize(size);
            vals.resize(size);
            names.resize(size);
            times.assign(size, std::string(26, '0'));
            for (std::size_t i = 0; i < size; ++i, ++at) {
                ids[i] = rows[at].id;
                vals[i] = rows[at].val;
                names[i] = rows[at].name;
                format_timestamp(rows[at].micros, times[i].data());
            }
            soci::statement statement =
                (session_.prepare << "insert into w (id, val, name, ts) values (:id, :val, :name, :ts)",
                 soci::use(ids), soci::use(vals), soci::use(names), soci::use(times));
            statement.execute(true);
        }
        transaction.commit();
    }

    Checksum transaction(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t key = keys.next();
            soci::transaction transaction(session_);
            point_->run(sum, key);
            point_->finish();  // as above
            for (const std::int64_t by : {1, -1}) account_->run(by, account_of(key));
            transaction.commit();
        }
        return sum;
    }

    void connect(std::int64_t count) override {
        std::deque<soci::session> sessions;
        for (std::int64_t i = 0; i < count; ++i)
            prepare_connection(sessions.emplace_back(sqlite_ ? "sqlite3" : "postgresql", text_));
    }

  private:
    soci::session open() const { return {sqlite_ ? "sqlite3" : "postgresql", text_}; }
    void prepare_connection(soci::session& session) const {
        if (!sqlite_) return;
        session << "pragma journal_mode=wal";
        session << "pragma synchronous=normal";
    }

    template <typename Function>
    void read(const std::string& sql, const Function& function) {
        std::vector<long long> ids(rows_of_a_vector);
        std::vector<double> vals(rows_of_a_vector);
        std::vector<std::string> names(rows_of_a_vector), times(rows_of_a_vector);
        soci::statement statement = (session_.prepare << sql, soci::into(ids), soci::into(vals),
                                     soci::into(names), soci::into(times));
        statement.execute();
        while (statement.fetch()) {
            for (std::size_t i = 0; i < ids.size(); ++i)
                function(ids[i], vals[i], names[i], parse_timestamp(times[i]));
            ids.resize(rows_of_a_vector);
            vals.resize(rows_of_a_vector);
            names.resize(rows_of_a_vector);
            times.resize(rows_of_a_vector);
        }
    }

    bool sqlite_;
    std::string text_;
    soci::session session_;
    std::unique_ptr<PointQuery> point_;
    std::unique_ptr<AccountChange> account_;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<SociSide>(database);
}

}  // namespace bench
