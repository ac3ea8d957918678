// repository.hpp - entities of one type in a database.
//
//     dbway::Repository<User> users(db);                 // a Source, a Connection or a Transaction
//     users.migrate();
//     User ann = users.insert(User{.name = "Ann"});      // ann.id is there
//     std::optional<User> found = users.find(ann.id);
#pragma once

#include <dbway/kit/insert.hpp>
#include <dbway/kit/query.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace dbway {

// An object and what it was when it was read: update() then writes the members that differ. Plain data.
template <Entity T>
class Tracked {
  public:
    explicit Tracked(T object) : before_(object), now_(std::move(object)) {}

    T* operator->() noexcept { return &now_; }
    const T* operator->() const noexcept { return &now_; }
    T& operator*() noexcept { return now_; }
    const T& operator*() const noexcept { return now_; }
    // As it was read, or written last.
    const T& before() const noexcept { return before_; }
    // What is there now counts as written.
    void accept() { before_ = now_; }

  private:
    T before_;
    T now_;
};

// Members by name, for update() and upsert(): members(&User::name, &User::age).
template <Entity T, typename... M>
std::vector<std::uint32_t> members(M T::*... members) {
    std::vector<std::uint32_t> columns{kit::find_member(members)...};
    for (const std::uint32_t column : columns)
        if (column == kit::Traits<T>::none)
            kit::throw_misuse(kit::description<T>(), "members() of one that is no column");
    return columns;
}

// A cheap object: make one where it is needed. As thread-safe as what it is made on, but used by one thread
// at a time; a Connection or Transaction must outlive it. All functions throw dbway::Error: errors name the
// entity and the member as far as they are known.
template <Entity T>
class Repository {
    using Traits = kit::Traits<T>;

  public:
    explicit Repository(const Source& source, const QueryOptions& options = {})
        : executor_(source, options) {}
    explicit Repository(Connection& connection, const QueryOptions& options = {})
        : executor_(connection, options) {}
    explicit Repository(Transaction& transaction, const QueryOptions& options = {})
        : executor_(transaction, options) {}

    // ---- the table

    // With its indexes and constraints. Throws if it exists.
    void create_table() { executor_.create(description(), false); }
    void create_table_if_absent() { executor_.create(description(), true); }
    // Creates the table or adds what it lacks. Drops and changes nothing that is there; what differs
    // otherwise is in the remarks. A second run executes nothing.
    Migration migrate() { return executor_.migrate(description()); }

    // ---- find

    // By the key, in the order of its members.
    template <typename... Keys>
    std::optional<T> find(const Keys&... keys) {
        return by_key(keys...).first;
    }
    // Throws NoRows.
    template <typename... Keys>
    T get(const Keys&... keys) {
        auto [found, text] = by_key(keys...);
        if (!found && !executor_.dry()) kit::throw_absent(description(), text);
        return found ? std::move(*found) : T{};
    }
    template <typename... Keys>
    Tracked<T> track(const Keys&... keys) {
        return Tracked<T>(get(keys...));
    }

    Query<T> query() const { return Query<T>(executor_); }
    Query<T> where(const Condition<T>& condition) const {
        Query<T> query(executor_);
        query.where(condition);
        return query;
    }
    std::vector<T> all() const { return query().all(); }
    std::int64_t count() const { return query().count(); }

    // Loads relations of objects that are there already, as Query::with() does.
    template <typename Holder, typename... Path>
    void load(std::vector<T>& objects, Holder T::*member, Path... path) {
        std::vector<kit::Load> loads;
        kit::add_load<T>(loads, member, path...);
        kit::load_relations(executor_, loads, objects);
    }
    template <typename Holder, typename... Path>
    void load(T& object, Holder T::*member, Path... path) {
        std::vector<kit::Load> loads;
        kit::add_load<T>(loads, member, path...);
        std::vector<T*> pointers{&object};
        for (const kit::Load& load : loads) load.run(executor_, load.nested, &pointers);
    }

    // ---- insert and upsert

