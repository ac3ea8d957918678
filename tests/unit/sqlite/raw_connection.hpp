// raw_connection.hpp - drives the provider through the bare ABI, as a host does, and keeps all it says.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/value_text.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

extern "C" const dbway_entry dbway_entry_v1;

namespace dbway::test {

// A cell that owns what it points to.
struct Cell {
    std::uint32_t type = DBWAY_T_NULL;
    std::int64_t i64 = 0;
    double f64 = 0;
    std::string bytes;
    dbway_interval interval{};
    std::string text;  // format_value()

    explicit Cell(const dbway_value& value) : type(value.type) {
        switch (type) {
            case DBWAY_T_NULL:
                break;
            case DBWAY_T_F64:
                f64 = value.v.f64;
                break;
            case DBWAY_T_DECIMAL:
            case DBWAY_T_TEXT:
            case DBWAY_T_BLOB:
            case DBWAY_T_UUID:
            case DBWAY_T_JSON:
                bytes.assign(value.len == 0 ? "" : value.v.text, value.len);
                break;
            case DBWAY_T_INTERVAL:
                interval = *value.v.interval;
                break;
            case DBWAY_T_ARRAY:
                break;
            default:
                i64 = value.v.i64;
                break;
        }
        sdk::format_value(value, text);
    }
};

struct Diagnostic {
    dbway_status status;
    std::int32_t severity;
    std::uint32_t flags;
    std::uint64_t request_id;
    std::int64_t native_code;
    std::uint32_t position;
    std::string sqlstate, message, detail, hint, context, schema, table, column, constraint;
};

struct ColumnInfo {
    std::string name, native_name, schema, table;
    std::uint32_t type, item_type, flags;
    std::int32_t precision, scale;
};

// All that came of one request.
struct Answer {
    dbway_status status = DBWAY_OK;
    std::uint32_t kind = 0;  // of the final event
    std::uint32_t tx_state = 0;
    std::int64_t affected = -1;
    std::optional<std::int64_t> last_id;
    std::string tag;
    std::vector<ColumnInfo> columns;
    std::vector<ColumnInfo> params;
    std::vector<std::vector<Cell>> rows;
    Diagnostic error{};  // of a FAILED
    int column_events = 0;

    bool ok() const { return status == DBWAY_OK; }
    std::string text(std::size_t row = 0, std::size_t column = 0) const {
        return rows.at(row).at(column).text;
    }
    std::uint32_t type(std::size_t row = 0, std::size_t column = 0) const {
        return rows.at(row).at(column).type;
    }
};

inline std::string show(const Answer& answer) {
    return answer.ok() ? "ok"
                       : answer.error.sqlstate + " " + answer.error.message + " | " + answer.error.detail;
}

// "v12"
inline std::string numbered(std::string_view prefix, std::int64_t number) {
    return std::string(prefix).append(std::to_string(number));
}

// ---- values

inline dbway_value null_value() { return dbway_value{}; }
inline dbway_value integer(std::int64_t number, std::uint32_t type = DBWAY_T_I64) {
    dbway_value value{};
    value.v.i64 = number;
    value.type = static_cast<std::uint8_t>(type);
    return value;
}
inline dbway_value unsigned_integer(std::uint64_t number) {
    dbway_value value = integer(0, DBWAY_T_U64);
    value.v.u64 = number;
    return value;
}
inline dbway_value real(double number) {
    dbway_value value = integer(0, DBWAY_T_F64);
    value.v.f64 = number;
    return value;
}
// The bytes must outlive the value.
inline dbway_value text(std::string_view bytes, std::uint32_t type = DBWAY_T_TEXT) {
    dbway_value value = integer(0, type);
    value.v.text = bytes.data();
    value.len = static_cast<std::uint32_t>(bytes.size());
    return value;
}

// ---- a provider and its connections

// Made once for all tests; [any].
inline dbway_provider* provider() {
    struct Owner {
        dbway_provider* provider = nullptr;
        Owner() {
            static const dbway_host host = {
                sizeof(dbway_host),
                DBWAY_ABI_MAJOR,
                DBWAY_ABI_MINOR,
                0,
                "test",
                "0",
                nullptr,
                [](const dbway_host*, std::int32_t, const char*, std::size_t) noexcept {},
                [](const dbway_host*) noexcept -> std::uint64_t { return 0; },
                [](const dbway_host*, const char*) noexcept -> const void* { return nullptr; }};
            dbway_create_args args{};
            args.struct_size = sizeof args;
            if (dbway_entry_v1.create(&host, &args, &provider) != DBWAY_OK) std::abort();
        }
        ~Owner() { provider->destroy(provider); }
    };
    static Owner owner;
    return owner.provider;
}

using OptionMap = std::map<std::string, std::string>;

class RawConnection {
  public:
    explicit RawConnection(const OptionMap& options = {{"database", ":memory:"}}, std::uint32_t flags = 0,
                           std::uint64_t timeout_ns = 0) {
        std::vector<dbway_option> list;
        for (const auto& [key, value] : options) list.push_back({key.c_str(), {value.data(), value.size()}});
        dbway_open_args args{};
        args.struct_size = sizeof args;
        args.flags = flags;
        args.timeout_ns = timeout_ns;
        args.options = list.data();
        args.n_options = list.size();
        args.diag = {this, [](void* self, const dbway_diag* diag) noexcept {
                         static_cast<RawConnection*>(self)->keep(*diag);
                     }};
        open_status = provider()->open(provider(), &args, &connection_);
    }
    ~RawConnection() {
        if (connection_ != nullptr) api().close(connection_);
    }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    // ---- whole requests

