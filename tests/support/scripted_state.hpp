#ifndef DBWAY_TESTS_SUPPORT_SCRIPTED_STATE_HPP
#define DBWAY_TESTS_SUPPORT_SCRIPTED_STATE_HPP

// What ScriptedProvider and the connections that play its script share.

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "support/scripted_provider.hpp"

namespace dbway::test {

struct Gate::State {
    std::mutex mutex;
    std::condition_variable arrival;
    bool open = false;
    bool arrived = false;
    std::vector<std::weak_ptr<detail::ScriptState>> waiting;
};

struct Answer::Step {
    enum class Kind {
        columns,
        rows,
        result,
        done,
        failed,
        notice,
        wait,
        again,
        die,
        event,
        misbehave,
        tx_state,
        copy_fails
    };
    Kind kind{};
    std::vector<Column> columns{};
    std::vector<OwnedRow> rows{};
    bool final = false;
    std::int64_t affected = 0;
    std::string tag{};
    std::optional<OwnedValue> last_id{};
    std::optional<Diagnostic> diagnostic{};
    std::optional<Gate> gate{};
    std::size_t count = 0;  // again: how often; copy_fails: after how many rows
    std::uint32_t state = 0;
    std::function<void(dbway_event&)> fill{};
    Misbehaviour misbehaviour{};
};

namespace detail {

class ScriptedConnection;

// dbway_columns over owned Columns, which must outlive it.
struct ColumnSet {
    std::vector<Column> owned;
    std::vector<dbway_column> columns;
    std::vector<const dbway_column*> pointers;
    explicit ColumnSet(std::vector<Column> from);
    ColumnSet(const ColumnSet&) = delete;
    ColumnSet& operator=(const ColumnSet&) = delete;
};

struct Rule {
    std::function<bool(const SeenRequest&)> matches;
    std::vector<Answer> answers;
    std::string sql;  // of on(sql), for the columns of PREPARE
    std::size_t used = 0;
};

struct Description {
    std::vector<Column> columns;
    std::vector<Column> params;
};

// Guarded by `mutex`, except what is set before the first create().
struct ScriptState : std::enable_shared_from_this<ScriptState> {
    mutable std::mutex mutex;
    mutable std::condition_variable changed;

    std::string id, meta;
    const char* schemes[2] = {nullptr, nullptr};
    dbway_entry entry{};

    std::uint64_t caps = 0, connection_caps = 0;
    std::vector<std::string> source_options{"url", "database"}, provider_options;
    bool fail_transaction_on_error = false;
    std::vector<std::string> at_hand;
    std::map<std::string, const void*> extensions;
    std::deque<Rule> rules;  // newest first
    std::map<std::string, Description> descriptions;
    std::deque<Diagnostic> open_failures, create_failures;
    std::optional<Gate> open_gate;

    std::vector<std::shared_ptr<SeenRequest>> requests;
    std::vector<SeenOpen> opens;
    std::vector<SeenCancel> cancels;
    std::size_t closes = 0, discards = 0, creates = 0, destroys = 0;
    std::vector<std::string> misuses;
    std::uint64_t next_connection = 1;
    std::map<std::uint64_t, ScriptedConnection*> connections;

    // The three below need the mutex held.
    void wake_all();
    std::optional<Answer> answer_for(const SeenRequest& request);
    std::optional<Description> description_of(const std::string& sql) const;
};

// Lets the player look inside the values that tests build.
struct Hooks {
    static const std::vector<std::shared_ptr<const Answer::Step>>& steps(const Answer& answer) {
        return answer.steps_;
    }
    // True when the gate is open; otherwise remembers whom to wake.
    static bool pass(const Gate& gate, const std::shared_ptr<ScriptState>& script);
};

void report(const dbway_diag_sink& sink, const Diagnostic& diagnostic, std::uint64_t request_id);

// dbway_entry.create of a script.
dbway_status create_scripted(const std::shared_ptr<ScriptState>& script, const dbway_host* host,
                             const dbway_create_args* args, dbway_provider** out);

// The part of a connection that others may touch, with the script's mutex held.
void wake_connection(ScriptedConnection& connection);
void kill_connection(ScriptedConnection& connection);
void notify_connection(ScriptedConnection& connection, const std::string& channel, const std::string& payload,
                       std::int64_t sender);

}  // namespace detail
}  // namespace dbway::test

#endif
