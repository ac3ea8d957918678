// parameter.hpp - a value as PostgreSQL's text: for parameters, for COPY, and as libpqxx's field type.
#pragma once

#include <dbway/provider.h>

#include <pqxx/pqxx>

#include <iterator>
#include <span>
#include <string>

namespace dbway::pq {

// Appends the text of a value that is not NULL. Throws Failure (DBWAY_ERR_DATA, DBWAY_ERR_UNSUPPORTED) for
// one that PostgreSQL has no text of.
void append_text(const dbway_value& value, std::string& out);

// One parameter as libpqxx meets it.
struct Parameter {
    const dbway_value* value;
};

// Walks over values as parameters.
class ParameterIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Parameter;
    using difference_type = std::ptrdiff_t;
    using pointer = const Parameter*;
    using reference = Parameter;

    explicit ParameterIterator(const dbway_value* at) : at_(at) {}
    Parameter operator*() const { return {at_}; }
    ParameterIterator& operator++() {
        ++at_;
        return *this;
    }
    bool operator==(const ParameterIterator& other) const { return at_ == other.at_; }
    bool operator!=(const ParameterIterator& other) const { return at_ != other.at_; }

  private:
    const dbway_value* at_;
};

inline auto make_parameters(std::span<const dbway_value> values) {
    return pqxx::prepare::make_dynamic_params(ParameterIterator(values.data()),
                                              ParameterIterator(values.data() + values.size()));
}

}  // namespace dbway::pq

namespace pqxx {

// libpqxx sends every parameter as text without a type, so that the server infers it.
template <>
struct string_traits<dbway::pq::Parameter> {
    static constexpr const char* name() noexcept { return "dbway value"; }
    static constexpr bool has_null() noexcept { return true; }
    static bool is_null(const dbway::pq::Parameter& parameter) {
        return parameter.value->type == DBWAY_T_NULL;
    }
    static std::string to_string(const dbway::pq::Parameter& parameter) {
        std::string text;
        dbway::pq::append_text(*parameter.value, text);
        return text;
    }
};

}  // namespace pqxx
