#include "cli/bench/report.hpp"

#include "cli/progress.hpp"
#include "cli/utf8.hpp"

#include <config/units.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace dbway::cli::bench {

namespace {

std::string fixed(double number, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, number);
    return text;
}

// Columns of texts; those from `numbers` on are aligned to the right.
struct Grid {
    std::vector<std::string> head;
    std::size_t numbers = 0;
    std::vector<std::vector<std::string>> rows;
};

std::string aligned(const Grid& grid) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < grid.head.size(); ++i) {
        widths.push_back(display_width(grid.head[i]));
        for (const auto& row : grid.rows) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string text;
    const auto add = [&](const std::vector<std::string>& row) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - display_width(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (i < grid.numbers ? row[i] + padding : padding + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    };
    add(grid.head);
    std::size_t width = 2 * (widths.size() - 1);
    for (const std::size_t one : widths) width += one;
    text += std::string(width, '-') + "\n";
    for (const auto& row : grid.rows) add(row);
    return text;
}

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
    return text;
}

std::string markdown(const Grid& grid) {
    std::string text = "|";
    for (const std::string& head : grid.head) text += " " + cell(head) + " |";
    text += "\n|";
    for (std::size_t i = 0; i < grid.head.size(); ++i) text += i < grid.numbers ? "---|" : "---:|";
    text += "\n";
    for (const auto& row : grid.rows) {
        text += "|";
        for (const std::string& one : row) text += " " + cell(one) + " |";
        text += "\n";
    }
    return text;
}

class TextReport {
  public:
    explicit TextReport(const Report& report)
        : report_(report), markdown_(report.plan.format == ReportFormat::markdown) {}

    std::string text() {
        heading();
        add_grid(jobs());
        add_grid(pools());
        explanations();
        return std::move(text_);
    }

  private:
    const std::string& base() const { return report_.sides.front().name; }
    bool compares() const { return report_.sides.size() > 1; }

    void heading() {
        if (markdown_) text_ += "# dbway bench\n\n";
        fact("run", report_.started + ", " + std::to_string(report_.plan.rounds) +
                        (report_.plan.rounds == 1 ? " round of " : " rounds of ") +
                        detail::duration_text(report_.plan.time) + ", dbway " DBWAY_VERSION);
        fact("machine", (report_.machine.processor.empty() ? "" : report_.machine.processor + ", ") +
                            std::to_string(report_.machine.processors) + " processors, " +
                            report_.machine.system + "; load " + fixed(report_.load_before, 2) + " before, " +
                            fixed(report_.load_after, 2) + " after");
        for (const SideFacts& side : report_.sides)
            fact("side", side.name + ": provider " + side.provider + " " + side.provider_version +
                             ", source " + side.source + ", " + side.server +
                             (compares() && &side == &report_.sides.front() ? " (base)" : ""));
        if (report_.table) {
            const TableFacts& table = *report_.table;
            fact(
                "table",
                table.name + ": " + grouped(table.rows) + (table.rows == 1 ? " row" : " rows") +
                    (table.rows_read < table.rows ? ", of which a scan reads " + grouped(table.rows_read)
                                                  : "") +
                    (table.keys == 0 ? ""
                                     : "; " + grouped(table.keys) + (table.keys == 1 ? " value" : " values") +
                                           " of " + table.key + " are asked for"));
        }
        if (!report_.query.empty()) fact("query", report_.query);
        for (const LeftOut& side : report_.left_out) fact("left out", side.name + ": " + side.reason);
        for (const LeftOut& side : report_.refused) fact("refused", side.name + ": " + side.reason);
    }

    void fact(const std::string& name, const std::string& value) {
        std::string line;
        append_printable(line, value);
        text_ += markdown_ ? "- " + name + ": " + line + "\n"
                           : name + std::string(10 - name.size(), ' ') + line + "\n";
    }

    void add_grid(const Grid& grid) {
        if (!grid.rows.empty()) text_ += "\n" + (markdown_ ? markdown(grid) : aligned(grid));
    }

    // The time of one and, if there is more than one side, its ratio.
    void add_times(std::vector<std::string>& row, const std::vector<double>& times, bool is_base,
                   const Quartiles* ratio) const {
        row.push_back(number_text(quartiles(times).median));
        if (compares()) row.push_back(is_base ? "1" : ratio != nullptr ? spread_text(*ratio) : "");
    }

    // With the rows of an item, where they are not one.
    static std::string job_text(const JobResult& job) {
        std::string text = job.name + ", per " + job.unit;
        for (const SideResult& side : job.sides) {
            if (side.items == 0 || side.rows == 0 || side.rows == side.items || job.unit != "query") continue;
            const double rows = static_cast<double>(side.rows) / static_cast<double>(side.items);
            return text + " of " +
                   (side.rows % side.items == 0 ? grouped(side.rows / side.items) : number_text(rows)) +
                   " rows";
        }
        return text;
    }

