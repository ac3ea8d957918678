// nearest.hpp - "did you mean": the known word nearest to a misspelt one.
#pragma once

#include <dbway/export.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dbway::detail {

// Optimal string alignment (Damerau-Levenshtein with adjacent transpositions): edits between two texts, in
// bytes.
DBWAY_API std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word within 2 edits and a third of the word's length, the first of the nearest; empty: none is
// near.
DBWAY_API std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

// `; did you mean "WORD"?`, or nothing.
DBWAY_API std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace dbway::detail
