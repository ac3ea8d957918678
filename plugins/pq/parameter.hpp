// parameter.hpp - values as the parameters of libpqxx.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/postgresql_parameters.hpp>

#include <pqxx/pqxx>

#include <iterator>
#include <span>
#include <string>

namespace dbway::pq {

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

// libpqxx sends every parameter as text without a type, so that the server infers it. to_string() throws
// Failure for a value that PostgreSQL has no text of.
template <>
struct string_traits<dbway::pq::Parameter> {
    static constexpr const char* name() noexcept { return "dbway value"; }
    static constexpr bool has_null() noexcept { return true; }
    static bool is_null(const dbway::pq::Parameter& parameter) {
        return parameter.value->type == DBWAY_T_NULL;
    }
    static std::string to_string(const dbway::pq::Parameter& parameter) {
        std::string text;
        dbway::sdk::append_postgresql_text(*parameter.value, text);
        return text;
    }
};

}  // namespace pqxx
