// reader.hpp - rows to entities, and members to parameters.
#pragma once

#include <dbway/kit/executor.hpp>
#include <dbway/kit/hooks.hpp>
#include <dbway/rows.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace dbway {
namespace kit {

// A member by the number of its column.
template <Entity T>
struct Accessor {
    dbway_value (*encode)(const T& object, dbway::detail::ItemStore& items);
    void (*decode)(T& object, const dbway_value& cell);
    bool (*equal)(const T& a, const T& b);
    bool (*unset)(const T& object);  // empty, or zero
    void (*reset)(T& object);
};

template <Entity T, std::size_t I>
constexpr Accessor<T> make_accessor() {
    using M = typename Traits<T>::template MemberType<I>;
    constexpr auto member = std::get<I>(definition<T>.members).pointer;
    return {
        [](const T& object, dbway::detail::ItemStore& items) {
            return dbway::detail::encode_parameter<M>(object.*member, items);
        },
        [](T& object, const dbway_value& cell) { object.*member = dbway::detail::decode_cell<M>(cell); },
        [](const T& a, const T& b) { return a.*member == b.*member; },
        [](const T& object) {
            if constexpr (dbway::detail::is_optional<M>::value)
                return !(object.*member).has_value();
            else if constexpr (std::is_integral_v<M>)
                return object.*member == 0;
            else
                return false;
        },
        [](T& object) { object.*member = M{}; },
    };
}

template <Entity T>
inline constexpr std::array<Accessor<T>, Traits<T>::count> accessors = [
]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Accessor<T>, sizeof...(I)>{make_accessor<T, I>()...};
}
(std::make_index_sequence<Traits<T>::count>{});

// Fills an object from a row of all columns in the order of DBWAY_ENTITY.
template <Entity T>
void read_row(T& object, const dbway::detail::Cursor& cursor) {
    const dbway_value* cells = cursor.row();
    std::size_t at = 0;
    try {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((at = I, object.*(std::get<I>(definition<T>.members).pointer) =
                          dbway::detail::decode_cell<typename Traits<T>::template MemberType<I>>(cells[I])),
             ...);
        }
        (std::make_index_sequence<Traits<T>::count>{});
    } catch (const DataError&) {
        cursor.rethrow_for_column(at);
    }
    after_load(object);
}

// Some columns only.
template <Entity T>
void read_columns(T& object, const dbway::detail::Cursor& cursor, const std::vector<std::uint32_t>& columns) {
    if (cursor.width() != columns.size()) cursor.throw_width(columns.size());
    std::size_t at = 0;
    try {
        for (; at < columns.size(); ++at) accessors<T>[columns[at]].decode(object, cursor.row()[at]);
    } catch (const DataError&) {
        cursor.rethrow_for_column(at);
    }
}

template <Entity T>
class KeyValues {
  public:
    explicit KeyValues(const T& object) {
        for (std::size_t i = 0; i < Traits<T>::key_count; ++i)
            values[i] = accessors<T>[Traits<T>::keys[i]].encode(object, items_);
    }
    std::array<dbway_value, Traits<T>::key_count> values;
    std::string text() const { return key_text(description<T>(), Traits<T>::keys, values); }

  private:
    dbway::detail::ItemStore items_;
};

}  // namespace kit

// Entities as they arrive: memory does not grow with their number. Move-only, single pass, one thread at a
// time; the Connection or Transaction they come from must outlive them.
template <Entity T>
class EntityRows {
  public:
    explicit EntityRows(Rows&& rows) : rows_(std::move(rows)) {}

    class Iterator {
      public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        explicit Iterator(EntityRows& rows) : rows_(&rows) {}
        T operator*() const { return rows_->read(); }
        Iterator& operator++() {
            rows_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept {
            return rows_->rows_.cursor().row() == nullptr;
        }

      private:
        EntityRows* rows_;
    };

    Iterator begin() {
        if (rows_.cursor().row() == nullptr) next();
        return Iterator(*this);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    void next() {
        try {
            dbway::detail::Cursor& cursor = rows_.cursor();
            if (cursor.next() && cursor.width() != kit::Traits<T>::count)
                cursor.throw_width(kit::Traits<T>::count);
        } catch (const Error& error) {
            kit::rethrow(kit::description<T>(), "load", error);
        }
    }
    T read() {
        T object{};
        try {
            kit::read_row(object, rows_.cursor());
        } catch (const DataError& error) {
            kit::rethrow(kit::description<T>(), "load", error);
        }
        return object;
    }

    Rows rows_;
};

}  // namespace dbway
