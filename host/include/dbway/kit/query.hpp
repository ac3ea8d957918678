// query.hpp - which entities: a condition, an order, a window, the relations to load with them.
//
//     users.where(field(&User::age) > 21).order_by(field(&User::name)).limit(10).with(&User::posts).all()
#pragma once

#include <dbway/kit/relations.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dbway {

template <Entity T>
class Repository;

// A value: copy it, keep it, run it again. Runs when one of the functions that return rows or numbers is
// called, as a statement of its own each time. Every function throws dbway::Error.
template <typename T>
class Query {
  public:
    // Both must hold. Narrows what there is.
    Query& where(const Condition<T>& condition) {
        condition_ = condition_.everything()
                         ? condition.expression()
                         : kit::Expression::join(DBWAY_ORM_AND, condition_, condition.expression());
        restricted_ = true;
        return *this;
    }
    // By field(&User::name), or field(&User::name).descending(); earlier ones come first.
    template <typename... Orders>
    requires(std::convertible_to<Orders, Order<T>>&&...) Query& order_by(const Orders&... orders) {
        (orders_.push_back(orders), ...);
        return *this;
    }
    Query& limit(std::uint64_t rows) {
        limit_ = rows;
        return *this;
    }
    Query& offset(std::uint64_t rows) {
        offset_ = rows;
        return *this;
    }
    // Loads a relation as well, by a statement for all objects; further members go on from there:
    // with(&User::posts, &Post::tags).
    template <typename Holder, typename... Path>
    Query& with(Holder T::*member, Path... path) {
        kit::add_load<T>(loads_, member, path...);
        return *this;
    }
    // Rows that were soft-deleted, too.
    Query& with_deleted() {
        flags_ |= DBWAY_ORM_WITH_DELETED;
        return *this;
    }
    // Locks the rows until the end of the transaction, where the database has such locks.
    Query& for_update() {
        flags_ |= DBWAY_ORM_FOR_UPDATE;
        return *this;
    }

    std::vector<T> all() const {
        Query query(*this);
        kit::before_load<T>(query);
        std::vector<T> objects;
        query.each(
            [&](const dbway::detail::Cursor& cursor) { kit::read_row(objects.emplace_back(), cursor); });
        kit::load_relations(query.executor_, query.loads_, objects);
        return objects;
    }

    // One by one as they arrive. Not together with relations, which are loaded for many objects at once.
    EntityRows<T> stream() const {
        Query query(*this);
        kit::before_load<T>(query);
        if (!query.loads_.empty())
            kit::throw_misuse(description(), "stream() loads no relations: use all(), page by page");
        const kit::Operation operation = query.find();
        const kit::Statement statement = query.executor_.plan_one(description(), operation);
        if (query.executor_.record(statement))
            kit::throw_misuse(description(), "stream() has nothing to yield in a dry run: use all()");
        try {
            return EntityRows<T>(query.executor_.start(statement, operation.values));
        } catch (const Error& error) {
            kit::rethrow(description(), "load", error);
        }
    }

    // The first by the order, if there is one.
    std::optional<T> first() const {
        Query query(*this);
        query.limit(1);
        std::vector<T> found = query.all();
        if (found.empty()) return std::nullopt;
        return std::move(found.front());
    }
    // The only one. Throws NoRows or TooManyRows.
    T one() const {
        Query query(*this);
        if (!query.limit_ || *query.limit_ > 2) query.limit(2);
        std::vector<T> found = query.all();
        if (found.empty() && !query.executor_.dry()) fail<NoRows>("no row meets the condition");
        if (found.size() > 1) fail<TooManyRows>("more than one row meets the condition");
        return found.empty() ? T{} : std::move(found.front());
    }

    // Of what limit() and offset() leave out as well.
    std::int64_t count() const { return number(DBWAY_ORM_COUNT); }
    bool exists() const { return number(DBWAY_ORM_EXISTS) != 0; }

    // Sets columns of all rows that meet the condition: update(set(&User::active, false)). Versions are
    // counted and times of change set; hooks of objects are not called. Returns the number of rows. All rows
    // at once need where(everything<User>()).
    template <std::same_as<Assignment<T>>... Assignments>
    std::int64_t update(const Assignments&... assignments) const {
        static_assert(sizeof...(Assignments) > 0, "an update of nothing");
        Query query = for_change("update");
        kit::Operation operation(DBWAY_ORM_UPDATE, query.flags_);
        ((operation.set.push_back(assignments.column()), operation.add_value(assignments.value())), ...);
        return query.change("update", operation);
    }
    // Removes them; softly where the entity has a deleted time.
    std::int64_t remove() const {
        Query query = for_change("remove");
        return query.change("remove", kit::Operation(DBWAY_ORM_DELETE, query.flags_ | soft()));
    }
    // Removes them for good, whatever the entity says.
    std::int64_t remove_permanently() const {
        Query query = for_change("remove");
        return query.change("remove", kit::Operation(DBWAY_ORM_DELETE, query.flags_ | deleted_too()));
    }
    // Takes soft deletes back.
    std::int64_t restore() const requires(kit::Traits<T>::deleted != kit::Traits<T>::none) {
        Query query = for_change("restore");
        return query.change("restore", kit::Operation(DBWAY_ORM_UPDATE, query.flags_ | DBWAY_ORM_SOFT));
    }

