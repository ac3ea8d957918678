// attributes.hpp - what DBWAY_ENTITY, DBWAY_TABLE and DBWAY_RELATIONS say of members, tables and relations.
// The macros look names up in namespace dbway::entity, so that they are written without it.
#pragma once

#include <dbway/ext/orm.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace dbway::entity {

// ---- of members: DBWAY_ENTITY(User, "users", (id, key, generated), name) ----------------------------------

struct Flag {
    std::uint32_t bits;
};
inline constexpr Flag key{DBWAY_ORM_PRIMARY};
inline constexpr Flag generated{DBWAY_ORM_GENERATED};  // the server numbers it; 0 or empty: not yet
inline constexpr Flag unique{DBWAY_ORM_UNIQUE};
inline constexpr Flag not_null{DBWAY_ORM_NOT_NULL};  // of a std::optional that the server fills
inline constexpr Flag version{DBWAY_ORM_VERSION};    // optimistic locking
inline constexpr Flag created{DBWAY_ORM_CREATED};    // time of the INSERT
inline constexpr Flag updated{DBWAY_ORM_UPDATED};    // time of the last INSERT or UPDATE
inline constexpr Flag deleted{DBWAY_ORM_DELETED};    // time of the soft delete

// The column's name, where it is not the member's.
struct ColumnName {
    std::string_view text;
};
constexpr ColumnName column(std::string_view name) { return {name}; }

// An SQL expression of the program's own. An empty std::optional is inserted as this default.
struct DefaultSql {
    std::string_view text;
};
constexpr DefaultSql default_sql(std::string_view expression) { return {expression}; }

// The column's type in the database's own words, in place of the one made from the member's.
struct TypeSql {
    std::string_view text;
};
constexpr TypeSql type_sql(std::string_view type) { return {type}; }

// Digits in all, and behind the point; of a dbway::Decimal.
struct Precision {
    std::int32_t precision;
    std::int32_t scale;
};
constexpr Precision decimal(std::int32_t precision, std::int32_t scale) { return {precision, scale}; }

enum class Action : std::uint32_t {
    none = DBWAY_ORM_NO_ACTION,
    restrict = DBWAY_ORM_RESTRICT,
    cascade = DBWAY_ORM_CASCADE,
    set_null = DBWAY_ORM_SET_NULL,
    set_default = DBWAY_ORM_SET_DEFAULT,
};

// What becomes of a row when the one that its foreign key refers to is deleted, or gets another key.
template <typename Key>
struct Actions {
    Action delete_action = Action::none;
    Action update_action = Action::none;

    constexpr Key on_delete_restrict() const { return deleting(Action::restrict); }
    constexpr Key on_delete_cascade() const { return deleting(Action::cascade); }
    constexpr Key on_delete_set_null() const { return deleting(Action::set_null); }
    constexpr Key on_delete_set_default() const { return deleting(Action::set_default); }
    constexpr Key on_update_restrict() const { return updating(Action::restrict); }
    constexpr Key on_update_cascade() const { return updating(Action::cascade); }
    constexpr Key on_update_set_null() const { return updating(Action::set_null); }
    constexpr Key on_update_set_default() const { return updating(Action::set_default); }

  private:
    constexpr Key deleting(Action action) const {
        Key result = static_cast<const Key&>(*this);
        result.delete_action = action;
        return result;
    }
    constexpr Key updating(Action action) const {
        Key result = static_cast<const Key&>(*this);
        result.update_action = action;
        return result;
    }
};

// A foreign key of one column to a member of another entity, or of the same:
// references(&User::id).on_delete_cascade().
template <typename Target, typename M>
struct References : Actions<References<Target, M>> {
    constexpr explicit References(M Target::*target) : member(target) {}
    M Target::*member;
};
template <typename Target, typename M>
constexpr References<Target, M> references(M Target::*member) {
    return References<Target, M>(member);
}

// ---- of tables: DBWAY_TABLE(User, index(&User::name), check("adult", "age >= 18"))
// -------------------------

template <typename Struct, typename... M>
struct Index {
    std::tuple<M Struct::*...> members;
    std::uint32_t flags;
    std::string_view name;

    // In place of a name made from table and columns.
    constexpr Index named(std::string_view text) const { return {members, flags, text}; }
};
template <typename Struct, typename... M>
constexpr Index<Struct, M...> index(M Struct::*... members) {
    return {{members...}, 0, {}};
}
template <typename Struct, typename... M>
constexpr Index<Struct, M...> unique_index(M Struct::*... members) {
    return {{members...}, DBWAY_ORM_UNIQUE, {}};
}

struct Check {
    std::string_view name;
    std::string_view sql;
};
// `sql`: a condition of the program's own.
constexpr Check check(std::string_view name, std::string_view sql) { return {name, sql}; }

