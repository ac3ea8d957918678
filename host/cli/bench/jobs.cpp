#include "cli/bench/jobs.hpp"

#include "cli/bench/stopwatch.hpp"

#include <algorithm>

namespace dbway::cli::bench {

namespace {

// Queries of one batch, and of one transaction.
constexpr std::uint64_t batch_size = 100;
constexpr int transaction_size = 3;
// Connections that are open at a time: servers have a limit for all their clients.
constexpr std::uint64_t connections_at_once = 10;

// What reads the table or the query on one connection, which it takes before the clock starts.
class ReadingJob : public Job {
  public:
    ReadingJob(Workplace& workplace, bool table)
        : workplace_(workplace),
          likeness_(table ? workplace.table_likeness : workplace.query_likeness),
          columns_(table ? workplace.table_columns : workplace.query_columns) {}

    const std::vector<std::string>& column_names() const override { return columns_; }

    Piece run(std::size_t side, std::uint64_t turns, std::uint64_t first) override {
        Piece piece(likeness_);
        Connection connection = workplace_.sides[side].source.connection(workplace_.options);
        const Stopwatch watch(piece);
        for (std::uint64_t i = 0; i < turns; ++i) {
            workplace_.interrupt.check();
            turn(connection, side, first + i, piece);
        }
        return piece;
    }

  protected:
    // One turn; adds to the items and the checksum.
    virtual void turn(Connection& connection, std::size_t side, std::uint64_t number, Piece& piece) = 0;

    const Key& key(std::uint64_t number) const {
        const std::vector<Key>& keys = workplace_.target->keys();
        return keys[number % keys.size()];
    }
    const std::string& point(std::size_t side) const { return workplace_.statements[side].point; }

    Workplace& workplace_;

  private:
    const std::vector<Likeness>& likeness_;
    const std::vector<std::string>& columns_;
};

class PointJob final : public ReadingJob {
  public:
    explicit PointJob(Workplace& workplace) : ReadingJob(workplace, true) {}
    std::string name() const override { return "point"; }
    std::string unit() const override { return "query"; }

  private:
    void turn(Connection& connection, std::size_t side, std::uint64_t number, Piece& piece) override {
        Rows rows = connection.query(point(side), key(number));
        read_all_rows(rows, piece.checksum);
        ++piece.items;
    }
};

class BatchJob final : public ReadingJob {
  public:
    explicit BatchJob(Workplace& workplace) : ReadingJob(workplace, true) {}
    std::string name() const override { return "batch"; }
    std::string unit() const override { return "query"; }

  private:
    void turn(Connection& connection, std::size_t side, std::uint64_t number, Piece& piece) override {
        batch_.clear();
        for (std::uint64_t i = 0; i < batch_size; ++i) batch_.add(point(side), key(number * batch_size + i));
        for (BatchResult& result : connection.run(batch_)) read_all_rows(result.rows(), piece.checksum);
        piece.items += batch_size;
    }

    Batch batch_;
};

class TransactionJob final : public ReadingJob {
  public:
    explicit TransactionJob(Workplace& workplace) : ReadingJob(workplace, true) {}
    std::string name() const override { return "transaction"; }
    std::string unit() const override { return "transaction"; }

  private:
    void turn(Connection& connection, std::size_t side, std::uint64_t number, Piece& piece) override {
        Transaction transaction = connection.begin();
        for (int i = 0; i < transaction_size; ++i) {
            Rows rows =
                transaction.query(point(side), key(number * transaction_size + static_cast<unsigned>(i)));
            read_all_rows(rows, piece.checksum);
        }
        transaction.commit();
        ++piece.items;
    }
};

class ScanJob final : public ReadingJob {
  public:
    explicit ScanJob(Workplace& workplace) : ReadingJob(workplace, true) {}
    std::string name() const override { return "scan"; }
    std::string unit() const override { return "row"; }

