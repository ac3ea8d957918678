#include <dbway/copy.hpp>

#include <dbway/error.hpp>
#include <pool/pool.hpp>
#include <session/copy_state.hpp>
#include <session/value_copy.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace dbway {

namespace detail {

CopyState::CopyState(Lease lease, Session& session, const CopyTarget& target, const QueryOptions& options)
    : lease_(std::move(lease)),
      session_(session),
      target_(target.text),
      flags_(target.flags),
      column_names_(target.columns.begin(), target.columns.end()),
      options_(options) {
    if (raw()) {
        begin(1);
    } else if (!target.columns.empty()) {
        begin(static_cast<std::uint32_t>(target.columns.size()));
    }
}

CopyState::~CopyState() {
    if (!begun_ || over_) return;
    ready_ = false;
    end_with(DBWAY_ERR_CANCELLED);
}

// The provider answers an aborted COPY with a failure: that is what was asked for.
void CopyState::end_with(dbway_status status) noexcept {
    end_ = status;
    while (!over_) {
        try {
            over_ = !session_.resume_copy(false, outcome_);
        } catch (...) {
            over_ = true;
            failure_ = std::current_exception();
        }
    }
}

void CopyState::begin(std::uint32_t width) {
    width_ = width;
    cells_.resize(static_cast<std::size_t>(width) * block_rows);
    source_.struct_size = sizeof source_;
    source_.n_columns = width;
    source_.ctx = this;
    source_.pull = &CopyState::pull;
    const std::vector<std::string_view> names(column_names_.begin(), column_names_.end());
    session_.start_copy({target_, names, flags_}, source_, options_);
    begun_ = true;
    // A wrong table or column is told now, not with the first full block.
    pump();
}

dbway_status DBWAY_CALL CopyState::pull(void* context, const dbway_value** cells,
                                        std::uint32_t* rows) noexcept {
    auto& self = *static_cast<CopyState*>(context);
    if (self.ready_) {
        self.ready_ = false;
        *cells = self.cells_.data();
        *rows = self.rows_;
        return DBWAY_OK;
    }
    self.starving_ = true;
    return self.end_;
}

void CopyState::pump() {
    starving_ = false;
    try {
        while (!over_ && (ready_ || !starving_)) over_ = !session_.resume_copy(starving_, outcome_);
    } catch (...) {
        over_ = true;
        lease_.release();
        throw;
    }
    if (!over_) return;
    lease_.release();
    throw_error(Category::internal,
                "the provider ended a bulk load before its rows did; run `dbway check` on it");
}

void CopyState::check_open() const {
    if (over_) throw_error(Category::invalid, "the bulk load is over");
}

void CopyState::row(std::span<const dbway_value> values) {
    check_open();
    if (!begun_) begin(static_cast<std::uint32_t>(values.size()));
    if (values.size() != width_)
        throw_error(Category::invalid, "a row of " + std::to_string(values.size()) +
                                           " values for a bulk load of " + std::to_string(width_) +
                                           " columns");
    copy_values(values.data(), width_, cells_.data() + static_cast<std::size_t>(rows_) * width_, arena_);
    if (++rows_ == block_rows || arena_.used() >= block_bytes) flush();
}

void CopyState::write(std::span<const std::byte> bytes) {
    check_open();
    if (!raw()) throw_error(Category::invalid, "write() is for copy_in_raw(); rows of values go by row()");
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), block_bytes);
        dbway_value piece{};
        piece.type = DBWAY_T_BLOB;
        piece.v.bytes = reinterpret_cast<const std::uint8_t*>(bytes.data());
        piece.len = static_cast<std::uint32_t>(size);
        row({&piece, 1});
        bytes = bytes.subspan(size);
    }
}

void CopyState::flush() {
    if (rows_ == 0) return;
    ready_ = true;
    sent_ += rows_;
    pump();
    rows_ = 0;
    arena_.clear();
}

std::int64_t CopyState::finish() {
    check_open();
    if (!begun_) {
        // Not a row, and no list of columns: there is nothing that could have been refused.
        over_ = true;
        lease_.release();
        return 0;
    }
    flush();
    end_with(DBWAY_END);
    lease_.release();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return outcome_.affected >= 0 ? outcome_.affected : sent_;
}

void CopyStateDeleter::operator()(CopyState* state) const noexcept { delete state; }

CopyIn make_copy(Session& session, Lease lease, const CopyTarget& target, const QueryOptions& options) {
    return CopyIn(std::unique_ptr<CopyState, CopyStateDeleter>(
        new CopyState(std::move(lease), session, target, options)));
}

}  // namespace detail

CopyIn::CopyIn(std::unique_ptr<detail::CopyState, detail::CopyStateDeleter> state) noexcept
    : state_(std::move(state)) {}
CopyIn::CopyIn(CopyIn&&) noexcept = default;
CopyIn& CopyIn::operator=(CopyIn&&) noexcept = default;
CopyIn::~CopyIn() = default;

void CopyIn::row(std::span<const dbway_value> values) {
    if (!state_) throw_error(Category::invalid, "the bulk load was moved away");
    state_->row(values);
}

void CopyIn::write(std::span<const std::byte> bytes) {
    if (!state_) throw_error(Category::invalid, "the bulk load was moved away");
    state_->write(bytes);
}

std::int64_t CopyIn::finish() {
    if (!state_) throw_error(Category::invalid, "the bulk load was moved away");
    return state_->finish();
}

}  // namespace dbway
