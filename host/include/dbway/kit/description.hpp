// description.hpp - an entity as data: what dbway/ext/orm.h wants of it, and its names for messages.
#pragma once

#include <dbway/ext/orm.h>
#include <dbway/export.hpp>
#include <dbway/kit/entity.hpp>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace dbway::kit {

// Built once for each type, then only read. Texts are borrowed from DBWAY_ENTITY.
class DBWAY_API Description {
  public:
    Description(std::string_view name, std::string_view table);
    Description(const Description&) = delete;
    Description& operator=(const Description&) = delete;
    ~Description();

    void add_column(std::string_view member, const dbway_orm_column& column);
    void add_index(std::vector<std::uint32_t> columns, std::uint32_t flags, std::string_view name);
    void add_check(std::string_view name, std::string_view sql);
    void add_reference(std::vector<std::uint32_t> columns, const Description& target,
                       const std::vector<std::uint32_t>& referenced, entity::Action on_delete,
                       entity::Action on_update);
    void set_schema(std::string_view schema) noexcept { schema_ = schema; }
    // After the last addition.
    void finish();

    const dbway_orm_entity& abi() const noexcept { return entity_; }
    std::string_view name() const noexcept { return name_; }
    std::string_view table() const noexcept { return table_; }
    std::string_view schema() const noexcept { return schema_; }
    std::string_view member(std::uint32_t column) const noexcept { return members_[column]; }
    std::string_view column(std::uint32_t column) const noexcept {
        return {columns_[column].name.ptr, columns_[column].name.len};
    }
    std::size_t size() const noexcept { return columns_.size(); }

    // "User.email", "User.(team, name)": the members behind a constraint, a column, or a text that names one
    // of them; empty if nothing is known of it.
    std::string members_of(std::string_view constraint, std::string_view column, std::string_view text) const;

  private:
    struct Constraint {
        std::string name;
        std::vector<std::uint32_t> columns;
    };
    std::string members(const std::vector<std::uint32_t>& columns) const;

    std::string_view name_;
    std::string_view table_;
    std::string_view schema_;
    std::vector<std::string_view> members_;
    std::deque<dbway_orm_column> columns_;
    std::deque<dbway_orm_index> indexes_;
    std::deque<dbway_orm_check> checks_;
    std::deque<dbway_orm_reference> references_;
    std::deque<std::vector<std::uint32_t>> lists_;
    std::deque<std::vector<dbway_str>> names_;
    std::vector<const dbway_orm_column*> column_pointers_;
    std::vector<const dbway_orm_index*> index_pointers_;
    std::vector<const dbway_orm_check*> check_pointers_;
    std::vector<const dbway_orm_reference*> reference_pointers_;
    std::vector<Constraint> constraints_;
    dbway_orm_entity entity_{};
};

template <Entity T>
const Description& description();

// Of the table alone, for references that go in circles.
template <Entity T>
const Description& table_description();

template <typename M>
constexpr std::uint32_t column_type() {
    return Codec<PlainType<M>>::type;
}
template <typename M>
constexpr std::uint32_t item_type() {
    if constexpr (dbway::detail::is_array<PlainType<M>>::value)
        return Codec<PlainType<typename PlainType<M>::value_type>>::type;
    else
        return DBWAY_T_NULL;
}

// Fills a Description from what DBWAY_ENTITY and DBWAY_TABLE say of T.
template <Entity T>
class Describer {
  public:
    explicit Describer(Description& description) : description_(description) {}

    void columns() {
        std::apply([&](const auto&... member) { (column(member), ...); }, definition<T>.members);
    }
    void schema() {
        if constexpr (requires { dbway_table(static_cast<const T*>(nullptr)); })
            std::apply([&](const auto&... rule) { (set_schema(rule), ...); },
                       dbway_table(static_cast<const T*>(nullptr)));
    }
    void rules() {
        std::uint32_t number = 0;
        std::apply([&](const auto&... member) { (references(member, number++), ...); },
                   definition<T>.members);
        if constexpr (requires { dbway_table(static_cast<const T*>(nullptr)); })
            std::apply([&](const auto&... rule) { (add(rule), ...); },
                       dbway_table(static_cast<const T*>(nullptr)));
    }

  private:
    static constexpr dbway_str text(std::string_view view) { return {view.data(), view.size()}; }

    template <typename MemberType>
    void column(const MemberType& member) {
        using M = typename MemberType::Type;
        dbway_orm_column column{};
        column.struct_size = sizeof column;
        column.flags = member.flags();
        if constexpr (std::is_same_v<PlainType<M>, M>) column.flags |= DBWAY_ORM_NOT_NULL;
        column.type = column_type<M>();
        column.item_type = item_type<M>();
        column.precision = column.scale = -1;
        column.name = text(member.column());
        std::apply([&](const auto&... attribute) { (apply(column, attribute), ...); }, member.attributes);
        description_.add_column(member.name, column);
    }
    static void apply(dbway_orm_column& column, const entity::DefaultSql& value) {
        column.default_sql = text(value.text);
    }
    static void apply(dbway_orm_column& column, const entity::TypeSql& value) {
        column.type_sql = text(value.text);
    }
    static void apply(dbway_orm_column& column, const entity::Precision& value) {
        column.precision = value.precision;
        column.scale = value.scale;
    }
    template <typename Attribute>
    static void apply(dbway_orm_column&, const Attribute&) {}

    template <typename MemberType>
    void references(const MemberType& member, std::uint32_t number) {
        std::apply([&](const auto&... attribute) { (reference(number, attribute), ...); }, member.attributes);
    }
    template <typename Target, typename M>
    void reference(std::uint32_t number, const entity::References<Target, M>& to) {
        description_.add_reference({number}, table_description<Target>(), {column_of(to.member)},
                                   to.delete_action, to.update_action);
    }
    template <typename Attribute>
    void reference(std::uint32_t, const Attribute&) {}

    template <typename Struct, typename... M>
    static std::vector<std::uint32_t> numbers(const std::tuple<M Struct::*...>& members) {
        return std::apply([](auto... member) { return std::vector<std::uint32_t>{column_of(member)...}; },
                          members);
    }
    template <typename... M>
    void add(const entity::Index<T, M...>& index) {
        description_.add_index(numbers(index.members), index.flags, index.name);
    }
    template <typename Target, typename... M>
    void add(const entity::ForeignKey<T, Target, M...>& key) {
        description_.add_reference(numbers(key.members), table_description<Target>(), numbers(key.referenced),
                                   key.delete_action, key.update_action);
    }
    void add(const entity::Check& check) { description_.add_check(check.name, check.sql); }
    void add(const entity::Schema&) {}
    void set_schema(const entity::Schema& schema) { description_.set_schema(schema.name); }
    template <typename Rule>
    void set_schema(const Rule&) {}

    Description& description_;
};

template <Entity T>
class TableDescription : public Description {
  public:
    TableDescription() : Description(definition<T>.name, definition<T>.table) {
        Describer<T>(*this).columns();
        Describer<T>(*this).schema();
        finish();
    }
};

template <Entity T>
class FullDescription : public Description {
  public:
    FullDescription() : Description(definition<T>.name, definition<T>.table) {
        Describer<T>(*this).columns();
        Describer<T>(*this).schema();
        Describer<T>(*this).rules();
        finish();
    }
};

template <Entity T>
const Description& table_description() {
    static const TableDescription<T> made;
    return made;
}

template <Entity T>
const Description& description() {
    static_assert(Traits<T>::count > 0);
    static const FullDescription<T> made;
    return made;
}

}  // namespace dbway::kit
