// COPY_IN on a session: the one request that the host feeds while it runs.
#include <session/session.hpp>

namespace dbway::detail {

void Session::start_copy(const CopyTarget& target, const dbway_row_source& source,
                         const QueryOptions& options) {
    if (active_ != nullptr) buffer_active();
    require_usable();
    const std::uint64_t timeout = timeout_of(&options);
    requests_.clear();
    running_kind_ = DBWAY_R_COPY_IN;
    running_statement_ = 0;
    text_.assign(target.text);
    running_sql_ = text_;
    filter_.clear();
    parameter_arena_.clear();
    for (const std::string_view column : target.columns) {
        const dbway_value copy = copy_value(
            {{.text = column.data()}, static_cast<std::uint32_t>(column.size()), DBWAY_T_TEXT, 0, 0},
            parameter_arena_);
        filter_.push_back({copy.v.text, copy.len});
    }
    dbway_request& request = add_request(DBWAY_R_COPY_IN, timeout);
    request.flags = target.flags;
    request.sql = {text_.data(), text_.size()};
    request.names = filter_.data();
    request.n_names = static_cast<std::uint32_t>(filter_.size());
    request.source = &source;
    submit();
    copying_ = true;
    copy_guard_ = make_guard(&options, timeout);
    guard_ = copy_guard_.get();
}

bool Session::resume_copy(const bool& starving, Outcome& outcome) {
    event_ = dbway_event{};
    event_.struct_size = sizeof event_;
    const dbway_status status = api_->next(connection_, &event_);
    if (status == DBWAY_AGAIN) {
        if (!starving) wait_for_provider();
        return true;
    }
    if (status == DBWAY_OK && event_.kind == DBWAY_E_NOTIFY) {
        take_notification();
        return true;
    }
    copying_ = false;
    if (status < 0) dead_ = true;
    if (status == DBWAY_END) broken("it ended a COPY without an answer");
    if (status == DBWAY_OK) {
        if (event_.request_id != requests_.back().id ||
            (event_.kind != DBWAY_E_DONE && event_.kind != DBWAY_E_FAILED))
            broken("event " + std::to_string(event_.kind) + " as the answer to COPY");
        finish_event(outcome);
    }
    ErrorDetails details;
    const bool failed = status < 0 || event_.kind == DBWAY_E_FAILED;
    if (failed) details = take_error(status < 0 ? status : event_.status);
    guard_ = nullptr;
    copy_guard_.reset();
    if (failed) throw_details(std::move(details));
    return false;
}

}  // namespace dbway::detail
