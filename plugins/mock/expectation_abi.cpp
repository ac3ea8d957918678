#include "expectation_abi.hpp"

#include "value.hpp"

#include <dbway/sdk/diagnostics.hpp>
#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/request_check.hpp>
#include <dbway/sdk/sqlstate.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace dbway::mock {
namespace {

using sdk::detail::to_view;

[[noreturn]] void refuse(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

template <class Struct>
Struct read(const Struct* given, const char* what) {
    Struct result;
    const dbway_status status = sdk::detail::read_struct(given, sizeof(std::uint64_t), result);
    if (status == DBWAY_ERR_TOO_NEW)
        throw sdk::Failure(status, std::string(what) + " with a field this provider does not know");
    if (status != DBWAY_OK) refuse(std::string(what) + " that is null or too short");
    return result;
}

void check_flags(std::uint32_t flags, std::uint32_t known, const char* what) {
    if ((flags & ~known) != 0)
        throw sdk::Failure(DBWAY_ERR_TOO_NEW, std::string(what) + " with a flag this provider does not know");
}

void check(const dbway_value* values, std::size_t count) {
    if (values == nullptr && count != 0) refuse("values are announced but missing");
    if (const char* const fault = sdk::detail::check_values(values, count)) refuse(fault);
}

std::string text_of(dbway_str text, const char* what) {
    if (text.ptr == nullptr && text.len != 0) refuse(std::string(what) + " is announced but missing");
    return std::string(to_view(text));
}

sdk::Column read_column(const dbway_column* given) {
    const dbway_column from = read(given, "a column");
    sdk::Column column;
    column.name = text_of(from.name, "a column's name");
    column.type = from.type;
    column.item_type = from.item_type;
    column.native_type = from.native_type;
    // Zero is what a caller leaves there who knows none.
    column.precision = from.precision == 0 && from.scale == 0 ? -1 : from.precision;
    column.scale = from.precision == 0 && from.scale == 0 ? -1 : from.scale;
    column.flags = from.flags;
    column.native_name = text_of(from.native_name, "a column's native name");
    column.schema_name = text_of(from.schema_name, "a column's schema");
    column.table_name = text_of(from.table_name, "a column's table");
    return column;
}

sdk::Diagnostic read_error(const dbway_diag* given) {
    const dbway_diag from = read(given, "an error");
    sdk::Diagnostic error;
    error.sqlstate.assign(from.sqlstate, std::char_traits<char>::length(from.sqlstate));
    if (error.sqlstate.empty() && from.status == DBWAY_OK) refuse("an error needs a status or an SQLSTATE");
    error.status = from.status != DBWAY_OK ? from.status : sdk::status_of_sqlstate(error.sqlstate);
    error.flags = from.flags | (from.flags == 0 ? sdk::diagnostic_flags_of_sqlstate(error.sqlstate) : 0);
    error.native_code = from.native_code;
    error.position = from.position;
    error.message = text_of(from.message, "an error's message");
    if (error.message.empty()) error.message = "the mock was told to fail";
    error.detail = text_of(from.detail, "an error's detail");
    error.hint = text_of(from.hint, "an error's hint");
    error.context = text_of(from.context, "an error's context");
    error.schema_name = text_of(from.schema_name, "an error's schema");
    error.table_name = text_of(from.table_name, "an error's table");
    error.column_name = text_of(from.column_name, "an error's column");
    error.constraint_name = text_of(from.constraint_name, "an error's constraint");
    return error;
}

void read_rows(const dbway_mock_answer& from, Answer& answer) {
    if (from.columns == nullptr && from.n_columns != 0) refuse("columns are announced but missing");
    for (std::uint32_t i = 0; i < from.n_columns; ++i) answer.columns.push_back(read_column(from.columns[i]));
    const std::size_t cells = std::size_t{from.n_rows} * from.n_columns;
    check(from.cells, cells);
    answer.cells.reserve(cells);
    for (std::size_t i = 0; i < cells; ++i) answer.cells.push_back(copy_value(from.cells[i], *answer.arena));
    answer.rows = from.n_columns == 0 ? 0 : from.n_rows;
    answer.repeat = from.repeat == 0 ? 1 : from.repeat;
    answer.series = (from.flags & DBWAY_MOCK_SERIES) != 0;
    if (!answer.series) return;
    if (from.n_rows != 0 || from.n_columns > 1) refuse("a series has one column and no rows of its own");
    if (answer.columns.empty()) answer.columns.emplace_back();
    answer.columns.front().type = DBWAY_T_I64;
}

std::shared_ptr<const Answer> read_answer(const dbway_mock_answer* given, std::shared_ptr<sdk::Arena> arena) {
    const dbway_mock_answer from = read(given, "an answer");
    check_flags(from.flags, DBWAY_MOCK_SERIES, "an answer");
    auto answer = std::make_shared<Answer>();
    answer->arena = std::move(arena);
    read_rows(from, *answer);
    answer->affected = from.affected;
    if (from.last_id != nullptr) {
        if (from.last_id->type != DBWAY_T_I64) refuse("last_id is no I64");
        answer->last_id = from.last_id->v.i64;
    }
    answer->tag = text_of(from.tag, "the tag");
    constexpr auto forever = std::chrono::nanoseconds::max();
    answer->delay = from.delay_ns > static_cast<std::uint64_t>(forever.count())
                        ? forever
                        : std::chrono::nanoseconds(static_cast<std::int64_t>(from.delay_ns));
    if (from.lost > DBWAY_MOCK_LOST_AFTER)
        throw sdk::Failure(DBWAY_ERR_TOO_NEW, "a way to lose the connection that is not known here");
    answer->lost = from.lost == DBWAY_MOCK_LOST_BEFORE  ? Lost::before
                   : from.lost == DBWAY_MOCK_LOST_AFTER ? Lost::after
                                                        : Lost::no;
    if (from.error != nullptr) answer->error = read_error(from.error);
    if (from.notifications == nullptr && from.n_notifications != 0)
        refuse("notifications are announced but missing");
    for (std::uint32_t i = 0; i < from.n_notifications; ++i) {
        const dbway_mock_notification& note = from.notifications[i];
        answer->notifications.push_back(
            {text_of(note.channel, "a channel"), text_of(note.payload, "a payload"), note.sender});
    }
    return answer;
}

ParameterMatcher read_parameter(const dbway_mock_parameter& from, sdk::Arena& arena) {
    ParameterMatcher matcher;
    matcher.match = from.match;
    matcher.type = from.type;
    if (from.match > DBWAY_MOCK_LIKE)
        throw sdk::Failure(DBWAY_ERR_TOO_NEW, "a way to match a parameter that is not known here");
    if (from.match != DBWAY_MOCK_VALUE && from.match != DBWAY_MOCK_LIKE) return matcher;
    check(&from.value, 1);
    if (from.match == DBWAY_MOCK_VALUE) {
        matcher.value = copy_value(from.value, arena);
    } else {
        if (from.value.type != DBWAY_T_TEXT) refuse("the pattern for a parameter is no TEXT");
        matcher.pattern =
            std::make_shared<const Pattern>(std::string_view(from.value.v.text, from.value.len));
    }
    return matcher;
}

}  // namespace

Expectation read_expectation(const dbway_mock_expectation* given) {
    const dbway_mock_expectation from = read(given, "an expectation");
    check_flags(from.flags, DBWAY_MOCK_ANY_ORDER | DBWAY_MOCK_ANY_PARAMETERS, "an expectation");
    if (from.match > DBWAY_MOCK_ALL)
        throw sdk::Failure(DBWAY_ERR_TOO_NEW, "a way to match a statement that is not known here");
    Expectation expectation;
    expectation.arena = std::make_shared<sdk::Arena>();
    expectation.kind =
        from.kind == DBWAY_R_QUERY || from.kind == DBWAY_R_EXECUTE ? DBWAY_MOCK_STATEMENT : from.kind;
    expectation.match = from.match;
    expectation.text = text_of(from.text, "the text");
    if (from.times_min != 0 || from.times_max != 0) {
        expectation.times_min = from.times_min;
        expectation.times_max = from.times_max;
    }
    expectation.any_order = (from.flags & DBWAY_MOCK_ANY_ORDER) != 0;
    expectation.track = from.track;
    expectation.any_parameters = (from.flags & DBWAY_MOCK_ANY_PARAMETERS) != 0;
    if (from.parameters == nullptr && from.n_parameters != 0) refuse("parameters are announced but missing");
    for (std::uint32_t i = 0; i < from.n_parameters; ++i)
        expectation.parameters.push_back(read_parameter(from.parameters[i], *expectation.arena));
    if (from.answer != nullptr) expectation.answer = read_answer(from.answer, expectation.arena);
    return expectation;
}

}  // namespace dbway::mock
