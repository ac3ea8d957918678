#include "cli/output_format.hpp"

#include "cli/exit_code.hpp"
#include "cli/output_writers.hpp"

#include <config/nearest.hpp>
#include <dbway/sdk/value_text.hpp>

#include <array>

namespace dbway::cli {

namespace {

constexpr std::array<std::string_view, 7> names = {"table", "csv",      "tsv",     "json",
                                                   "jsonl", "markdown", "vertical"};

}  // namespace

std::span<const std::string_view> format_names() noexcept { return names; }

Format parse_format(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<Format>(i);
    std::string list;
    for (const std::string_view known : names) list.append(list.empty() ? "" : ", ").append(known);
    throw UsageError("no format \"" + std::string(name) + "\"" + detail::did_you_mean(name, names) +
                     " (there are " + list + ")");
}

std::string_view to_string(Format format) noexcept { return names[static_cast<std::size_t>(format)]; }

std::unique_ptr<RowWriter> make_row_writer(Format format, Output& output, const FormatOptions& options) {
    switch (format) {
        case Format::csv:
            return make_csv_writer(output, options);
        case Format::tsv:
            return make_tsv_writer(output, options);
        case Format::json:
            return make_json_writer(output, false);
        case Format::jsonl:
            return make_json_writer(output, true);
        case Format::markdown:
            return make_markdown_writer(output);
        case Format::vertical:
            return make_vertical_writer(output);
        case Format::table:
            break;
    }
    return make_table_writer(output);
}

void append_cell(std::string& out, const dbway_value& cell, const Column& column) {
    if (!sdk::format_value(cell, out))
        throw_error(Category::data, "column \"" + column.name + "\" holds a value that has no text form");
}

std::uint64_t write_rows(Rows& rows, RowWriter& writer) {
    detail::Cursor& cursor = rows.cursor();
    bool more = cursor.next();
    if (!cursor.has_columns() || cursor.columns().empty()) return 0;
    std::uint64_t count = 0;
    writer.begin(cursor.columns());
    for (; more; more = cursor.next()) {
        writer.row(cursor.row());
        ++count;
    }
    writer.end();
    return count;
}

}  // namespace dbway::cli
