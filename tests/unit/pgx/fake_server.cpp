#include "fake_server.hpp"

#include "provider.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace dbway::test {
namespace {

bool read_exactly(int socket, void* to, std::size_t size) {
    auto* at = static_cast<char*>(to);
    while (size > 0) {
        const ssize_t got = recv(socket, at, size, 0);
        if (got <= 0) return false;
        at += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string parameter(const char* name, const char* value) {
    return message('S', std::string(name) + '\0' + value + '\0');
}

dbway_str to_str(std::string_view text) { return {text.data(), text.size()}; }

std::string to_string(const dbway_str& text) {
    return text.ptr == nullptr ? std::string() : std::string(text.ptr, text.len);
}

}  // namespace

std::string big_endian(std::uint32_t value) {
    value = htonl(value);
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string big_endian16(std::uint16_t value) {
    value = htons(value);
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string message(char type, std::string_view body) {
    return type + big_endian(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}

FakeServer::FakeServer() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no port on 127.0.0.1 to listen on");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

FakeServer::~FakeServer() {
    shutdown(listener_, SHUT_RDWR);  // ends accept()
    thread_.join();
    close(listener_);
}

void FakeServer::answer(std::string bytes, std::size_t first) {
    const std::scoped_lock lock(mutex_);
    answers_.push_back({std::move(bytes), first});
}

void FakeServer::run() {
    for (;;) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        serve(socket);
        close(socket);
    }
}

void FakeServer::serve(int socket) {
    std::uint32_t size = 0;
    if (!read_exactly(socket, &size, sizeof size)) return;
    std::string startup(ntohl(size) - sizeof size, '\0');
    if (!read_exactly(socket, startup.data(), startup.size())) return;
    Answer answer;
    {
        const std::scoped_lock lock(mutex_);
        if (answers_.empty()) return;
        answer = std::move(answers_.front());
        answers_.pop_front();
    }
    send_all(socket, message('R', big_endian(0)) + parameter("client_encoding", "UTF8") +
                         parameter("server_version", "15.4") + parameter("integer_datetimes", "on") +
                         message('K', big_endian(1234) + big_endian(5678)) + message('Z', "I"));
    char buffer[4096];
    if (recv(socket, buffer, sizeof buffer, 0) <= 0) return;
    if (answer.first != 0) {
        send_all(socket, answer.bytes.substr(0, answer.first));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    send_all(socket, answer.bytes.substr(answer.first));
    shutdown(socket, SHUT_WR);
    while (recv(socket, buffer, sizeof buffer, 0) > 0) {
    }
}

WireClient::WireClient() {
    dbway_create_args args{};
    args.struct_size = sizeof args;
    args.diag = sink();
    EXPECT_EQ(pgx::create_provider(nullptr, &args, &provider_), DBWAY_OK);
}

WireClient::~WireClient() { provider_->destroy(provider_); }

dbway_diag_sink WireClient::sink() {
    return {this, [](void* self, const dbway_diag* diag) noexcept {
                static_cast<WireClient*>(self)->reports.push_back(
                    {diag->status, diag->flags, std::string(diag->sqlstate, strnlen(diag->sqlstate, 5)),
                     to_string(diag->message)});
            }};
}

std::vector<int> WireClient::query(int port, const char* sql) {
    dbway_request request{};
    request.struct_size = sizeof request;
    request.kind = DBWAY_R_QUERY;
    request.id = 1;
    request.sql = to_str(sql);
    return run(port, {request});
}

std::vector<int> WireClient::prepared(int port, const char* sql) {
    dbway_request prepare{};
    prepare.struct_size = sizeof prepare;
    prepare.kind = DBWAY_R_PREPARE;
    prepare.id = 1;
    prepare.stmt = 7;
    prepare.flags = DBWAY_RF_CHAIN;
    prepare.sql = to_str(sql);
    dbway_request execute{};
    execute.struct_size = sizeof execute;
    execute.kind = DBWAY_R_EXECUTE;
    execute.id = 2;
    execute.stmt = 7;
    return run(port, {prepare, execute});
}

std::vector<int> WireClient::executed(int port, const char* sql, int times, bool transaction) {
    std::vector<dbway_request> requests;
    const auto add = [&](std::uint32_t kind, std::uint32_t flags) -> dbway_request& {
        dbway_request& request = requests.emplace_back();
        request.struct_size = sizeof request;
        request.kind = kind;
        request.id = requests.size();
        request.flags = flags;
        return request;
    };
    dbway_request& prepare = add(DBWAY_R_PREPARE, DBWAY_RF_CHAIN);
    prepare.stmt = 7;
    prepare.sql = to_str(sql);
    if (transaction) add(DBWAY_R_BEGIN, DBWAY_RF_CHAIN);
    for (int i = 0; i < times; ++i) {
        const bool chained = transaction && i + 1 < times;
        add(DBWAY_R_EXECUTE, DBWAY_RF_COLUMNS_KNOWN | (chained ? DBWAY_RF_CHAIN : 0U)).stmt = 7;
    }
    return run(port, std::move(requests));
}

std::vector<int> WireClient::run(int port, std::vector<dbway_request> requests) {
    reports.clear();
    values.clear();
    const std::string port_text = std::to_string(port);
    const std::pair<const char*, std::string> settings[] = {
        {"host", "127.0.0.1"},  {"port", port_text},       {"user", "nobody"},       {"dbname", "none"},
        {"sslmode", "disable"}, {"gssencmode", "disable"}, {"cancel_timeout", "1s"},
    };
    std::vector<dbway_option> options;
    for (const auto& [key, value] : settings) {
        dbway_option option{};
        option.key = key;
        option.value = to_str(value);
        options.push_back(option);
    }
    dbway_open_args args{};
    args.struct_size = sizeof args;
    args.diag = sink();
    args.options = options.data();
    args.n_options = static_cast<std::uint32_t>(options.size());
    args.timeout_ns = 20'000'000'000;
    dbway_conn* connection = nullptr;
    if (const dbway_status opened = provider_->open(provider_, &args, &connection); opened != DBWAY_OK)
        return {status_mark + static_cast<int>(opened)};
    std::vector<const dbway_request*> pointers;
    for (dbway_request& request : requests) {
        request.timeout_ns = 20'000'000'000;
        pointers.push_back(&request);
    }
    std::vector<int> kinds;
    const dbway_status submitted = provider_->conn->submit(connection, pointers.data(), pointers.size());
    if (submitted != DBWAY_OK) kinds.push_back(status_mark + static_cast<int>(submitted));
    std::size_t left = submitted == DBWAY_OK ? requests.size() : 0;
    while (left > 0) {
        dbway_event event{};
        event.struct_size = sizeof event;
        const dbway_status status = provider_->conn->next(connection, &event);
        if (status == DBWAY_ERR_CONNECTION && !kinds.empty()) break;  // those behind the one that failed
        if (status != DBWAY_OK) {
            ADD_FAILURE() << "no event for a request, but " << status;
            break;
        }
        kinds.push_back(static_cast<int>(event.kind));
        look_at(event);
        if (event.kind == DBWAY_E_DONE || event.kind == DBWAY_E_FAILED || event.kind == DBWAY_E_SKIPPED ||
            (event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_FINAL) != 0))
            --left;
    }
    const bool dead = std::any_of(reports.begin(), reports.end(), [](const WireReport& report) {
        return (report.flags & DBWAY_DIAG_CONN_DEAD) != 0;
    });
    kinds.push_back(status_mark + (dead ? DBWAY_ERR_CONNECTION : DBWAY_END));
    provider_->conn->close(connection);
    return kinds;
}

void WireClient::look_at(const dbway_event& event) {
    for (std::uint32_t i = 0; event.columns != nullptr && i < event.n_columns; ++i)
        values.push_back(to_string(event.columns[i]->name) + ":" + to_string(event.columns[i]->native_name));
    if (event.cells == nullptr) return;
    for (std::size_t i = 0; i < std::size_t{event.n_rows} * event.n_columns; ++i) look_at(event.cells[i], 0);
}

void WireClient::look_at(const dbway_value& value, int depth) {
    switch (value.type) {
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
        case DBWAY_T_DECIMAL:
        case DBWAY_T_BLOB:
        case DBWAY_T_NATIVE:
            values.emplace_back(value.v.text == nullptr ? "" : value.v.text, value.len);
            return;
        case DBWAY_T_ARRAY: {
            if (depth > 64) return;
            const auto* items = value.v.items;
            for (std::uint32_t i = 0; i < value.len; ++i) look_at(items[i], depth + 1);
            return;
        }
        default:
            values.emplace_back("?");
    }
}

}  // namespace dbway::test
