// backend_statement.hpp - a statement of SOCI's backend layer (soci-backend.h). The layer above it,
// soci::statement, exchanges values by types that are fixed in the program and throws std::bad_cast at
// others; this one executes and shows the result as the database has it.
#pragma once

#include <soci/soci.h>

#include <memory>

namespace dbway::orm {

struct EndBackendStatement {
    void operator()(soci::details::statement_backend* statement) const noexcept {
        try {
            statement->clean_up();
        } catch (...) {
            // What it held is lost; there is nobody to tell.
        }
        delete statement;
    }
};

template <class Backend>
using BackendStatement = std::unique_ptr<Backend, EndBackendStatement>;

// `Backend` must be that of the session's database.
template <class Backend>
BackendStatement<Backend> make_backend_statement(soci::session& session) {
    BackendStatement<Backend> statement(static_cast<Backend*>(session.make_statement_backend()));
    statement->alloc();
    return statement;
}

}  // namespace dbway::orm