    Answer query(std::string_view sql, const std::vector<dbway_value>& params = {},
                 std::uint64_t timeout_ns = 0) {
        dbway_request request = make(DBWAY_R_QUERY, sql);
        request.params = params.data();
        request.n_params = static_cast<std::uint32_t>(params.size());
        request.timeout_ns = timeout_ns;
        return run(request);
    }
    Answer script(std::string_view sql) { return run(make(DBWAY_R_SCRIPT, sql)); }
    Answer prepare(std::uint64_t statement, std::string_view sql) {
        dbway_request request = make(DBWAY_R_PREPARE, sql);
        request.stmt = statement;
        return run(request);
    }
    Answer execute(std::uint64_t statement, const std::vector<dbway_value>& params = {},
                   std::uint32_t flags = 0, std::uint32_t sets = 1) {
        dbway_request request = make(DBWAY_R_EXECUTE, {});
        request.stmt = statement;
        request.params = params.data();
        request.n_sets = sets;
        request.n_params = static_cast<std::uint32_t>(params.size()) / sets;
        request.flags = flags;
        return run(request);
    }
    Answer begin(std::uint32_t mode = 0, std::uint64_t timeout_ns = 0) {
        dbway_request request = make(DBWAY_R_BEGIN, {});
        request.arg = mode;
        request.timeout_ns = timeout_ns;
        return run(request);
    }
    Answer simple(std::uint32_t kind, std::string_view sql = {}) { return run(make(kind, sql)); }
    Answer schema(std::uint32_t what, const std::vector<std::string>& filter = {}) {
        dbway_request request = make(DBWAY_R_SCHEMA, {});
        request.arg = what;
        std::vector<dbway_str> names = strings(filter);
        request.names = names.data();
        request.n_names = static_cast<std::uint32_t>(names.size());
        return run(request);
    }
    std::uint32_t block_rows = 3;  // that copy_in() hands over at a time
    // `end`: what the source answers after the last row.
    Answer copy_in(std::string_view table, const std::vector<std::string>& columns, std::uint32_t width,
                   const std::vector<dbway_value>& cells, std::uint32_t flags = 0,
                   dbway_status end = DBWAY_END) {
        struct Source {
            const std::vector<dbway_value>* cells;
            std::uint32_t width;
            std::uint32_t block;
            std::size_t next;
            dbway_status end;
        } source{&cells, width, block_rows, 0, end};
        dbway_row_source rows{};
        rows.struct_size = sizeof rows;
        rows.n_columns = width;
        rows.ctx = &source;
        rows.pull = [](void* context, const dbway_value** out,
                       std::uint32_t* n_rows) noexcept -> dbway_status {
            auto& from = *static_cast<Source*>(context);
            if (from.next >= from.cells->size()) return from.end;
            *out = from.cells->data() + from.next;
            *n_rows = from.width == 0 ? 1
                                      : static_cast<std::uint32_t>(std::min<std::size_t>(
                                            from.block, (from.cells->size() - from.next) / from.width));
            from.next += *n_rows * (from.width == 0 ? 1 : from.width);
            return DBWAY_OK;
        };
        dbway_request request = make(DBWAY_R_COPY_IN, table);
        std::vector<dbway_str> names = strings(columns);
        request.names = names.data();
        request.n_names = static_cast<std::uint32_t>(names.size());
        request.source = &rows;
        request.flags = flags;
        return run(request);
    }
    Answer copy_out(std::string_view table, const std::vector<std::string>& columns = {},
                    std::uint32_t flags = 0) {
        dbway_request request = make(DBWAY_R_COPY_OUT, table);
        std::vector<dbway_str> names = strings(columns);
        request.names = names.data();
        request.n_names = static_cast<std::uint32_t>(names.size());
        request.flags = flags;
        return run(request);
    }