  private:
    void turn(Connection& connection, std::size_t side, std::uint64_t, Piece& piece) override {
        Rows rows = connection.query(workplace_.options, workplace_.statements[side].scan);
        piece.items += read_all_rows(rows, piece.checksum);
    }
};

class QueryJob final : public ReadingJob {
  public:
    explicit QueryJob(Workplace& workplace) : ReadingJob(workplace, false) {}
    std::string name() const override { return "query"; }
    std::string unit() const override { return "query"; }

  private:
    void turn(Connection& connection, std::size_t, std::uint64_t, Piece& piece) override {
        const UserQuery& query = *workplace_.query;
        Rows rows = connection.query_values(workplace_.options, query.sql, query.values);
        read_all_rows(rows, piece.checksum);
        ++piece.items;
    }
};

class ConnectJob final : public Job {
  public:
    explicit ConnectJob(Workplace& workplace) : workplace_(workplace) {}
    std::string name() const override { return "connect"; }
    std::string unit() const override { return "connection"; }
    std::uint64_t most_turns() const override { return 100; }
    bool reads() const override { return false; }
    const std::vector<std::string>& column_names() const override { return none_; }

    // On a host of its own, whose pool has no connection yet; opening the host is not counted, closing the
    // connections is.
    Piece run(std::size_t side, std::uint64_t turns, std::uint64_t) override {
        Piece piece(no_likeness_);
        while (piece.items < turns) {
            workplace_.interrupt.check();
            open_some(workplace_.sides[side], std::min(turns - piece.items, connections_at_once), piece);
        }
        return piece;
    }

  private:
    void open_some(const Side& side, std::uint64_t count, Piece& piece) {
        Configuration configuration = side.configuration;
        PoolOptions& pool = configuration.sources.front().pool;
        pool.min = 0;
        pool.max = static_cast<std::uint32_t>(connections_at_once);
        HostOptions quiet = side.host_options;
        quiet.log = [](int, std::string_view) {};  // it has been told when the side was opened
        std::optional<Host> host = Host::open(configuration, quiet);
        std::optional<Source> source = host->source(side.source_name());
        const Stopwatch watch(piece);
        {
            std::vector<Connection> connections;
            for (std::uint64_t i = 0; i < count; ++i)
                connections.push_back(source->connection(workplace_.options));
        }
        source.reset();
        host.reset();
        piece.items += count;
    }

    Workplace& workplace_;
    const std::vector<Likeness> no_likeness_;
    const std::vector<std::string> none_;
};

std::unique_ptr<Job> make_job(JobKind kind, Workplace& workplace) {
    switch (kind) {
        case JobKind::connect:
            return std::make_unique<ConnectJob>(workplace);
        case JobKind::point:
            return std::make_unique<PointJob>(workplace);
        case JobKind::batch:
            return std::make_unique<BatchJob>(workplace);
        case JobKind::scan:
            return std::make_unique<ScanJob>(workplace);
        case JobKind::query:
            return std::make_unique<QueryJob>(workplace);
        case JobKind::transaction:
            return std::make_unique<TransactionJob>(workplace);
        case JobKind::insert:
            return make_insert_job(workplace);
        case JobKind::pool:
            break;
    }
    return nullptr;  // one for each number of threads
}

}  // namespace

std::uint64_t read_all_rows(Rows& rows, Checksum& checksum) {
    detail::Cursor& cursor = rows.cursor();
    std::uint64_t count = 0;
    while (cursor.next()) {
        checksum.add_row(cursor.row(), cursor.width());
        ++count;
    }
    return count;
}

std::vector<std::unique_ptr<Job>> make_jobs(Workplace& workplace) {
    std::vector<std::unique_ptr<Job>> jobs;
    for (const JobKind kind : workplace.plan.jobs) {
        if (kind != JobKind::pool) {
            jobs.push_back(make_job(kind, workplace));
            continue;
        }
        for (const unsigned threads : workplace.plan.threads)
            jobs.push_back(make_pool_job(workplace, threads));
    }
    return jobs;
}

}  // namespace dbway::cli::bench