struct Schema {
    std::string_view name;
};
constexpr Schema schema(std::string_view name) { return {name}; }

// A foreign key of several columns: foreign_key(&Line::order, &Line::part).to(&Part::order, &Part::number).
template <typename Struct, typename Target, typename... M>
struct ForeignKey : Actions<ForeignKey<Struct, Target, M...>> {
    constexpr ForeignKey(std::tuple<M Struct::*...> from, std::tuple<M Target::*...> to)
        : members(from), referenced(to) {}
    std::tuple<M Struct::*...> members;
    std::tuple<M Target::*...> referenced;
};
template <typename Struct, typename... M>
struct ForeignKeyColumns {
    std::tuple<M Struct::*...> members;

    template <typename Target>
    constexpr ForeignKey<Struct, Target, M...> to(M Target::*... referenced) const {
        return {members, {referenced...}};
    }
};
template <typename Struct, typename... M>
constexpr ForeignKeyColumns<Struct, M...> foreign_key(M Struct::*... members) {
    return {{members...}};
}

// ---- of relations: DBWAY_RELATIONS(User, has_many(&User::posts, &Post::user_id))
// ---------------------------

// The owner's foreign key names one target by its key; the member is a std::optional or a pointer to it.
template <typename Owner, typename Holder, typename... M>
struct BelongsTo {
    Holder Owner::*member;
    std::tuple<M Owner::*...> foreign_key;
};
template <typename Owner, typename Holder, typename... M>
constexpr BelongsTo<Owner, Holder, M...> belongs_to(Holder Owner::*member, M Owner::*... foreign_key) {
    return {member, {foreign_key...}};
}

// The target's foreign key names the owner by its key. has_one: a std::optional or a pointer; has_many: a
// std::vector.
template <typename Owner, typename Holder, typename Target, typename... M>
struct Has {
    Holder Owner::*member;
    std::tuple<M Target::*...> foreign_key;
};
template <typename Owner, typename Holder, typename Target, typename... M>
constexpr Has<Owner, Holder, Target, M...> has_one(Holder Owner::*member, M Target::*... foreign_key) {
    return {member, {foreign_key...}};
}
template <typename Owner, typename Holder, typename Target, typename... M>
constexpr Has<Owner, Holder, Target, M...> has_many(Holder Owner::*member, M Target::*... foreign_key) {
    return {member, {foreign_key...}};
}

// Rows of the entity Link hold the owner's key and the target's.
template <typename Owner, typename Holder, typename Link, typename OwnerKey, typename TargetKey>
struct ManyToMany {
    Holder Owner::*member;
    OwnerKey Link::*owner_key;
    TargetKey Link::*target_key;
};
template <typename Owner, typename Holder, typename Link, typename OwnerKey, typename TargetKey>
constexpr ManyToMany<Owner, Holder, Link, OwnerKey, TargetKey> many_to_many(Holder Owner::*member,
                                                                            OwnerKey Link::*owner_key,
                                                                            TargetKey Link::*target_key) {
    return {member, owner_key, target_key};
}

// ---- what the macros make of them
// ---------------------------------------------------------------------------

template <typename Struct, typename M, typename... Attributes>
struct Member {
    using Type = M;

    std::string_view name;
    M Struct::*pointer;
    std::tuple<Attributes...> attributes;

    // DBWAY_ORM_*, as far as the attributes say.
    constexpr std::uint32_t flags() const {
        std::uint32_t bits = 0;
        std::apply([&](const auto&... attribute) { ((bits |= flag(attribute)), ...); }, attributes);
        return bits;
    }
    constexpr std::string_view column() const {
        std::string_view text = name;
        std::apply([&](const auto&... attribute) { (rename(text, attribute), ...); }, attributes);
        return text;
    }
    template <typename Attribute>
    static constexpr bool has() {
        return (std::is_same_v<Attribute, Attributes> || ...);
    }

  private:
    static constexpr std::uint32_t flag(Flag attribute) { return attribute.bits; }
    template <typename Attribute>
    static constexpr std::uint32_t flag(const Attribute&) {
        return 0;
    }
    static constexpr void rename(std::string_view& text, ColumnName attribute) { text = attribute.text; }
    template <typename Attribute>
    static constexpr void rename(std::string_view&, const Attribute&) {}
};

template <typename Struct, typename M, typename... Attributes>
constexpr Member<Struct, M, Attributes...> member(std::string_view name, M Struct::*pointer,
                                                  Attributes... attributes) {
    return {name, pointer, {attributes...}};
}

template <typename Struct, typename... Members>
struct Definition {
    std::string_view name;
    std::string_view table;
    std::tuple<Members...> members;
};

template <typename Struct, typename... Members>
constexpr Definition<Struct, Members...> define(std::string_view name, std::string_view table,
                                                Members... members) {
    return {name, table, {members...}};
}

}  // namespace dbway::entity
