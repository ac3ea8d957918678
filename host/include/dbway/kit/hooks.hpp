// hooks.hpp - functions of an entity that Repository and Query call, found by their names:
//
//     void before_save();   or with a dbway::Saving     the object is about to be inserted or updated
//     void after_save();    or with a dbway::Saving     the statement has succeeded; it may not be committed
//     yet static void before_load(dbway::Query<User>&);     a query is about to run: it may be narrowed void
//     after_load();                                the object was filled, but for its relations void
//     before_remove() const;  void after_remove() const;
//
// Any of them may be static with the object as its first parameter. What a hook throws ends the operation; an
// operation whose entity has an after hook runs in a transaction, which then leaves nothing behind.
// Query::update() and remove() read no objects and call only before_load().
#pragma once

#include <cstdint>

namespace dbway {

enum class Saving : std::uint8_t { insert, update, upsert };

template <typename T>
concept HasAfterSave = requires(T& object, Saving saving) {
    object.after_save(saving);
}
|| requires(T& object) { object.after_save(); }
|| requires(T& object, Saving saving) { T::after_save(object, saving); }
|| requires(T& object) { T::after_save(object); };
template <typename T>
concept HasAfterRemove = requires(const T& object) {
    object.after_remove();
}
|| requires(const T& object) { T::after_remove(object); };

namespace kit {

template <typename T>
void before_save(T& object, Saving saving) {
    if constexpr (requires { object.before_save(saving); })
        object.before_save(saving);
    else if constexpr (requires { object.before_save(); })
        object.before_save();
    else if constexpr (requires { T::before_save(object, saving); })
        T::before_save(object, saving);
    else if constexpr (requires { T::before_save(object); })
        T::before_save(object);
    else
        static_assert(
            !requires { &T::before_save; },
            "before_save() cannot be called: it takes nothing or a dbway::Saving, and is public");
}

template <typename T>
void after_save(T& object, Saving saving) {
    if constexpr (requires { object.after_save(saving); })
        object.after_save(saving);
    else if constexpr (requires { object.after_save(); })
        object.after_save();
    else if constexpr (requires { T::after_save(object, saving); })
        T::after_save(object, saving);
    else if constexpr (requires { T::after_save(object); })
        T::after_save(object);
    else
        static_assert(
            !requires { &T::after_save; },
            "after_save() cannot be called: it takes nothing or a dbway::Saving, and is public");
}

template <typename T, typename Query>
void before_load(Query& query) {
    if constexpr (requires { T::before_load(query); })
        T::before_load(query);
    else
        static_assert(
            !requires { &T::before_load; },
            "before_load() cannot be called: it is static, public and takes a dbway::Query<T>&");
}

template <typename T>
void after_load(T& object) {
    if constexpr (requires { object.after_load(); })
        object.after_load();
    else if constexpr (requires { T::after_load(object); })
        T::after_load(object);
    else
        static_assert(
            !requires { &T::after_load; }, "after_load() cannot be called: it takes nothing and is public");
}

template <typename T>
void before_remove(const T& object) {
    if constexpr (requires { object.before_remove(); })
        object.before_remove();
    else if constexpr (requires { T::before_remove(object); })
        T::before_remove(object);
    else
        static_assert(
            !requires { &T::before_remove; },
            "before_remove() cannot be called: it takes nothing, is const and public");
}

template <typename T>
void after_remove(const T& object) {
    if constexpr (requires { object.after_remove(); })
        object.after_remove();
    else if constexpr (requires { T::after_remove(object); })
        T::after_remove(object);
    else
        static_assert(
            !requires { &T::after_remove; },
            "after_remove() cannot be called: it takes nothing, is const and public");
}

}  // namespace kit
}  // namespace dbway
