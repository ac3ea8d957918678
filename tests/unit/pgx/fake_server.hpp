// A server that says what it is told to, and a client at the raw tables of the provider.
#ifndef DBWAY_TESTS_PGX_FAKE_SERVER_HPP
#define DBWAY_TESTS_PGX_FAKE_SERVER_HPP

#include <dbway/provider.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dbway::test {

// A message of the protocol: its type, its length and `body`.
std::string message(char type, std::string_view body = {});
std::string big_endian(std::uint32_t value);
std::string big_endian16(std::uint16_t value);

// One connection after the other, on 127.0.0.1: the handshake of a server that trusts everybody; then, once
// the client has sent something, the next answer; then the end of its side.
class FakeServer {
  public:
    FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;
    ~FakeServer();

    int port() const { return port_; }
    // For the connection after those that have an answer already. `first`: so many bytes come by themselves,
    // the others a moment later.
    void answer(std::string bytes, std::size_t first = 0);

  private:
    void run();
    void serve(int socket);

    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    struct Answer {
        std::string bytes;
        std::size_t first;
    };
    std::deque<Answer> answers_;
    std::thread thread_;
};

// What ends a list of kinds of events: this and DBWAY_END, or DBWAY_ERR_CONNECTION if the connection was
// lost.
inline constexpr int status_mark = 100;

struct WireReport {
    dbway_status status;
    std::uint32_t flags;
    std::string sqlstate;
    std::string message;
};

// A provider, and one connection after the other to a port. What events lend is read to its last byte, so
// that a sanitizer sees what is not there.
class WireClient {
  public:
    WireClient();
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;
    ~WireClient();

    // Connects, submits a QUERY (or PREPARE and EXECUTE in one flight), receives all there is, closes. The
    // kinds of the events in their order, then status_mark.
    std::vector<int> query(int port, const char* sql);
    std::vector<int> prepared(int port, const char* sql);
    // PREPARE, and executions with known columns in the same flight: each by itself, or chained in a
    // transaction.
    std::vector<int> executed(int port, const char* sql, int times, bool transaction);

    std::vector<WireReport> reports;  // of the last call
    std::vector<std::string> values;  // cells of the last call: what texts they have, otherwise "?"

  private:
    std::vector<int> run(int port, std::vector<dbway_request> requests);
    void look_at(const dbway_event& event);
    void look_at(const dbway_value& value, int depth);
    dbway_diag_sink sink();

    dbway_provider* provider_ = nullptr;
};

}  // namespace dbway::test

#endif
