#include "cli/csv_reader.hpp"
#include "cli/row_input.hpp"

namespace dbway::cli {

namespace {

class CsvInput final : public RowInput {
  public:
    CsvInput(ByteInput& bytes, const CsvInputOptions& options)
        : bytes_(bytes), options_(options), reader_(options.delimiter) {}

    std::vector<std::string> read_names() override {
        std::vector<std::string> names;
        if (!options_.header) return names;
        header_read_ = true;
        if (read_record() == CsvReader::Event::row)
            for (const CsvField& field : reader_.fields()) names.emplace_back(field.text);
        return names;
    }

    void set_columns(const std::vector<std::string>& names) override { width_ = names.size(); }

    Event next() override {
        while (true) {
            const CsvReader::Event event = read_record();
            if (event == CsvReader::Event::end) return Event::end;
            if (event == CsvReader::Event::error) {
                error_ = reader_.error();
                return Event::bad;
            }
            const auto fields = reader_.fields();
            if (options_.header && !header_read_) {
                header_read_ = true;
                continue;
            }
            // A blank line is no row, unless a row is a single field.
            if (fields.size() == 1 && fields[0].text.empty() && !fields[0].quoted && width_ > 1) continue;
            if (width_ != 0 && fields.size() != width_) {
                error_ = std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") +
                         " where " + std::to_string(width_) + " are expected";
                return Event::bad;
            }
            fields_.clear();
            for (const CsvField& field : fields)
                fields_.push_back(
                    {field.text, field.text, !field.quoted && field.text == options_.null, field.quoted});
            return Event::row;
        }
    }

    std::span<const InputField> fields() const override { return fields_; }
    std::uint64_t line() const override { return reader_.line(); }
    const std::string& error() const override { return error_; }

  private:
    CsvReader::Event read_record() {
        while (true) {
            const CsvReader::Event event = reader_.next();
            if (event != CsvReader::Event::need_input) return event;
            reader_.filled(bytes_.read(reader_.room()));
        }
    }

    ByteInput& bytes_;
    CsvInputOptions options_;
    CsvReader reader_;
    bool header_read_ = false;
    std::size_t width_ = 0;
    std::vector<InputField> fields_;
    std::string error_;
};

}  // namespace

std::unique_ptr<RowInput> make_csv_input(ByteInput& bytes, const CsvInputOptions& options) {
    return std::make_unique<CsvInput>(bytes, options);
}

}  // namespace dbway::cli
