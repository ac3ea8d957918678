#include "recording_connection.hpp"

#include "connection.hpp"
#include "recording_copy.hpp"
#include "recording_statement.hpp"
#include "schema_columns.hpp"

#include <utility>

namespace dbway::mock {
namespace {

// [serial], except cancel().
class RecordingConnection final : public sdk::Connection {
  public:
    RecordingConnection(std::unique_ptr<InnerConnection> inner, std::shared_ptr<Recording> recording) {
        shared_.inner = std::move(inner);
        shared_.recording = std::move(recording);
        shared_.track = shared_.recording->next_track();
        info_ = shared_.inner->info();
        shared_.recording->write_server(info_);
        info_.capabilities &= recording_capabilities();
    }

    std::unique_ptr<sdk::Statement> prepare(std::string_view sql,
                                            std::span<const dbway_value> types) override {
        return std::make_unique<RecordingStatement>(shared_, sql, types);
    }
    std::unique_ptr<sdk::Statement> query(std::string_view sql, std::span<const dbway_value>) override {
        return once(DBWAY_R_QUERY, std::string(sql));
    }
    const sdk::ConnectionInfo& info() const override { return info_; }
    std::uint32_t transaction_state() const override { return shared_.inner->transaction_state(); }
    bool dead() const noexcept override { return shared_.inner->dead(); }
    sdk::Dialect dialect() const override { return shared_.inner->dialect(); }

    void begin(std::uint32_t flags, const sdk::Request& request) override {
        command(DBWAY_R_BEGIN, {}, request, true, flags);
    }
    void commit(const sdk::Request& request) override { command(DBWAY_R_COMMIT, {}, request); }
    void rollback(const sdk::Request& request) override { command(DBWAY_R_ROLLBACK, {}, request); }
    void savepoint(std::string_view name, const sdk::Request& request) override {
        command(DBWAY_R_SAVEPOINT, name, request);
    }
    void release(std::string_view name, const sdk::Request& request) override {
        command(DBWAY_R_RELEASE, name, request);
    }
    void rollback_to(std::string_view name, const sdk::Request& request) override {
        command(DBWAY_R_ROLLBACK_TO, name, request);
    }

    std::unique_ptr<sdk::CopyIn> copy_in(const sdk::CopyTarget& target,
                                         const sdk::Request& request) override {
        return std::make_unique<RecordingCopyIn>(shared_, target, request);
    }
    std::unique_ptr<sdk::Statement> copy_out(const sdk::CopyTarget& target, const sdk::Request&) override {
        dbway_request request{};
        request.kind = DBWAY_R_COPY_OUT;
        request.flags = (target.is_sql ? DBWAY_RF_SQL : 0) | (target.raw ? DBWAY_RF_RAW : 0);
        names_.clear();
        for (const std::string_view column : target.columns) names_.push_back({column.data(), column.size()});
        request.names = names_.data();
        request.n_names = static_cast<std::uint32_t>(names_.size());
        return std::make_unique<RecordingStatement>(shared_, request, std::string(target.table));
    }
    std::unique_ptr<sdk::Statement> schema(std::uint32_t kind, std::string_view schema_filter,
                                           std::string_view table_filter) override {
        dbway_request request{};
        request.kind = DBWAY_R_SCHEMA;
        request.arg = kind;
        names_ = {{schema_filter.data(), schema_filter.size()}, {table_filter.data(), table_filter.size()}};
        request.names = names_.data();
        request.n_names = 2;
        return std::make_unique<RecordingStatement>(shared_, request,
                                                    schema_text(kind, schema_filter, table_filter));
    }

    void listen(std::string_view channel, const sdk::Request& request) override {
        command(DBWAY_R_LISTEN, channel, request);
    }
    void unlisten(std::string_view channel, const sdk::Request& request) override {
        command(DBWAY_R_UNLISTEN, channel, request);
    }
    std::optional<sdk::Notification> poll_notification() override {
        auto notification = shared_.inner->poll_notification();
        if (notification) shared_.recording->write(*notification);
        return notification;
    }
    std::int64_t notification_descriptor() const override { return shared_.inner->descriptor(); }

    // A pool's own requests, which a replay does without.
    void ping(const sdk::Request& request) override { command(DBWAY_R_PING, {}, request, false); }
    void reset(const sdk::Request& request) override { command(DBWAY_R_RESET, {}, request, false); }
    bool cancel() noexcept override { return shared_.inner->cancel(); }
    const void* extension(std::string_view id) override {
        if (id == DBWAY_EXT_DIALECT) return shared_.inner->dialect_extension();
        if (id == DBWAY_EXT_ORM) return shared_.inner->orm_extension();
        return nullptr;
    }

  private:
    std::unique_ptr<sdk::Statement> once(std::uint32_t kind, std::string text) {
        dbway_request request{};
        request.kind = kind;
        return std::make_unique<RecordingStatement>(shared_, request, std::move(text));
    }

    void command(std::uint32_t kind, std::string_view text, const sdk::Request& request, bool recorded = true,
                 std::uint32_t argument = 0) {
        RecordedRequest written;
        written.kind = kind;
        written.text = text;
        dbway_request inner = shared_.inner->make(kind, request);
        inner.sql = {text.data(), text.size()};
        inner.arg = argument;
        try {
            shared_.inner->submit(inner);
            shared_.inner->finish();
        } catch (const sdk::Failure&) {
            if (!recorded) throw;
            shared_.fail(written);
        }
        if (recorded) shared_.write(written);
    }

    RecordedConnection shared_;
    sdk::ConnectionInfo info_;
    std::vector<dbway_str> names_;
};

}  // namespace

std::uint64_t recording_capabilities() noexcept {
    // Without NONBLOCK, PIPELINE and MULTI_SET.
    return capabilities() | DBWAY_CAP_TX_DDL | DBWAY_CAP_TLS;
}

const Recorder::Session& Recorder::session(const OpenOptions& options) {
    const auto found = sessions_.find(options.record);
    if (found != sessions_.end()) {
        if (found->second.provider_file != options.provider_file)
            throw sdk::Failure(DBWAY_ERR_INVALID, "two sources record different providers to one file, " +
                                                      options.record + "; give each a file of its own");
        return found->second;
    }
    Session made;
    made.provider_file = options.provider_file;
    made.provider = std::make_shared<InnerProvider>(options.provider_file);
    made.recording = std::make_shared<Recording>(options.record, options.redact, made.provider->entry().id);
    return sessions_.emplace(options.record, std::move(made)).first->second;
}

std::unique_ptr<sdk::Connection> Recorder::open(const OpenOptions& options, const sdk::OpenRequest& request) {
    const InnerOptions inner = parse_inner_options(options.provider_options);
    std::shared_ptr<InnerProvider> provider;
    std::shared_ptr<Recording> recording;
    {
        const std::lock_guard lock(mutex_);
        const Session& shared = session(options);
        provider = shared.provider;
        recording = shared.recording;
    }
    return std::make_unique<RecordingConnection>(
        std::make_unique<InnerConnection>(std::move(provider), inner, request), std::move(recording));
}

}  // namespace dbway::mock
