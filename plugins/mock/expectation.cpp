#include "expectation.hpp"

#include "statement_text.hpp"
#include "value.hpp"

#include <dbway/sdk/value_text.hpp>

#include <algorithm>
#include <iterator>

namespace dbway::mock {
namespace {

struct Kind {
    std::uint32_t kind;
    std::string_view word;
    std::string_view name;
};

constexpr Kind kinds[] = {
    {DBWAY_MOCK_STATEMENT, "statement", "a statement"},
    {DBWAY_MOCK_OPEN, "open", "the opening of a connection"},
    {DBWAY_R_BEGIN, "begin", "BEGIN"},
    {DBWAY_R_COMMIT, "commit", "COMMIT"},
    {DBWAY_R_ROLLBACK, "rollback", "ROLLBACK"},
    {DBWAY_R_SAVEPOINT, "savepoint", "SAVEPOINT"},
    {DBWAY_R_RELEASE, "release", "RELEASE"},
    {DBWAY_R_ROLLBACK_TO, "rollback_to", "ROLLBACK TO"},
    {DBWAY_R_COPY_IN, "copy_in", "COPY IN"},
    {DBWAY_R_COPY_OUT, "copy_out", "COPY OUT"},
    {DBWAY_R_LISTEN, "listen", "LISTEN"},
    {DBWAY_R_UNLISTEN, "unlisten", "UNLISTEN"},
    {DBWAY_R_SCHEMA, "schema", "SCHEMA"},
};

const Kind* find_kind(std::uint32_t kind) noexcept {
    const auto* const found =
        std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& k) { return k.kind == kind; });
    return found == std::end(kinds) ? nullptr : found;
}

std::string parameter_list(const std::vector<std::string>& parts) {
    std::string list;
    for (const std::string& part : parts) list.append(list.empty() ? "" : ", ").append(part);
    return list.empty() ? std::string() : " with (" + list + ")";
}

[[noreturn]] void refuse(const std::string& message) { throw sdk::Failure(DBWAY_ERR_INVALID, message); }

}  // namespace

std::string_view kind_name(std::uint32_t kind) noexcept {
    const Kind* const found = find_kind(kind);
    return found == nullptr ? "a request" : found->name;
}

std::string_view word_of_kind(std::uint32_t kind) noexcept {
    const Kind* const found = find_kind(kind);
    return found == nullptr ? "" : found->word;
}

std::optional<std::uint32_t> kind_by_word(std::string_view word) noexcept {
    for (const Kind& kind : kinds)
        if (kind.word == word) return kind.kind;
    return std::nullopt;
}

std::string kind_words() {
    std::string list;
    for (const Kind& kind : kinds) list.append(list.empty() ? "" : ", ").append(kind.word);
    return list;
}

ArrivalText::ArrivalText(const Arrival& arrival) {
    // The names of savepoints, channels and tables are no SQL.
    if (arrival.kind == DBWAY_MOCK_STATEMENT) {
        line = one_line(arrival.text, arrival.dialect);
        comparable = mock::comparable(arrival.text, arrival.dialect);
    } else {
        line = arrival.text;
        comparable = arrival.text;
    }
}

void complete(Expectation& expectation, sdk::Dialect dialect) {
    if (find_kind(expectation.kind) == nullptr)
        refuse("requests of the kind " + std::to_string(expectation.kind) + " cannot be expected");
    const bool statement = expectation.kind == DBWAY_MOCK_STATEMENT;
    if (statement && expectation.match == DBWAY_MOCK_EXACT) {
        expectation.comparable = comparable(expectation.text, dialect);
        if (expectation.comparable.empty()) refuse("the expected statement is empty");
    } else if (expectation.match == DBWAY_MOCK_EXACT) {
        // A COMMIT has no name, and a LISTEN of which none is said may be any.
        if (expectation.text.empty()) expectation.match = DBWAY_MOCK_ALL;
        expectation.comparable = expectation.text;
    } else if (expectation.match == DBWAY_MOCK_PATTERN) {
        expectation.pattern = std::make_shared<const Pattern>(expectation.text);
    }
    if (expectation.times_max == 0 || expectation.times_min > expectation.times_max)
        refuse("an expectation that is met at least " + std::to_string(expectation.times_min) +
               " and at most " + std::to_string(expectation.times_max) + " times cannot be met");
    if (expectation.answer == nullptr) expectation.answer = std::make_shared<const Answer>();
    const Answer& answer = *expectation.answer;
    const bool has_rows =
        statement || expectation.kind == DBWAY_R_COPY_OUT || expectation.kind == DBWAY_R_SCHEMA;
    if (!has_rows && !answer.columns.empty())
        refuse(std::string(kind_name(expectation.kind)) + " yields no rows");
    if (answer.cells.size() != answer.columns.size() * answer.rows)
        refuse("a row has not as many cells as there are columns");
    if (answer.error && answer.lost != Lost::no)
        refuse("an answer is either an error or a lost connection, not both");
}

