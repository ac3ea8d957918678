// provider_defaults.hpp - what provider.hpp's classes do when the author does not override. Included by it.
#pragma once

#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/script.hpp>

#include <string>

namespace dbway::sdk {

namespace detail {

[[noreturn]] inline void unsupported(const Connection& connection, const char* operation) {
    const std::string& product = connection.info().product;
    Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_UNSUPPORTED;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "0A000";
    diagnostic.message = (product.empty() ? "this provider" : product) + " does not support " + operation;
    throw Failure(std::move(diagnostic));
}

}  // namespace detail

inline std::optional<std::string_view> Options::find(std::string_view key) const noexcept {
    for (std::size_t i = options_.size(); i-- > 0;) {
        const dbway_option& option = options_[i];
        if (option.key != nullptr && key == option.key)
            return std::string_view(option.value.len == 0 ? "" : option.value.ptr, option.value.len);
    }
    return std::nullopt;
}

inline void Connection::begin(std::uint32_t, const Request&) { detail::unsupported(*this, "transactions"); }
inline void Connection::commit(const Request&) { detail::unsupported(*this, "transactions"); }
inline void Connection::rollback(const Request&) { detail::unsupported(*this, "transactions"); }
inline void Connection::savepoint(std::string_view, const Request&) {
    detail::unsupported(*this, "savepoints");
}
inline void Connection::release(std::string_view, const Request&) {
    detail::unsupported(*this, "savepoints");
}
inline void Connection::rollback_to(std::string_view, const Request&) {
    detail::unsupported(*this, "savepoints");
}

inline std::size_t Connection::next_statement(std::string_view sql) {
    return statement_length(sql, dialect());
}

inline std::unique_ptr<CopyIn> Connection::copy_in(const CopyTarget&, const Request&) {
    detail::unsupported(*this, "bulk loading (COPY_IN)");
}
inline std::unique_ptr<Statement> Connection::copy_out(const CopyTarget&, const Request&) {
    detail::unsupported(*this, "bulk unloading (COPY_OUT)");
}
inline std::unique_ptr<Statement> Connection::schema(std::uint32_t, std::string_view, std::string_view) {
    detail::unsupported(*this, "schema requests");
}

inline void Connection::listen(std::string_view, const Request&) {
    detail::unsupported(*this, "notifications (LISTEN)");
}
inline void Connection::unlisten(std::string_view, const Request&) {
    detail::unsupported(*this, "notifications (UNLISTEN)");
}
inline void Connection::reset(const Request&) { detail::unsupported(*this, "resetting a session (RESET)"); }

}  // namespace dbway::sdk
