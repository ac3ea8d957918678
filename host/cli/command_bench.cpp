#include "cli/bench/agreement.hpp"
#include "cli/bench/jobs.hpp"
#include "cli/bench/read_only.hpp"
#include "cli/bench/report.hpp"
#include "cli/bench/rounds.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/parameters.hpp"
#include "cli/progress.hpp"
#include "cli/sql_runner.hpp"

#include <config/units.hpp>

#include <cmath>
#include <cstdio>
#include <functional>

namespace dbway::cli {

namespace {

using namespace bench;

// Above this part of the processors the machine has other work, which shows in the figures.
constexpr double busy = 0.5;

// One run from beginning to end. Not thread-safe.
class BenchCommand {
  public:
    BenchCommand(const BenchArguments& arguments, const InterruptGuard& interrupt,
                 const QueryOptions& options)
        : arguments_(arguments),
          plan_(make_plan(arguments)),
          options_(options),
          query_{arguments.query,
                 parse_parameters(arguments.parameters, arguments.types, std::nullopt, arena_)},
          status_(can_show_progress()),
          opened_(connect()),
          workplace_{opened_.sides, interrupt, options, plan_, nullptr, nullptr, {}, {}, {}, {}, {}} {}

    ExitCode run() {
        report_.plan = plan_;
        report_.machine = this_machine();
        report_.started = time_text();
        report_.load_before = load_average();
        look_at_table();
        look_at_query();
        describe_sides();
        measure();
        report_.load_after = load_average();
        status_.clear();
        for (const JobResult& job : report_.jobs) tell_of(job);
        standard_output().write(plan_.format == ReportFormat::json ? report_json(report_)
                                                                   : report_text(report_));
        standard_output().flush();
        return report_.ok() ? exit_done : exit_failed;
    }

  private:
    Sides connect() {
        status_.show("connecting");
        Sides opened = open_sides(arguments_, options_);
        status_.clear();
        for (const LeftOut& side : opened.left_out) {
            report_.left_out.push_back({side.name, without_secrets(side.reason)});
            print_message(side.name + " is left out: " + side.reason);
        }
        if (opened.sides.size() == 1 && !opened.left_out.empty())
            throw Failure("nothing is left to compare " + opened.sides.front().name + " with");
        return opened;
    }

    void warn_when_busy() const {
        const double load = report_.load_before;
        if (load <= busy * report_.machine.processors) return;
        char text[32];
        std::snprintf(text, sizeof text, "%.2f", load);
        print_message("the load average is " + std::string(text) + " on " +
                      std::to_string(report_.machine.processors) +
                      " processors: other work disturbs what is measured");
    }

    void look_at_table() {
        if (arguments_.table.empty()) return;
        status_.show("looking at the table " + arguments_.table);
        target_.emplace(opened_.sides.front(), arguments_, plan_, options_);
        workplace_.target = &*target_;
        report_.table = TableFacts{target_->table(), target_->key(), target_->rows(), target_->rows_read(),
                                   target_->keys().size()};
        Agreement agreement = agree_on(
            [&](Side& side) { return side.source.query(options_, target_->statements(side.source).scan); });
        workplace_.table_likeness = std::move(agreement.likeness);
        workplace_.table_columns = std::move(agreement.columns);
        for (const Side& side : opened_.sides)
            workplace_.statements.push_back(target_->statements(side.source));
    }

    void look_at_query() {
        if (arguments_.query.empty()) return;
        status_.show("running the query");
        check_query();
        workplace_.query = &query_;
        report_.query = query_.sql;
        Agreement agreement = agree_on(
            [&](Side& side) { return side.source.query_values(options_, query_.sql, query_.values); });
        if (agreement.columns.empty())
            throw UsageError("--query wants a statement that yields rows, and this one yields none");
        workplace_.query_likeness = std::move(agreement.likeness);
        workplace_.query_columns = std::move(agreement.columns);
    }

    // It runs many times on every side, so it must not change anything.
    void check_query() {
        Side& base = opened_.sides.front();
        const auto statements = split_script(query_.sql, dialect_of(base.server));
        if (statements.size() != 1)
            throw UsageError("--query wants one statement, and there are " +
                             std::to_string(statements.size()));
        if (!only_reads(statements.front().text, dialect_of(base.server)))
            throw UsageError(
                "--query wants a statement that only reads: select, with … select, values, table "
                "or show");
        run_read_only(base);
    }

    // The server refuses there what the words do not tell: a function that writes.
    void run_read_only(Side& side) {
        if (!side.source.can(DBWAY_CAP_TRANSACTION)) return;
        TransactionOptions read_only;
        read_only.read_only = true;
        read_only.stop = options_.stop;
        Transaction transaction = side.source.begin(read_only);
        Rows rows = transaction.query_values(options_, query_.sql, query_.values);
        while (rows.cursor().next()) {
        }
        transaction.rollback();
    }

