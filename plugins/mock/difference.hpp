// difference.hpp - how a request differs from what was expected, measured and in words.
#pragma once

#include "expectation.hpp"

#include <cstddef>
#include <string>

namespace dbway::mock {

// The smaller, the more likely it is that this expectation was meant.
std::size_t difference(const Expectation& expectation, const Arrival& arrival, const ArrivalText& text);

// The two texts, one under the other with a mark where they part, and the parameters that differ. Lines.
std::string explain_difference(const Expectation& expectation, const Arrival& arrival,
                               const ArrivalText& text);

}  // namespace dbway::mock
