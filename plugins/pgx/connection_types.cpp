// Types that the catalog does not know yet: the server is asked behind everything that was sent, and what it
// has sent meanwhile waits in the receive buffer until the answer is there.
#include "connection.hpp"
#include "frontend.hpp"
#include "request_encoder.hpp"

#include <string>
#include <vector>

namespace dbway::pgx {
namespace {

// So much of a result may wait for the description of its types; beyond, it goes on with the bytes as they
// are.
constexpr std::size_t waiting_limit = 16 * 1024 * 1024;

}  // namespace

bool Connection::types_known(std::initializer_list<Shape*> shapes) {
    std::string unknown;
    for (Shape* const shape : shapes) {
        if (shape == nullptr || shape->settled() || shape->resolve(database_->types)) continue;
        for (const Oid oid : shape->unknown())
            unknown.append(unknown.empty() ? "{" : ",").append(std::to_string(oid));
    }
    if (unknown.empty() || types_answered_) {
        types_asked_ = types_answered_ = false;
        for (Shape* const shape : shapes)
            if (shape != nullptr && !shape->settled()) shape->settle();
        return true;
    }
    if (types_asked_) return false;
    if (segment_open_) close_segment(n_sent_ - 1);
    queue_.reserve(1);
    Request& request = queue_.insert(n_sent_);
    request.host.kind = kind_describe_types;
    request.text = unknown + "}";
    encode_request(request, out_);
    put_sync(out_);
    request.sent = request.own_sync = true;
    ++n_sent_;
    types_asked_ = true;
    described_.clear();
    scanned_ = 0;
    scanned_syncs_ = 0;
    return false;
}

// Looks ahead, past the messages that wait, for the answer to kind_describe_types.
bool Connection::types_arrived() {
    std::uint32_t syncs_before = orphan_syncs_ + ignored_syncs_;
    std::size_t asked = 0;
    while (asked < queue_.size() && queue_[asked].host.kind != kind_describe_types)
        syncs_before += queue_[asked++].own_sync ? 1 : 0;
    Message message;
    while (in_.peek(message, scanned_)) {
        scanned_ += message.size + 5;
        if (message.type == 'D' && scanned_syncs_ == syncs_before) take_described_types(message);
        if (message.type != 'Z' || scanned_syncs_++ < syncs_before) continue;
        add_described_types();
        queue_[asked].discarded = true;  // its rows have been taken
        types_answered_ = true;
        return true;
    }
    types_answered_ = in_.pending() > waiting_limit;
    return types_answered_;
}

void Connection::take_described_types(const Message& row) {
    BodyReader body(row);
    if (body.u16() != TypeRow::n_columns)
        throw ProtocolError("a catalog row of another width than asked for");
    std::vector<std::string>& columns = described_.emplace_back();
    for (std::size_t i = 0; i < TypeRow::n_columns; ++i) {
        const std::uint32_t size = body.u32();
        if (size == UINT32_MAX) {
            columns.emplace_back();
            continue;
        }
        columns.emplace_back(reinterpret_cast<const char*>(body.take(size)), size);
    }
}

void Connection::add_described_types() {
    std::vector<TypeRow> rows;
    for (const std::vector<std::string>& columns : described_) {
        TypeRow& row = rows.emplace_back();
        for (std::size_t i = 0; i < TypeRow::n_columns; ++i) row.columns[i] = columns[i];
    }
    database_->types.add(rows);
    described_.clear();
}

}  // namespace dbway::pgx
