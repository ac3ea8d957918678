#include "support/scripted_provider.hpp"

#include <array>
#include <chrono>
#include <stdexcept>

#include "support/scripted_state.hpp"

namespace dbway::test {
namespace {

using detail::ScriptState;
using namespace std::chrono_literals;

constexpr std::size_t slot_count = 64;
constexpr auto patience = 10s;

// dbway_entry.create has no context pointer, so each live script owns one function of this table.
std::mutex slots_mutex;
std::array<std::weak_ptr<ScriptState>, slot_count> slots;

template <std::size_t slot>
dbway_status DBWAY_CALL create_in_slot(const dbway_host* host, const dbway_create_args* args,
                                       dbway_provider** out) noexcept {
    std::shared_ptr<ScriptState> script;
    {
        const std::lock_guard lock(slots_mutex);
        script = slots[slot].lock();
    }
    return script ? detail::create_scripted(script, host, args, out) : DBWAY_ERR_INTERNAL;
}

using CreateFunction = decltype(dbway_entry::create);

template <std::size_t... slot>
constexpr std::array<CreateFunction, slot_count> make_creates(std::index_sequence<slot...>) {
    return {create_in_slot<slot>...};
}

constexpr std::array<CreateFunction, slot_count> creates_by_slot =
    make_creates(std::make_index_sequence<slot_count>());

std::size_t take_slot(const std::shared_ptr<ScriptState>& script) {
    const std::lock_guard lock(slots_mutex);
    for (std::size_t i = 0; i < slot_count; ++i) {
        if (slots[i].expired()) {
            slots[i] = script;
            return i;
        }
    }
    throw std::runtime_error("more than 64 scripted providers at once");
}

}  // namespace

Gate::Gate() : state_(std::make_shared<State>()) {}

void Gate::open() const {
    std::vector<std::weak_ptr<ScriptState>> waiting;
    {
        const std::lock_guard lock(state_->mutex);
        state_->open = true;
        waiting.swap(state_->waiting);
    }
    for (const auto& weak : waiting) {
        if (const auto script = weak.lock()) {
            const std::lock_guard lock(script->mutex);
            script->wake_all();
        }
    }
}

bool Gate::is_open() const {
    const std::lock_guard lock(state_->mutex);
    return state_->open;
}

bool Gate::await_arrival() const {
    std::unique_lock lock(state_->mutex);
    return state_->arrival.wait_for(lock, patience, [&] { return state_->arrived; });
}

bool detail::Hooks::pass(const Gate& gate, const std::shared_ptr<ScriptState>& script) {
    const std::lock_guard lock(gate.state_->mutex);
    if (!gate.state_->arrived) {
        gate.state_->arrived = true;
        gate.state_->arrival.notify_all();
    }
    if (gate.state_->open) return true;
    for (const auto& weak : gate.state_->waiting)
        if (weak.lock() == script) return false;
    gate.state_->waiting.push_back(script);
    return false;
}

Answer& Answer::add(Step step) {
    steps_.push_back(std::make_shared<const Step>(std::move(step)));
    return *this;
}

Answer& Answer::columns(std::vector<Column> columns) {
    return add({.kind = Step::Kind::columns, .columns = std::move(columns)});
}
Answer& Answer::rows(std::vector<OwnedRow> rows) {
    return add({.kind = Step::Kind::rows, .rows = std::move(rows)});
}
Answer& Answer::result(std::vector<Column> columns, std::vector<OwnedRow> rows, bool final) {
    return add(
        {.kind = Step::Kind::result, .columns = std::move(columns), .rows = std::move(rows), .final = final});
}
Answer& Answer::done(std::int64_t affected, std::string tag, std::optional<OwnedValue> last_id) {
    return add({.kind = Step::Kind::done,
                .affected = affected,
                .tag = std::move(tag),
                .last_id = std::move(last_id)});
}
Answer& Answer::failed(Diagnostic diagnostic) {
    return add({.kind = Step::Kind::failed, .diagnostic = std::move(diagnostic)});
}
Answer& Answer::notice(Diagnostic diagnostic) {
    return add({.kind = Step::Kind::notice, .diagnostic = std::move(diagnostic)});
}
Answer& Answer::wait(Gate gate) { return add({.kind = Step::Kind::wait, .gate = std::move(gate)}); }
Answer& Answer::again(int times) {
    return add({.kind = Step::Kind::again, .count = static_cast<std::size_t>(times)});
}
Answer& Answer::die(std::optional<Diagnostic> diagnostic) {
    return add({.kind = Step::Kind::die, .diagnostic = std::move(diagnostic)});
}
Answer& Answer::event(std::function<void(dbway_event&)> fill) {
    return add({.kind = Step::Kind::event, .fill = std::move(fill)});
}
Answer& Answer::misbehave(Misbehaviour what) {
    return add({.kind = Step::Kind::misbehave, .misbehaviour = what});
}
Answer& Answer::tx_state(std::uint32_t state) { return add({.kind = Step::Kind::tx_state, .state = state}); }
Answer& Answer::copy_fails_after(std::size_t rows, Diagnostic diagnostic) {
    return add({.kind = Step::Kind::copy_fails, .diagnostic = std::move(diagnostic), .count = rows});
}

ScriptedProvider::ScriptedProvider(std::string id) : state_(std::make_shared<ScriptState>()) {
    slot_ = take_slot(state_);
    auto& state = *state_;
    state.id = std::move(id);
    state.meta = "\177DBWAY-META/1\nid='" + state.id + "'\nversion='1.0.0'\nabi='1.0'\n\177DBWAY-END\n";
    state.schemes[0] = state.id.c_str();
    state.caps = state.connection_caps =
        DBWAY_CAP_NONBLOCK | DBWAY_CAP_PIPELINE | DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE |
        DBWAY_CAP_COPY_IN | DBWAY_CAP_COPY_OUT | DBWAY_CAP_NOTIFY | DBWAY_CAP_SAVEPOINT | DBWAY_CAP_ARRAYS |
        DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_MULTI_SET | DBWAY_CAP_TRANSACTION | DBWAY_CAP_WRITE |
        DBWAY_CAP_TIMEOUT;
    auto& entry = state.entry;
    std::copy_n(DBWAY_MAGIC, sizeof entry.magic, entry.magic);
    entry.struct_size = sizeof entry;
    entry.abi_major = DBWAY_ABI_MAJOR;
    entry.abi_minor = DBWAY_ABI_MINOR;
    entry.meta = state.meta.c_str();
    entry.id = state.id.c_str();
    entry.version = "1.0.0";
    entry.name = "Scripted provider";
    entry.vendor = "dbway tests";
    entry.url = "";
    entry.schemes = state.schemes;
    entry.create = creates_by_slot[slot_];
}

ScriptedProvider::~ScriptedProvider() {
    const std::lock_guard lock(slots_mutex);
    slots[slot_].reset();
}

const dbway_entry* ScriptedProvider::entry() const { return &state_->entry; }

void ScriptedProvider::set_caps(std::uint64_t caps) {
    const std::lock_guard lock(state_->mutex);
    state_->caps = state_->connection_caps = caps;
}

void ScriptedProvider::set_connection_caps(std::uint64_t caps) {
    const std::lock_guard lock(state_->mutex);
    state_->connection_caps = caps;
}

void ScriptedProvider::set_options(std::vector<std::string> source, std::vector<std::string> provider) {
    const std::lock_guard lock(state_->mutex);
    state_->source_options = std::move(source);
    state_->provider_options = std::move(provider);
}

void ScriptedProvider::set_at_hand(std::vector<std::string> texts) {
    const std::lock_guard lock(state_->mutex);
    state_->at_hand = std::move(texts);
}

void ScriptedProvider::set_fail_transaction_on_error(bool on) {
    const std::lock_guard lock(state_->mutex);
    state_->fail_transaction_on_error = on;
}

void ScriptedProvider::set_extension(std::string id, const void* extension) {
    const std::lock_guard lock(state_->mutex);
    state_->extensions[std::move(id)] = extension;
}

void ScriptedProvider::on(std::string sql, std::vector<Answer> answers) {
    auto matches = [sql](const SeenRequest& seen) {
        return seen.sql == sql && seen.kind != DBWAY_R_PREPARE && seen.kind != DBWAY_R_UNPREPARE;
    };
    const std::lock_guard lock(state_->mutex);
    state_->rules.push_front({std::move(matches), std::move(answers), std::move(sql)});
}

void ScriptedProvider::on_kind(std::uint32_t kind, std::vector<Answer> answers) {
    on_match([kind](const SeenRequest& seen) { return seen.kind == kind; }, std::move(answers));
}

void ScriptedProvider::on_match(std::function<bool(const SeenRequest&)> matches,
                                std::vector<Answer> answers) {
    const std::lock_guard lock(state_->mutex);
    state_->rules.push_front({std::move(matches), std::move(answers), {}});
}

void ScriptedProvider::on_prepare(std::string sql, std::vector<Column> columns, std::vector<Column> params) {
    const std::lock_guard lock(state_->mutex);
    state_->descriptions[std::move(sql)] = {std::move(columns), std::move(params)};
}

void ScriptedProvider::fail_open(Diagnostic diagnostic, int times) {
    const std::lock_guard lock(state_->mutex);
    for (int i = 0; i < times; ++i) state_->open_failures.push_back(diagnostic);
}

void ScriptedProvider::fail_create(Diagnostic diagnostic, int times) {
    const std::lock_guard lock(state_->mutex);
    for (int i = 0; i < times; ++i) state_->create_failures.push_back(diagnostic);
}

void ScriptedProvider::hold_open(Gate gate) {
    const std::lock_guard lock(state_->mutex);
    state_->open_gate = std::move(gate);
}

void ScriptedProvider::notify(std::string channel, std::string payload, std::int64_t sender) {
    const std::lock_guard lock(state_->mutex);
    for (auto& [number, connection] : state_->connections)
        detail::notify_connection(*connection, channel, payload, sender);
    state_->wake_all();
}

void ScriptedProvider::kill_connections() {
    const std::lock_guard lock(state_->mutex);
    for (auto& [number, connection] : state_->connections) detail::kill_connection(*connection);
    state_->wake_all();
}

void ScriptedProvider::kill_connection(std::uint64_t connection) {
    const std::lock_guard lock(state_->mutex);
    if (const auto found = state_->connections.find(connection); found != state_->connections.end())
        detail::kill_connection(*found->second);
    state_->wake_all();
}

std::vector<SeenRequest> ScriptedProvider::requests() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<SeenRequest> seen;
    for (const auto& request : state_->requests) seen.push_back(*request);
    return seen;
}

