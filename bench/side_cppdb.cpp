// dbway_bench_cppdb: CppDB 0.3 by hand, with its drivers postgresql or sqlite3. It inserts row by row. Its
// times have whole seconds and cost a mktime() each, so they are exchanged as text.
#include "sides.hpp"
#include "time_text.hpp"

#include <cppdb/frontend.h>

namespace bench {

namespace {

std::string connection_text(const Database& database) {
    if (database.kind == Database::Kind::sqlite) return "sqlite3:db=" + database.text;
    std::string text = "postgresql:";
    for (const auto& [key, value] : database.settings()) text += key + "='" + value + "';";
    return text;
}

class CppdbSide final : public Side {
  public:
    explicit CppdbSide(const Database& database)
        : session_(connection_text(database)),
          point_(session_.prepare("select id, val, name, ts from t where id = ?")) {}

    void reset() override { session_ << "delete from w" << cppdb::exec; }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            point_.reset();
            point_.bind(static_cast<long long>(keys.next()));
            cppdb::result row = point_.row();
            if (row.empty()) throw std::runtime_error("no row for a key");
            add(sum, row);
        }
        point_.reset();
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        cppdb::result rows = session_.prepare(sql).query();
        while (rows.next()) add(sum, rows);
        return sum;
    }

    void insert(const std::vector<Row>& rows) override {
        cppdb::transaction transaction(session_);
        cppdb::statement statement =
            session_.prepare("insert into w (id, val, name, ts) values (?, ?, ?, ?)");
        for (const Row& row : rows) {
            char time[32];
            time[format_timestamp(row.micros, time)] = '\0';
            statement.reset();
            statement.bind(static_cast<long long>(row.id));
            statement.bind(row.val);
            statement.bind(row.name);
            statement.bind(static_cast<const char*>(time));
            statement.exec();
        }
        transaction.commit();
    }

  private:
    void add(Checksum& sum, cppdb::result& row) {
        long long id = 0;
        double val = 0;
        row >> id >> val >> name_ >> time_;
        sum.add(id, val, name_, parse_timestamp(time_));
    }

    cppdb::session session_;
    cppdb::statement point_;
    std::string name_;
    std::string time_;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<CppdbSide>(database);
}

}  // namespace bench
