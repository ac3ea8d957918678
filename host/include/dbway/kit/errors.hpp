// errors.hpp - what goes wrong with entities. Errors of the database keep their type (UniqueViolation,
// Timeout, …); their message names the entity and, as far as it is known, the member.
#pragma once

#include <dbway/error.hpp>
#include <dbway/kit/description.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dbway {

// The row was changed or removed since the object was read: its version is not that of the object. Read it
// again and decide anew; running the same transaction again with the same object would not help.
class DBWAY_API StaleEntity : public Conflict {
  public:
    StaleEntity(std::string entity, std::string key, ErrorDetails details);
    StaleEntity(const StaleEntity&) noexcept;
    StaleEntity& operator=(const StaleEntity&) noexcept;
    ~StaleEntity() override;

    const std::string& entity() const noexcept { return *entity_; }  // "User"
    const std::string& key() const noexcept { return *key_; }        // "id = 7"

  private:
    std::shared_ptr<const std::string> entity_;
    std::shared_ptr<const std::string> key_;
};

namespace kit {

// "id = 7" or "post_id = 1, tag_id = 2".
DBWAY_API std::string key_text(const Description& description, std::span<const std::uint32_t> columns,
                               std::span<const dbway_value> values);

// `action`: "insert", "load", …
[[noreturn]] DBWAY_API void rethrow(const Description& description, std::string_view action,
                                    const Error& error);
[[noreturn]] DBWAY_API void throw_stale(const Description& description, const std::string& key,
                                        std::int64_t version);
[[noreturn]] DBWAY_API void throw_absent(const Description& description, const std::string& key);
[[noreturn]] DBWAY_API void throw_misuse(const Description& description, std::string_view what);

}  // namespace kit
}  // namespace dbway
