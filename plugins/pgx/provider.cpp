// The C tables: what a host calls. Nothing is thrown beyond this file (R3).
#include "provider.hpp"

#include "capabilities.hpp"
#include "connection.hpp"
#include "database.hpp"

#include <dbway/ext/dialect.h>
#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/orm_planner.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_large_object.hpp>
#include <dbway/sdk/provider_shell.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace dbway::pgx {
namespace {

using sdk::detail::DiagnosticSink;
using sdk::detail::read_struct;
using sdk::detail::write_struct;

Connection& of(dbway_conn* connection) noexcept { return *reinterpret_cast<Connection*>(connection); }

void close_connection(dbway_conn* connection) noexcept { delete reinterpret_cast<Connection*>(connection); }

dbway_status submit(dbway_conn* connection, const dbway_request* const* requests,
                    std::size_t count) noexcept {
    if (connection == nullptr) return DBWAY_ERR_INVALID;
    try {
        return of(connection).submit(requests, count);
    } catch (...) {
        return of(connection).sink().report_current_exception({}).status;
    }
}

dbway_status next(dbway_conn* connection, dbway_event* event) noexcept {
    if (connection == nullptr) return DBWAY_ERR_INVALID;
    try {
        return of(connection).next(event);
    } catch (...) {
        return of(connection).sink().report_current_exception({}).status;
    }
}

dbway_status discard(dbway_conn* connection) noexcept {
    if (connection == nullptr) return DBWAY_ERR_INVALID;
    of(connection).discard();
    return DBWAY_OK;
}

dbway_status wait_info(dbway_conn* connection, dbway_wait* out) noexcept {
    if (connection == nullptr || out == nullptr) return DBWAY_ERR_INVALID;
    dbway_wait wait{};
    wait.struct_size = sizeof wait;
    of(connection).wait_info(wait);
    write_struct(wait, out);
    return DBWAY_OK;
}

dbway_status cancel(dbway_conn* connection, std::uint64_t request_id) noexcept {
    if (connection == nullptr) return DBWAY_ERR_INVALID;
    try {
        return of(connection).cancel(request_id);
    } catch (...) {
        return DBWAY_ERR_NOMEM;
    }
}

dbway_status info(dbway_conn* connection, dbway_conn_info* out) noexcept {
    if (connection == nullptr || out == nullptr) return DBWAY_ERR_INVALID;
    dbway_conn_info answer{};
    answer.struct_size = sizeof answer;
    of(connection).info(answer);
    write_struct(answer, out);
    return DBWAY_OK;
}

const void* connection_extension(dbway_conn*, const char*) noexcept { return nullptr; }

constexpr dbway_conn_api connection_api = {
    sizeof(dbway_conn_api), 0, close_connection, submit, next, discard, wait_info, cancel, info,
    connection_extension,
};

// dbway_provider, and what its connections share. [any]
struct Provider : dbway_provider {
    Provider() : dbway_provider{} {
        struct_size = sizeof(dbway_provider);
        caps = capabilities;
        impl = this;
        conn = &connection_api;
        dbway_provider::destroy = [](dbway_provider* self) noexcept { delete static_cast<Provider*>(self); };
        dbway_provider::open = open_connection;
        dbway_provider::get_extension = find_extension;
    }

    static dbway_status refuse(const DiagnosticSink& sink, dbway_status status,
                               const char* message) noexcept {
        sink.report(status, message, 0, DBWAY_DIAG_NOT_EXECUTED);
        return status;
    }

    static dbway_status open_connection(dbway_provider* self, const dbway_open_args* given,
                                        dbway_conn** out) noexcept {
        if (self == nullptr || out == nullptr) return DBWAY_ERR_INVALID;
        *out = nullptr;
        dbway_open_args args;
        const dbway_status status = read_struct(given, offsetof(dbway_open_args, options), args);
        if (status != DBWAY_OK) {
            if (given != nullptr && given->struct_size >= sizeof args)
                return refuse(DiagnosticSink(given->diag), status,
                              "open() with a field this provider does not know");
            return status;
        }
        const DiagnosticSink sink(args.diag);
        if ((args.flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0)
            return refuse(sink, DBWAY_ERR_TOO_NEW, "open() with a flag this provider does not know");
        if (const char* fault = sdk::detail::check_options(args.options, args.n_options))
            return refuse(sink, DBWAY_ERR_INVALID, fault);
        try {
            auto connection = std::make_unique<Connection>(static_cast<Provider*>(self)->shared, args);
            *out = reinterpret_cast<dbway_conn*>(connection.release());
            return DBWAY_OK;
        } catch (...) {
            return sink.report_current_exception({}).status;
        }
    }

    static const void* find_extension(dbway_provider*, const char* id) noexcept {
        if (id == nullptr) return nullptr;
        if (id == std::string_view(DBWAY_EXT_DIALECT)) return &sdk::postgresql_dialect;
        if (id == std::string_view(DBWAY_EXT_ORM)) return &sdk::orm_extension<sdk::orm::Postgresql>;
        if (id == std::string_view(DBWAY_EXT_LARGE_OBJECT)) return &sdk::postgresql_large_object;
        return nullptr;
    }

    Shared shared;
};

}  // namespace

dbway_status create_provider(const dbway_host*, const dbway_create_args* given,
                             dbway_provider** out) noexcept {
    if (out == nullptr) return DBWAY_ERR_INVALID;
    *out = nullptr;
    dbway_create_args args;
    const dbway_status status = read_struct(given, sizeof(std::uint64_t), args);
    if (status != DBWAY_OK) {
        if (given != nullptr && given->struct_size >= sizeof args)
            return Provider::refuse(DiagnosticSink(given->diag), status,
                                    "create() with a field this provider does not know");
        return status;
    }
    const DiagnosticSink sink(args.diag);
    if (args.flags != 0)
        return Provider::refuse(sink, DBWAY_ERR_TOO_NEW, "create() with a flag this provider does not know");
    if (const char* fault = sdk::detail::check_options(args.options, args.n_options))
        return Provider::refuse(sink, DBWAY_ERR_INVALID, fault);
    try {
        sdk::OptionReader(sdk::Options(args.options, args.n_options)).finish();
        *out = std::make_unique<Provider>().release();
        return DBWAY_OK;
    } catch (...) {
        return sink.report_current_exception({}).status;
    }
}

}  // namespace dbway::pgx
