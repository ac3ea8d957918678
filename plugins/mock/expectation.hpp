// expectation.hpp - what a mock waits for and what it answers, as plain data.
#pragma once

#include "pattern.hpp"

#include <dbway/ext/mock.h>
#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/provider.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::mock {

struct ParameterMatcher {
    std::uint32_t match = DBWAY_MOCK_ANY;
    std::uint32_t type = DBWAY_T_NULL;  // for DBWAY_MOCK_TYPE
    dbway_value value{};                // for DBWAY_MOCK_VALUE; in the arena of the expectation
    std::shared_ptr<const Pattern> pattern{};
};

enum class Lost : std::uint8_t { no, before, after };

// Immutable once it belongs to an expectation, so shared by the connections that give it.
struct Answer {
    std::vector<sdk::Column> columns;  // empty: no rows
    std::vector<dbway_value> cells;    // row after row; in the arena
    std::uint32_t rows = 0;
    std::uint32_t repeat = 1;
    bool series = false;  // integers from 1 to the first parameter
    std::int64_t affected = -1;
    std::optional<std::int64_t> last_id;
    std::string tag;
    std::chrono::nanoseconds delay{0};  // max(): for ever
    std::optional<sdk::Diagnostic> error;
    Lost lost = Lost::no;
    std::vector<sdk::Notification> notifications;
    std::shared_ptr<sdk::Arena> arena;
};

struct Expectation {
    std::uint32_t kind = DBWAY_MOCK_STATEMENT;
    std::uint32_t match = DBWAY_MOCK_EXACT;
    std::string text;        // as it was given
    std::string comparable;  // for DBWAY_MOCK_EXACT
    std::shared_ptr<const Pattern> pattern;
    bool any_parameters = true;
    std::vector<ParameterMatcher> parameters;
    std::uint32_t times_min = 1;
    std::uint32_t times_max = 1;
    bool any_order = false;
    std::uint32_t track = 0;
    std::string place;  // "script.toml:14", or empty
    std::shared_ptr<const Answer> answer;
    std::shared_ptr<sdk::Arena> arena;  // of the parameters
};

// A request as it is compared with expectations. Borrows everything.
struct Arrival {
    std::uint32_t kind = DBWAY_MOCK_STATEMENT;
    std::string_view text;
    std::span<const dbway_value> parameters;
    sdk::Dialect dialect = sdk::Dialect::generic;
};

// "COMMIT", "SAVEPOINT", "a statement"…
std::string_view kind_name(std::uint32_t kind) noexcept;
// By the words of a script: "statement", "begin", "copy_in", "open"…
std::optional<std::uint32_t> kind_by_word(std::string_view word) noexcept;
std::string_view word_of_kind(std::uint32_t kind) noexcept;
std::string kind_words();

// The arrival's text in the two forms that are compared.
struct ArrivalText {
    explicit ArrivalText(const Arrival& arrival);
    std::string line;
    std::string comparable;
};

// Fills `comparable` and checks what belongs together: throws Failure (DBWAY_ERR_INVALID).
void complete(Expectation& expectation, sdk::Dialect dialect);

bool text_fits(const Expectation& expectation, const Arrival& arrival, const ArrivalText& text);
bool parameter_fits(const ParameterMatcher& matcher, const dbway_value& value);
bool parameters_fit(const Expectation& expectation, std::span<const dbway_value> values);

// "select 1 with (i64 5, any)": one line for messages.
std::string describe(const Expectation& expectation);
std::string describe(const Arrival& arrival);
std::string describe(const ParameterMatcher& matcher);

}  // namespace dbway::mock
