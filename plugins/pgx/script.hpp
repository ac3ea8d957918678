// SCRIPT: statements of one text, one after the other, each with its own result; the first failure is the
// last.
#pragma once

#include "conversation.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbway::pgx {

// Each statement is a transaction of its own unless the script begins one. psql does the same with a file.
class Script final : public Conversation {
  public:
    Script(Connection& connection, Request& request) : Conversation(connection, request) {}

    void start() override;
    Taken take(const Message& message, dbway_event& event) override;
    Taken ready(dbway_event& event) override;
    bool has_rows() const noexcept override { return true; }
    bool recover(const sdk::Diagnostic& error) override;
    void explain(sdk::Diagnostic& error) override;

  private:
    // Appends the next statement. False: there is none.
    bool send_next();

    // `columns`: of the result if they are known to need a format of their own.
    void put_statement(const Shape* columns);

    std::size_t at_ = 0;          // where the rest of the text begins
    std::string_view statement_;  // the running one
    std::uint32_t number_ = 0;
    bool again_ = false;
    bool retried_ = false;
};

}  // namespace dbway::pgx