    // Fails the test unless it succeeds.
    Answer must(std::string_view sql, const std::vector<dbway_value>& params = {}) {
        Answer answer = query(sql, params);
        EXPECT_TRUE(answer.ok()) << sql << ": " << show(answer);
        return answer;
    }

    // ---- pieces

    static dbway_request make(std::uint32_t kind, std::string_view sql) {
        static std::atomic<std::uint64_t> next_id{0};
        dbway_request request{};
        request.struct_size = sizeof request;
        request.kind = kind;
        request.id = ++next_id;
        request.sql = {sql.data(), sql.size()};
        return request;
    }

    Answer run(const dbway_request& request) {
        const dbway_request* list[] = {&request};
        Answer answer;
        answer.status = api().submit(connection_, list, 1);
        if (answer.status != DBWAY_OK) {
            take_error(answer);
            return answer;
        }
        return collect();
    }

    // Events up to and with the next final one.
    Answer collect() {
        Answer answer;
        for (;;) {
            dbway_event event{};
            event.struct_size = sizeof event;
            const dbway_status status = api().next(connection_, &event);
            if (status != DBWAY_OK) {
                ADD_FAILURE() << "next() = " << status << " before the request ended";
                answer.status = DBWAY_ERR_INTERNAL;
                return answer;
            }
            if (event.kind == DBWAY_E_COLUMNS ||
                (event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_SET) != 0)) {
                answer.columns = describe(event.columns, event.n_columns);
                if (event.n_params != 0) answer.params = describe(event.params, event.n_params);
                ++answer.column_events;
            }
            if (event.kind == DBWAY_E_ROWS) {
                const dbway_value* cell = event.cells;
                for (std::uint32_t row = 0; row < event.n_rows; ++row) {
                    answer.rows.emplace_back();
                    for (std::uint32_t i = 0; i < event.n_columns; ++i)
                        answer.rows.back().emplace_back(*cell++);
                }
            }
            const bool final = event.kind == DBWAY_E_DONE || event.kind == DBWAY_E_FAILED ||
                               event.kind == DBWAY_E_SKIPPED ||
                               (event.kind == DBWAY_E_ROWS && (event.flags & DBWAY_EF_FINAL) != 0);
            if (!final) continue;
            answer.kind = event.kind;
            answer.status = event.status;
            answer.tx_state = event.tx_state;
            answer.affected = event.affected;
            answer.tag.assign(event.tag.len == 0 ? "" : event.tag.ptr, event.tag.len);
            if (event.last_id != nullptr) answer.last_id = event.last_id->v.i64;
            if (event.kind == DBWAY_E_FAILED) take_error(answer);
            return answer;
        }
    }

    dbway_conn_info info() {
        dbway_conn_info info{};
        info.struct_size = sizeof info;
        EXPECT_EQ(api().info(connection_, &info), DBWAY_OK);
        return info;
    }

    const dbway_conn_api& api() const { return *provider()->conn; }
    dbway_conn* raw() const { return connection_; }

    dbway_status open_status = DBWAY_ERR_INTERNAL;
    std::deque<Diagnostic> diagnostics;  // all there were

    Diagnostic last() const { return diagnostics.empty() ? Diagnostic{} : diagnostics.back(); }

  private:
    static std::string string(const dbway_str& text) {
        return text.len == 0 ? "" : std::string(text.ptr, text.len);
    }
    static std::vector<dbway_str> strings(const std::vector<std::string>& from) {
        std::vector<dbway_str> result;
        result.reserve(from.size());
        for (const std::string& one : from) result.push_back({one.data(), one.size()});
        return result;
    }
    void keep(const dbway_diag& diag) {
        diagnostics.push_back({diag.status, diag.severity, diag.flags, diag.request_id, diag.native_code,
                               diag.position, diag.sqlstate, string(diag.message), string(diag.detail),
                               string(diag.hint), string(diag.context), string(diag.schema_name),
                               string(diag.table_name), string(diag.column_name),
                               string(diag.constraint_name)});
    }
    void take_error(Answer& answer) {
        ASSERT_FALSE(diagnostics.empty()) << "a failure without a diagnostic";
        answer.error = diagnostics.back();
        EXPECT_EQ(answer.error.status, answer.status);
        EXPECT_FALSE(answer.error.message.empty());
    }
    static std::vector<ColumnInfo> describe(const dbway_column* const* columns, std::uint32_t count) {
        std::vector<ColumnInfo> result;
        for (std::uint32_t i = 0; i < count; ++i) {
            const dbway_column& one = *columns[i];
            result.push_back({string(one.name), string(one.native_name), string(one.schema_name),
                              string(one.table_name), one.type, one.item_type, one.flags, one.precision,
                              one.scale});
        }
        return result;
    }

    dbway_conn* connection_ = nullptr;
};

// A directory that goes away with the object.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dbway-sqlite-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace dbway::test
