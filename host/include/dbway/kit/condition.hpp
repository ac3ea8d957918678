// condition.hpp - conditions as expressions of C++: field(&User::age) > 21 && field(&User::name).like("A%").
// Values are kept beside the statement's text, never in it; what does not fit the member's type does not
// compile.
#pragma once

#include <dbway/ext/orm.h>
#include <dbway/export.hpp>
#include <dbway/kit/entity.hpp>

#include <concepts>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dbway {

template <Entity T>
class Condition;
template <Entity T>
struct Order;
template <Entity T>
class Assignment;

namespace kit {

// Values and their encoded form, which refers to them.
struct OwnedValues {
    virtual ~OwnedValues() = default;
    std::vector<dbway_value> encoded;
};

template <typename V>
struct OwnedValuesOf final : OwnedValues {
    explicit OwnedValuesOf(std::deque<V> values) : kept(std::move(values)) {
        encoded.reserve(kept.size());
        for (const V& value : kept) encoded.push_back(dbway::detail::encode_parameter(value, store));
    }
    std::deque<V> kept;
    dbway::detail::ItemStore store;
};

using SharedValues = std::shared_ptr<const OwnedValues>;

template <typename V>
SharedValues own(std::deque<V> values) {
    return std::make_shared<const OwnedValuesOf<V>>(std::move(values));
}

// A tree in prefix order, as dbway_orm_node has it, with its values.
struct Term {
    std::uint32_t kind = DBWAY_ORM_AND;
    std::uint32_t column = 0;
    std::uint32_t count = 0;  // of AND and OR
    SharedValues values{};
};

class DBWAY_API Expression {
  public:
    // True of every row.
    Expression() : terms_{Term{}} {}
    explicit Expression(Term term) : terms_{std::move(term)} {}

    static Expression join(std::uint32_t kind, Expression a, const Expression& b);
    static Expression negate(const Expression& a);

    // Appends the nodes, and the values that they name; the first value gets the ordinal values.size() + 1.
    // Borrows from this expression.
    void lower(bool arrays, std::vector<dbway_orm_node>& nodes, std::vector<dbway_value>& values) const;
    // Without any condition.
    bool everything() const noexcept { return terms_.size() == 1 && terms_[0].kind == DBWAY_ORM_AND; }

  private:
    std::vector<Term> terms_;
};

// `text` as a pattern of LIKE that means exactly itself.
DBWAY_API std::string escape_pattern(std::string_view text);

template <typename T>
struct is_entity_field : std::false_type {};

// The value to compare a member of type M with, as it is kept.
template <typename M, typename U>
auto operand(const U& value) {
    using P = PlainType<M>;
    static_assert(!dbway::detail::is_optional<U>::value && !std::is_same_v<U, std::nullopt_t> &&
                      !std::is_same_v<U, std::nullptr_t>,
                  "nothing is equal to NULL: compare with a value, or use is_null()");
    static_assert(!is_entity_field<U>::value, "a field is compared with a value, not with another field");
    if constexpr (std::is_same_v<P, std::string>) {
        static_assert(std::is_convertible_v<const U&, std::string_view>,
                      "this field is text: compare it with text");
        return std::string(std::string_view(value));
    } else if constexpr (std::is_same_v<P, bool> || std::is_enum_v<P>) {
        static_assert(std::is_same_v<U, P>, "compare a bool or an enum with its own type");
        return value;
    } else if constexpr (std::is_integral_v<P>) {
        static_assert(std::is_integral_v<U> && !std::is_same_v<U, bool>,
                      "this field is an integer: compare it with an integer");
        return value;
    } else if constexpr (std::is_floating_point_v<P>) {
        static_assert(std::is_arithmetic_v<U> && !std::is_same_v<U, bool>,
                      "this field is a number: compare it with a number");
        return static_cast<double>(value);
    } else if constexpr (std::is_same_v<P, Decimal> && std::is_integral_v<U>) {
        return Decimal(static_cast<std::int64_t>(value));
    } else {
        static_assert(std::is_convertible_v<const U&, P>,
                      "the value's type does not convert to that of the field");
        return P(value);
    }
}

template <typename M, typename U>
using Operand = decltype(operand<M>(std::declval<const U&>()));

}  // namespace kit

// Values of one entity; &&, || and ! combine them.
template <Entity T>
class Condition {
  public:
    explicit Condition(kit::Expression expression) : expression_(std::move(expression)) {}

    const kit::Expression& expression() const noexcept { return expression_; }

    friend Condition operator&&(const Condition& a, const Condition& b) {
        return Condition(kit::Expression::join(DBWAY_ORM_AND, a.expression_, b.expression_));
    }
    friend Condition operator||(const Condition& a, const Condition& b) {
        return Condition(kit::Expression::join(DBWAY_ORM_OR, a.expression_, b.expression_));
    }
    friend Condition operator!(const Condition& a) {
        return Condition(kit::Expression::negate(a.expression_));
    }

  private:
    kit::Expression expression_;
};

// True of every row: what update and remove want to be told when all rows are meant.
template <Entity T>
Condition<T> everything() {
    return Condition<T>(kit::Expression());
}

// A column to sort by.
template <Entity T>
struct Order {
    std::uint32_t column;
    std::uint32_t flags;

    constexpr Order nulls_first() const { return {column, flags | DBWAY_ORM_NULLS_FIRST}; }
    constexpr Order nulls_last() const { return {column, flags | DBWAY_ORM_NULLS_LAST}; }
};

