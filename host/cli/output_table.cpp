// table and vertical: for people.
#include "cli/output_writers.hpp"
#include "cli/utf8.hpp"

#include <algorithm>

namespace dbway::cli {

namespace {

void append_padded(std::string& out, std::string_view text, std::size_t width, bool right) {
    const std::size_t own = display_width(text);
    const std::size_t blanks = own < width ? width - own : 0;
    if (right) out.append(blanks, ' ');
    out += text;
    if (!right) out.append(blanks, ' ');
}

void append_count(std::string& out, std::uint64_t rows) {
    out += '(' + std::to_string(rows) + (rows == 1 ? " row)\n" : " rows)\n");
}

// The first rows decide the widths of the columns; what comes after them is written as it arrives.
class TableRowWriter final : public RowWriter {
  public:
    using RowWriter::RowWriter;

    void begin(const std::vector<Column>& columns) override {
        columns_ = &columns;
        widths_.clear();
        right_.assign(columns.size(), false);
        names_.clear();
        for (const Column& column : columns) {
            std::string name;
            append_printable(name, column.name);
            widths_.push_back(display_width(name));
            names_.push_back(std::move(name));
        }
        kept_.clear();
        kept_bytes_ = 0;
        rows_ = 0;
        sized_ = false;
        if (sets_++ != 0) output_.write("\n");
    }

    void row(const dbway_value* cells) override {
        std::vector<std::string> texts(columns_->size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            append_display_cell(texts[i], cells[i], (*columns_)[i]);
            if (!sized_) {
                widths_[i] = std::max(widths_[i], display_width(texts[i]));
                kept_bytes_ += texts[i].size();
                if (is_number(cells[i])) right_[i] = true;
            }
        }
        ++rows_;
        if (sized_) {
            write_row(texts);
            return;
        }
        kept_.push_back(std::move(texts));
        if (kept_.size() >= most_rows || kept_bytes_ >= most_bytes) write_kept();
    }

    void end() override {
        if (!sized_) write_kept();
        append_count(output_.buffer(), rows_);
        output_.spill();
    }

  private:
    static constexpr std::size_t most_rows = 1000;
    static constexpr std::size_t most_bytes = 4 * 1024 * 1024;

    void write_kept() {
        sized_ = true;
        std::string& out = output_.buffer();
        for (std::size_t i = 0; i < names_.size(); ++i) {
            out += i == 0 ? " " : " | ";
            append_last(out, names_[i], i, false);
        }
        out += '\n';
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            if (i != 0) out += '+';
            out.append(widths_[i] + 2, '-');
        }
        out += '\n';
        for (const auto& texts : kept_) write_row(texts);
        kept_.clear();
        kept_.shrink_to_fit();
    }

    // Nothing is padded at the end of a line.
    void append_last(std::string& out, const std::string& text, std::size_t i, bool right) const {
        append_padded(out, text, i + 1 == widths_.size() && !right ? 0 : widths_[i], right);
    }

    void write_row(const std::vector<std::string>& texts) {
        std::string& out = output_.buffer();
        for (std::size_t i = 0; i < texts.size(); ++i) {
            out += i == 0 ? " " : " | ";
            append_last(out, texts[i], i, right_[i]);
        }
        out += '\n';
        output_.spill();
    }

    const std::vector<Column>* columns_ = nullptr;
    std::vector<std::string> names_;
    std::vector<std::size_t> widths_;
    std::vector<bool> right_;
    std::vector<std::vector<std::string>> kept_;
    std::size_t kept_bytes_ = 0;
    std::uint64_t rows_ = 0;
    std::size_t sets_ = 0;
    bool sized_ = false;
};

// A line for each value: for wide rows.
class VerticalRowWriter final : public RowWriter {
  public:
    using RowWriter::RowWriter;

    void begin(const std::vector<Column>& columns) override {
        columns_ = &columns;
        names_.clear();
        width_ = 0;
        for (const Column& column : columns) {
            std::string name;
            append_printable(name, column.name);
            width_ = std::max(width_, display_width(name));
            names_.push_back(std::move(name));
        }
        rows_ = 0;
    }

    void row(const dbway_value* cells) override {
        std::string& out = output_.buffer();
        out += "-[ row " + std::to_string(++rows_) + " ]-\n";
        for (std::size_t i = 0; i < names_.size(); ++i) {
            append_padded(out, names_[i], width_, false);
            out += " | ";
            append_display_cell(out, cells[i], (*columns_)[i]);
            out += '\n';
        }
        output_.spill();
    }

    void end() override { append_count(output_.buffer(), rows_); }

  private:
    const std::vector<Column>* columns_ = nullptr;
    std::vector<std::string> names_;
    std::size_t width_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace

void append_display_cell(std::string& out, const dbway_value& cell, const Column& column) {
    if (cell.type == DBWAY_T_NULL) {
        out += "NULL";
        return;
    }
    std::string text;
    append_cell(text, cell, column);
    append_printable(out, text);
}

bool is_number(const dbway_value& cell) noexcept {
    return cell.type == DBWAY_T_I64 || cell.type == DBWAY_T_U64 || cell.type == DBWAY_T_F64 ||
           cell.type == DBWAY_T_DECIMAL;
}

std::unique_ptr<RowWriter> make_vertical_writer(Output& output) {
    return std::make_unique<VerticalRowWriter>(output);
}
std::unique_ptr<RowWriter> make_table_writer(Output& output) {
    return std::make_unique<TableRowWriter>(output);
}

}  // namespace dbway::cli
