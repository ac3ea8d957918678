// json: an array of objects for each result set. jsonl: an object a line.
#include "cli/output_writers.hpp"

#include <dbway/sdk/value_text.hpp>
#include <nlohmann/json.hpp>

#include <cmath>

namespace dbway::cli {

namespace {

class JsonRowWriter final : public RowWriter {
  public:
    JsonRowWriter(Output& output, bool lines) : RowWriter(output), lines_(lines) {}

    void begin(const std::vector<Column>& columns) override {
        columns_ = &columns;
        keys_.clear();
        for (const Column& column : columns) {
            std::string key = keys_.empty() ? "" : ",";
            sdk::detail::append_json_string(key, column.name);
            keys_.push_back(key + ":");
        }
        rows_ = 0;
        if (!lines_) output_.write("[");
    }

    void row(const dbway_value* cells) override {
        std::string& out = output_.buffer();
        if (!lines_) out += rows_ == 0 ? "\n" : ",\n";
        out += '{';
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            out += keys_[i];
            append_json_cell(out, cells[i], (*columns_)[i]);
        }
        out += lines_ ? "}\n" : "}";
        ++rows_;
        output_.spill();
    }

    void end() override {
        if (!lines_) output_.write(rows_ == 0 ? "]\n" : "\n]\n");
    }

  private:
    bool lines_;
    const std::vector<Column>* columns_ = nullptr;
    std::vector<std::string> keys_;
    std::uint64_t rows_ = 0;
};

}  // namespace

void append_json_cell(std::string& out, const dbway_value& cell, const Column& column) {
    switch (cell.type) {
        case DBWAY_T_NULL:
            out += "null";
            return;
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
        case DBWAY_T_U64:
        case DBWAY_T_ARRAY:
            append_cell(out, cell, column);
            return;
        case DBWAY_T_F64:
            if (!std::isfinite(cell.v.f64)) break;
            append_cell(out, cell, column);
            return;
        case DBWAY_T_DECIMAL:
            if (!sdk::detail::is_json_number({cell.v.text, cell.len})) break;
            append_cell(out, cell, column);
            return;
        case DBWAY_T_JSON: {
            const std::string_view text(cell.v.text, cell.len);
            if (!nlohmann::json::accept(text)) break;
            // Line breaks stand only between tokens of valid JSON.
            for (const char c : text) out += c == '\n' || c == '\r' ? ' ' : c;
            return;
        }
        default:
            break;
    }
    if (cell.type == DBWAY_T_TEXT || cell.type == DBWAY_T_JSON) {
        sdk::detail::append_json_string(out, {cell.v.text, cell.len});
        return;
    }
    std::string text;
    append_cell(text, cell, column);
    sdk::detail::append_json_string(out, text);
}

std::unique_ptr<RowWriter> make_json_writer(Output& output, bool lines) {
    return std::make_unique<JsonRowWriter>(output, lines);
}

}  // namespace dbway::cli
