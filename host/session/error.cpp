#include <dbway/error.hpp>

#include <array>
#include <utility>

namespace dbway {

namespace {

std::string compose(const ErrorDetails& details) {
    std::string text;
    if (!details.source.empty()) text += "source \"" + details.source + "\": ";
    text += details.message.empty() ? std::string(to_string(details.category)) : details.message;
    if (!details.sqlstate.empty()) text += " (SQLSTATE " + details.sqlstate + ")";
    if (!details.detail.empty()) text += "; " + details.detail;
    if (!details.hint.empty()) text += "; hint: " + details.hint;
    if (details.outcome_unknown) text += "; whether it took effect is unknown";
    return text;
}

}  // namespace

std::string_view to_string(Category category) noexcept {
    static constexpr std::array<std::string_view, 18> names = {
        "unsupported", "invalid use", "internal error", "out of memory", "connection", "authentication",
        "timeout",     "cancelled",   "syntax",         "permission",    "constraint", "data",
        "conflict",    "resource",    "database",       "configuration", "plugin",     "pool"};
    const auto index = static_cast<std::size_t>(category);
    return index < names.size() ? names[index] : "unknown";
}

Error::Error(ErrorDetails details)
    : details_(std::make_shared<const ErrorDetails>(std::move(details))),
      text_(std::make_shared<const std::string>(compose(*details_))) {}

Error::Error(Category category, std::string message)
    : Error([&] {
          ErrorDetails details;
          details.category = category;
          details.message = std::move(message);
          return details;
      }()) {}

const char* Error::what() const noexcept { return text_->c_str(); }

// The destructors are here so that each type has one type_info, in libdbway.
Error::~Error() = default;
Unsupported::~Unsupported() = default;
InvalidUse::~InvalidUse() = default;
InternalError::~InternalError() = default;
OutOfMemory::~OutOfMemory() = default;
ConnectionError::~ConnectionError() = default;
AuthenticationError::~AuthenticationError() = default;
Timeout::~Timeout() = default;
Cancelled::~Cancelled() = default;
SyntaxError::~SyntaxError() = default;
PermissionDenied::~PermissionDenied() = default;
ConstraintViolation::~ConstraintViolation() = default;
UniqueViolation::~UniqueViolation() = default;
ForeignKeyViolation::~ForeignKeyViolation() = default;
NotNullViolation::~NotNullViolation() = default;
CheckViolation::~CheckViolation() = default;
DataError::~DataError() = default;
NoRows::~NoRows() = default;
TooManyRows::~TooManyRows() = default;
Conflict::~Conflict() = default;
ResourceError::~ResourceError() = default;
DatabaseError::~DatabaseError() = default;
ConfigurationError::~ConfigurationError() = default;
PluginError::~PluginError() = default;
PoolTimeout::~PoolTimeout() = default;

void throw_error(Category category, std::string message) {
    ErrorDetails details;
    details.category = category;
    details.message = std::move(message);
    throw_error(std::move(details));
}

void throw_error(ErrorDetails details) {
    switch (details.category) {
        case Category::unsupported:
            throw Unsupported(std::move(details));
        case Category::invalid:
            throw InvalidUse(std::move(details));
        case Category::internal:
            throw InternalError(std::move(details));
        case Category::out_of_memory:
            throw OutOfMemory(std::move(details));
        case Category::connection:
            throw ConnectionError(std::move(details));
        case Category::authentication:
            throw AuthenticationError(std::move(details));
        case Category::timeout:
            throw Timeout(std::move(details));
        case Category::cancelled:
            throw Cancelled(std::move(details));
        case Category::syntax:
            throw SyntaxError(std::move(details));
        case Category::permission:
            throw PermissionDenied(std::move(details));
        case Category::constraint:
            // SQLSTATE class 23 of SQL:2016 and PostgreSQL's appendix A.
            if (details.sqlstate == "23505") throw UniqueViolation(std::move(details));
            if (details.sqlstate == "23503") throw ForeignKeyViolation(std::move(details));
            if (details.sqlstate == "23502") throw NotNullViolation(std::move(details));
            if (details.sqlstate == "23514") throw CheckViolation(std::move(details));
            throw ConstraintViolation(std::move(details));
        case Category::data:
            throw DataError(std::move(details));
        case Category::conflict:
            throw Conflict(std::move(details));
        case Category::resource:
            throw ResourceError(std::move(details));
        case Category::database:
            throw DatabaseError(std::move(details));
        case Category::configuration:
            throw ConfigurationError(std::move(details));
        case Category::plugin:
            throw PluginError(std::move(details));
        case Category::pool:
            throw PoolTimeout(std::move(details));
    }
    throw Error(std::move(details));
}

}  // namespace dbway
