#include "copy_out.hpp"

#include "connection.hpp"
#include "frontend.hpp"

#include <dbway/sdk/postgresql_dialect.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dbway::pgx {

CopyOut::CopyOut(Connection& connection, Request& request) : Conversation(connection, request) {
    static constexpr std::string_view name = "data";
    column_.struct_size = sizeof column_;
    column_.type = DBWAY_T_BLOB;
    column_.precision = -1;
    column_.scale = -1;
    column_.name = {name.data(), name.size()};
}

void CopyOut::start() {
    const dbway_request& host = request_.host;
    const std::string_view text(host.sql.ptr, host.sql.len);
    if ((host.flags & DBWAY_RF_SQL) != 0) return put_query(out(), text);
    const auto table = sdk::quote_postgresql_name(text);
    if (!table)
        throw sdk::Failure(DBWAY_ERR_INVALID, "'" + std::string(text) + "' is not the name of a table",
                           "42602");
    std::vector<std::string_view> names;
    for (std::uint32_t i = 0; i < host.n_names; ++i) names.emplace_back(host.names[i].ptr, host.names[i].len);
    put_query(out(), "COPY " + sdk::postgresql_copy_target(*table, names) + " TO STDOUT");
}

Conversation::Taken CopyOut::take(const Message& message, dbway_event& event) {
    switch (message.type) {
        case 'H':
            copying_ = true;
            return Taken::nothing;
        case 'd': {
            if (!copying_ || !request_.wants_rows() || request_.failed) return Taken::nothing;
            const std::size_t capacity = request_.host.batch_rows == 0 ? 256 : request_.host.batch_rows;
            cells_.clear();
            Message data = message;
            do {
                dbway_value& cell = cells_.emplace_back();
                cell.v.bytes = data.body;
                cell.len = data.size;
                cell.type = DBWAY_T_BLOB;
            } while (cells_.size() < capacity && next_copy_data(data));
            return give(event);
        }
        case 'c':
            if (!copying_ || !request_.wants_rows() || request_.announced) return Taken::nothing;
            cells_.clear();
            return give(event);
        case 'C':
            if (!copying_ && !request_.failed) {
                sdk::Diagnostic wrong;
                wrong.status = DBWAY_ERR_INVALID;
                wrong.message = "the statement is no COPY … TO STDOUT";
                fail(wrong);
            }
            return Conversation::take(message, event);
        default:
            if (message.type == 'T' || message.type == 'D') return Taken::nothing;
            return Conversation::take(message, event);
    }
}

Conversation::Taken CopyOut::give(dbway_event& event) {
    event.kind = DBWAY_E_ROWS;
    event.request_id = request_.host.id;
    event.cells = cells_.data();
    event.n_rows = static_cast<std::uint32_t>(cells_.size());
    event.n_columns = 1;
    event.columns = columns_;
    if (!request_.announced) event.flags |= DBWAY_EF_SET;
    request_.announced = true;
    return Taken::event;
}

}  // namespace dbway::pgx
