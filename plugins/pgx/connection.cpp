// Opening and closing, and what is asked without a round trip.
#include "connection.hpp"

#include "capabilities.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace dbway::pgx {
namespace {

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

dbway_str to_str(const std::string& text) noexcept { return {text.data(), text.size()}; }

}  // namespace

void Connection::on_libpq_notice(void* context, const PGresult* notice) {
    auto* self = static_cast<Connection*>(context);
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_OK;
    diagnostic.severity = DBWAY_LOG_INFO;
    diagnostic.message = text_of(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
    diagnostic.sqlstate = text_of(PQresultErrorField(notice, PG_DIAG_SQLSTATE));
    self->report(diagnostic, 0);
}

Connection::Connection(Shared& shared, const dbway_open_args& args)
    : shared_(shared),
      options_(read_options(sdk::Options(args.options, args.n_options))),
      sink_(args.diag),
      nonblocking_((args.flags & DBWAY_OPEN_NONBLOCK) != 0),
      read_only_((args.flags & DBWAY_OPEN_READONLY) != 0) {
    const Clock::time_point now = Clock::now();
    const auto longest = static_cast<std::uint64_t>((Clock::time_point::max() - now).count());
    const Clock::time_point deadline = args.timeout_ns == 0 || args.timeout_ns > longest
                                           ? Clock::time_point::max()
                                           : now + std::chrono::nanoseconds(args.timeout_ns);
    connector_ = std::make_unique<Connector>(options_, deadline, on_libpq_notice, this);
    if (nonblocking_) return;
    while (!connector_->advance()) {
        pollfd descriptor{connector_->descriptor(), connector_->events(), 0};
        int timeout = -1;
        if (connector_->deadline() != Clock::time_point::max()) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(connector_->deadline() - Clock::now());
            timeout = static_cast<int>(std::clamp<long long>(left.count(), 0, 1'000'000));
        }
        poll(&descriptor, 1, timeout);
    }
    attach();
}

Connection::~Connection() = default;

// libpq has opened it; from here on the messages are ours.
void Connection::attach() {
    handle_ = connector_->take();
    const std::optional<sdk::PostgresqlCancelKey> key = connector_->cancel_key();
    connector_.reset();
    PGconn* const connection = handle_.get();
    transport_.attach(connection);
    canceller_.emplace(connection, key, options_.cancel_timeout, shared_.repeater());

    const int version = PQserverVersion(connection);
    server_version_ = static_cast<std::uint64_t>(version / 10'000) * 1'000'000 +
                      static_cast<std::uint64_t>(version % 10'000) * 1'000;
    server_version_text_ = text_of(PQparameterStatus(connection, "server_version"));
    database_name_ = text_of(PQdb(connection));
    user_name_ = text_of(PQuser(connection));
    session_id_ = PQbackendPID(connection);
    database_ = &shared_.database(text_of(PQhost(connection)) + '\n' + text_of(PQhostaddr(connection)) +
                                  '\n' + text_of(PQport(connection)) + '\n' + database_name_);

    // Requests of our own go first, in the same flight as the first of the host's.
    const std::size_t own = (read_only_ ? 1U : 0U) + (database_->loading.exchange(true) ? 0U : 1U);
    queue_.reserve(own);
    if (read_only_) {
        Request& request = queue_.insert(0);
        request.host.kind = kind_set_up;
        request.text = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
    }
    if (own > (read_only_ ? 1U : 0U)) queue_.insert(0).host.kind = kind_describe_types;
    canceller_->gate().submitted(queue_.end_ordinal());
}

dbway_status Connection::advance_open(dbway_event& event) {
    try {
        if (!connector_->advance()) return DBWAY_AGAIN;
        attach();
    } catch (const sdk::Failure& failure) {
        report(failure.diagnostic(), 0);
        connector_.reset();
        dead_ = true;
        return DBWAY_ERR_CONNECTION;
    }
    event.kind = DBWAY_E_READY;
    event.tx_state = DBWAY_TX_STATE_IDLE;
    return DBWAY_OK;
}

dbway_status Connection::cancel(std::uint64_t request_id) {
    if (!canceller_) return DBWAY_OK;
    return canceller_->cancel(request_id) == sdk::detail::CancelGate::Answer::refused ? DBWAY_ERR_CONNECTION
                                                                                      : DBWAY_OK;
}

void Connection::info(dbway_conn_info& out) const noexcept {
    out.tx_state = transaction_state_;
    out.caps = capabilities;
    out.server_version = server_version_;
    out.session_id = session_id_;
    static const std::string product = "PostgreSQL";
    out.product = to_str(product);
    out.version = to_str(server_version_text_);
    out.database = to_str(database_name_);
    out.user = to_str(user_name_);
}

}  // namespace dbway::pgx
