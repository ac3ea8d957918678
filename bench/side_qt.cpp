// dbway_bench_qt: Qt 6 SQL by hand, with its drivers QPSQL or QSQLITE. Its times have milliseconds.
#include "sides.hpp"

#include <QCoreApplication>
#include <QDateTime>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <algorithm>

namespace bench {

namespace {

constexpr std::size_t rows_of_a_batch = 1000;
constexpr qint64 julian_day_of_1970 = 2'440'588;

void require(bool fine, const QSqlError& error) {
    if (!fine) throw std::runtime_error("Qt: " + error.text().toStdString());
}

class QtSide final : public Side {
  public:
    explicit QtSide(const Database& database) : application_(arguments_, nullptr) {
        if (database.kind == Database::Kind::sqlite) {
            database_ = QSqlDatabase::addDatabase("QSQLITE");
            database_.setDatabaseName(QString::fromStdString(database.text));
        } else {
            const auto setting = [&](const char* key) {
                return QString::fromStdString(database.setting(key));
            };
            database_ = QSqlDatabase::addDatabase("QPSQL");
            database_.setHostName(setting("host"));
            database_.setPort(setting("port").toInt());
            database_.setUserName(setting("user"));
            database_.setPassword(setting("password"));
            database_.setDatabaseName(setting("dbname"));
        }
        require(database_.open(), database_.lastError());
        point_ = std::make_unique<QSqlQuery>(database_);
        point_->setForwardOnly(true);
        require(point_->prepare("select id, val, name, ts from t where id = ?"), point_->lastError());
    }

    void reset() override {
        QSqlQuery query(database_);
        require(query.exec("delete from w"), query.lastError());
    }

    Checksum point(std::int64_t count) override {
        Checksum sum;
        Keys keys;
        for (std::int64_t i = 0; i < count; ++i) {
            point_->bindValue(0, qint64(keys.next()));
            require(point_->exec() && point_->next(), point_->lastError());
            add(sum, *point_);
        }
        point_->finish();
        return sum;
    }

    Checksum scan(const std::string& sql) override {
        Checksum sum;
        QSqlQuery query(database_);
        query.setForwardOnly(true);
        require(query.exec(QString::fromStdString(sql)), query.lastError());
        while (query.next()) add(sum, query);
        return sum;
    }

    void insert(const std::vector<Row>& rows) override {
        require(database_.transaction(), database_.lastError());
        QSqlQuery query(database_);
        require(query.prepare("insert into w (id, val, name, ts) values (?, ?, ?, ?)"), query.lastError());
        for (std::size_t at = 0; at < rows.size();) {
            QVariantList ids, vals, names, times;
            for (const std::size_t end = std::min(at + rows_of_a_batch, rows.size()); at < end; ++at) {
                ids << qint64(rows[at].id);
                vals << rows[at].val;
                names << QString::fromStdString(rows[at].name);
                times << QDateTime::fromMSecsSinceEpoch(rows[at].micros / 1000, Qt::UTC);
            }
            query.bindValue(0, ids);
            query.bindValue(1, vals);
            query.bindValue(2, names);
            query.bindValue(3, times);
            require(query.execBatch(), query.lastError());
        }
        require(database_.commit(), database_.lastError());
    }

  private:
    static void add(Checksum& sum, const QSqlQuery& query) {
        const qint64 id = query.value(0).toLongLong();
        const double val = query.value(1).toDouble();
        const QByteArray name = query.value(2).toString().toUtf8();
        const QDateTime time = query.value(3).toDateTime();
        const qint64 milliseconds = (time.date().toJulianDay() - julian_day_of_1970) * 86'400'000 +
                                    time.time().msecsSinceStartOfDay();
        // Qt rounds to a millisecond, which may be the next second's.
        const qint64 seconds = (milliseconds * 1000 - fraction_of(id) + 500'000) / 1'000'000;
        sum.add(id, val, {name.data(), static_cast<std::size_t>(name.size())},
                seconds * 1'000'000 + fraction_of(id));
    }

    int arguments_ = 0;
    QCoreApplication application_;
    QSqlDatabase database_;
    std::unique_ptr<QSqlQuery> point_;
};

}  // namespace

std::unique_ptr<Side> make_side(std::string_view /*name*/, const Database& database) {
    return std::make_unique<QtSide>(database);
}

}  // namespace bench
