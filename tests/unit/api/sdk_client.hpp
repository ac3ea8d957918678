// sdk_client.hpp - a host in miniature: drives the in-memory provider through the raw C tables.
#pragma once

#include "sdk_memory_provider.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

extern "C" const dbway_entry sdk_memory_entry;

namespace dbway::sdk::test {

struct Report {
    dbway_status status;
    std::uint32_t flags;
    std::int32_t severity;
    std::uint64_t request_id;
    std::uint32_t position;
    std::string sqlstate;
    std::string message;
    std::string detail;
};

// An event as it was received, its cells copied.
struct Received {
    dbway_event event;
    std::vector<std::int64_t> values;
    std::vector<std::string> names;  // of the columns
};

inline dbway_value integer(std::int64_t value) {
    dbway_value cell{};
    cell.type = DBWAY_T_I64;
    cell.v.i64 = value;
    return cell;
}

// One provider with one connection. Its requests live as long as it.
class Client {
  public:
    explicit Client(std::uint32_t flags = 0) {
        world() = &world_;
        dbway_create_args create{};
        create.struct_size = sizeof create;
        create.diag = sink();
        EXPECT_EQ(sdk_memory_entry.create(nullptr, &create, &provider), DBWAY_OK);
        dbway_open_args open = open_args();
        open.flags = flags;
        EXPECT_EQ(provider->open(provider, &open, &connection), DBWAY_OK);
        api = provider->conn;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() {
        close();
        provider->destroy(provider);
        EXPECT_EQ(world_.live_statements, 0U);
    }
    void close() {
        if (connection != nullptr) api->close(connection);
        connection = nullptr;
    }

    dbway_open_args open_args() {
        dbway_open_args args{};
        args.struct_size = sizeof args;
        args.diag = sink();
        return args;
    }
    dbway_diag_sink sink() {
        return {this, [](void* self, const dbway_diag* diag) noexcept {
                    static_cast<Client*>(self)->reports.push_back(
                        {diag->status, diag->flags, diag->severity, diag->request_id, diag->position,
                         diag->sqlstate, std::string(detail::to_view(diag->message)),
                         std::string(detail::to_view(diag->detail))});
                }};
    }

    // A request with the next id, to be completed by the caller before submit().
    dbway_request& request(std::uint32_t kind, const std::string& sql = {}, std::uint32_t request_flags = 0) {
        texts_.push_back(sql);
        dbway_request made{};
        made.struct_size = sizeof made;
        made.kind = kind;
        made.id = ++last_id_;
        made.flags = request_flags;
        made.sql = {texts_.back().data(), texts_.back().size()};
        requests_.push_back(made);
        pending_.push_back(&requests_.back());
        return requests_.back();
    }
    dbway_request& with_values(dbway_request& made, std::vector<dbway_value> values, std::uint32_t sets = 1) {
        values_.push_back(std::move(values));
        made.params = values_.back().data();
        made.n_params = static_cast<std::uint32_t>(values_.back().size() / sets);
        made.n_sets = sets;
        return made;
    }
    dbway_request& execute(std::uint64_t statement, std::vector<dbway_value> values = {},
                           std::uint32_t request_flags = 0, std::uint32_t sets = 1) {
        dbway_request& made = request(DBWAY_R_EXECUTE, {}, request_flags);
        made.stmt = statement;
        return with_values(made, std::move(values), sets);
    }
    dbway_request& prepare(std::uint64_t statement, const std::string& sql) {
        dbway_request& made = request(DBWAY_R_PREPARE, sql);
        made.stmt = statement;
        return made;
    }

    dbway_status submit() {
        const dbway_status status = api->submit(connection, pending_.data(), pending_.size());
        pending_.clear();
        return status;
    }

    dbway_status next(Received& to) {
        to = {};
        to.event.struct_size = sizeof to.event;
        const dbway_status status = api->next(connection, &to.event);
        if (status != DBWAY_OK) return status;
        const dbway_event& event = to.event;
        if (event.kind == DBWAY_E_ROWS)
            for (std::uint32_t i = 0; i < event.n_rows; ++i)
                to.values.push_back(event.cells[static_cast<std::size_t>(i) * event.n_columns].v.i64);
        if (event.columns != nullptr)
            for (std::uint32_t i = 0; i < event.n_columns; ++i)
                to.names.emplace_back(detail::to_view(event.columns[i]->name));
        return status;
    }

    // Everything until the queue is empty.
    std::vector<Received> drain() {
        std::vector<Received> all;
        Received one;
        while (next(one) == DBWAY_OK) all.push_back(one);
        return all;
    }
    std::vector<Received> run() {
        EXPECT_EQ(submit(), DBWAY_OK);
        return drain();
    }

    dbway_provider* provider = nullptr;
    dbway_conn* connection = nullptr;
    const dbway_conn_api* api = nullptr;
    std::vector<Report> reports;
    World& world_of() { return world_; }

  private:
    World world_;
    std::uint64_t last_id_ = 0;
    std::deque<std::string> texts_;
    std::deque<std::vector<dbway_value>> values_;
    std::deque<dbway_request> requests_;
    std::vector<const dbway_request*> pending_;
};

// The events as "id:KIND" in order, with + for EF_SET and . for EF_FINAL, and the number of rows.
inline std::string shape(const std::vector<Received>& events) {
    static constexpr const char* names[] = {"?",    "READY",  "COLUMNS", "ROWS",
                                            "DONE", "FAILED", "SKIPPED", "NOTIFY"};
    std::string text;
    for (const Received& one : events) {
        if (!text.empty()) text += " ";
        text += std::to_string(one.event.request_id) + ":" + names[one.event.kind];
        if (one.event.kind != DBWAY_E_ROWS) continue;
        text += std::to_string(one.event.n_rows);
        if ((one.event.flags & DBWAY_EF_SET) != 0) text += "+";
        if ((one.event.flags & DBWAY_EF_FINAL) != 0) text += ".";
    }
    return text;
}

}  // namespace dbway::sdk::test
