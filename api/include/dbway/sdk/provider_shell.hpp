// provider_shell.hpp - the C tables of a provider: create, open, and the eight functions of a connection.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/connection_shell.hpp>
#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace dbway::sdk::detail {

// dbway_conn is this class, seen from outside.
inline ConnectionShell* shell_of(dbway_conn* connection) noexcept {
    return reinterpret_cast<ConnectionShell*>(connection);
}

inline void close_connection(dbway_conn* connection) noexcept { delete shell_of(connection); }
inline dbway_status submit_requests(dbway_conn* connection, const dbway_request* const* requests,
                                    std::size_t count) noexcept {
    return connection == nullptr ? DBWAY_ERR_INVALID : shell_of(connection)->submit(requests, count);
}
inline dbway_status next_event(dbway_conn* connection, dbway_event* event) noexcept {
    return connection == nullptr ? DBWAY_ERR_INVALID : shell_of(connection)->next(event);
}
inline dbway_status discard_rows(dbway_conn* connection) noexcept {
    return connection == nullptr ? DBWAY_ERR_INVALID : shell_of(connection)->discard();
}
inline dbway_status wait_for(dbway_conn* connection, dbway_wait* wait) noexcept {
    return connection == nullptr ? DBWAY_ERR_INVALID : shell_of(connection)->wait_info(wait);
}
inline dbway_status cancel_request(dbway_conn* connection, std::uint64_t id) noexcept {
    return connection == nullptr ? DBWAY_ERR_INVALID : shell_of(connection)->cancel(id);
}
inline dbway_status connection_info(dbway_conn* connection, dbway_conn_info* info) noexcept {
    return connection == nullptr ? DBWAY_ERR_INVALID : shell_of(connection)->info(info);
}
inline const void* connection_extension(dbway_conn* connection, const char* id) noexcept {
    return connection == nullptr ? nullptr : shell_of(connection)->extension(id);
}

inline constexpr dbway_conn_api connection_api = {
    sizeof(dbway_conn_api), 0,        close_connection, submit_requests, next_event,
    discard_rows,           wait_for, cancel_request,   connection_info, connection_extension,
};

// Checks what create() and open() have in common.
inline const char* check_options(const dbway_option* options, std::size_t count) noexcept {
    if (options == nullptr && count != 0) return "options are announced but missing";
    for (std::size_t i = 0; i < count; ++i) {
        if (options[i].key == nullptr) return "an option without a key";
        if (options[i].value.ptr == nullptr && options[i].value.len != 0)
            return "an option without its value";
    }
    return nullptr;
}

// dbway_provider with the author's object behind it. open() and get_extension() may be called from any
// thread.
class ProviderShell : public dbway_provider {
  public:
    using Maker = std::unique_ptr<Provider> (*)(const Options&);

    static dbway_status create(const dbway_host* host, const dbway_create_args* given, dbway_provider** out,
                               Maker make) noexcept {
        if (out == nullptr) return DBWAY_ERR_INVALID;
        *out = nullptr;
        dbway_create_args args;
        const dbway_status status = read_struct(given, sizeof(std::uint64_t), args);
        if (status != DBWAY_OK) {
            const bool readable = given != nullptr && given->struct_size >= sizeof args;
            if (readable)
                DiagnosticSink(given->diag)
                    .report(status, "create() with a field this provider does not know");
            return status;
        }
        const DiagnosticSink sink(args.diag);
        if (args.flags != 0)
            return refuse(sink, DBWAY_ERR_TOO_NEW, "create() with a flag this provider does not know");
        if (const char* fault = check_options(args.options, args.n_options))
            return refuse(sink, DBWAY_ERR_INVALID, fault);
        try {
            auto provider = make(Options(args.options, args.n_options));
            if (provider == nullptr) return refuse(sink, DBWAY_ERR_INTERNAL, "the provider made no object");
            *out = new ProviderShell(host, std::move(provider));
            return DBWAY_OK;
        } catch (...) {
            return sink.report_current_exception({}).status;
        }
    }