    // Reads the rows on all sides and takes out those that read other ones than the base.
    Agreement agree_on(const std::function<Rows(Side&)>& read) {
        std::vector<Reading> readings;
        for (Side& side : opened_.sides) {
            Reading reading{side.name, side.source_name(), {}, {}};
            try {
                Rows rows = read(side);
                reading.survey = survey(rows);
            } catch (const Cancelled&) {
                throw;
            } catch (const Error& error) {
                if (readings.empty()) throw;
                reading.failure = error.what();
            }
            readings.push_back(std::move(reading));
        }
        Agreement agreement = agree(readings);
        status_.clear();
        for (const std::string& note : agreement.notes) report_.notes.push_back(note);
        for (std::size_t i = agreement.refusals.size(); i-- > 0;)
            if (!agreement.refusals[i].empty()) refuse(i, agreement.refusals[i]);
        return agreement;
    }

    void refuse(std::size_t index, const std::string& reason) {
        std::vector<Side>& sides = opened_.sides;
        report_.refused.push_back({sides[index].name, without_secrets(reason)});
        print_message(sides[index].name + " is refused: " + reason);
        sides.erase(sides.begin() + static_cast<std::ptrdiff_t>(index));
        if (sides.size() == 1) throw Failure("nothing is left to compare " + sides.front().name + " with");
        if (!workplace_.statements.empty())
            workplace_.statements.erase(workplace_.statements.begin() + static_cast<std::ptrdiff_t>(index));
    }

    void describe_sides() {
        for (const Side& side : opened_.sides)
            report_.sides.push_back({side.name, side.source_name(), side.provider(), side.provider_version,
                                     side.server.product + " " + side.server.version});
    }

    void measure() {
        warn_when_busy();
        const auto jobs = make_jobs(workplace_);
        announce(jobs.size());
        RoundOptions rounds;
        rounds.rounds = plan_.rounds;
        rounds.seconds = std::chrono::duration<double>(plan_.time).count();
        std::size_t number = 0;
        rounds.before = [&](const Job& job, unsigned round, std::size_t side) {
            workplace_.interrupt.check();
            status_.show(
                "job " + std::to_string(number) + " of " + std::to_string(jobs.size()) + ": " + job.name() +
                (job.threads() > 1 ? ", " + std::to_string(job.threads()) + " threads" : "") +
                (round == 0 ? ", warming up"
                            : ", round " + std::to_string(round) + " of " + std::to_string(plan_.rounds)) +
                ": " + opened_.sides[side].name);
        };
        for (const auto& job : jobs) {
            ++number;
            report_.jobs.push_back(run_rounds(*job, opened_.sides.size(), rounds));
            for (SideResult& side : report_.jobs.back().sides)
                side.reason = without_secrets(std::move(side.reason));
        }
    }

    // How long it will take, to whoever waits for it.
    void announce(std::size_t jobs) const {
        if (!can_show_progress()) return;
        const double pieces = static_cast<double>(jobs * opened_.sides.size()) * (plan_.rounds + 1.0);
        const double seconds = pieces * std::chrono::duration<double>(plan_.time).count();
        print_message(std::to_string(jobs) + (jobs == 1 ? " job on " : " jobs on ") +
                      std::to_string(opened_.sides.size()) +
                      (opened_.sides.size() == 1 ? " side" : " sides") + ", " +
                      std::to_string(plan_.rounds + 1) + " rounds of " + detail::duration_text(plan_.time) +
                      ": about " + grouped(static_cast<std::uint64_t>(std::ceil(seconds))) + " s");
    }

    void tell_of(const JobResult& job) const {
        for (std::size_t i = 0; i < job.sides.size(); ++i) {
            const SideResult& side = job.sides[i];
            const std::string what = job.name + ", " + report_.sides[i].name;
            if (side.outcome == Outcome::failed) print_message(what + ": " + side.reason);
            if (side.outcome == Outcome::refused)
                print_message(what + ": the figures are refused: " + side.reason +
                              " (compared with the other sides in the same round; was the table changed "
                              "meanwhile?)");
        }
    }

    const BenchArguments& arguments_;
    Plan plan_;
    QueryOptions options_;
    sdk::Arena arena_;  // of the query's values
    UserQuery query_;
    Report report_;
    StatusLine status_;
    Sides opened_;
    std::optional<Target> target_;
    Workplace workplace_;
};

}  // namespace

ExitCode run(const BenchArguments& arguments) {
    InterruptGuard interrupt;
    try {
        QueryOptions options;
        options.stop = interrupt.begin();
        return BenchCommand(arguments, interrupt, options).run();
    } catch (const Error& error) {
        return report_exception(error, interrupt.interrupted());
    }
}

}  // namespace dbway::cli
