#ifndef DBWAY_TESTS_SERVERS_ADMIN_CONNECTION_HPP
#define DBWAY_TESTS_SERVERS_ADMIN_CONNECTION_HPP

#include <optional>
#include <string>
#include <utility>
#include <vector>

struct pg_conn;

namespace dbway::test {

// libpq's connection parameters, for a provider's options as well.
using ConnectionOptions = std::vector<std::pair<std::string, std::string>>;

using TextRow = std::vector<std::optional<std::string>>;
using TextRows = std::vector<TextRow>;

// A connection of the test itself, past every provider: what is true is asked here. Errors are
// std::runtime_error with the server's message. One thread at a time.
class AdminConnection {
  public:
    explicit AdminConnection(const ConnectionOptions& options);
    AdminConnection(AdminConnection&& other) noexcept;
    AdminConnection& operator=(AdminConnection&&) = delete;
    ~AdminConnection();

    // Runs SQL, several statements as well; the rows of the last one, values as text.
    TextRows sql(const std::string& text);
    // The first column of the one row; "" for NULL.
    std::string value(const std::string& text);
    std::int64_t number(const std::string& text);
    int backend_pid() const;
    // Begins a statement and does not wait for it: finish() does.
    void start(const std::string& text);
    TextRows finish();

  private:
    pg_conn* connection_;
};

// Quoted as SQL wants it.
std::string quote_identifier(const std::string& name);
std::string quote_literal(const std::string& text);

}  // namespace dbway::test

#endif
