#ifndef DBWAY_CONFORMANCE_CHECK_HPP
#define DBWAY_CONFORMANCE_CHECK_HPP

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/driver.hpp"
#include "conformance/statements.hpp"
#include "conformance/suite.hpp"

namespace dbway::conformance {

struct CheckFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct CheckSkipped : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void expect(bool condition, const std::string& message) {
    if (!condition) throw CheckFailed(message);
}
[[noreturn]] inline void skip(const std::string& reason) { throw CheckSkipped(reason); }

void expect_done(const Outcome& outcome, const std::string& what);
void expect_failed(const Outcome& outcome, const std::string& what, dbway_status status);
// FAILED with any status but INTERNAL.
void expect_failed(const Outcome& outcome, const std::string& what);
void expect_skipped(const Outcome& outcome, const std::string& what);
void expect_tx(const Outcome& outcome, std::uint32_t state, const std::string& what);
// The first column of the rows is 1, 2 … count, each once and in order.
void expect_series(const std::vector<OwnedRow>& rows, std::int64_t count, const std::string& what);
// How a request was refused: the status of submit(), or that of its FAILED. DBWAY_OK when it was not.
dbway_status refusal(Connection& connection, const Request& request);
// The same for a request made by hand.
dbway_status refusal(Connection& connection, const dbway_request& request);
std::string describe_rows(const std::vector<OwnedRow>& rows);

struct ColumnSpec {
    std::string name;
    std::uint32_t type = DBWAY_T_I64;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
    std::string constraint{};  // "not null primary key"
};

// What a check works with: the provider under test and the statements it understands. Serial, except
// provider() and statements() after their first call.
class Context {
  public:
    explicit Context(Environment& environment) : environment_(environment) {}
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    Environment& environment() const { return environment_; }
    Provider& provider();
    const Statements& statements();
    std::unique_ptr<Connection> connect(std::uint32_t flags = 0);
    // What connections of this provider offer.
    std::uint64_t caps();

    // Skip the check unless…
    void need(std::uint64_t needed, const char* names);
    const std::string& need_sample();
    const std::string& need_series();
    const std::string& need_failing();
    const std::string& need_slow();
    void need_tables();

    // A table of a name no one else has, dropped when the check ends. Skips the check when the provider has
    // no way to declare a column.
    std::string create_table(Connection& connection, const std::vector<ColumnSpec>& columns);
    // (id bigint not null primary key, v bigint)
    std::string create_numbers(Connection& connection);
    // The ids in the table, in order.
    std::vector<std::int64_t> ids(Connection& connection, const std::string& table);
    void forget_table(const std::string& table);
    std::string unique_name();

  private:
    Environment& environment_;
    std::unique_ptr<Provider> provider_;
    std::optional<Statements> statements_;
    std::optional<std::uint64_t> caps_;
    std::vector<std::string> tables_;
};

std::string create_statement(const Statements& statements, const std::string& table,
                             const std::vector<ColumnSpec>& columns);
// "insert into T (id, v) values ($1, $2)"
std::string insert_statement(const std::string& table, const std::vector<std::string>& columns);
OwnedRow number_row(std::int64_t id, std::int64_t value);

struct Check {
    CheckInfo info;
    std::function<void(Context&)> function;
};

std::vector<Check> lifecycle_checks();
std::vector<Check> kind_checks();
std::vector<Check> value_checks();
std::vector<Check> row_checks();
std::vector<Check> prepared_checks();
std::vector<Check> chain_checks();
std::vector<Check> copy_checks();
std::vector<Check> transaction_checks();
std::vector<Check> cancel_checks();
std::vector<Check> growth_checks();
std::vector<Check> orm_checks();
std::vector<Check> file_checks();
// Last: they tell what was seen during the others.
std::vector<Check> observed_checks();

}  // namespace dbway::conformance

#endif