    // The generated key, the version, times and defaults are in the object afterwards. A generated key that
    // is not 0 is inserted as it is; a std::optional with default_sql that is empty becomes the default.
    void insert(T& object) { save({&object}, DBWAY_ORM_INSERT, 0, {}); }
    T insert(T&& object) {
        insert(object);
        return std::move(object);
    }
    // Any number, in as few statements as they fit into; all of them or none.
    void insert(std::vector<T>& objects) { save(pointers(objects), DBWAY_ORM_INSERT, 0, {}); }
    std::vector<T> insert(std::vector<T>&& objects) {
        insert(objects);
        return std::move(objects);
    }

    // Inserts, or updates the row that has the same values in `conflict`: the key or the members of a unique
    // index, members(&User::email). A row that was soft-deleted is updated, and stays deleted.
    void upsert(T& object, const std::vector<std::uint32_t>& conflict = {}) {
        save({&object}, DBWAY_ORM_UPSERT, 0, conflict);
    }
    void upsert(std::vector<T>& objects, const std::vector<std::uint32_t>& conflict = {}) {
        save(pointers(objects), DBWAY_ORM_UPSERT, 0, conflict);
    }
    // Inserts those that are not there; the others get the values of the rows that are.
    void insert_if_absent(T& object, const std::vector<std::uint32_t>& conflict = {}) {
        save({&object}, DBWAY_ORM_UPSERT, DBWAY_ORM_KEEP, conflict);
    }
    void insert_if_absent(std::vector<T>& objects, const std::vector<std::uint32_t>& conflict = {}) {
        save(pointers(objects), DBWAY_ORM_UPSERT, DBWAY_ORM_KEEP, conflict);
    }

    // ---- update

    // All members. With a version: throws StaleEntity if the row has another one by now, and counts it in the
    // object. Without: throws NoRows if there is no such row.
    void update(T& object) { update_columns(object, changeable(), nullptr); }
    // Some of them, zero or empty as they may be: update(user, members(&User::name)).
    void update(T& object, const std::vector<std::uint32_t>& columns) {
        for (const std::uint32_t column : columns)
            if (!is_changeable(column))
                kit::throw_misuse(description(), "update() of " + std::string(description().member(column)) +
                                                     ", which is of the key or kept by the server");
        update_columns(object, columns, nullptr);
    }
    // What has changed. False, and no statement: nothing has.
    bool update(const T& before, T& now) { return update_columns(now, {}, &before); }
    bool update(Tracked<T>& tracked) {
        const bool changed = update(tracked.before(), *tracked);
        if (changed && !executor_.dry()) tracked.accept();
        return changed;
    }

    // ---- remove

    // Softly where the entity has a deleted time. Throws StaleEntity or NoRows as update() does.
    void remove(const T& object) { remove_row(object, soft_deletes ? DBWAY_ORM_SOFT : 0); }
    void remove_permanently(const T& object) {
        remove_row(object, soft_deletes ? DBWAY_ORM_WITH_DELETED : 0);
    }

    // ---- dry run

    // The SQL that `function` would execute on the repository it is given, in order. Nothing is executed but
    // questions for the schema, objects stay as they are and no hook of theirs is called. What would depend
    // on rows is not known: relations show the statement for none.
    std::vector<std::string> dry_run(const std::function<void(Repository&)>& function) const {
        std::vector<std::string> statements;
        Repository recording(*this);
        recording.executor_.record_into(&statements);
        function(recording);
        return statements;
    }

  private:
    static constexpr bool versioned = Traits::version != Traits::none;
    static constexpr bool soft_deletes = Traits::deleted != Traits::none;

    static const kit::Description& description() { return kit::description<T>(); }

    static std::vector<T*> pointers(std::vector<T>& objects) {
        std::vector<T*> result;
        result.reserve(objects.size());
        for (T& object : objects) result.push_back(&object);
        return result;
    }

    static constexpr bool is_changeable(std::uint32_t column) {
        return (Traits::flags[column] & (DBWAY_ORM_PRIMARY | DBWAY_ORM_VERSION | DBWAY_ORM_CREATED |
                                         DBWAY_ORM_UPDATED | DBWAY_ORM_DELETED)) == 0;
    }
    static std::vector<std::uint32_t> changeable() {
        std::vector<std::uint32_t> columns;
        for (std::uint32_t i = 0; i < Traits::count; ++i)
            if (is_changeable(i)) columns.push_back(i);
        return columns;
    }