    Provider& author() noexcept { return *provider_; }

  private:
    ProviderShell(const dbway_host* host, std::unique_ptr<Provider> provider)
        : dbway_provider{}, host_(host), provider_(std::move(provider)) {
        struct_size = sizeof(dbway_provider);
        caps = provider_->capabilities() & ~std::uint64_t{DBWAY_CAP_NONBLOCK};
        impl = this;
        conn = &connection_api;
        dbway_provider::destroy = [](dbway_provider* self) noexcept {
            delete static_cast<ProviderShell*>(self);
        };
        dbway_provider::open = [](dbway_provider* self, const dbway_open_args* args,
                                  dbway_conn** out) noexcept {
            return self == nullptr ? DBWAY_ERR_INVALID
                                   : static_cast<ProviderShell*>(self)->open_one(args, out);
        };
        dbway_provider::get_extension = [](dbway_provider* self, const char* id) noexcept {
            return self == nullptr ? nullptr : static_cast<ProviderShell*>(self)->find_extension(id);
        };
    }

    static dbway_status refuse(const DiagnosticSink& sink, dbway_status status,
                               const char* message) noexcept {
        sink.report(status, message, 0, DBWAY_DIAG_NOT_EXECUTED);
        return status;
    }

    dbway_status open_one(const dbway_open_args* given, dbway_conn** out) noexcept {
        if (out == nullptr) return DBWAY_ERR_INVALID;
        *out = nullptr;
        dbway_open_args args;
        const dbway_status status = read_struct(given, sizeof(std::uint64_t), args);
        if (status != DBWAY_OK) {
            const bool readable = given != nullptr && given->struct_size >= sizeof args;
            if (readable)
                refuse(DiagnosticSink(given->diag), status,
                       "open() with a field this provider does not know");
            return status;
        }
        const DiagnosticSink sink(args.diag);
        if ((args.flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0)
            return refuse(sink, DBWAY_ERR_TOO_NEW, "open() with a flag this provider does not know");
        if ((args.flags & DBWAY_OPEN_NONBLOCK) != 0)
            return refuse(sink, DBWAY_ERR_UNSUPPORTED,
                          "this provider has no non-blocking mode; open the connection in blocking mode and "
                          "give it a thread");
        if (const char* fault = check_options(args.options, args.n_options))
            return refuse(sink, DBWAY_ERR_INVALID, fault);
        try {
            auto shell = std::make_unique<ConnectionShell>(host_, args.diag);
            OpenRequest request{Options(args.options, args.n_options)};
            request.read_only = (args.flags & DBWAY_OPEN_READONLY) != 0;
            if (args.timeout_ns != 0)
                request.deadline = ConnectionShell::deadline_after(Request::Clock::now(), args.timeout_ns);
            request.reporter = shell.get();
            auto connection = provider_->open(request);
            if (connection == nullptr)
                return refuse(sink, DBWAY_ERR_INTERNAL, "the provider made no connection");
            shell->attach(std::move(connection));
            *out = reinterpret_cast<dbway_conn*>(shell.release());
            return DBWAY_OK;
        } catch (...) {
            return sink.report_current_exception({}).status;
        }
    }

    const void* find_extension(const char* id) noexcept {
        try {
            return id == nullptr ? nullptr : provider_->extension(id);
        } catch (...) {
            return nullptr;
        }
    }

    const dbway_host* host_;
    std::unique_ptr<Provider> provider_;
};

}  // namespace dbway::sdk::detail

namespace dbway::sdk {

// The author's object behind a provider that this plugin has made, for the functions of its extensions.
inline Provider& author_of(dbway_provider* provider) noexcept {
    return static_cast<detail::ProviderShell*>(provider)->author();
}

}  // namespace dbway::sdk
