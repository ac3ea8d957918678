// stage.hpp - a mock: the expectations of one application and what has become of them. (The C interface calls
// it dbway_mock.)
#pragma once

#include "expectation.hpp"
#include "mailbox.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mock {

// What a connection says of its server.
struct Server {
    std::string product = "mock";
    std::string version;
    std::uint64_t number = 0;             // as dbway_conn_info::server_version
    std::optional<std::string> database;  // unset: the name of the mock
};

// What a script says beside its expectations; unset: as it is.
struct Settings {
    std::optional<Server> server;
    std::optional<bool> lenient;               // a request that fits nothing is answered with nothing
    std::optional<bool> any_order;             // of expectations that are added from now on
    std::optional<bool> expect_transactions;   // BEGIN, COMMIT… only where they are expected
    std::optional<bool> failing_transactions;  // an error fails the transaction around it
};

struct Script {
    Settings settings;
    std::vector<Expectation> expectations;
};

// Thread-safe; locks no other object but mailboxes meanwhile.
class Stage {
  public:
    explicit Stage(sdk::Dialect dialect, Settings fixed = {}) : dialect_(dialect), fixed_(fixed) {}

    // A connection's place: the mailbox through which it is reached, and the track that it plays.
    struct Seat {
        Mailbox mailbox;
        std::uint32_t track = 0;
    };
    void join(Seat& seat);
    // The number of connections that are left.
    std::size_t leave(Seat& seat);

    sdk::Dialect dialect() const noexcept { return dialect_; }
    Server server() const;

    // All or nothing; throws Failure (DBWAY_ERR_INVALID) that names the place.
    void add(Script script);
    void reset();

    // The answer to a request, whose expectation is thereby met. Null: none is expected and none is needed.
    // Throws Failure when the request is unexpected.
    std::shared_ptr<const Answer> take(const Arrival& arrival, Seat& seat);
    // The result columns of a statement that is being prepared; empty if nothing is known of it.
    std::vector<sdk::Column> columns_of(std::string_view sql, const Seat& seat) const;
    bool failing_transactions() const;

    void notify(const sdk::Notification& notification);
    void disconnect();

    // One text per finding; empty: all is as expected.
    std::vector<std::string> unmet() const;
    std::vector<std::string> unexpected() const;

  private:
    struct Entry {
        Expectation expectation;
        std::uint32_t met = 0;
        bool passed = false;  // a later one of its track was met instead
        bool open() const noexcept { return !passed && met < expectation.times_max; }
    };
    struct Track {
        std::vector<std::size_t> entries;
        std::size_t first_open = 0;
        const Seat* taken_by = nullptr;
    };
    template <class Fits>
    std::optional<std::size_t> find(const Seat& seat, Fits fits) const;
    template <class Fits>
    std::optional<std::size_t> find_in(const Track& track, Fits& fits) const;
    bool finished(const Track& track) const;
    void meet(std::size_t index, Seat& seat);
    bool is_free(std::uint32_t kind) const;
    std::string advice(const Arrival& arrival, const ArrivalText& text, const Seat& seat) const;
    std::string where(std::size_t index) const;

    const sdk::Dialect dialect_;
    const Settings fixed_;  // by options: scripts do not change them
    mutable std::mutex mutex_;
    Settings settings_;
    std::vector<Entry> entries_;
    std::map<std::uint32_t, Track> tracks_;
    std::vector<std::size_t> unordered_;
    std::vector<std::string> unexpected_;
    std::size_t unexpected_dropped_ = 0;
    std::vector<Seat*> seats_;
};

}  // namespace dbway::mock
