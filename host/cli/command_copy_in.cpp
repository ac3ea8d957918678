#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/copy_format.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/row_input.hpp"
#include "cli/sql_names.hpp"
#include "cli/table_loader.hpp"
#include "cli/value_type.hpp"

#include <config/nearest.hpp>

#include <algorithm>
#include <array>

namespace dbway::cli {

namespace {

// Rows looked at for the types of a new table's columns.
constexpr std::size_t sample_rows = 20'000;
constexpr std::uint64_t sample_bytes = 32 * 1024 * 1024;
// Skipped rows that are told one by one.
constexpr std::uint64_t told_rows = 20;

bool skips_rows(const std::string& on_error) {
    constexpr std::array<std::string_view, 2> known = {"stop", "skip"};
    if (on_error != "stop" && on_error != "skip")
        throw UsageError("--on-error is stop or skip, not \"" + on_error + "\"" +
                         detail::did_you_mean(on_error, known));
    return on_error == "skip";
}

// One load from beginning to end. Not thread-safe.
class CopyInCommand {
  public:
    CopyInCommand(const CopyInArguments& arguments, const InterruptGuard& interrupt)
        : arguments_(arguments),
          interrupt_(interrupt),
          skip_(skips_rows(arguments.on_error)),
          jsonl_(is_jsonl(arguments.format, arguments.file)),
          csv_{arguments.header, parse_delimiter(arguments.delimiter), arguments.null_text},
          bytes_(arguments.file, &interrupt),
          progress_(can_show_progress(), bytes_.size()) {}

    ExitCode run(const Source& source, const QueryOptions& options) {
        std::vector<std::string> names = read_names();
        TableLoader loader(source, options,
                           [this](std::uint64_t line, const std::string& reason) { reject(line, reason); });
        std::vector<TargetColumn> columns =
            arguments_.create ? create(source, loader, names) : loader.describe(arguments_.table, names);
        if (columns.empty()) throw Failure("the table " + arguments_.table + " has no columns");
        names.clear();
        for (const TargetColumn& column : columns) names.push_back(column.name);
        loader.start(arguments_.table, std::move(columns));

        const auto input = start_over(names);
        bytes_.forget();
        load(*input, loader);
        interrupt_.check();
        const std::uint64_t rows = loader.finish();
        progress_.clear();
        print_message(grouped(rows) + (rows == 1 ? " row" : " rows") + " loaded into " + arguments_.table +
                      (skipped_ == 0 ? "" : ", " + grouped(skipped_) + " skipped"));
        return skipped_ == 0 ? exit_done : exit_partly;
    }

  private:
    std::unique_ptr<RowInput> open_input() {
        return jsonl_ ? make_jsonl_input(bytes_) : make_csv_input(bytes_, csv_);
    }

    // From the first byte, behind the header.
    std::unique_ptr<RowInput> start_over(const std::vector<std::string>& names) {
        bytes_.rewind();
        auto input = open_input();
        input->set_columns(names);
        return input;
    }

    // What the fields are called: by --columns, or by the file. Empty: all columns of the table.
    std::vector<std::string> read_names() {
        const bool needed = !jsonl_ && csv_.header;
        if (!arguments_.columns.empty()) return arguments_.columns;
        if (jsonl_ && !arguments_.create) return {};
        std::vector<std::string> names = open_input()->read_names();
        if (needed && names.empty()) throw Failure(bytes_.name() + ": there is no header that can be read");
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i].empty())
                throw Failure(bytes_.name() + ":1: column " + std::to_string(i + 1) + " has no name");
            if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
                names.begin() + static_cast<std::ptrdiff_t>(i))
                throw Failure(bytes_.name() + ":1: two columns are called \"" + names[i] + "\"");
        }
        return names;
    }

    // Makes the table, with the types that the first rows suggest.
    std::vector<TargetColumn> create(const Source& source, TableLoader& loader,
                                     std::vector<std::string>& names) {
        if (!source.can(DBWAY_CAP_WRITE))
            throw Failure("the provider \"" + source.provider() + "\" cannot make tables");
        auto input = start_over(names);
        std::vector<TypeGuess> guesses(names.size());
        for (std::size_t rows = 0; rows < sample_rows && bytes_.bytes() < sample_bytes; ++rows) {
            const RowInput::Event event = input->next();
            if (event == RowInput::Event::end) break;
            if (event == RowInput::Event::bad) continue;
            const auto fields = input->fields();
            if (names.empty()) {
                for (std::size_t i = 0; i < fields.size(); ++i)
                    names.push_back("column" + std::to_string(i + 1));
                guesses.resize(names.size());
                input->set_columns(names);
            }
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (!fields[i].null) guesses[i].add(fields[i].text, !jsonl_ && fields[i].quoted);
        }
        if (names.empty()) throw Failure(bytes_.name() + ": there is nothing to make a table from");

        std::vector<TargetColumn> columns;
        std::string list;
        for (std::size_t i = 0; i < names.size(); ++i) {
            columns.push_back({names[i], guesses[i].type(), DBWAY_T_NULL});
            std::string type = source.type_name(columns[i].type);
            if (type.empty()) {
                columns[i].type = DBWAY_T_TEXT;
                type = source.type_name(DBWAY_T_TEXT);
            }
            list += (i == 0 ? "" : ", ") + source.quote_identifier(names[i]) + " " +
                    (type.empty() ? "text" : type);
        }
        loader.execute("create table " + quote_table(source, arguments_.table) + " (" + list + ")");
        guessed_ = true;
        return columns;
    }

    void load(RowInput& input, TableLoader& loader) {
        for (std::uint64_t count = 0;; ++count) {
            if (count % 1024 == 0) {
                interrupt_.check();
                progress_.update(loader.rows(), bytes_.bytes());
            }
            const RowInput::Event event = input.next();
            if (event == RowInput::Event::end) return;
            if (event == RowInput::Event::bad) {
                reject(input.line(), input.error());
            } else {
                loader.add(input.line(), input.fields());
            }
        }
    }

    void reject(std::uint64_t line, const std::string& reason) {
        const std::string what = bytes_.name() + ":" + std::to_string(line) + ": " + reason;
        if (!skip_)
            throw Failure(
                what + "\ndbway: nothing was loaded (--on-error skip loads the other rows" +
                (guessed_ ? "; the types were guessed from the first rows, make the table yourself for others"
                          : "") +
                ")");
        if (++skipped_ <= told_rows) {
            progress_.clear();
            print_message(what + " (row skipped)");
        }
        if (skipped_ == told_rows + 1) print_message("further skipped rows are only counted");
    }

    const CopyInArguments& arguments_;
    const InterruptGuard& interrupt_;
    bool skip_;
    bool jsonl_;
    CsvInputOptions csv_;
    ByteInput bytes_;
    Progress progress_;
    bool guessed_ = false;
    std::uint64_t skipped_ = 0;
};

}  // namespace

ExitCode run(const CopyInArguments& arguments) {
    InterruptGuard interrupt;
    try {
        QueryOptions options;
        options.stop = interrupt.begin();
        CopyInCommand command(arguments, interrupt);
        const Host host = open_host(arguments.common);
        return command.run(choose_source(host, arguments.common), options);
    } catch (const Error& error) {
        return report_exception(error, interrupt.interrupted());
    }
}

}  // namespace dbway::cli
