// error.hpp - what the C++ API throws. One base with everything a diagnostic says, one derived type per kind
// of error that a program handles differently.
#pragma once

#include <dbway/export.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace dbway {

// What the caller can do about an error.
enum class Category : std::uint8_t {
    unsupported,    // this provider or server cannot do it
    invalid,        // the caller's mistake: bad argument or state
    internal,       // a bug in a provider or in dbway
    out_of_memory,  // in this process
    connection,     // unreachable or lost
    authentication,
    timeout,
    cancelled,
    syntax,  // statement text, or an object it names that does not exist
    permission,
    constraint,  // unique, foreign key, check, not null
    data,        // value out of range, bad encoding, wrong type
    conflict,    // serialization failure, deadlock, busy
    resource,    // the server is out of something
    database,    // any other error that the server reported
    configuration,
    plugin,  // a plugin could not be found or loaded
    pool,    // no connection within the acquire timeout
};

// "connection", "syntax", … as messages and logs name a category. Never fails.
DBWAY_API std::string_view to_string(Category category) noexcept;

// All that is known of one error. Strings are empty and numbers zero where unknown.
struct ErrorDetails {
    Category category = Category::database;
    std::string message;
    std::string sqlstate;  // five characters
    std::int64_t native_code = 0;
    std::uint32_t position = 0;  // 1-based character in the statement
    std::string detail;
    std::string hint;
    std::string context;
    std::string schema;
    std::string table;
    std::string column;
    std::string constraint;
    std::string source;  // the source of the configuration it happened on
    bool connection_lost = false;
    bool not_executed = false;       // certain that the server did not act
    bool retry_statement = false;    // the same statement may succeed later
    bool retry_transaction = false;  // the whole transaction may succeed if run again
    bool outcome_unknown = false;    // it may or may not have happened; never retried by dbway
    std::int64_t batch_index = -1;   // which statement of a Batch, from 0
};

// Base of everything dbway throws. Immutable and cheap to copy; thread-safe as any const object.
class DBWAY_API Error : public std::exception {
  public:
    explicit Error(ErrorDetails details);
    Error(Category category, std::string message);
    Error(const Error&) noexcept = default;
    Error& operator=(const Error&) noexcept = default;
    ~Error() override;

    // The message with source, SQLSTATE, detail and hint: one text for a log.
    const char* what() const noexcept override;

    Category category() const noexcept { return details_->category; }
    const std::string& message() const noexcept { return details_->message; }
    const std::string& sqlstate() const noexcept { return details_->sqlstate; }
    std::int64_t native_code() const noexcept { return details_->native_code; }
    std::uint32_t position() const noexcept { return details_->position; }
    const std::string& detail() const noexcept { return details_->detail; }
    const std::string& hint() const noexcept { return details_->hint; }
    const std::string& context() const noexcept { return details_->context; }
    const std::string& schema() const noexcept { return details_->schema; }
    const std::string& table() const noexcept { return details_->table; }
    const std::string& column() const noexcept { return details_->column; }
    const std::string& constraint() const noexcept { return details_->constraint; }
    const std::string& source() const noexcept { return details_->source; }
    std::int64_t batch_index() const noexcept { return details_->batch_index; }

    // The same statement, or the transaction around it, may succeed when it is run again.
    bool retryable() const noexcept {
        return !details_->outcome_unknown && (details_->retry_statement || details_->retry_transaction);
    }
    bool retry_transaction() const noexcept {
        return !details_->outcome_unknown && details_->retry_transaction;
    }
    bool connection_lost() const noexcept { return details_->connection_lost; }
    bool not_executed() const noexcept { return details_->not_executed; }
    // The connection was lost between sending a change and its answer.
    bool outcome_unknown() const noexcept { return details_->outcome_unknown; }

    const ErrorDetails& details() const noexcept { return *details_; }

  private:
    std::shared_ptr<const ErrorDetails> details_;
    std::shared_ptr<const std::string> text_;
};

// One type per category, and per kind of constraint, so that a catch clause reads as it should.
#define DBWAY_ERROR_TYPE(Name, Base)                     \
    class DBWAY_API Name : public Base {                 \
      public:                                            \
        using Base::Base;                                \
        Name(const Name&) noexcept = default;            \
        Name& operator=(const Name&) noexcept = default; \
        ~Name() override;                                \
    }

DBWAY_ERROR_TYPE(Unsupported, Error);
DBWAY_ERROR_TYPE(InvalidUse, Error);
DBWAY_ERROR_TYPE(InternalError, Error);
DBWAY_ERROR_TYPE(OutOfMemory, Error);
DBWAY_ERROR_TYPE(ConnectionError, Error);
DBWAY_ERROR_TYPE(AuthenticationError, Error);
DBWAY_ERROR_TYPE(Timeout, Error);
DBWAY_ERROR_TYPE(Cancelled, Error);
DBWAY_ERROR_TYPE(SyntaxError, Error);
DBWAY_ERROR_TYPE(PermissionDenied, Error);
DBWAY_ERROR_TYPE(ConstraintViolation, Error);
DBWAY_ERROR_TYPE(UniqueViolation, ConstraintViolation);
DBWAY_ERROR_TYPE(ForeignKeyViolation, ConstraintViolation);
DBWAY_ERROR_TYPE(NotNullViolation, ConstraintViolation);
DBWAY_ERROR_TYPE(CheckViolation, ConstraintViolation);
DBWAY_ERROR_TYPE(DataError, Error);
DBWAY_ERROR_TYPE(NoRows, DataError);
DBWAY_ERROR_TYPE(TooManyRows, DataError);
DBWAY_ERROR_TYPE(Conflict, Error);
DBWAY_ERROR_TYPE(ResourceError, Error);
DBWAY_ERROR_TYPE(DatabaseError, Error);
DBWAY_ERROR_TYPE(ConfigurationError, Error);
DBWAY_ERROR_TYPE(PluginError, Error);
DBWAY_ERROR_TYPE(PoolTimeout, Error);

#undef DBWAY_ERROR_TYPE

// Throws `details` as the derived type that fits its category and SQLSTATE.
[[noreturn]] DBWAY_API void throw_error(ErrorDetails details);
[[noreturn]] DBWAY_API void throw_error(Category category, std::string message);

}  // namespace dbway
