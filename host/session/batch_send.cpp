#include <session/batch_run.hpp>

#include <dbway/error.hpp>
#include <dbway/sdk/placeholders.hpp>

#include <algorithm>
#include <utility>

namespace dbway::detail {

void BatchRun::send() {
    session_.requests_.clear();
    session_.running_statement_ = 0;
    session_.running_sql_ = {};
    unprepared_ = session_.add_unprepares(timeout_);
    const bool own_transaction = !batch_.is_independent() && batch_.size() > 1 &&
                                 !session_.in_transaction() &&
                                 (session_.environment_.provider->caps() & DBWAY_CAP_TRANSACTION) != 0;
    if (own_transaction) begin_id_ = session_.add_request(DBWAY_R_BEGIN, timeout_).id;
    session_.requests_.reserve(session_.requests_.size() + batch_.size() + 1);
    for (std::size_t i = 0; i < batch_.size(); ++i)
        if (!add_again(i)) add_or_refuse(i);
    if (own_transaction) session_.add_request(DBWAY_R_COMMIT, timeout_);
    // For an error's sake: whether what was sent may have taken effect when the answer is lost.
    session_.running_kind_ = own_transaction ? DBWAY_R_COMMIT : DBWAY_R_SCRIPT;
    if (!batch_.is_independent() && !session_.requests_.empty()) {
        for (std::size_t i = unprepared_; i + 1 < session_.requests_.size(); ++i)
            session_.requests_[i].flags |= DBWAY_RF_CHAIN;
    }
    if (session_.requests_.empty()) return;  // the host has refused all of them
    sent_ = Session::Clock::now();
    session_.submit();
    submitted_ = true;
    session_.forget_unprepared(unprepared_);
    if (shared_.empty()) {
        guard_ = session_.make_guard(&options_, timeout_);
        session_.guard_ = guard_.get();
    } else {
        make_guards();
    }
    for (std::size_t i = 0; i < unprepared_; ++i) expect(session_.requests_[i].id);
}

void BatchRun::add_or_refuse(std::size_t index) {
    Progress& progress = progress_.emplace_back();
    progress.item = index;
    try {
        add(index, progress);
    } catch (const Error& error) {
        if (!batch_.is_independent()) throw;
        if (progress.prepare_id != 0) session_.requests_.back().flags &= ~DBWAY_RF_CHAIN;
        progress.execute_id = 0;
        ErrorDetails details = error.details();
        name_item(details, index);
        try {
            session_.throw_details(std::move(details));
        } catch (...) {
            progress.refusal = std::current_exception();
        }
    }
}

[[gnu::hot]] bool BatchRun::add_again(std::size_t index) {
    if (repeated_.id == 0) return false;
    const BatchItem& item = batch_.items()[index];
    const BatchItem& before = batch_.items()[index - 1];
    if (item.sql.data() != before.sql.data() || item.sql.size() != before.sql.size() || item.names != nullptr)
        return false;
    Progress& progress = progress_.emplace_back();
    progress.item = index;
    progress.statement = progress_[index - 1].statement;
    dbway_request& request = session_.requests_.emplace_back(repeated_);
    request.id = progress.execute_id = ++session_.last_request_;
    request.params = item.values;
    request.n_params = item.count;
    ++used_;
    return true;
}

void BatchRun::add(std::size_t index, Progress& progress) {
    repeated_.id = 0;
    const BatchItem& item = batch_.items()[index];
    std::vector<std::string> rewritten;
    const std::vector<std::string>* names = &rewritten;
    std::string_view sql = item.sql;
    if (CachedStatement* statement = prepared(item, progress)) {
        progress.statement = statement;
        names = &statement->names;
    } else if (item.names != nullptr) {
        sdk::NamedRewrite rewrite = sdk::rewrite_named(item.sql, session_.dialect_);
        if (!rewrite.error.empty()) throw_error(Category::invalid, rewrite.error);
        rewritten.assign(rewrite.names.begin(), rewrite.names.end());
        if (!rewritten.empty()) sql = texts_.emplace_back(std::move(rewrite.text));
    }
    if (item.names != nullptr) order_by_name(item, *names, progress);
    dbway_request& request = session_.add_request(
        progress.statement != nullptr ? DBWAY_R_EXECUTE : DBWAY_R_QUERY, timeout_of(index));
    progress.execute_id = request.id;
    const std::uint32_t rows = shared_.empty() ? options_.batch_rows : shared_[index].batch_rows;
    request.batch_rows = rows != 0 ? rows : session_.environment_.options.batch_rows;
    if (!shared_.empty()) request.flags = shared_[index].flags;
    if (progress.statement != nullptr) {
        request.stmt = progress.statement->id;
        request.flags |= DBWAY_RF_COLUMNS_KNOWN;
    } else {
        request.sql = {sql.data(), sql.size()};
    }
    request.params = item.values;
    request.n_params = item.count;
    if (item.names == nullptr) {
        if (shared_.empty() && progress.statement != nullptr) repeated_ = request;
        return;
    }
    request.params = progress.values.data();
    request.n_params = static_cast<std::uint32_t>(progress.values.size());
}

CachedStatement* BatchRun::prepared(const BatchItem& item, Progress& progress) {
    StatementCache& cache = session_.cache_;
    const bool wanted = shared_.empty() ? options_.prepare : shared_[progress.item].prepare;
    if (!wanted || cache.capacity() == 0) return nullptr;
    if (CachedStatement* known = cache.find(item.sql)) {
        // Prepared for positional parameters, perhaps by this batch: sent by itself, then.
        if (item.names != nullptr && known->names.empty()) return nullptr;
        ++used_;
        return known;
    }
    if (used_ + 1 > cache.capacity() / 2) return nullptr;
    Call call;
    call.sql = item.sql;
    call.names = item.names;
    call.options = &options_;
    progress.statement = session_.cached_statement(call, timeout_of(progress.item));
    progress.prepare_id = session_.requests_.back().id;
    ++used_;
    return progress.statement;
}

void BatchRun::order_by_name(const BatchItem& item, const std::vector<std::string>& names,
                             Progress& progress) {
    const std::string_view* const end = item.names + item.count;
    for (const std::string_view* given = item.names; given != end; ++given)
        if (std::find(names.begin(), names.end(), *given) == names.end())
            throw_error(Category::invalid, "the statement has no placeholder :" + std::string(*given));
    for (const std::string& name : names) {
        const std::string_view* const given = std::find(item.names, end, name);
        if (given == end) throw_error(Category::invalid, "no value for the placeholder :" + name);
        progress.values.push_back(item.values[given - item.names]);
    }
}

}  // namespace dbway::detail
