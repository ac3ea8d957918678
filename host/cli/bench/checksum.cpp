#include "cli/bench/checksum.hpp"

#include "cli/progress.hpp"
#include "cli/value_type.hpp"

#include <dbway/sdk/value_text.hpp>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace dbway::cli::bench {

namespace {

constexpr std::uint64_t of_null = 0x6e756c6c;
constexpr std::uint64_t of_presence = 0x76616c75;

// The finalizer of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
// Generators").
std::uint64_t mixed(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

std::uint64_t of_bytes(const void* bytes, std::size_t size) noexcept {
    const auto* at = static_cast<const std::uint8_t*>(bytes);
    std::uint64_t hash = size + 1;
    for (; size >= 8; size -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        hash = (std::rotl(hash, 5) ^ word) * 0x9e3779b97f4a7c15;
    }
    std::uint64_t last = 0;
    if (size != 0) std::memcpy(&last, at, size);
    return mixed(hash ^ mixed(last));
}

std::uint64_t of_double(double value) noexcept {
    if (value != value) return mixed(1);
    return mixed(std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value));
}

std::uint64_t of_text(const dbway_value& cell, std::string& buffer) {
    buffer.clear();
    // What has no text is compared by what stands in the cell.
    if (!sdk::format_value(cell, buffer)) return mixed(static_cast<std::uint64_t>(cell.v.i64));
    return of_bytes(buffer.data(), buffer.size());
}

bool is_number(std::uint32_t type) noexcept {
    return type == DBWAY_T_BOOL || type == DBWAY_T_I64 || type == DBWAY_T_U64 || type == DBWAY_T_F64 ||
           type == DBWAY_T_DECIMAL;
}

std::optional<double> to_number(const dbway_value& cell) {
    switch (cell.type) {
        case DBWAY_T_BOOL:
        case DBWAY_T_I64:
            return static_cast<double>(cell.v.i64);
        case DBWAY_T_U64:
            return static_cast<double>(cell.v.u64);
        case DBWAY_T_F64:
            return cell.v.f64;
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
            return sdk::parse_double({cell.v.text, cell.len});
        default:
            return std::nullopt;
    }
}

std::uint64_t of_number(const dbway_value& cell, std::string& buffer) {
    const std::optional<double> number = to_number(cell);
    return number ? of_double(*number) : of_text(cell, buffer);
}

std::uint64_t of_value(const dbway_value& cell, std::string& buffer) {
    switch (cell.type) {
        case DBWAY_T_NULL:
            return of_null;
        case DBWAY_T_F64:
            return of_double(cell.v.f64);
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_BLOB:
        case DBWAY_T_UUID:
        case DBWAY_T_JSON:
        case DBWAY_T_NATIVE:
            return of_bytes(cell.v.bytes, cell.len);
        case DBWAY_T_INTERVAL:
        case DBWAY_T_ARRAY:
            return of_text(cell, buffer);
        default:
            return mixed(static_cast<std::uint64_t>(cell.v.i64));
    }
}

std::uint64_t hash_of(const dbway_value& cell, Likeness likeness) {
    thread_local std::string buffer;
    if (cell.type == DBWAY_T_NULL) return of_null;
    switch (likeness) {
        case Likeness::value:
            return of_value(cell, buffer);
        case Likeness::text:
            return of_text(cell, buffer);
        case Likeness::number:
            return of_number(cell, buffer);
        case Likeness::presence:
            break;
    }
    return of_presence;
}

std::string rows_text(std::uint64_t rows) { return grouped(rows) + (rows == 1 ? " row" : " rows"); }

}  // namespace

void Checksum::add_row(const dbway_value* cells, std::uint32_t width) {
    if (of_columns_.size() < width) of_columns_.resize(width);
    std::uint64_t row = width;
    for (std::uint32_t i = 0; i < width; ++i) {
        const std::uint64_t hash =
            hash_of(cells[i], i < likeness_->size() ? (*likeness_)[i] : Likeness::value);
        of_columns_[i] += hash;
        row = (std::rotl(row, 7) ^ hash) * 0x9e3779b97f4a7c15;
    }
    of_rows_ += mixed(row);
    ++rows_;
}

void Checksum::add(const Checksum& other) {
    if (of_columns_.size() < other.of_columns_.size()) of_columns_.resize(other.of_columns_.size());
    for (std::size_t i = 0; i < other.of_columns_.size(); ++i) of_columns_[i] += other.of_columns_[i];
    of_rows_ += other.of_rows_;
    rows_ += other.rows_;
}

std::uint64_t Checksum::digest() const noexcept { return mixed(of_rows_ ^ mixed(rows_)); }

std::string Checksum::difference(const Checksum& base, const std::vector<std::string>& names) const {
    if (*this == base) return {};
    if (rows_ != base.rows_) return rows_text(rows_) + " instead of " + grouped(base.rows_);
    if (of_columns_.size() != base.of_columns_.size())
        return std::to_string(of_columns_.size()) + " columns instead of " +
               std::to_string(base.of_columns_.size());
    std::string differing;
    for (std::size_t i = 0; i < of_columns_.size(); ++i)
        if (of_columns_[i] != base.of_columns_[i])
            differing += (differing.empty() ? "" : ", ") +
                         (i < names.size() ? "\"" + names[i] + "\"" : std::to_string(i + 1));
    return differing.empty() ? "the values are distributed over the rows in another way"
                             : "other values in the column " + differing;
}

void ColumnSurvey::start(const std::vector<Column>& columns) {
    names_.clear();
    for (const Column& column : columns) names_.push_back(column.name);
    columns_.assign(columns.size(), {});
    rows_ = 0;
}

void ColumnSurvey::add_row(const dbway_value* cells) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        Facts& facts = columns_[i];
        const dbway_value& cell = cells[i];
        if (cell.type == DBWAY_T_NULL) {
            ++facts.nulls;
            continue;
        }
        facts.types |= 1u << cell.type;
        facts.values += of_value(cell, text_);
        facts.texts += of_text(cell, text_);
        facts.numbers += of_number(cell, text_);
    }
    ++rows_;
}

std::string ColumnSurvey::types(std::size_t column) const {
    std::string text;
    for (std::uint32_t type = 0; type < 32; ++type)
        if ((columns_[column].types & (1u << type)) != 0)
            text += (text.empty() ? "" : " and ") + type_label(type);
    return text.empty() ? "null" : text;
}

std::optional<Likeness> ColumnSurvey::likeness(std::size_t column, const ColumnSurvey& base,
                                               bool related) const {
    const Facts& ours = columns_[column];
    const Facts& theirs = base.columns_[column];
    if (ours.nulls != theirs.nulls) return std::nullopt;
    if (ours.types == theirs.types)
        return ours.values == theirs.values ? std::optional(Likeness::value) : std::nullopt;
    if (ours.texts == theirs.texts) return Likeness::text;
    const auto all_numbers = [](const Facts& facts) {
        for (std::uint32_t type = 0; type < 32; ++type)
            if ((facts.types & (1u << type)) != 0 && !is_number(type)) return false;
        return true;
    };
    if (all_numbers(ours) && all_numbers(theirs))
        return ours.numbers == theirs.numbers ? std::optional(Likeness::number) : std::nullopt;
    return related ? std::optional(Likeness::presence) : std::nullopt;
}

}  // namespace dbway::cli::bench
