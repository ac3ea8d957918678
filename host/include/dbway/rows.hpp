// rows.hpp - reading results: row by row as they arrive, or collected into containers of your types.
#pragma once

#include <dbway/codec.hpp>
#include <dbway/cursor.hpp>
#include <dbway/fields.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace dbway {

// The current row, valid until the next one is read. Its views are, too, unless another statement starts on
// the connection before: what is left of the result then moves, the current row with it.
class DBWAY_API Row {
  public:
    explicit Row(const detail::Cursor& cursor) noexcept : cursor_(&cursor) {}

    std::size_t size() const noexcept { return cursor_->width(); }
    const std::vector<Column>& columns() const noexcept { return cursor_->columns(); }

    // The column's value as a T (see codec.hpp). Throws DataError if it does not fit, InvalidUse if there is
    // no such column.
    template <typename T>
    T get(std::size_t index) const {
        const dbway_value& cell = this->cell(index);
        try {
            return detail::decode_cell<T>(cell);
        } catch (const DataError&) {
            cursor_->rethrow_for_column(index);
        }
    }
    template <typename T>
    T get(std::string_view name) const {
        return get<T>(index_of(name));
    }

    bool is_null(std::size_t index) const { return cell(index).type == DBWAY_T_NULL; }
    bool is_null(std::string_view name) const { return is_null(index_of(name)); }

    // Names are compared without regard to case.
    std::size_t index_of(std::string_view name) const;
    // The ABI value itself.
    const dbway_value& cell(std::size_t index) const {
        const dbway_value* cells = cursor_->row();
        if (cells == nullptr || index >= cursor_->width()) [[unlikely]]
            throw_no_cell(index);
        return cells[index];
    }

  private:
    [[noreturn]] void throw_no_cell(std::size_t index) const;

    const detail::Cursor* cursor_;
};

namespace detail {

// Index of the column called `name`; npos if there is none.
DBWAY_API std::size_t find_column(const ColumnSet& columns, std::string_view name) noexcept;
[[noreturn]] DBWAY_API void throw_no_field(const ColumnSet& columns, std::string_view field);
[[noreturn]] DBWAY_API void throw_no_rows();
[[noreturn]] DBWAY_API void throw_too_many_rows();

// Reads one row into a T: a mapped struct, a tuple, or a single value.
template <typename T>
class RowReader {
  public:
    explicit RowReader(const Cursor& cursor) {
        if (cursor.width() != 1) cursor.throw_width(1);
    }
    T read(const Cursor& cursor) const {
        try {
            return decode_cell<T>(cursor.row()[0]);
        } catch (const DataError&) {
            cursor.rethrow_for_column(0);
        }
    }
};

template <typename... Ts>
class RowReader<std::tuple<Ts...>> {
  public:
    explicit RowReader(const Cursor& cursor) {
        if (cursor.width() != sizeof...(Ts)) cursor.throw_width(sizeof...(Ts));
    }
    std::tuple<Ts...> read(const Cursor& cursor) const {
        return read_cells(cursor, std::index_sequence_for<Ts...>{});
    }

  private:
    template <typename T>
    static T decode_at(const dbway_value* cells, std::size_t index, std::size_t& at) {
        at = index;
        return decode_cell<T>(cells[index]);
    }
    template <std::size_t... I>
    std::tuple<Ts...> read_cells(const Cursor& cursor, std::index_sequence<I...>) const {
        const dbway_value* cells = cursor.row();
        std::size_t at = 0;
        try {
            return std::tuple<Ts...>{decode_at<Ts>(cells, I, at)...};
        } catch (const DataError&) {
            cursor.rethrow_for_column(at);
        }
    }
};

template <Mapped T>
class RowReader<T> {
    static constexpr auto fields = dbway_fields(static_cast<const T*>(nullptr));
    static constexpr std::size_t count = std::tuple_size_v<decltype(fields)>;

  public:
    explicit RowReader(const Cursor& cursor) {
        const ColumnSet& columns = cursor.columns();
        std::apply(
            [&](const auto&... field) {
                std::size_t i = 0;
                ((index_[i++] = resolve(columns, field.name)), ...);
            },
            fields);
    }
    T read(const Cursor& cursor) const {
        T object{};
        fill(object, cursor, std::make_index_sequence<count>{});
        return object;
    }

