#include "parameter_map.hpp"

#include <dbway/sdk/failure.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace dbway::sqlite {
namespace {

// More than any statement that SQLite accepts has; bounds the memory that "$999999999" asks for.
constexpr std::size_t most_parameters = 250'000;

[[noreturn]] void refuse(const std::string& message) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = DBWAY_ERR_SYNTAX;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = "42601";
    diagnostic.message = message;
    throw sdk::Failure(std::move(diagnostic));
}

// The n of "$n"; 0 if it is another kind of name.
std::size_t number_of(std::string_view name) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    if (name[0] != '$' || error != std::errc{}) return 0;
    if (end != name.data() + name.size())
        refuse("\"" + std::string(name) + "\" is no parameter; for a type conversion write CAST(" +
               std::string(name.substr(0, static_cast<std::size_t>(end - name.data()))) + " AS …)");
    if (number == 0 || number > most_parameters) refuse("there is no parameter " + std::string(name));
    return number;
}

}  // namespace

ParameterMap::ParameterMap(sqlite3_stmt* statement) {
    const int count = sqlite3_bind_parameter_count(statement);
    if (count == 0) return;
    bool numbered = false;
    bool in_order = false;  // ?, ?5, :name: SQLite's own numbers count
    for (int i = 1; i <= count; ++i) {
        const char* name = sqlite3_bind_parameter_name(statement, i);
        const std::size_t number = name == nullptr ? 0 : number_of(name);
        (number != 0 ? numbered : in_order) = true;
        if (numbered && in_order) refuse("a statement cannot mix $1 with other kinds of parameters");
        const std::size_t position = number != 0 ? number : static_cast<std::size_t>(i);
        if (position > index_.size()) index_.resize(position);
        index_[position - 1] = i;
    }
    columns_.resize(index_.size());
    for (std::size_t i = 0; i < index_.size(); ++i) {
        const char* name = index_[i] == 0 ? nullptr : sqlite3_bind_parameter_name(statement, index_[i]);
        columns_[i].name = name != nullptr ? name : parameter_name(i + 1);
        columns_[i].type = DBWAY_T_NULL;
    }
}

}  // namespace dbway::sqlite