    template <typename... Keys>
    std::pair<std::optional<T>, std::string> by_key(const Keys&... keys) {
        static_assert(sizeof...(Keys) == Traits::key_count, "give as many values as the key has members");
        const auto kept = [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::tuple{
                kit::operand<typename Traits::template KeyType<I>, std::decay_t<const Keys>>(keys)...};
        }
        (std::make_index_sequence<Traits::key_count>{});
        dbway::detail::ItemStore items;
        const auto values = std::apply(
            [&](const auto&... key) { return std::array{dbway::detail::encode_parameter(key, items)...}; },
            kept);
        if (!find_) {
            kit::Operation operation(DBWAY_ORM_FIND);
            operation.where_equal(Traits::keys, values);
            find_ = executor_.plan_one(description(), operation);
        }
        std::optional<T> found;
        executor_.run(description(), "load", *find_, values, [&](const dbway::detail::Cursor& cursor) {
            if (cursor.width() != Traits::count) cursor.throw_width(Traits::count);
            kit::read_row(found.emplace(), cursor);
        });
        std::string text;
        if (!found) text = kit::key_text(description(), Traits::keys, values);
        return {std::move(found), std::move(text)};
    }

    void save(const std::vector<T*>& objects, std::uint32_t kind, std::uint32_t flags,
              const std::vector<std::uint32_t>& conflict) {
        if (objects.empty()) return;
        const Saving saving = kind == DBWAY_ORM_INSERT ? Saving::insert : Saving::upsert;
        if (!executor_.dry())
            for (T* object : objects) kit::before_save(*object, saving);
        const auto run = [&](kit::Executor& executor) {
            kit::Inserter<T>(executor, kind, flags, conflict).run(objects);
            if (!executor.dry())
                for (T* object : objects) kit::after_save(*object, saving);
        };
        // A key that was not kept must not be taken for one of the program's own the next time.
        std::vector<T*> unnumbered;
        if constexpr (Traits::generated != Traits::none)
            for (T* object : objects)
                if (kit::accessors<T>[Traits::generated].unset(*object)) unnumbered.push_back(object);
        try {
            if (!HasAfterSave<T> &&
                kit::Inserter<T>(executor_, kind, flags, conflict).fits_one_statement(objects))
                run(executor_);
            else
                executor_.atomically(run);
        } catch (...) {
            if constexpr (Traits::generated != Traits::none)
                for (T* object : unnumbered) kit::accessors<T>[Traits::generated].reset(*object);
            throw;
        }
    }

    // With `before`: the columns that differ from it.
    bool update_columns(T& object, std::vector<std::uint32_t> columns, const T* before) {
        if (!executor_.dry()) kit::before_save(object, Saving::update);
        if (before != nullptr) {
            for (const std::uint32_t key : Traits::keys)
                if (!kit::accessors<T>[key].equal(*before, object))
                    kit::throw_misuse(description(), "update() of an object whose key has changed");
            for (const std::uint32_t column : changeable())
                if (!kit::accessors<T>[column].equal(*before, object)) columns.push_back(column);
        }
        if (columns.empty()) return false;
        const auto run = [&](kit::Executor& executor) {
            write(executor, object, columns);
            if (!executor.dry()) kit::after_save(object, Saving::update);
        };
        const bool reads_back = Traits::updated != Traits::none && !executor_.can(DBWAY_ORM_RETURNING_UPDATE);
        const std::int64_t version = version_of(object);
        try {
            if (HasAfterSave<T> || reads_back)
                executor_.atomically(run);
            else
                run(executor_);
        } catch (...) {
            if constexpr (versioned)
                kit::accessors<T>[Traits::version].decode(object,
                                                          dbway::detail::make_int(DBWAY_T_I64, version));
            throw;
        }
        return true;
    }

