// Extensions: tables of functions that a provider, or one of its connections, offers beside the contract.
#include <dbway/connection.hpp>
#include <dbway/error.hpp>
#include <dbway/source.hpp>
#include <pool/pool.hpp>
#include <session/session.hpp>

#include <string>
#include <utility>

namespace dbway {
namespace {

[[noreturn]] void throw_no_extension(const detail::SessionEnvironment& environment, const char* id) {
    ErrorDetails details;
    details.category = Category::unsupported;
    details.message =
        "the provider \"" + environment.provider->id() + "\" has no extension \"" + std::string(id) + "\"";
    if (environment.extended) details.hint = environment.extended(id);
    details.source = environment.options.name;
    details.not_executed = true;
    throw_error(std::move(details));
}

}  // namespace

namespace detail {

const void* Session::extension(const char* id) const noexcept {
    if (const void* found = environment_.provider->extension(id)) return found;
    return DBWAY_HAS(dbway_conn_api, api_, get_extension) ? api_->get_extension(connection_, id) : nullptr;
}

const void* Session::require_extension(const char* id) const {
    const void* found = extension(id);
    if (found == nullptr) throw_no_extension(environment_, id);
    return found;
}

}  // namespace detail

const void* Source::require_extension(const char* id) const {
    const detail::SessionEnvironment& environment = pool_->environment();
    if (const void* found = environment.provider->extension(id)) return found;
    if (DBWAY_HAS(dbway_conn_api, environment.provider->conn_api(), get_extension))
        return Source(*this).connection().require_extension(id);
    throw_no_extension(environment, id);
}

const void* Connection::extension(const char* id) const { return session().extension(id); }
const void* Connection::require_extension(const char* id) const { return session().require_extension(id); }
dbway_provider* Connection::native_provider() const { return session().environment().provider->get(); }

const void* Transaction::extension(const char* id) const {
    check_active();
    return lease_.session()->extension(id);
}
const void* Transaction::require_extension(const char* id) const {
    check_active();
    return lease_.session()->require_extension(id);
}
dbway_provider* Transaction::native_provider() const {
    check_active();
    return lease_.session()->environment().provider->get();
}
ServerInfo Transaction::info() const {
    check_active();
    return lease_.session()->info();
}

}  // namespace dbway
