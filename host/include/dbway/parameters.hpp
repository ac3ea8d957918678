// parameters.hpp - statement parameters: positional ($1, $2, …) or named (:id with arg("id", 7)).
#pragma once

#include <dbway/codec.hpp>
#include <dbway/error.hpp>

#include <array>
#include <string_view>
#include <type_traits>

namespace dbway {

// A parameter for the placeholder `:name`. Refers to the value; use it within the call.
template <typename T>
struct NamedArgument {
    std::string_view name;
    const T& value;
};

template <typename T>
NamedArgument<T> arg(std::string_view name, const T& value) {
    return {name, value};
}

namespace detail {

template <typename T>
struct is_named : std::false_type {};
template <typename T>
struct is_named<NamedArgument<T>> : std::true_type {};

// The ABI values of one call's arguments, on the stack. Refers to the arguments.
template <typename... Args>
class ParameterPack {
    static constexpr std::size_t count = sizeof...(Args);
    static constexpr bool named = (is_named<Args>::value || ...);
    static_assert(!named || (is_named<Args>::value && ...), "name all parameters with dbway::arg(), or none");

  public:
    explicit ParameterPack(const Args&... args) {
        std::size_t i = 0;
        (add(i++, args), ...);
    }
    ParameterPack(const ParameterPack&) = delete;
    ParameterPack& operator=(const ParameterPack&) = delete;

    static constexpr std::uint32_t size() noexcept { return count; }
    const dbway_value* values() const noexcept { return values_.data(); }
    const std::string_view* names() const noexcept {
        if constexpr (named)
            return names_.data();
        else
            return nullptr;
    }

  private:
    template <typename T>
    void add(std::size_t i, const T& value) {
        if constexpr (named) {
            names_[i] = value.name;
            values_[i] = encode_parameter(value.value, store_);
        } else {
            values_[i] = encode_parameter(value, store_);
        }
    }

    std::array<dbway_value, count == 0 ? 1 : count> values_;
    std::array<std::string_view, named ? count : 0> names_;
    ItemStore store_;
};

}  // namespace detail
}  // namespace dbway
