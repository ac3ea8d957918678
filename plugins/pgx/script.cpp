#include "script.hpp"

#include "connection.hpp"
#include "frontend.hpp"
#include "request_encoder.hpp"

#include <dbway/sdk/script.hpp>

#include <algorithm>
#include <string_view>

namespace dbway::pgx {
namespace {

std::uint32_t count_characters(std::string_view text) noexcept {
    return static_cast<std::uint32_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void Script::start() {
    if (!send_next()) put_sync(out());
}

bool Script::send_next() {
    const std::string_view text(request_.host.sql.ptr, request_.host.sql.len);
    while (at_ < text.size()) {
        const std::string_view rest = text.substr(at_);
        const std::size_t size = sdk::statement_length(rest, sdk::Dialect::postgresql);
        if (size == 0) break;
        statement_ = rest.substr(0, size);
        at_ += size;
        if (sdk::is_empty_statement(statement_, sdk::Dialect::postgresql)) continue;
        ++number_;
        retried_ = false;
        put_statement(nullptr);
        return true;
    }
    return false;
}

void Script::put_statement(const Shape* columns) {
    Buffer& to = out();
    put_parse(to, {}, statement_, {});
    put_bind(to, {}, nullptr, 0, nullptr, columns);
    put_describe(to, 'P', {});
    put_execute(to);
    put_sync(to);
}

Conversation::Taken Script::take(const Message& message, dbway_event& event) {
    const Taken taken = Conversation::take(message, event);
    return message.type == 'C' && taken == Taken::nothing ? end_result_set(event) : taken;
}

Conversation::Taken Script::ready(dbway_event& event) {
    if (again_) {
        again_ = false;
        put_statement(result_columns());
        return Taken::nothing;
    }
    if (request_.failed) return finish(event);
    begin_result_set();
    return send_next() ? Taken::nothing : finish(event);
}

bool Script::recover(const sdk::Diagnostic& error) {
    if (retried_ || error.sqlstate != "42883" || transaction_state() != DBWAY_TX_STATE_IDLE) return false;
    const Shape* const columns = result_columns();
    if (columns == nullptr || columns->all_binary()) return false;
    return again_ = retried_ = true;
}

// The position counts from the beginning of the script.
void Script::explain(sdk::Diagnostic& error) {
    const std::string_view before(request_.host.sql.ptr,
                                  static_cast<std::size_t>(statement_.data() - request_.host.sql.ptr));
    if (error.position != 0) error.position += count_characters(before);
    if (!error.context.empty()) error.context += '\n';
    error.context += "statement " + std::to_string(number_) + " of the script";
}

}  // namespace dbway::pgx
