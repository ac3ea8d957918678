// Bulk insert, into a table made for it: the only job that writes.
#include "cli/bench/jobs.hpp"
#include "cli/bench/stopwatch.hpp"
#include "cli/exit_code.hpp"
#include "cli/sql_names.hpp"

#include <session/value_copy.hpp>

#include <algorithm>
#include <cstdio>
#include <random>

namespace dbway::cli::bench {

namespace {

std::string random_name() {
    char name[32];
    std::snprintf(name, sizeof name, "dbway_bench_%08x", static_cast<unsigned>(std::random_device{}()));
    return name;
}

// A table that exists as long as the object. The source needs a connection that is free when it goes.
class OwnTable {
  public:
    OwnTable(Source source, const std::string& name, const std::string& columns, const QueryOptions& options)
        : source_(std::move(source)), quoted_(quote_table(source_, name)) {
        source_.execute(options, "create table " + quoted_ + " (" + columns + ")");
    }
    OwnTable(const OwnTable&) = delete;
    OwnTable& operator=(const OwnTable&) = delete;
    // Not by the stop token of Ctrl-C, which may be why it goes.
    ~OwnTable() {
        try {
            source_.execute("drop table " + quoted_);
        } catch (const std::exception& error) {
            print_message("the table " + quoted_ + " in the source \"" + source_.name() +
                          "\" could not be dropped, drop it yourself: " + error.what());
        }
    }

    const std::string& quoted() const noexcept { return quoted_; }

  private:
    Source source_;
    std::string quoted_;
};

// What a side copies: rows that it has read itself.
struct Sample {
    std::string columns;  // of CREATE TABLE
    std::vector<dbway_value> cells;
    sdk::Arena arena;
};

class InsertJob final : public Job {
  public:
    explicit InsertJob(Workplace& workplace) : workplace_(workplace), samples_(workplace.sides.size()) {
        const std::string schema = split_table(workplace.target->table()).first;
        table_ = (schema.empty() ? "" : schema + ".") + random_name();
        for (const std::string& name : workplace.table_columns) names_.push_back(name);
    }

    std::string name() const override { return "insert"; }
    std::string unit() const override { return "row"; }
    const std::vector<std::string>& column_names() const override { return workplace_.table_columns; }

    // A turn is all rows of the sample; the turns of a piece are one bulk load.
    Piece run(std::size_t side, std::uint64_t turns, std::uint64_t) override {
        Source source = workplace_.sides[side].source;
        if (source.options().read_only || !source.can(DBWAY_CAP_WRITE))
            throw_error(Category::unsupported, "the source \"" + source.name() + "\" only reads");
        const Sample& sample = sample_of(side);
        const OwnTable table(source, table_, sample.columns, workplace_.options);
        Piece piece(workplace_.table_likeness);
        {
            Connection connection = source.connection(workplace_.options);
            load(connection, sample, turns, piece);
        }
        std::string list;
        for (const std::string_view name : names_)
            list.append(list.empty() ? "" : ", ").append(source.quote_identifier(name));
        Rows rows = source.query(workplace_.options, "select " + list + " from " + table.quoted());
        read_all_rows(rows, piece.checksum);
        return piece;
    }

  private:
    void load(Connection& connection, const Sample& sample, std::uint64_t turns, Piece& piece) const {
        const std::size_t width = names_.size();
        const Stopwatch watch(piece);
        CopyIn copy = connection.copy_in(workplace_.options, table_, names_);
        for (std::uint64_t turn = 0; turn < turns; ++turn) {
            workplace_.interrupt.check();
            for (std::size_t at = 0; at < sample.cells.size(); at += width)
                copy.row({sample.cells.data() + at, width});
        }
        copy.finish();
        piece.items = turns * (sample.cells.size() / width);
    }

    const Sample& sample_of(std::size_t side) {
        std::unique_ptr<Sample>& sample = samples_[side];
        if (!sample) {
            auto made = std::make_unique<Sample>();
            read(side, *made);
            made->columns = definition(side, *made);
            sample = std::move(made);
        }
        return *sample;
    }

    void read(std::size_t side, Sample& sample) const {
        Rows rows =
            workplace_.sides[side].source.query(workplace_.options, workplace_.statements[side].sample);
        detail::Cursor& cursor = rows.cursor();
        while (cursor.next()) {
            const std::size_t at = sample.cells.size();
            sample.cells.resize(at + cursor.width());
            detail::copy_values(cursor.row(), cursor.width(), sample.cells.data() + at, sample.arena);
        }
    }

    // As the side's own table declares them; without keys and constraints, which rows that repeat would
    // break.
    std::string definition(std::size_t side, const Sample& sample) const {
        const Side& on = workplace_.sides[side];
        std::vector<TableView> tables;
        if (on.source.can(DBWAY_CAP_SCHEMA)) {
            Connection connection = Source(on.source).connection(workplace_.options);
            tables = read_schema(connection, workplace_.target->table());
        }
        std::string columns;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            std::string type;
            if (tables.size() == 1)
                for (const ColumnView& column : tables.front().columns)
                    if (column.name == names_[i]) type = column.type;
            if (type.empty()) type = on.source.type_name(type_of(sample, i));
            columns += (i == 0 ? "" : ", ") + on.source.quote_identifier(names_[i]) + " " + type;
        }
        return columns;
    }

    // Of the first value that is not NULL.
    std::uint32_t type_of(const Sample& sample, std::size_t column) const {
        for (std::size_t at = column; at < sample.cells.size(); at += names_.size())
            if (sample.cells[at].type != DBWAY_T_NULL) return sample.cells[at].type;
        return DBWAY_T_TEXT;
    }

    Workplace& workplace_;
    std::string table_;
    std::vector<std::string_view> names_;
    std::vector<std::unique_ptr<Sample>> samples_;
};

}  // namespace

std::unique_ptr<Job> make_insert_job(Workplace& workplace) { return std::make_unique<InsertJob>(workplace); }

}  // namespace dbway::cli::bench
