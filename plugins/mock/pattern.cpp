#include "pattern.hpp"

#include <dbway/sdk/failure.hpp>

namespace dbway::mock {
namespace {

std::regex compile(std::string_view text) {
    try {
        return std::regex(text.begin(), text.end(), std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "the pattern '" + std::string(text) +
                               "' is no regular expression of ECMAScript: " + error.what());
    }
}

}  // namespace

Pattern::Pattern(std::string_view text) : text_(text), regex_(compile(text)) {}

bool Pattern::found_in(std::string_view subject) const {
    subject = subject.substr(0, longest);
    return std::regex_search(subject.begin(), subject.end(), regex_);
}

}  // namespace dbway::mock
