// entity.hpp - DBWAY_ENTITY: a plain struct as a table.
//
//     struct User {
//         std::int64_t id = 0;
//         std::string name;
//         std::optional<std::string> email;
//         std::vector<Post> posts;
//     };
//     DBWAY_ENTITY(User, "users", (id, key, generated), name, (email, unique))
//     DBWAY_TABLE(User, index(&User::name), check("named", "name <> ''"))
//     DBWAY_RELATIONS(User, has_many(&User::posts, &Post::user_id))
//
// All in the struct's namespace; the last two are optional. A member stands alone or in parentheses with
// attributes (see attributes.hpp). At most 64 members, 8 attributes each. A std::optional is a column that
// may be NULL, everything else is NOT NULL.
#pragma once

#include <dbway/codec.hpp>
#include <dbway/fields.hpp>
#include <dbway/kit/attributes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dbway {

// True for a struct with DBWAY_ENTITY.
template <typename T>
concept Entity = requires {
    dbway_entity(static_cast<const T*>(nullptr));
};

namespace kit {

template <typename T>
inline constexpr auto definition = dbway_entity(static_cast<const T*>(nullptr));

// std::optional<T> and T alike to T.
template <typename T>
struct Plain {
    using type = T;
};
template <typename T>
struct Plain<std::optional<T>> {
    using type = T;
};
template <typename T>
using PlainType = typename Plain<T>::type;

template <typename T>
struct is_instant : std::false_type {};
template <typename Duration>
struct is_instant<std::chrono::sys_time<Duration>>
    : std::bool_constant<!std::is_same_v<Duration, std::chrono::days>> {};

template <typename T>
concept HasCodec = requires(const dbway_value& value) {
    Codec<T>::type;
    Codec<T>::decode(value);
};

// Compile-time knowledge of an entity; says at once what is wrong with it.
template <Entity T>
class Traits {
    using Members = decltype(definition<T>.members);

    template <typename Predicate>
    static constexpr std::size_t count_if(Predicate predicate) {
        std::size_t found = 0;
        for (const std::uint32_t flags : all_flags())
            if (predicate(flags)) ++found;
        return found;
    }
    static constexpr auto all_flags() {
        return std::apply(
            [](const auto&... member) {
                return std::array<std::uint32_t, sizeof...(member)>{member.flags()...};
            },
            definition<T>.members);
    }
    static constexpr std::size_t with(std::uint32_t bit) {
        return count_if([bit](std::uint32_t flags) { return (flags & bit) != 0; });
    }
    static constexpr std::uint32_t find(std::uint32_t bit) {
        for (std::uint32_t i = 0; i < all_flags().size(); ++i)
            if ((all_flags()[i] & bit) != 0) return i;
        return none;
    }
    template <typename MemberType>
    static constexpr bool check(const MemberType& member) {
        using M = typename MemberType::Type;
        using P = PlainType<M>;
        static_assert(
            !std::is_same_v<P, std::string_view> && !std::is_same_v<P, BlobView> && !std::is_pointer_v<P>,
            "a member that only refers to its value would dangle: use std::string, dbway::Blob");
        static_assert(HasCodec<P>, "no column type for this member: see dbway/codec.hpp, or leave it out");
        static_assert(std::equality_comparable<M>,
                      "a member needs operator== to tell whether it has changed");
        static_assert(!MemberType::template has<entity::Precision>() || std::is_same_v<P, Decimal>,
                      "decimal(precision, scale) is for members of type dbway::Decimal");
        const std::uint32_t flags = member.flags();
        constexpr bool integer = std::is_integral_v<P> && !std::is_same_v<P, bool>;
        if ((flags & (DBWAY_ORM_GENERATED | DBWAY_ORM_VERSION)) != 0 && !integer) return false;
        if ((flags & (DBWAY_ORM_CREATED | DBWAY_ORM_UPDATED)) != 0 && !is_instant<P>::value) return false;
        if ((flags & DBWAY_ORM_DELETED) != 0 && !(is_instant<P>::value && !std::is_same_v<P, M>))
            return false;
        return true;
    }
    static constexpr bool check_all() {
        return std::apply([](const auto&... member) { return (check(member) && ...); },
                          definition<T>.members);
    }

  public:
    static constexpr std::uint32_t none = 0xffffffff;
    static constexpr std::size_t count = std::tuple_size_v<Members>;
    static constexpr auto flags = all_flags();
    static constexpr std::size_t key_count = with(DBWAY_ORM_PRIMARY);
    static constexpr std::uint32_t generated = find(DBWAY_ORM_GENERATED);
    static constexpr std::uint32_t version = find(DBWAY_ORM_VERSION);
    static constexpr std::uint32_t created = find(DBWAY_ORM_CREATED);
    static constexpr std::uint32_t updated = find(DBWAY_ORM_UPDATED);
    static constexpr std::uint32_t deleted = find(DBWAY_ORM_DELETED);

    static constexpr std::array<std::uint32_t, key_count> keys = [] {
        std::array<std::uint32_t, key_count> result{};
        std::size_t n = 0;
        for (std::uint32_t i = 0; i < count; ++i)
            if ((all_flags()[i] & DBWAY_ORM_PRIMARY) != 0) result[n++] = i;
        return result;
    }();

    template <std::size_t I>
    using MemberType = typename std::tuple_element_t<I, Members>::Type;
    template <std::size_t I>
    using KeyType = PlainType<MemberType<keys[I]>>;

