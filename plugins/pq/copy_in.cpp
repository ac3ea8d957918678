#include "copy_in.hpp"

#include "copy_line.hpp"
#include "copy_text.hpp"
#include "insert_in.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_statement.hpp>

#include <algorithm>
#include <string_view>
#include <tuple>

namespace dbway::pq {

// Lines that are text in the server's format already.
struct FinishedLines {
    std::string_view text;
};

}  // namespace dbway::pq

namespace pqxx::internal {

// stream_to writes any tuple; this is its way to leave a field as it is.
template <>
inline std::string TypedCopyEscaper::operator()<dbway::pq::FinishedLines>(
    const dbway::pq::FinishedLines* lines) const {
    return std::string(lines->text);
}

}  // namespace pqxx::internal

namespace dbway::pq {
namespace {

constexpr std::size_t block_size = 64 * 1024;

}  // namespace

CopyInto::CopyInto(Session& session, const sdk::CopyTarget& target)
    : session_(session), scope_(session), columns_(target.column_count), raw_(target.raw) {
    const std::string what = copy_in_target(target);
    session_.translated([&] { stream_ = std::make_unique<pqxx::stream_to>(session_.work(), what); });
}

CopyInto::~CopyInto() {
    try {
        end_stream();
    } catch (...) {
        // Taken back all the same.
    }
    scope_.take_back();
}

void CopyInto::write(const dbway_value* cells, std::uint32_t rows) {
    if (raw_)
        write_raw(cells, rows);
    else
        write_rows(cells, rows);
}

void CopyInto::write_rows(const dbway_value* cells, std::uint32_t rows) {
    for (std::uint32_t row = 0; row < rows; ++row, cells += columns_) {
        try {
            append_line(cells, columns_, lines_, scratch_);
        } catch (const sdk::Failure& failure) {
            sdk::Diagnostic diagnostic = failure.diagnostic();
            diagnostic.context = "row " + std::to_string(rows_ + 1) + " of the COPY_IN";
            throw sdk::Failure(std::move(diagnostic));
        }
        ++rows_;
        if (lines_.size() >= block_size) send(lines_.size());
    }
}

// libpqxx adds a line feed to what it sends, so what is sent ends before one.
void CopyInto::write_raw(const dbway_value* cells, std::uint32_t rows) {
    for (std::uint32_t row = 0; row < rows; ++row, cells += columns_) {
        if (columns_ != 1 || (cells->type != DBWAY_T_BLOB && cells->type != DBWAY_T_TEXT))
            throw sdk::Failure(DBWAY_ERR_INVALID, "a raw COPY_IN takes one BLOB per row", "22023");
        const std::string_view bytes(cells->len == 0 ? "" : cells->v.text, cells->len);
        if (rows_ == 0 && lines_.empty() && bytes.starts_with("PGCOPY\n"))
            throw sdk::Failure(
                DBWAY_ERR_UNSUPPORTED,
                "libpqxx cannot send COPY's binary format; use text or CSV, or the pgx provider", "0A000");
        rows_ += std::count(bytes.begin(), bytes.end(), '\n');
        lines_.append(bytes);
        if (lines_.size() < block_size) continue;
        const std::size_t last = lines_.rfind('\n');
        if (last != std::string::npos) send(last + 1);
    }
}

// `size` bytes of lines_, of which the last is a line feed.
void CopyInto::send(std::size_t size) {
    session_.translated([&] {
        *stream_ << std::tuple<FinishedLines>(FinishedLines{std::string_view(lines_).substr(0, size - 1)});
    });
    lines_.erase(0, size);
}

// A stream leaves its errors in the transaction object, which must outlive it.
void CopyInto::end_stream() {
    if (stream_ == nullptr) return;
    std::unique_ptr<pqxx::stream_to> stream = std::move(stream_);
    try {
        session_.limited(Canceller::Way::stop, [&] { stream->complete(); });
    } catch (...) {
        stream.reset();
        session_.end_work();
        throw;
    }
    stream.reset();
    session_.end_work();
}

void CopyInto::finish(sdk::Outcome& outcome) {
    if (!lines_.empty() && lines_.back() != '\n') {
        lines_ += '\n';
        ++rows_;
    }
    if (!lines_.empty()) send(lines_.size());
    end_stream();
    scope_.keep();
    outcome.affected = rows_;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

std::unique_ptr<sdk::CopyIn> make_copy_in(Session& session, const sdk::CopyTarget& target) {
    if (target.is_sql && sdk::read_postgresql_statement(target.table).keyword != "COPY") {
        if (target.raw)
            throw sdk::Failure(DBWAY_ERR_INVALID, "a raw COPY_IN needs a COPY statement", "42601");
        return std::make_unique<InsertInto>(session, target);
    }
    return std::make_unique<CopyInto>(session, target);
}

}  // namespace dbway::pq
