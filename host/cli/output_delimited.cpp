// csv, tsv and Markdown: formats that need nothing but the row at hand.
#include "cli/csv_writer.hpp"
#include "cli/output_writers.hpp"

namespace dbway::cli {

namespace {

class CsvRowWriter final : public RowWriter {
  public:
    CsvRowWriter(Output& output, const FormatOptions& options) : RowWriter(output), options_(options) {}

    void begin(const std::vector<Column>& columns) override {
        columns_ = &columns;
        if (!options_.header) return;
        std::string& out = output_.buffer();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i != 0) out += options_.delimiter;
            append_csv_field(out, columns[i].name, options_.delimiter);
        }
        out += '\n';
    }

    void row(const dbway_value* cells) override {
        std::string& out = output_.buffer();
        for (std::size_t i = 0; i < columns_->size(); ++i) {
            if (i != 0) out += options_.delimiter;
            if (cells[i].type == DBWAY_T_NULL) {
                out += options_.null;
                continue;
            }
            const std::size_t begin = out.size();
            append_cell(out, cells[i], (*columns_)[i]);
            // A text that looks like the sign for NULL is quoted, which tells them apart.
            if (!options_.null.empty() && std::string_view(out).substr(begin) == options_.null) {
                out.insert(begin, 1, '"');
                out += '"';
            } else {
                quote_csv_tail(out, begin, options_.delimiter);
            }
        }
        out += '\n';
        output_.spill();
    }

    void end() override {}

  private:
    FormatOptions options_;
    const std::vector<Column>* columns_ = nullptr;
};

// Tab, line feed, carriage return and backslash as \t, \n, \r and \\; NULL as \N.
class TsvRowWriter final : public RowWriter {
  public:
    TsvRowWriter(Output& output, const FormatOptions& options) : RowWriter(output), header_(options.header) {}

    void begin(const std::vector<Column>& columns) override {
        columns_ = &columns;
        if (!header_) return;
        std::string& out = output_.buffer();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i != 0) out += '\t';
            const std::size_t begin = out.size();
            out += columns[i].name;
            escape_tail(out, begin);
        }
        out += '\n';
    }

    void row(const dbway_value* cells) override {
        std::string& out = output_.buffer();
        for (std::size_t i = 0; i < columns_->size(); ++i) {
            if (i != 0) out += '\t';
            if (cells[i].type == DBWAY_T_NULL) {
                out += "\\N";
                continue;
            }
            const std::size_t begin = out.size();
            append_cell(out, cells[i], (*columns_)[i]);
            escape_tail(out, begin);
        }
        out += '\n';
        output_.spill();
    }

    void end() override {}

  private:
    static void escape_tail(std::string& out, std::size_t begin) {
        if (out.find_first_of("\t\n\r\\", begin) == std::string::npos) return;
        const std::string text = out.substr(begin);
        out.resize(begin);
        for (const char c : text) {
            if (c == '\t') {
                out += "\\t";
            } else if (c == '\n') {
                out += "\\n";
            } else if (c == '\r') {
                out += "\\r";
            } else if (c == '\\') {
                out += "\\\\";
            } else {
                out += c;
            }
        }
    }

    bool header_;
    const std::vector<Column>* columns_ = nullptr;
};

// A table of GitHub Flavored Markdown: numbers to the right, line breaks as <br>.
class MarkdownRowWriter final : public RowWriter {
  public:
    using RowWriter::RowWriter;

    void begin(const std::vector<Column>& columns) override {
        columns_ = &columns;
        std::string& out = output_.buffer();
        if (sets_++ != 0) out += '\n';
        out += '|';
        for (const Column& column : columns) add(out, column.name);
        out += "\n|";
        for (const Column& column : columns) {
            dbway_value sample{};
            sample.type = static_cast<std::uint8_t>(column.type);
            out += is_number(sample) ? " ---: |" : " --- |";
        }
        out += '\n';
    }

    void row(const dbway_value* cells) override {
        std::string& out = output_.buffer();
        out += '|';
        for (std::size_t i = 0; i < columns_->size(); ++i) {
            text_.clear();
            if (cells[i].type == DBWAY_T_NULL) text_ = "NULL";
            append_cell(text_, cells[i], (*columns_)[i]);
            add(out, text_);
        }
        out += '\n';
        output_.spill();
    }

    void end() override {}

  private:
    static void add(std::string& out, std::string_view text) {
        out += ' ';
        for (const char c : text) {
            if (c == '|') {
                out += "\\|";
            } else if (c == '\n') {
                out += "<br>";
            } else if (c != '\r') {
                out += c;
            }
        }
        out += " |";
    }

    const std::vector<Column>* columns_ = nullptr;
    std::string text_;
    std::size_t sets_ = 0;
};

}  // namespace

std::unique_ptr<RowWriter> make_csv_writer(Output& output, const FormatOptions& options) {
    return std::make_unique<CsvRowWriter>(output, options);
}
std::unique_ptr<RowWriter> make_tsv_writer(Output& output, const FormatOptions& options) {
    return std::make_unique<TsvRowWriter>(output, options);
}
std::unique_ptr<RowWriter> make_markdown_writer(Output& output) {
    return std::make_unique<MarkdownRowWriter>(output);
}

}  // namespace dbway::cli
