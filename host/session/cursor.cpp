#include <dbway/cursor.hpp>
#include <dbway/error.hpp>
#include <pool/pool.hpp>
#include <session/cursor_extras.hpp>
#include <session/session.hpp>

#include <utility>

namespace dbway::detail {

void CursorExtrasDeleter::operator()(CursorExtras* extras) const noexcept { delete extras; }

[[gnu::hot]] void Lease::give_back() noexcept { pool_->release(session_); }

Cursor::Cursor(Cursor&& other) noexcept { move_from(other); }

Cursor& Cursor::operator=(Cursor&& other) noexcept {
    if (this != &other) {
        close();
        move_from(other);
    }
    return *this;
}

[[gnu::hot]] Cursor::~Cursor() {
    if (session_ != nullptr) close();
}

void Cursor::move_from(Cursor& other) noexcept {
    row_ = std::exchange(other.row_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    pending_ = std::exchange(other.pending_, nullptr);
    pending_rows_ = std::exchange(other.pending_rows_, 0U);
    width_ = other.width_;
    stride_ = other.stride_;
    final_ = std::exchange(other.final_, true);
    set_open_ = other.set_open_;
    rows_seen_ = other.rows_seen_;
    set_pending_ = std::exchange(other.set_pending_, false);
    session_ = std::exchange(other.session_, nullptr);
    request_id_ = other.request_id_;
    columns_ = std::move(other.columns_);
    arriving_width_ = other.arriving_width_;
    outcome_ = other.outcome_;
    extras_ = std::move(other.extras_);
    memory_ = std::move(other.memory_);
    lease_ = std::move(other.lease_);
    if (session_ != nullptr && session_->active_ == &other) session_->active_ = this;
}

CursorExtras& Cursor::extras() {
    if (!extras_) extras_.reset(new CursorExtras);
    return *extras_;
}

const ColumnSet& Cursor::columns() const noexcept {
    static const ColumnSet none;
    return columns_ ? *columns_ : none;
}

[[gnu::hot]] bool Cursor::next_batch() {
    row_ = end_ = nullptr;
    while (!set_pending_) {
        if (pending_rows_ != 0) {
            row_ = pending_;
            end_ = row_ + static_cast<std::size_t>(pending_rows_) * stride_;
            pending_rows_ = 0;
            return true;
        }
        if (session_ == nullptr && !extras_) return false;  // it was all in memory
        if (!receive()) {
            finish();
            return false;
        }
    }
    return false;
}

[[gnu::hot]] bool Cursor::receive() {
    if (extras_ && !extras_->buffer.empty()) {
        const RowBuffer::Chunk& chunk = extras_->buffer.pop();
        if (chunk.columns)
            take_columns(chunk.columns);
        else
            take_rows(chunk.cells.data(), chunk.rows);
        return true;
    }
    if (extras_ && extras_->error) std::rethrow_exception(std::exchange(extras_->error, nullptr));
    if (final_ || session_ == nullptr) return false;
    return session_->receive(*this);
}

[[gnu::hot]] void Cursor::begin_set(const std::shared_ptr<const ColumnSet>& columns) {
    arriving_width_ = static_cast<std::uint32_t>(columns->size());
    take_columns(columns);
}

[[gnu::hot]] void Cursor::take_columns(std::shared_ptr<const ColumnSet> columns) {
    if (set_open_) {
        extras().next_columns = std::move(columns);
        set_pending_ = true;
        return;
    }
    columns_ = std::move(columns);
    width_ = static_cast<std::uint32_t>(columns_->size());
    stride_ = width_ == 0 ? 1 : width_;
    set_open_ = true;
    rows_seen_ = false;
}

[[gnu::hot]] void Cursor::take_rows(const dbway_value* cells, std::uint32_t rows) {
    set_open_ = true;
    rows_seen_ = rows_seen_ || rows != 0;
    pending_rows_ = rows;
    pending_ = cells;
    if (width_ == 0 && rows != 0) {
        // A row without columns is still a row; it needs an address.
        extras().blank.assign(rows, dbway_value{});
        pending_ = extras_->blank.data();
    }
}

bool Cursor::next_set() {
    while (next_batch()) {
    }
    if (!set_pending_) return false;
    set_pending_ = false;
    set_open_ = false;
    take_columns(std::move(extras().next_columns));
    return true;
}

[[gnu::hot]] void Cursor::finish() noexcept {
    if (session_ != nullptr && session_->active_ == this) {
        session_->active_ = nullptr;
        session_->guard_ = nullptr;
    }
    session_ = nullptr;
    if (extras_) extras_->stop.reset();
    lease_.release();
}

void Cursor::close() noexcept {
    if (session_ != nullptr && session_->active_ == this) session_->abandon(*this);
    row_ = end_ = nullptr;
    pending_rows_ = 0;
    set_pending_ = false;
    final_ = true;
    finish();
    extras_.reset();
    memory_.reset();
}

void Cursor::throw_width(std::size_t wanted) const {
    if (columns_ == nullptr) throw_error(Category::invalid, "the statement yields no rows; use execute()");
    throw_error(Category::invalid, "the result has " + std::to_string(width_) +
                                       " columns, the program reads " + std::to_string(wanted));
}

void Cursor::rethrow_for_column(std::size_t index) const {
    const ColumnSet& set = columns();
    const std::string name = index < set.size() ? " (\"" + set[index].name + "\")" : std::string();
    try {
        throw;
    } catch (const Error& error) {
        ErrorDetails details = error.details();
        details.message = "column " + std::to_string(index + 1) + name + ": " + details.message;
        if (index < set.size()) details.column = set[index].name;
        throw_error(std::move(details));
    }
}

}  // namespace dbway::detail
