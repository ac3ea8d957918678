#include <dbway/kit/errors.hpp>

#include <dbway/codec.hpp>

#include <memory>
#include <utility>

namespace dbway {

StaleEntity::StaleEntity(std::string entity, std::string key, ErrorDetails details)
    : Conflict(std::move(details)),
      entity_(std::make_shared<const std::string>(std::move(entity))),
      key_(std::make_shared<const std::string>(std::move(key))) {}
StaleEntity::StaleEntity(const StaleEntity&) noexcept = default;
StaleEntity& StaleEntity::operator=(const StaleEntity&) noexcept = default;
StaleEntity::~StaleEntity() = default;

namespace kit {

std::string key_text(const Description& description, std::span<const std::uint32_t> columns,
                     std::span<const dbway_value> values) {
    std::string result;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i != 0) result += ", ";
        result.append(description.member(columns[i])).append(" = ");
        result += values[i].type == DBWAY_T_NULL ? "NULL" : dbway::detail::value_to_string(values[i]);
    }
    return result;
}

void rethrow(const Description& description, std::string_view action, const Error& error) {
    ErrorDetails details = error.details();
    std::string members;
    if (details.category == Category::constraint || details.category == Category::data) {
        members = description.members_of(details.constraint, details.column,
                                         details.message + "\n" + details.detail);
        if (details.table.empty()) details.table = description.table();
    }
    details.message = "cannot " + std::string(action) + " " + std::string(description.name()) +
                      (members.empty() ? "" : " (" + members + ")") + ": " + details.message;
    throw_error(std::move(details));
}

void throw_stale(const Description& description, const std::string& key, std::int64_t version) {
    const std::string name(description.name());
    ErrorDetails details;
    details.category = Category::conflict;
    details.message = name + " with " + key + " was changed or removed since version " +
                      std::to_string(version) + " of it was read";
    details.hint = "read it again and apply the change to what is there now";
    details.table = description.table();
    throw StaleEntity(name, key, std::move(details));
}

void throw_absent(const Description& description, const std::string& key) {
    ErrorDetails details;
    details.category = Category::data;
    details.message = "there is no " + std::string(description.name()) + " with " + key;
    details.table = description.table();
    throw NoRows(std::move(details));
}

void throw_misuse(const Description& description, std::string_view what) {
    throw_error(Category::invalid, std::string(description.name()) + ": " + std::string(what));
}

}  // namespace kit
}  // namespace dbway