std::vector<SeenRequest> ScriptedProvider::requests(std::uint32_t kind) const {
    auto seen = requests();
    std::erase_if(seen, [&](const SeenRequest& request) { return request.kind != kind; });
    return seen;
}

std::vector<SeenRequest> ScriptedProvider::requests(std::string_view sql) const {
    auto seen = requests();
    std::erase_if(seen, [&](const SeenRequest& request) { return request.sql != sql; });
    return seen;
}

std::vector<SeenOpen> ScriptedProvider::opens() const {
    const std::lock_guard lock(state_->mutex);
    return state_->opens;
}
std::vector<SeenCancel> ScriptedProvider::cancels() const {
    const std::lock_guard lock(state_->mutex);
    return state_->cancels;
}
std::size_t ScriptedProvider::closes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->closes;
}
std::size_t ScriptedProvider::discards() const {
    const std::lock_guard lock(state_->mutex);
    return state_->discards;
}
std::size_t ScriptedProvider::creates() const {
    const std::lock_guard lock(state_->mutex);
    return state_->creates;
}
std::size_t ScriptedProvider::destroys() const {
    const std::lock_guard lock(state_->mutex);
    return state_->destroys;
}
std::size_t ScriptedProvider::open_connections() const {
    const std::lock_guard lock(state_->mutex);
    return state_->connections.size();
}
std::vector<std::string> ScriptedProvider::misuses() const {
    const std::lock_guard lock(state_->mutex);
    return state_->misuses;
}

void ScriptedProvider::forget_seen() {
    const std::lock_guard lock(state_->mutex);
    state_->requests.clear();
    state_->opens.clear();
    state_->cancels.clear();
    state_->misuses.clear();
    state_->closes = state_->discards = state_->creates = state_->destroys = 0;
}

bool ScriptedProvider::await(const std::function<bool(const ScriptedProvider&)>& ready) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!ready(*this)) {
        std::unique_lock lock(state_->mutex);
        if (std::chrono::steady_clock::now() >= deadline) return false;
        state_->changed.wait_for(lock, 1ms);
    }
    return true;
}

}  // namespace dbway::test
