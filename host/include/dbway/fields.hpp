// fields.hpp - DBWAY_FIELDS: which members of a plain struct are columns.
//
//     struct User { std::int64_t id; std::string name; std::optional<std::string> email; };
//     DBWAY_FIELDS(User, id, name, email)          // in the struct's namespace, at most 64 members
//
// A member is filled from the column of its name, compared without regard to case.
#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>

namespace dbway {

template <typename Struct, typename Member>
struct Field {
    std::string_view name;
    Member Struct::*member;
};

template <typename Struct, typename Member>
constexpr Field<Struct, Member> make_field(std::string_view name, Member Struct::*member) {
    return {name, member};
}

// True for a struct with DBWAY_FIELDS.
template <typename T>
concept Mapped = requires {
    dbway_fields(static_cast<const T*>(nullptr));
};

}  // namespace dbway

#define DBWAY_PARENS_ ()
#define DBWAY_EXPAND_(...) DBWAY_EXPAND3_(DBWAY_EXPAND3_(DBWAY_EXPAND3_(DBWAY_EXPAND3_(__VA_ARGS__))))
#define DBWAY_EXPAND3_(...) DBWAY_EXPAND2_(DBWAY_EXPAND2_(DBWAY_EXPAND2_(DBWAY_EXPAND2_(__VA_ARGS__))))
#define DBWAY_EXPAND2_(...) DBWAY_EXPAND1_(DBWAY_EXPAND1_(DBWAY_EXPAND1_(DBWAY_EXPAND1_(__VA_ARGS__))))
#define DBWAY_EXPAND1_(...) __VA_ARGS__
#define DBWAY_FIELD_(Struct, member) ::dbway::make_field(#member, &Struct::member)
#define DBWAY_FIELD_LIST_(Struct, member, ...) \
    DBWAY_FIELD_(Struct, member) __VA_OPT__(, DBWAY_FIELD_AGAIN_ DBWAY_PARENS_(Struct, __VA_ARGS__))
#define DBWAY_FIELD_AGAIN_() DBWAY_FIELD_LIST_

#define DBWAY_FIELDS(Struct, ...)                                                 \
    [[maybe_unused]] constexpr auto dbway_fields(const Struct*) {                 \
        return std::tuple{DBWAY_EXPAND_(DBWAY_FIELD_LIST_(Struct, __VA_ARGS__))}; \
    }
