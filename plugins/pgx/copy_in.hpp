// COPY … FROM STDIN, fed from the host's row source.
#pragma once

#include "conversation.hpp"
#include "shape.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::pgx {

// Typed rows go in binary if every column's type can be written in binary, otherwise as text that the server
// parses. Raw rows are passed through as they are.
class CopyIn final : public Conversation {
  public:
    CopyIn(Connection& connection, Request& request);

    void start() override;
    Taken take(const Message& message, dbway_event& event) override;
    Taken ready(dbway_event& event) override;
    dbway_status produce() override;
    void explain(sdk::Diagnostic& error) override;

  private:
    enum class Step : std::uint8_t {
        columns,   // of a table whose columns were not named: which of them can be written
        describe,  // the types of the columns
        open,      // COPY was sent
        send,      // rows go to the server
        close      // CopyDone or CopyFail was sent
    };
    enum class Form : std::uint8_t { raw, text, binary };

    std::uint32_t width() const noexcept;
    void describe();
    void begin_copy();
    void put_rows(const dbway_value* cells, std::uint32_t rows);
    void put_binary_row(const dbway_value* cells, Buffer& to);
    void plan_fields();
    void put_text_row(const dbway_value* cells);
    void end_copy(dbway_status status);
    void abort(const sdk::Diagnostic& why);

    struct Field {
        enum class Form : std::uint8_t { word, time, bytes };
        const Type* type = nullptr;
        std::uint8_t usual = UINT8_MAX;  // DBWAY_T_* of the values that `form` writes; or none
        Form form = Form::word;
    };

    Step step_ = Step::describe;
    Form form_ = Form::binary;
    std::string table_;    // quoted
    std::string columns_;  // quoted, separated by commas
    std::unique_ptr<Shape> shape_;
    std::vector<Field> fields_;  // of the binary form
    std::int64_t row_ = 0;       // rows taken from the source
};

}  // namespace dbway::pgx
