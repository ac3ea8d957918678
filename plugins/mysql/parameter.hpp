// parameter.hpp - values as parameters of the connector's statements, and in place of its question marks.
#pragma once

#include <dbway/provider.h>

#include <cppconn/prepared_statement.h>

#include <istream>
#include <memory>
#include <span>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mysql {

// Binds values to one prepared statement. Values are borrowed until the execution has ended.
class Binder {
  public:
    // `order[i]` is the number (from 1) of the value for the i-th question mark.
    explicit Binder(std::vector<std::uint32_t> order);

    // False: the statement has to be prepared anew, with clear() here, before these values can be bound. The
    // connector (1.1.12) keeps a parameter unsigned once it was.
    bool fits(std::span<const dbway_value> values) const noexcept;
    void clear() noexcept { unsigned_.assign(unsigned_.size(), false); }
    // Throws Failure for a value that MySQL cannot have, sql::SQLException.
    void bind(sql::PreparedStatement& statement, std::span<const dbway_value> values);

  private:
    // A blob, read by the connector without a copy of ours.
    class Bytes final : public std::streambuf {
      public:
        explicit Bytes(const dbway_value& value);
    };
    struct Blob {
        explicit Blob(const dbway_value& value) : bytes(value), stream(&bytes) {}
        Bytes bytes;
        std::istream stream;
    };

    void bind_one(sql::PreparedStatement& statement, unsigned index, const dbway_value& value);

    std::vector<std::uint32_t> order_;
    std::vector<bool> unsigned_;
    std::vector<std::unique_ptr<Blob>> blobs_;
    std::string text_;
};

// `sql` with question marks, each replaced by a literal.
std::string with_literals(std::string_view sql, std::span<const std::uint32_t> order,
                          std::span<const dbway_value> values);

}  // namespace dbway::mysql
