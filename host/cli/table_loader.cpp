#include "cli/table_loader.hpp"

#include "cli/exit_code.hpp"
#include "cli/sql_names.hpp"
#include "cli/value_type.hpp"

#include <dbway/sdk/value_text.hpp>

namespace dbway::cli {

namespace {

constexpr std::size_t block_rows = 4096;
constexpr std::size_t block_bytes = 4 * 1024 * 1024;

std::string shortened(std::string_view text) {
    constexpr std::size_t most = 60;
    if (text.size() <= most) return std::string(text);
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "…";
}

// Whether an error is about the rows, so that others may be taken.
bool is_of_rows(const Error& error) noexcept {
    return !error.connection_lost() &&
           (error.category() == Category::constraint || error.category() == Category::data);
}

}  // namespace

TableLoader::TableLoader(Source source, const QueryOptions& options, RejectHandler reject)
    : source_(std::move(source)), options_(options), reject_(std::move(reject)) {
    if (!source_.can(DBWAY_CAP_TRANSACTION)) return;
    TransactionOptions transaction;
    transaction.stop = options.stop;
    transaction_.emplace(source_.begin(transaction));
    savepoints_ = source_.can(DBWAY_CAP_SAVEPOINT);
}

void TableLoader::execute(const std::string& sql) {
    if (transaction_ && source_.can(DBWAY_CAP_TX_DDL)) {
        transaction_->execute(options_, sql);
    } else {
        source_.execute(options_, sql);
    }
}

std::vector<TargetColumn> TableLoader::describe(const std::string& table,
                                                const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + source_.quote_identifier(name);
    const std::string sql =
        "select " + (list.empty() ? "*" : list) + " from " + quote_table(source_, table) + " where 1 = 0";
    Rows rows = transaction_ ? transaction_->query(options_, sql) : source_.query(options_, sql);
    rows.cursor().next();
    std::vector<TargetColumn> columns;
    for (const Column& column : rows.columns())
        columns.push_back({column.name, column.type, column.item_type});
    return columns;
}

void TableLoader::start(std::string table, std::vector<TargetColumn> columns) {
    table_ = std::move(table);
    columns_ = std::move(columns);
    for (const TargetColumn& column : columns_) names_.push_back(column.name);
    if (savepoints_) return;
    if (transaction_) {
        copy_.emplace(transaction_->copy_in(options_, table_, names_));
    } else {
        copy_.emplace(source_.copy_in(options_, table_, names_));
    }
}

std::optional<dbway_value> TableLoader::convert(const TargetColumn& column, const InputField& field) {
    if (field.null) {
        dbway_value null{};
        null.aux = static_cast<std::uint16_t>(column.type == DBWAY_T_NATIVE ? DBWAY_T_TEXT : column.type);
        return null;
    }
    // What has no text form of its own is left to the server's conversion.
    const bool as_text = column.type == DBWAY_T_NULL || column.type == DBWAY_T_NATIVE;
    const std::string_view text = column.type == DBWAY_T_JSON ? field.raw : field.text;
    return sdk::parse_value(as_text ? DBWAY_T_TEXT : column.type, text, arena_, column.item_type);
}

void TableLoader::add(std::uint64_t line, std::span<const InputField> fields) {
    const std::size_t before = cells_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto value = convert(columns_[i], fields[i]);
        if (!value) {
            cells_.resize(before);
            const std::string label = type_label(columns_[i].type);
            const bool vowel = std::string_view("aeiou").find(label[0]) != std::string_view::npos;
            reject_(line, "column \"" + columns_[i].name + "\": \"" + shortened(fields[i].text) +
                              "\" is not " + (vowel ? "an " : "a ") + label);
            return;
        }
        cells_.push_back(*value);
    }
    lines_.push_back(line);
    if (lines_.size() >= block_rows || arena_.used() >= block_bytes) flush();
}

void TableLoader::flush() {
    if (lines_.empty()) return;
    if (savepoints_) {
        try {
            load(0, lines_.size());
        } catch (const Error& error) {
            if (!is_of_rows(error)) throw;
            isolate(0, lines_.size(), error);
        }
    } else {
        load(0, lines_.size());
    }
    cells_.clear();
    lines_.clear();
    arena_.clear();
}

// Loads rows of the block: all of them or, where there are savepoints, none.
void TableLoader::load(std::size_t first, std::size_t count) {
    const std::size_t width = columns_.size();
    const auto write = [&](CopyIn& copy) {
        for (std::size_t i = first; i < first + count; ++i) copy.row({cells_.data() + i * width, width});
    };
    if (savepoints_) {
        transaction_->savepoint([&] {
            CopyIn copy = transaction_->copy_in(options_, table_, names_);
            write(copy);
            copy.finish();
        });
    } else {
        write(*copy_);
    }
    loaded_ += count;
}

// `count` rows have been refused as a whole. Loads those that the server takes.
void TableLoader::isolate(std::size_t first, std::size_t count, const Error& error) {
    if (count == 1) {
        reject_(lines_[first], error.what());
        return;
    }
    const std::size_t half = count / 2;
    for (const auto& [begin, size] : {std::pair(first, half), std::pair(first + half, count - half)}) {
        try {
            load(begin, size);
        } catch (const Error& narrower) {
            if (!is_of_rows(narrower)) throw;
            isolate(begin, size, narrower);
        }
    }
}

std::uint64_t TableLoader::finish() {
    flush();
    if (copy_) {
        copy_->finish();
        copy_.reset();
    }
    if (transaction_) transaction_->commit();
    return loaded_;
}

}  // namespace dbway::cli