// A column and its new value.
template <Entity T>
class Assignment {
  public:
    Assignment(std::uint32_t column, kit::SharedValues value) : column_(column), value_(std::move(value)) {}
    std::uint32_t column() const noexcept { return column_; }
    const dbway_value& value() const noexcept { return value_->encoded.front(); }

  private:
    std::uint32_t column_;
    kit::SharedValues value_;
};

// A column of an entity; made by field().
template <Entity T, typename M>
class EntityField {
    using P = kit::PlainType<M>;
    template <typename U>
    static constexpr bool is_text = std::is_same_v<kit::PlainType<U>, std::string>;

  public:
    explicit constexpr EntityField(std::uint32_t column) : column_(column) {}

    template <typename U>
    friend Condition<T> operator==(EntityField field, const U& value) {
        return field.compare(DBWAY_ORM_EQ, value);
    }
    template <typename U>
    friend Condition<T> operator!=(EntityField field, const U& value) {
        return field.compare(DBWAY_ORM_NE, value);
    }
    template <typename U>
    friend Condition<T> operator<(EntityField field, const U& value) {
        return field.compare(DBWAY_ORM_LT, value);
    }
    template <typename U>
    friend Condition<T> operator<=(EntityField field, const U& value) {
        return field.compare(DBWAY_ORM_LE, value);
    }
    template <typename U>
    friend Condition<T> operator>(EntityField field, const U& value) {
        return field.compare(DBWAY_ORM_GT, value);
    }
    template <typename U>
    friend Condition<T> operator>=(EntityField field, const U& value) {
        return field.compare(DBWAY_ORM_GE, value);
    }

    // One of the values; of none, nothing is true.
    template <std::ranges::input_range Range>
    Condition<T> in(const Range& values) const {
        using U = std::remove_cvref_t<std::ranges::range_reference_t<const Range>>;
        std::deque<kit::Operand<M, U>> kept;
        for (const auto& value : values) kept.push_back(kit::operand<M>(static_cast<const U&>(value)));
        return make(DBWAY_ORM_IN, std::move(kept));
    }
    template <typename U>
    Condition<T> in(std::initializer_list<U> values) const {
        std::deque<kit::Operand<M, U>> kept;
        for (const U& value : values) kept.push_back(kit::operand<M>(value));
        return make(DBWAY_ORM_IN, std::move(kept));
    }
    // Both ends included.
    template <typename A, typename B>
    Condition<T> between(const A& from, const B& to) const {
        static_assert(std::is_same_v<kit::Operand<M, A>, kit::Operand<M, B>>,
                      "write both ends as values of one type");
        return make(DBWAY_ORM_BETWEEN,
                    std::deque<kit::Operand<M, A>>{kit::operand<M>(from), kit::operand<M>(to)});
    }
    // % stands for any text, _ for one character, \ before them for themselves. Case matters.
    Condition<T> like(std::string_view pattern) const {
        static_assert(is_text<M>, "like() is for fields of text");
        return make(DBWAY_ORM_LIKE, std::deque<std::string>{std::string(pattern)});
    }
    Condition<T> starts_with(std::string_view text) const { return like(kit::escape_pattern(text) + "%"); }
    Condition<T> ends_with(std::string_view text) const { return like("%" + kit::escape_pattern(text)); }
    Condition<T> contains(std::string_view text) const { return like("%" + kit::escape_pattern(text) + "%"); }
    Condition<T> is_null() const { return null_test(DBWAY_ORM_IS_NULL); }
    Condition<T> is_not_null() const { return null_test(DBWAY_ORM_IS_NOT_NULL); }

    constexpr Order<T> ascending() const { return {column_, 0}; }
    constexpr Order<T> descending() const { return {column_, DBWAY_ORM_DESCENDING}; }
    constexpr operator Order<T>() const { return ascending(); }

    constexpr std::uint32_t column() const noexcept { return column_; }

  private:
    template <typename U>
    Condition<T> compare(std::uint32_t kind, const U& value) const {
        using V = std::decay_t<const U>;  // an array of characters is text
        return make(kind, std::deque<kit::Operand<M, V>>{kit::operand<M, V>(value)});
    }
    Condition<T> null_test(std::uint32_t kind) const {
        static_assert(!std::is_same_v<P, M>, "a field is never NULL unless it is a std::optional");
        return Condition<T>(kit::Expression({kind, column_, 0, nullptr}));
    }
    template <typename V>
    Condition<T> make(std::uint32_t kind, std::deque<V> values) const {
        return Condition<T>(kit::Expression({kind, column_, 0, kit::own(std::move(values))}));
    }

    std::uint32_t column_;
};

namespace kit {
template <Entity T, typename M>
struct is_entity_field<EntityField<T, M>> : std::true_type {};
}  // namespace kit

// The column of a member. One that is not in DBWAY_ENTITY does not compile.
template <Entity T, typename M>
consteval EntityField<T, M> field(M T::*member) {
    return EntityField<T, M>(kit::column_of(member));
}

// For Query::update(): set(&User::active, false).
template <Entity T, typename M, typename U>
Assignment<T> set(M T::*member, const U& value) {
    static_assert(std::is_convertible_v<const U&, M>,
                  "the value's type does not convert to that of the member");
    static_assert(!std::is_integral_v<kit::PlainType<M>> || !std::is_floating_point_v<U>,
                  "an integer would lose the fraction");
    const std::uint32_t column = kit::find_member(member);
    if (column == kit::Traits<T>::none)
        throw_error(Category::invalid, "set() of a member that is no column of its entity");
    return {column, kit::own(std::deque<M>{M(value)})};
}

}  // namespace dbway