  private:
    static std::size_t resolve(const ColumnSet& columns, std::string_view name) {
        const std::size_t index = find_column(columns, name);
        if (index >= columns.size()) throw_no_field(columns, name);
        return index;
    }
    template <std::size_t... I>
    void fill(T& object, const Cursor& cursor, std::index_sequence<I...>) const {
        const dbway_value* cells = cursor.row();
        std::size_t at = 0;
        try {
            ((at = index_[I], fill_one(object.*(std::get<I>(fields).member), cells[index_[I]])), ...);
        } catch (const DataError&) {
            cursor.rethrow_for_column(at);
        }
    }
    template <typename Member>
    static void fill_one(Member& member, const dbway_value& cell) {
        member = decode_cell<Member>(cell);
    }

    std::array<std::size_t, count> index_{};
};

}  // namespace detail

// The rows of one statement, streamed: memory does not grow with their number. Move-only; one thread at a
// time; a pinned Connection they came from must outlive them.
class DBWAY_API Rows {
  public:
    explicit Rows(detail::Cursor&& cursor) noexcept : cursor_(std::move(cursor)) {}
    // `start` returns the cursor, which is made where it stays.
    template <std::invocable Start>
    explicit Rows(const Start& start) : cursor_(start()) {}

    class Iterator {
      public:
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        explicit Iterator(detail::Cursor& cursor) : cursor_(&cursor) {}
        Row operator*() const noexcept { return Row(*cursor_); }
        Iterator& operator++() {
            cursor_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return cursor_->row() == nullptr; }

      private:
        detail::Cursor* cursor_;
    };

    // Single pass: a second loop goes on where the first one stopped.
    Iterator begin() {
        if (cursor_.row() == nullptr) cursor_.next();
        return Iterator(cursor_);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

    const std::vector<Column>& columns() const noexcept { return cursor_.columns(); }

    // All remaining rows. T: a struct with DBWAY_FIELDS, a std::tuple, or a single value.
    template <typename T>
    std::vector<T> all() {
        std::vector<T> result;
        if (cursor_.next()) {
            const detail::RowReader<T> reader(cursor_);
            do result.push_back(reader.read(cursor_));
            while (cursor_.next());
        }
        return result;
    }

    // The one row there is. Throws NoRows or TooManyRows.
    template <typename T>
    T one() {
        if (!cursor_.next()) detail::throw_no_rows();
        T result = detail::RowReader<T>(cursor_).read(cursor_);
        if (cursor_.next()) detail::throw_too_many_rows();
        return result;
    }

    // The one row, or none. Throws TooManyRows.
    template <typename T>
    std::optional<T> one_or_none() {
        if (!cursor_.next()) return std::nullopt;
        std::optional<T> result(detail::RowReader<T>(cursor_).read(cursor_));
        if (cursor_.next()) detail::throw_too_many_rows();
        return result;
    }

    // The following result set of a script, when this one has been read. False: there is none.
    bool next_set() { return cursor_.next_set(); }

    // Rows changed, once all rows have been read; -1 if the provider does not know.
    std::int64_t affected() const noexcept { return cursor_.outcome().affected; }

    detail::Cursor& cursor() noexcept { return cursor_; }

  private:
    detail::Cursor cursor_;
};

// Rows of one type: for (auto [id, name] : db.query<std::int64_t, std::string_view>("…")). Like Rows
// otherwise.
template <typename T>
class TypedRows {
  public:
    template <std::invocable Start>
    explicit TypedRows(const Start& start) : rows_(start) {}

    class Iterator {
      public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        Iterator(detail::Cursor& cursor, const detail::RowReader<T>& reader)
            : cursor_(&cursor), reader_(&reader) {}
        T operator*() const { return reader_->read(*cursor_); }
        Iterator& operator++() {
            cursor_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return cursor_->row() == nullptr; }

      private:
        detail::Cursor* cursor_;
        const detail::RowReader<T>* reader_;
    };

    Iterator begin() {
        detail::Cursor& cursor = rows_.cursor();
        if (cursor.row() == nullptr) cursor.next();
        if (!reader_) reader_.emplace(cursor);
        return Iterator(cursor, *reader_);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

    std::vector<T> all() { return rows_.template all<T>(); }
    T one() { return rows_.template one<T>(); }
    std::optional<T> one_or_none() { return rows_.template one_or_none<T>(); }
    const std::vector<Column>& columns() const noexcept { return rows_.columns(); }

  private:
    Rows rows_;
    std::optional<detail::RowReader<T>> reader_;
};

namespace detail {

// What query<Ts...>() returns: Rows for no type, the struct itself for one mapped struct, tuples otherwise.
template <typename... Ts>
struct QueryResult {
    using type = TypedRows<std::tuple<Ts...>>;
};
template <>
struct QueryResult<> {
    using type = Rows;
};
template <Mapped T>
struct QueryResult<T> {
    using type = TypedRows<T>;
};

}  // namespace detail

}  // namespace dbway