  private:
    friend class Repository<T>;
    explicit Query(const kit::Executor& executor) : executor_(executor) {}

    static const kit::Description& description() { return kit::description<T>(); }
    static constexpr bool soft_deletes = kit::Traits<T>::deleted != kit::Traits<T>::none;
    static constexpr std::uint32_t soft() { return soft_deletes ? DBWAY_ORM_SOFT : 0; }
    static constexpr std::uint32_t deleted_too() { return soft_deletes ? DBWAY_ORM_WITH_DELETED : 0; }

    template <typename Failure>
    [[noreturn]] static void fail(const char* what) {
        ErrorDetails details;
        details.category = Category::data;
        details.message = "cannot load one " + std::string(description().name()) + ": " + what;
        details.table = description().table();
        throw Failure(std::move(details));
    }

    void add_where(kit::Operation& operation) {
        if (!condition_.everything())
            condition_.lower(executor_.can(DBWAY_ORM_ARRAYS), operation.where, operation.values);
    }
    kit::Operation find() {
        kit::Operation operation(DBWAY_ORM_FIND, flags_);
        add_where(operation);
        for (const Order<T>& order : orders_) operation.orders.push_back({order.column, order.flags});
        const auto number = [&](std::uint64_t value) {
            return operation.add_value(
                dbway::detail::make_int(DBWAY_T_I64, static_cast<std::int64_t>(value)));
        };
        if (limit_) operation.limit = number(*limit_);
        if (offset_ != 0) operation.offset = number(offset_);
        return operation;
    }
    template <typename OnRow>
    void each(OnRow&& on_row) {
        const kit::Operation operation = find();
        bool checked = false;
        executor_.run(description(), "load", executor_.plan_one(description(), operation), operation.values,
                      [&](const dbway::detail::Cursor& cursor) {
                          if (!checked && cursor.width() != kit::Traits<T>::count)
                              cursor.throw_width(kit::Traits<T>::count);
                          checked = true;
                          on_row(cursor);
                      });
    }

    std::int64_t number(std::uint32_t kind) const {
        Query query(*this);
        kit::before_load<T>(query);
        kit::Operation operation(kind, query.flags_ & DBWAY_ORM_WITH_DELETED);
        query.add_where(operation);
        std::int64_t result = 0;
        query.executor_.run(description(), "count", query.executor_.plan_one(description(), operation),
                            operation.values, [&](const dbway::detail::Cursor& cursor) {
                                if (cursor.width() != 1) cursor.throw_width(1);
                                const dbway_value& cell = cursor.row()[0];
                                result = cell.type == DBWAY_T_BOOL
                                             ? cell.v.i64
                                             : dbway::detail::decode_cell<std::int64_t>(cell);
                            });
        return result;
    }

    Query for_change(const char* action) const {
        Query query(*this);
        if (!query.restricted_)
            kit::throw_misuse(description(), std::string(action) +
                                                 "() of all rows: say so with where(everything<" +
                                                 std::string(description().name()) + ">())");
        if (query.limit_ || query.offset_ != 0 || !query.orders_.empty() ||
            (query.flags_ & DBWAY_ORM_FOR_UPDATE) != 0)
            kit::throw_misuse(description(), std::string(action) +
                                                 "() knows no order, limit, offset or lock: name the rows "
                                                 "by a condition");
        kit::before_load<T>(query);
        return query;
    }
    std::int64_t change(const char* action, kit::Operation operation) {
        add_where(operation);
        const kit::Statement statement = executor_.plan_one(description(), operation);
        return executor_.run(description(), action, statement, operation.values).affected;
    }

    kit::Executor executor_;
    kit::Expression condition_;
    bool restricted_ = false;
    std::vector<Order<T>> orders_;
    std::optional<std::uint64_t> limit_;
    std::uint64_t offset_ = 0;
    std::uint32_t flags_ = 0;
    std::vector<kit::Load> loads_;
};

}  // namespace dbway
