#include "copy_in.hpp"

#include "insert_in.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/mysql_literals.hpp>
#include <dbway/sdk/option_text.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace dbway::mysql {
namespace {

// Larger statements were not faster.
constexpr std::size_t largest_statement = 512 * 1024;

std::string insert_head(const sdk::CopyTarget& target) {
    std::string head = "INSERT INTO " + sdk::parse_mysql_table(target.table).quoted();
    for (std::size_t i = 0; i < target.columns.size(); ++i)
        head.append(i == 0 ? " (" : ", ").append(sdk::quote_mysql_identifier(target.columns[i]));
    if (!target.columns.empty()) head += ')';
    return head + " VALUES ";
}

std::string probe(const sdk::CopyTarget& target) {
    std::string columns;
    for (const std::string_view column : target.columns)
        columns.append(columns.empty() ? "" : ", ").append(sdk::quote_mysql_identifier(column));
    return "SELECT " + (columns.empty() ? "1" : columns) + " FROM " +
           sdk::parse_mysql_table(target.table).quoted() + " LIMIT 0";
}

// "… at row 17": the row of the statement that the message is about, 0 if it tells none.
std::int64_t row_of(std::string_view message) {
    const std::size_t at = message.rfind(" at row ");
    if (at == std::string_view::npos) return 0;
    return sdk::detail::parse_number<std::int64_t>(message.substr(at + 8)).value_or(0);
}

// Above, the connector (1.1.12) sends text as a blob, which has no character set.
constexpr std::size_t longest_text = 256 * 1024;

// Whether these can go as parameters, within `limit` bytes. Blobs cannot: each would be a message of its own.
bool suits_block(std::span<const dbway_value> values, std::size_t limit) {
    constexpr std::size_t longest_scalar = 100;  // as text, with its length and type
    std::size_t size = 0;
    for (const dbway_value& value : values) {
        if (value.type == DBWAY_T_BLOB || value.type == DBWAY_T_ARRAY || value.len > longest_text)
            return false;
        size += longest_scalar + value.len;
    }
    return size <= limit;
}

// Errors after which the rows can still go as text: too many prepared statements (1461), too many parameters
// (1390), not to be prepared (1295).
bool refuses_preparing(std::int64_t code) { return code == 1461 || code == 1390 || code == 1295; }

// A decimal as it is bound, so that no row's value depends on the way it went.
void append_literal(const dbway_value& value, std::string& to) {
    const bool decimal = value.type == DBWAY_T_DECIMAL;
    if (decimal) to += '\'';
    sdk::append_mysql_literal(value, to);
    if (decimal) to += '\'';
}

std::string row_context(std::int64_t row) { return "row " + std::to_string(row) + " of the COPY_IN"; }

}  // namespace

CopyInto::CopyInto(Session& session, const sdk::CopyTarget& target)
    : session_(session),
      columns_(target.column_count),
      head_(insert_head(target)),
      // Room for the packet's own bytes.
      limit_(std::min<std::size_t>(largest_statement, session.facts().max_packet - 16)),
      scope_(session) {
    sql_ = head_;
    // What does not exist shows before the first row.
    session_.check_running();
    session_.run(probe(target));
}

void CopyInto::write(const dbway_value* cells, std::uint32_t rows) {
    const Session::Call call(session_, Session::Call::Kind::further);
    if (insert_block(cells, rows)) return;
    for (std::uint32_t row = 0; row < rows; ++row, cells += columns_) append_row(cells);
}

// False: these rows are to go as text. Blocks of a size that comes for the third time are worth preparing
// for.
bool CopyInto::insert_block(const dbway_value* cells, std::uint32_t rows) {
    const std::size_t count = std::size_t{rows} * columns_;
    repeated_ = std::exchange(last_block_, rows) == rows ? repeated_ + 1 : 0;
    if (unpreparable_ || rows < InsertBlock::fewest_rows || count == 0 ||
        count > InsertBlock::parameter_limit || !suits_block({cells, count}, limit_))
        return false;
    if (block_ == nullptr || block_->rows() != rows) {
        if (repeated_ < 2 || !prepare_block(rows)) return false;
    }
    if (!bind_block({cells, count})) {
        block_.reset();
        return false;
    }
    send();
    session_.check_running();
    try {
        block_->insert();
    } catch (const sdk::Failure& failure) {
        fail_at_row(failure);
    }
    sent_ = rows_ += rows;
    return true;
}

bool CopyInto::prepare_block(std::uint32_t rows) {
    session_.check_running();
    block_.reset();
    try {
        block_ = std::make_unique<InsertBlock>(session_, head_, rows, columns_);
    } catch (const sdk::Failure& failure) {
        if (!session_.open() || !refuses_preparing(failure.diagnostic().native_code)) throw;
        unpreparable_ = true;
    }
    return block_ != nullptr;
}

// False: as text, the row that is at fault can be told.
bool CopyInto::bind_block(std::span<const dbway_value> values) {
    if (!block_->fits(values)) return false;
    try {
        block_->bind(values);
    } catch (const sdk::Failure&) {
        return false;
    }
    return true;
}

void CopyInto::append_row(const dbway_value* cells) {
    row_.clear();
    try {
        for (std::uint32_t i = 0; i < columns_; ++i) {
            row_ += i == 0 ? '(' : ',';
            append_literal(cells[i], row_);
        }
    } catch (const sdk::Failure& failure) {
        sdk::Diagnostic diagnostic = failure.diagnostic();
        diagnostic.context = row_context(rows_ + 1);
        throw sdk::Failure(std::move(diagnostic));
    }
    row_ += columns_ == 0 ? "()" : ")";
    const bool collected = sql_.size() > head_.size();
    if (collected && sql_.size() + row_.size() + 1 > limit_) send();
    if (sql_.size() > head_.size()) sql_ += ',';
    sql_ += row_;
    ++rows_;
}

void CopyInto::send() {
    if (sql_.size() == head_.size()) return;
    session_.check_running();
    try {
        session_.run(sql_);
    } catch (const sdk::Failure& failure) {
        fail_at_row(failure);
    }
    sent_ = rows_;
    sql_.resize(head_.size());
}

void CopyInto::fail_at_row(const sdk::Failure& failure) const {
    sdk::Diagnostic diagnostic = failure.diagnostic();
    const std::int64_t row = row_of(diagnostic.message);
    if (row != 0) diagnostic.context = row_context(sent_ + row);
    throw sdk::Failure(std::move(diagnostic));
}

void CopyInto::finish(sdk::Outcome& outcome) {
    const Session::Call call(session_, Session::Call::Kind::further);
    send();
    block_.reset();
    session_.check_running();
    scope_.keep();
    session_.forget_last_key();
    outcome.affected = rows_;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

std::unique_ptr<sdk::CopyIn> make_copy_in(Session& session, const sdk::CopyTarget& target) {
    const Session::Call call(session);
    if (target.raw)
        throw sdk::Failure(DBWAY_ERR_UNSUPPORTED,
                           "MySQL has no format of its own that a raw COPY_IN could take", "0A000");
    session.check_running();
    if (target.is_sql) return std::make_unique<InsertInto>(session, target);
    return std::make_unique<CopyInto>(session, target);
}

}  // namespace dbway::mysql