    Grid jobs() const {
        Grid grid;
        grid.numbers = 2;
        grid.head = {"job", "side", "time µs"};
        if (compares()) grid.head.push_back("× " + base());
        grid.head.emplace_back("CPU µs");
        if (compares()) grid.head.push_back("× " + base());
        grid.head.emplace_back("per second");
        for (const JobResult& job : report_.jobs) {
            if (job.name == "pool") continue;
            for (std::size_t i = 0; i < job.sides.size(); ++i) {
                const SideResult& side = job.sides[i];
                std::vector<std::string> row = {i == 0 || markdown_ ? job_text(job) : "",
                                                report_.sides[i].name};
                if (side.outcome == Outcome::measured) {
                    const auto comparison = compare(side, job.sides.front());
                    add_times(row, side.wall, i == 0, comparison ? &comparison->wall : nullptr);
                    add_times(row, side.cpu, i == 0, comparison ? &comparison->cpu : nullptr);
                    row.push_back(number_text(1e6 / std::max(quartiles(side.wall).median, 1e-9)));
                } else {
                    row.push_back(outcome_text(side.outcome));
                }
                row.resize(grid.head.size());
                grid.rows.push_back(std::move(row));
            }
        }
        return grid;
    }

    Grid pools() const {
        Grid grid;
        grid.numbers = 2;
        grid.head = {"pool, threads", "side", "calls/s"};
        if (compares()) grid.head.push_back("× " + base());
        for (const char* head : {"p50 µs", "p99 µs", "CPU µs"}) grid.head.emplace_back(head);
        if (compares()) grid.head.push_back("× " + base());
        grid.head.emplace_back("fairness");
        for (const JobResult& job : report_.jobs) {
            if (job.name != "pool") continue;
            for (std::size_t i = 0; i < job.sides.size(); ++i) {
                const SideResult& side = job.sides[i];
                std::vector<std::string> row = {i == 0 || markdown_ ? std::to_string(job.threads) : "",
                                                report_.sides[i].name};
                if (side.outcome == Outcome::measured) {
                    const auto comparison = compare(side, job.sides.front());
                    row.push_back(number_text(1e6 / std::max(quartiles(side.wall).median, 1e-9)));
                    if (compares())
                        row.push_back(i == 0 ? "1" : comparison ? spread_text(comparison->wall) : "");
                    row.push_back(number_text(quartiles(side.p50).median));
                    row.push_back(number_text(quartiles(side.p99).median));
                    add_times(row, side.cpu, i == 0, comparison ? &comparison->cpu : nullptr);
                    row.push_back(fixed(quartiles(side.fairness).median, 2));
                } else {
                    row.push_back(outcome_text(side.outcome));
                }
                row.resize(grid.head.size());
                grid.rows.push_back(std::move(row));
            }
        }
        return grid;
    }

    static std::string outcome_text(Outcome outcome) {
        switch (outcome) {
            case Outcome::refused:
                return "refused";
            case Outcome::unsupported:
                return "cannot";
            default:
                return "failed";
        }
    }

    void explanations() {
        text_ += "\n";
        if (compares())
            paragraph("Medians over the rounds. Ratios are of times, to " + base() +
                      " within the same round, with quartiles: below 1 is faster.");
        else
            paragraph("Medians over the rounds.");
        paragraph("CPU time is that of this program, not of the server.");
        for (const std::string& note : report_.notes) paragraph(note);
        for (const JobResult& job : report_.jobs)
            for (std::size_t i = 0; i < job.sides.size(); ++i)
                if (job.sides[i].outcome != Outcome::measured)
                    paragraph(job.name + (job.name == "pool" ? " of " + std::to_string(job.threads) : "") +
                              ", " + report_.sides[i].name + ": " + outcome_text(job.sides[i].outcome) +
                              ": " + job.sides[i].reason);
    }

    void paragraph(const std::string& text) {
        if (markdown_) text_ += "- ";
        append_printable(text_, text);
        text_ += "\n";
    }

    const Report& report_;
    bool markdown_;
    std::string text_;
};

}  // namespace

std::string number_text(double number) {
    if (number >= 99.95) return grouped(static_cast<std::uint64_t>(std::llround(number)));
    return fixed(number, number >= 9.995 ? 1 : 2);
}

std::string spread_text(const Quartiles& quartiles) {
    return number_text(quartiles.median) + " (" + number_text(quartiles.low) + "–" +
           number_text(quartiles.high) + ")";
}

bool Report::ok() const {
    if (!refused.empty()) return false;
    for (const JobResult& job : jobs)
        for (const SideResult& side : job.sides)
            if (side.outcome == Outcome::refused || side.outcome == Outcome::failed) return false;
    return true;
}

std::string report_text(const Report& report) { return TextReport(report).text(); }

}  // namespace dbway::cli::bench