    static_assert(count <= 64, "an entity has at most 64 members");
    static_assert(std::is_default_constructible_v<T>, "an entity is made first and filled then");
    static_assert(key_count > 0, "an entity needs a key: write (id, key) or (id, key, generated)");
    static_assert(
        check_all(),
        "(x, generated) and (x, version) are for integers, (x, created) and (x, updated) for points "
        "of the system clock such as dbway::TimestampTz, (x, deleted) for a std::optional of one");
    static_assert(with(DBWAY_ORM_GENERATED) <= 1 && with(DBWAY_ORM_VERSION) <= 1 &&
                      with(DBWAY_ORM_CREATED) <= 1 && with(DBWAY_ORM_UPDATED) <= 1 &&
                      with(DBWAY_ORM_DELETED) <= 1,
                  "generated, version, created, updated and deleted are each for one member only");
    static_assert(generated == none || (key_count == 1 && keys[0] == generated),
                  "generated is for the only key: (id, key, generated)");
};

// Column number of a member; Traits<T>::none if it is no column.
template <Entity T, typename M>
constexpr std::uint32_t find_member(M T::*pointer) {
    std::uint32_t result = 0xffffffff;
    std::uint32_t i = 0;
    const auto look = [&](const auto& member) {
        if constexpr (std::is_same_v<typename std::remove_cvref_t<decltype(member)>::Type, M>)
            if (member.pointer == pointer) result = i;
        ++i;
    };
    std::apply([&](const auto&... member) { (look(member), ...); }, definition<T>.members);
    return result;
}

// Where the compiler reports a member that is not one of the entity's columns.
inline std::uint32_t the_member_is_not_a_column_of_DBWAY_ENTITY() { return 0xffffffff; }

template <Entity T, typename M>
constexpr std::uint32_t column_of(M T::*pointer) {
    const std::uint32_t column = find_member(pointer);
    return column != 0xffffffff ? column : the_member_is_not_a_column_of_DBWAY_ENTITY();
}

// For DBWAY_FIELDS, so that Source::query<User>() works as well.
template <typename Struct, typename... Members>
constexpr auto make_fields(const entity::Definition<Struct, Members...>& definition) {
    return std::apply(
        [](const auto&... member) { return std::tuple{make_field(member.column(), member.pointer)...}; },
        definition.members);
}

}  // namespace kit
}  // namespace dbway

#define DBWAY_SECOND_(a, b, ...) b
#define DBWAY_SECOND_OF_(...) DBWAY_SECOND_(__VA_ARGS__)
#define DBWAY_PROBE_(...) ~, DBWAY_MEMBER_WITH_
#define DBWAY_MEMBER_(Struct, item) DBWAY_SECOND_OF_(DBWAY_PROBE_ item, DBWAY_MEMBER_ALONE_, ~)(Struct, item)
#define DBWAY_MEMBER_ALONE_(Struct, name) ::dbway::entity::member(#name, &Struct::name)
#define DBWAY_MEMBER_WITH_(Struct, item) DBWAY_MEMBER_SPREAD_(Struct, DBWAY_UNWRAP_ item)
#define DBWAY_UNWRAP_(...) __VA_ARGS__
#define DBWAY_MEMBER_SPREAD_(...) DBWAY_MEMBER_NAMED_(__VA_ARGS__)
#define DBWAY_MEMBER_NAMED_(Struct, name, ...) \
    ::dbway::entity::member(#name, &Struct::name __VA_OPT__(, DBWAY_ATTRIBUTES1_(__VA_ARGS__)))
#define DBWAY_ATTRIBUTES1_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES2_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES2_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES3_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES3_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES4_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES4_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES5_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES5_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES6_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES6_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES7_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES7_(a, ...) ::dbway::entity::a __VA_OPT__(, DBWAY_ATTRIBUTES8_(__VA_ARGS__))
#define DBWAY_ATTRIBUTES8_(a) ::dbway::entity::a
#define DBWAY_MEMBER_LIST_(Struct, item, ...) \
    DBWAY_MEMBER_(Struct, item) __VA_OPT__(, DBWAY_MEMBER_AGAIN_ DBWAY_PARENS_(Struct, __VA_ARGS__))
#define DBWAY_MEMBER_AGAIN_() DBWAY_MEMBER_LIST_
#define DBWAY_RULE_LIST_(rule, ...) \
    ::dbway::entity::rule __VA_OPT__(, DBWAY_RULE_AGAIN_ DBWAY_PARENS_(__VA_ARGS__))
#define DBWAY_RULE_AGAIN_() DBWAY_RULE_LIST_

#define DBWAY_ENTITY(Struct, table, ...)                                                                \
    [[maybe_unused]] constexpr auto dbway_entity(const Struct*) {                                       \
        return ::dbway::entity::define<Struct>(#Struct, table,                                          \
                                               DBWAY_EXPAND_(DBWAY_MEMBER_LIST_(Struct, __VA_ARGS__))); \
    }                                                                                                   \
    [[maybe_unused]] constexpr auto dbway_fields(const Struct* type) {                                  \
        return ::dbway::kit::make_fields(dbway_entity(type));                                           \
    }

#define DBWAY_TABLE(Struct, ...)                                         \
    [[maybe_unused]] constexpr auto dbway_table(const Struct*) {         \
        return std::tuple{DBWAY_EXPAND_(DBWAY_RULE_LIST_(__VA_ARGS__))}; \
    }

#define DBWAY_RELATIONS(Struct, ...)                                     \
    [[maybe_unused]] constexpr auto dbway_relations(const Struct*) {     \
        return std::tuple{DBWAY_EXPAND_(DBWAY_RULE_LIST_(__VA_ARGS__))}; \
    }
