#include "cli/completion.hpp"

#include <dbway/sdk/lexer.hpp>

#include <algorithm>
#include <array>

namespace dbway::cli {

namespace {

constexpr std::string_view keywords[] = {
    "all",       "alter",      "analyze", "and",       "as",          "asc",      "begin",     "between",
    "by",        "case",       "cast",    "check",     "coalesce",    "commit",   "conflict",  "constraint",
    "count",     "create",     "cross",   "default",   "delete",      "desc",     "distinct",  "drop",
    "else",      "end",        "except",  "exists",    "explain",     "foreign",  "from",      "full",
    "group",     "having",     "in",      "index",     "inner",       "insert",   "intersect", "into",
    "is",        "join",       "key",     "left",      "like",        "limit",    "natural",   "not",
    "null",      "offset",     "on",      "or",        "order",       "outer",    "partition", "primary",
    "recursive", "references", "release", "returning", "right",       "rollback", "savepoint", "select",
    "set",       "table",      "then",    "to",        "transaction", "trigger",  "union",     "unique",
    "update",    "using",      "vacuum",  "values",    "view",        "when",     "where",     "window",
    "with"};

constexpr std::string_view commands[] = {"\\?", "\\c", "\\d",      "\\dt", "\\format",
                                         "\\i", "\\q", "\\timing", "\\x"};

bool begins_with(std::string_view text, std::string_view beginning) {
    return text.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), text.begin(),
                      [](char a, char b) { return sdk::lower_ascii(a) == sdk::lower_ascii(b); });
}

// The word before the one that is completed.
std::string_view word_before(std::string_view line, std::string_view word) {
    line.remove_suffix(word.size());
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    const std::size_t space = line.find_last_of(" \t(,");
    return space == std::string_view::npos ? line : line.substr(space + 1);
}

bool is_place_of_table(std::string_view before) {
    constexpr std::array<std::string_view, 6> places = {"from", "join", "into", "update", "table", "\\d"};
    return std::any_of(places.begin(), places.end(),
                       [&](std::string_view place) { return sdk::is_keyword(before, place); });
}

}  // namespace

std::vector<std::string> complete(std::string_view line, std::string_view word,
                                  const std::vector<TableView>& tables) {
    std::vector<std::string> found;
    const auto offer = [&](std::string_view candidate) {
        if (begins_with(candidate, word)) found.emplace_back(candidate);
    };
    if (word.starts_with('\\')) {
        for (const std::string_view command : commands) offer(command);
    } else if (const std::size_t dot = word.rfind('.'); dot != std::string_view::npos) {
        const std::string_view owner = word.substr(0, dot);
        for (const TableView& table : tables) {
            if (begins_with(table.schema, owner) && table.schema.size() == owner.size())
                offer(std::string(owner) + "." + table.name);
            if (begins_with(table.name, owner) && table.name.size() == owner.size())
                for (const ColumnView& column : table.columns) offer(std::string(owner) + "." + column.name);
        }
    } else {
        const bool only_tables = is_place_of_table(word_before(line, word));
        for (const TableView& table : tables) {
            offer(table.name);
            if (!only_tables && !word.empty())
                for (const ColumnView& column : table.columns) offer(column.name);
        }
        if (!only_tables && !word.empty())
            for (const std::string_view keyword : keywords) offer(keyword);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace dbway::cli
