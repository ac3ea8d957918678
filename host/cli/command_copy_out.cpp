#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/copy_format.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_format.hpp"
#include "cli/progress.hpp"
#include "cli/sql_names.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

namespace dbway::cli {

namespace {

// A file that appears under its name only once it is complete.
class FileInPlace {
  public:
    explicit FileInPlace(std::string path) : path_(std::move(path)) {
        std::error_code error;
        if (std::filesystem::is_directory(path_, error))
            throw UsageError("cannot write " + path_ + ": it is a directory");
        // Pipes and devices are written to as they are.
        const auto status = std::filesystem::status(path_, error);
        direct_ = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
        temporary_ = direct_ ? path_ : path_ + ".XXXXXX";
        descriptor_ =
            direct_ ? ::open(path_.c_str(), O_WRONLY | O_CLOEXEC) : mkostemp(temporary_.data(), O_CLOEXEC);
        if (descriptor_ < 0) throw UsageError("cannot write " + path_ + ": " + std::strerror(errno));
    }
    FileInPlace(const FileInPlace&) = delete;
    FileInPlace& operator=(const FileInPlace&) = delete;
    ~FileInPlace() {
        if (descriptor_ >= 0) ::close(descriptor_);
        if (!direct_ && !finished_) ::unlink(temporary_.c_str());
    }

    int descriptor() const noexcept { return descriptor_; }

    void finish() {
        const int descriptor = std::exchange(descriptor_, -1);
        if (!direct_) {
            const mode_t mask = umask(0);
            umask(mask);
            fchmod(descriptor, 0666 & ~mask);  // what a file made in the ordinary way has
        }
        if (::close(descriptor) != 0 || (!direct_ && std::rename(temporary_.c_str(), path_.c_str()) != 0))
            throw Failure("cannot write " + path_ + ": " + std::strerror(errno));
        finished_ = true;
    }

  private:
    std::string path_;
    std::string temporary_;
    int descriptor_ = -1;
    bool direct_ = false;
    bool finished_ = false;
};

// Shows progress for each row that goes to a file.
class CountedRows final : public RowWriter {
  public:
    CountedRows(Output& output, RowWriter& writer, Progress& progress)
        : RowWriter(output), writer_(writer), progress_(progress) {}
    void begin(const std::vector<Column>& columns) override { writer_.begin(columns); }
    void row(const dbway_value* cells) override {
        writer_.row(cells);
        if (++rows_ % 1024 == 0) progress_.update(rows_, output_.written());
    }
    void end() override { writer_.end(); }

  private:
    RowWriter& writer_;
    Progress& progress_;
    std::uint64_t rows_ = 0;
};

Rows start(Source& source, const CopyOutArguments& arguments, const QueryOptions& options) {
    const bool native = source.can(DBWAY_CAP_COPY_OUT);
    if (!arguments.query.empty())
        return native ? source.copy_out_query(options, arguments.query)
                      : source.query(options, arguments.query);
    return native ? source.copy_out(options, arguments.table)
                  : source.query(options, "select * from " + quote_table(source, arguments.table));
}

}  // namespace

ExitCode run(const CopyOutArguments& arguments) {
    const bool jsonl = is_jsonl(arguments.format, arguments.file);
    FormatOptions format;
    format.header = arguments.header;
    format.delimiter = parse_delimiter(arguments.delimiter);
    format.null = arguments.null_text;
    const bool to_file = arguments.file != "-";

    InterruptGuard interrupt;
    try {
        QueryOptions options;
        options.stop = interrupt.begin();
        const Host host = open_host(arguments.common);
        Source source = choose_source(host, arguments.common);
        Rows rows = start(source, arguments, options);
        std::optional<FileInPlace> file;
        if (to_file) file.emplace(arguments.file);
        Output output(to_file ? file->descriptor() : STDOUT_FILENO,
                      to_file ? arguments.file : "standard output");
        Progress progress(can_show_progress() && (to_file || isatty(STDOUT_FILENO) == 0));
        const auto writer = make_row_writer(jsonl ? Format::jsonl : Format::csv, output, format);
        CountedRows counted(output, *writer, progress);
        const std::uint64_t count = write_rows(rows, counted);
        output.flush();
        if (file) file->finish();
        progress.clear();
        if (to_file)
            print_message(grouped(count) + (count == 1 ? " row" : " rows") + " written to " + arguments.file);
        return exit_done;
    } catch (const Error& error) {
        return report_exception(error, interrupt.interrupted());
    }
}

}  // namespace dbway::cli