    void write(kit::Executor& executor, T& object, const std::vector<std::uint32_t>& columns) {
        kit::Operation operation(DBWAY_ORM_UPDATE, soft_deletes ? DBWAY_ORM_WITH_DELETED : 0);
        dbway::detail::ItemStore items;
        operation.set = columns;
        for (const std::uint32_t column : columns)
            operation.add_value(kit::accessors<T>[column].encode(object, items));
        const kit::KeyValues<T> key(object);
        operation.where_equal(Traits::keys, key.values);
        add_version(operation, object, items);
        std::vector<std::uint32_t> kept;
        if constexpr (Traits::updated != Traits::none) kept.push_back(Traits::updated);
        const bool returns = !kept.empty() && executor.can(DBWAY_ORM_RETURNING_UPDATE);
        if (returns) operation.returned = kept;

        const kit::Statement statement = executor.plan_one(description(), operation);
        std::int64_t rows = 0;
        const auto outcome = executor.run(description(), "update", statement, operation.values,
                                          [&](const dbway::detail::Cursor& cursor) {
                                              kit::read_columns(object, cursor, kept);
                                              ++rows;
                                          });
        if (executor.dry()) return;
        check_found(executor, object, returns ? rows : outcome.affected);
        if constexpr (versioned)
            kit::accessors<T>[Traits::version].decode(
                object, dbway::detail::make_int(DBWAY_T_I64, version_of(object) + 1));
        if (!kept.empty() && !returns) read_back(executor, object, kept);
    }

    void read_back(kit::Executor& executor, T& object, const std::vector<std::uint32_t>& columns) {
        kit::Operation operation(DBWAY_ORM_FIND, soft_deletes ? DBWAY_ORM_WITH_DELETED : 0);
        operation.returned = columns;
        const kit::KeyValues<T> key(object);
        operation.where_equal(Traits::keys, key.values);
        executor.run(
            description(), "load", executor.plan_one(description(), operation), operation.values,
            [&](const dbway::detail::Cursor& cursor) { kit::read_columns(object, cursor, columns); });
    }

    static std::int64_t version_of(const T& object) {
        if constexpr (versioned) {
            dbway::detail::ItemStore items;
            const dbway_value value = kit::accessors<T>[Traits::version].encode(object, items);
            return value.type == DBWAY_T_NULL ? 0 : value.v.i64;
        } else {
            return 0;
        }
    }
    static void add_version(kit::Operation& operation, const T& object, dbway::detail::ItemStore& items) {
        if constexpr (versioned)
            operation.version = operation.add_value(kit::accessors<T>[Traits::version].encode(object, items));
    }

    // Throws if no row was changed because there is none, or none of that version.
    void check_found(kit::Executor& executor, const T& object, std::int64_t rows) {
        if (rows != 0) return;
        const kit::KeyValues<T> key(object);
        if constexpr (versioned) kit::throw_stale(description(), key.text(), version_of(object));
        // Some servers do not count a row that has these very values already.
        kit::Operation operation(DBWAY_ORM_FIND, soft_deletes ? DBWAY_ORM_WITH_DELETED : 0);
        operation.returned = {Traits::keys[0]};
        operation.where_equal(Traits::keys, key.values);
        bool found = false;
        executor.run(description(), "load", executor.plan_one(description(), operation), operation.values,
                     [&](const dbway::detail::Cursor&) { found = true; });
        if (!found) kit::throw_absent(description(), key.text());
    }

    void remove_row(const T& object, std::uint32_t flags) {
        if (!executor_.dry()) kit::before_remove(object);
        const auto run = [&](kit::Executor& executor) {
            kit::Operation operation(DBWAY_ORM_DELETE, flags);
            dbway::detail::ItemStore items;
            const kit::KeyValues<T> key(object);
            operation.where_equal(Traits::keys, key.values);
            add_version(operation, object, items);
            const kit::Statement statement = executor.plan_one(description(), operation);
            const auto outcome = executor.run(description(), "remove", statement, operation.values);
            if (executor.dry()) return;
            if (outcome.affected == 0) {
                if constexpr (versioned) kit::throw_stale(description(), key.text(), version_of(object));
                kit::throw_absent(description(), key.text());
            }
            kit::after_remove(object);
        };
        if (HasAfterRemove<T>)
            executor_.atomically(run);
        else
            run(executor_);
    }

    kit::Executor executor_;
    std::optional<kit::Statement> find_;  // by the key
};

// Migrates several entities, in this order: those that others refer to come first.
template <Entity... T, typename Database>
Migration migrate(Database& database) {
    Migration all;
    const auto add = [&](Migration one) {
        all.statements.insert(all.statements.end(), one.statements.begin(), one.statements.end());
        all.remarks.insert(all.remarks.end(), one.remarks.begin(), one.remarks.end());
    };
    (add(Repository<T>(database).migrate()), ...);
    return all;
}

}  // namespace dbway
