#include <dbway/rows.hpp>

#include <dbway/error.hpp>

#include <algorithm>

namespace dbway {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string list_columns(const std::vector<Column>& columns) {
    std::string names;
    for (const Column& column : columns) names += (names.empty() ? "\"" : ", \"") + column.name + "\"";
    return names.empty() ? "none" : names;
}

}  // namespace

std::size_t Row::index_of(std::string_view name) const {
    const std::size_t index = detail::find_column(columns(), name);
    if (index >= columns().size())
        throw_error(Category::invalid, "the result has no column \"" + std::string(name) + "\"; it has " +
                                           list_columns(columns()));
    return index;
}

void Row::throw_no_cell(std::size_t index) const {
    if (cursor_->row() == nullptr) throw_error(Category::invalid, "there is no current row");
    throw_error(Category::invalid, "column " + std::to_string(index) + " of a result with " +
                                       std::to_string(size()) + " columns (they count from 0)");
}

namespace detail {

std::size_t find_column(const ColumnSet& columns, std::string_view name) noexcept {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string& candidate = columns[i].name;
        if (candidate.size() == name.size() &&
            std::equal(name.begin(), name.end(), candidate.begin(),
                       [](char a, char b) { return lower(a) == lower(b); }))
            return i;
    }
    return static_cast<std::size_t>(-1);
}

void throw_no_field(const ColumnSet& columns, std::string_view field) {
    throw_error(Category::invalid, "no column for the member \"" + std::string(field) +
                                       "\"; the result has " + list_columns(columns));
}

void throw_no_rows() {
    ErrorDetails details;
    details.category = Category::data;
    details.message = "the statement yielded no row, one was expected";
    details.sqlstate = "02000";
    throw NoRows(std::move(details));
}

void throw_too_many_rows() {
    ErrorDetails details;
    details.category = Category::data;
    details.message = "the statement yielded more than one row, one was expected";
    details.sqlstate = "21000";
    throw TooManyRows(std::move(details));
}

}  // namespace detail
}  // namespace dbway