bool text_fits(const Expectation& expectation, const Arrival& arrival, const ArrivalText& text) {
    if (expectation.kind != arrival.kind) return false;
    switch (expectation.match) {
        case DBWAY_MOCK_EXACT:
            return expectation.comparable == text.comparable;
        case DBWAY_MOCK_PATTERN:
            return expectation.pattern->found_in(text.line);
        default:
            return true;
    }
}

bool parameter_fits(const ParameterMatcher& matcher, const dbway_value& value) {
    switch (matcher.match) {
        case DBWAY_MOCK_VALUE:
            return same_value(matcher.value, value);
        case DBWAY_MOCK_TYPE:
            return value.type == matcher.type;
        case DBWAY_MOCK_NOT_NULL:
            return value.type != DBWAY_T_NULL;
        case DBWAY_MOCK_LIKE: {
            std::string text;
            return value.type != DBWAY_T_NULL && sdk::format_value(value, text) &&
                   matcher.pattern->found_in(text);
        }
        default:
            return true;
    }
}

bool parameters_fit(const Expectation& expectation, std::span<const dbway_value> values) {
    if (expectation.any_parameters) return true;
    return std::equal(expectation.parameters.begin(), expectation.parameters.end(), values.begin(),
                      values.end(), parameter_fits);
}

std::string describe(const ParameterMatcher& matcher) {
    switch (matcher.match) {
        case DBWAY_MOCK_VALUE:
            return describe_value(matcher.value);
        case DBWAY_MOCK_TYPE:
            return "any " + std::string(type_name(matcher.type));
        case DBWAY_MOCK_NOT_NULL:
            return "anything but null";
        case DBWAY_MOCK_LIKE:
            return "a value like /" + matcher.pattern->text() + "/";
        default:
            return "anything";
    }
}

std::string describe(const Expectation& expectation) {
    std::string text;
    if (expectation.kind != DBWAY_MOCK_STATEMENT) {
        text = kind_name(expectation.kind);
        if (!expectation.text.empty()) text += " ";
    }
    if (expectation.match == DBWAY_MOCK_PATTERN)
        text +=
            (expectation.kind == DBWAY_MOCK_STATEMENT ? "a statement like /" : "/") + expectation.text + "/";
    else if (expectation.match == DBWAY_MOCK_ALL)
        text += expectation.kind == DBWAY_MOCK_STATEMENT ? "any statement" : "";
    else if (expectation.kind == DBWAY_MOCK_STATEMENT)
        text += one_line(expectation.text, sdk::Dialect::generic);
    else
        text += expectation.text;
    if (expectation.any_parameters) return text;
    std::vector<std::string> parts;
    for (const ParameterMatcher& matcher : expectation.parameters) parts.push_back(describe(matcher));
    return text + parameter_list(parts);
}

std::string describe(const Arrival& arrival) {
    std::string text;
    if (arrival.kind == DBWAY_MOCK_STATEMENT) {
        text = one_line(arrival.text, arrival.dialect);
    } else {
        text = kind_name(arrival.kind);
        if (!arrival.text.empty()) text.append(" ").append(arrival.text);
    }
    std::vector<std::string> parts;
    for (const dbway_value& value : arrival.parameters) parts.push_back(describe_value(value));
    return text + parameter_list(parts);
}

}  // namespace dbway::mock
