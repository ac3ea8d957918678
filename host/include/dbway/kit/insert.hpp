// insert.hpp - objects to rows in as few statements as they fit into, and what the server made of them back.
#pragma once

#include <dbway/kit/reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dbway::kit {

// For one call. Objects of which the same columns are left to the server share statements.
template <Entity T>
class Inserter {
    using Columns = std::vector<std::uint32_t>;

  public:
    Inserter(Executor& executor, std::uint32_t kind, std::uint32_t flags, Columns conflict)
        : executor_(executor), kind_(kind), flags_(flags), conflict_(std::move(conflict)) {
        if (kind == DBWAY_ORM_UPSERT && conflict_.empty())
            conflict_.assign(Traits<T>::keys.begin(), Traits<T>::keys.end());
        const Description& description = kit::description<T>();
        for (std::uint32_t i = 0; i < Traits<T>::count; ++i)
            if (description.abi().columns[i]->default_sql.len != 0) defaults_ |= bit(i);
    }

    bool fits_one_statement(const std::vector<T*>& objects) {
        const auto groups = group(objects);
        return groups.size() == 1 && objects.size() <= rows_of(set_of(groups.begin()->first)) &&
               (kind_ == DBWAY_ORM_INSERT && executor_.can(DBWAY_ORM_RETURNING));
    }

    void run(const std::vector<T*>& objects) {
        for (const auto& [omitted, members] : group(objects)) {
            const Columns set = set_of(omitted);
            const std::size_t most = rows_of(set);
            for (std::size_t from = 0; from < members.size(); from += most) {
                const std::size_t count = std::min(most, members.size() - from);
                insert(set, omitted,
                       {members.begin() + static_cast<std::ptrdiff_t>(from),
                        members.begin() + static_cast<std::ptrdiff_t>(from + count)},
                       count == most || count == 1);
            }
        }
    }

  private:
    static constexpr std::uint64_t bit(std::uint32_t column) { return std::uint64_t{1} << column; }
    // What the planner fills in itself.
    static constexpr std::uint64_t kept() {
        std::uint64_t mask = 0;
        for (std::uint32_t i = 0; i < Traits<T>::count; ++i)
            if ((Traits<T>::flags[i] & (DBWAY_ORM_VERSION | DBWAY_ORM_CREATED | DBWAY_ORM_UPDATED)) != 0)
                mask |= bit(i);
        return mask;
    }

    // By the set of columns that the server is to fill in.
    std::map<std::uint64_t, std::vector<T*>> group(const std::vector<T*>& objects) const {
        std::map<std::uint64_t, std::vector<T*>> groups;
        for (T* object : objects) {
            std::uint64_t omitted = kept();
            for (std::uint32_t i = 0; i < Traits<T>::count; ++i) {
                const bool optional = i == Traits<T>::generated || ((defaults_ & bit(i)) != 0 && nullable[i]);
                if (optional && accessors<T>[i].unset(*object)) omitted |= bit(i);
            }
            groups[omitted].push_back(object);
        }
        return groups;
    }

    static constexpr auto nullable = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<bool, sizeof...(I)>{
            dbway::detail::is_optional<typename Traits<T>::template MemberType<I>>::value...};
    }
    (std::make_index_sequence<Traits<T>::count>{});

    static Columns set_of(std::uint64_t omitted) {
        Columns set;
        for (std::uint32_t i = 0; i < Traits<T>::count; ++i)
            if ((omitted & bit(i)) == 0) set.push_back(i);
        return set;
    }
    // Longer statements are not faster, but take long to parse when they are seen first; and libpq takes the
    // description of more than 7,498 parameters for a broken connection.
    std::size_t rows_of(const Columns& set) {
        if (set.empty()) return 1;
        const std::size_t values = std::min<std::size_t>(executor_.max_params(), 4'096);
        return std::max<std::size_t>(1, values / set.size());
    }

    void insert(const Columns& set, std::uint64_t omitted, const std::vector<T*>& objects, bool prepare) {
        const Description& description = kit::description<T>();
        const char* action = kind_ == DBWAY_ORM_INSERT ? "insert" : "upsert";
        Operation operation(kind_, flags_);
        operation.rows = static_cast<std::uint32_t>(objects.size());
        operation.set = set;
        operation.conflict = conflict_;
        Columns wanted;
        for (std::uint32_t i = 0; i < Traits<T>::count; ++i)
            if ((omitted & bit(i)) != 0) wanted.push_back(i);
        // Rows that are kept have values of their own.
        if ((flags_ & DBWAY_ORM_KEEP) != 0) {
            wanted.resize(Traits<T>::count);
            std::iota(wanted.begin(), wanted.end(), 0u);
        }
        // Which row an upsert found is known by the columns of its conflict only.
        const bool by_row = kind_ == DBWAY_ORM_INSERT;
        if (by_row) operation.returned = wanted;
        dbway::detail::ItemStore items;
        operation.values.reserve(objects.size() * set.size());
        for (const T* object : objects)
            for (const std::uint32_t column : set)
                operation.values.push_back(accessors<T>[column].encode(*object, items));

        const Statement statement = executor_.plan_one(description, operation);
        std::size_t row = 0;
        const dbway::detail::Outcome outcome = executor_.run(
            description, action, statement, operation.values,
            [&](const dbway::detail::Cursor& cursor) {
                if (row < objects.size()) read_columns(*objects[row], cursor, wanted);
                ++row;
            },
            prepare);
        if (executor_.dry() || wanted.empty()) return;
        if ((statement.flags & DBWAY_ORM_ROWS) != 0) {
            if (row != objects.size())
                throw_error(Category::internal, std::string(description.name()) + ": " + std::to_string(row) +
                                                    " rows came back of " + std::to_string(objects.size()) +
                                                    " inserted");
            return;
        }
        Columns by(Traits<T>::keys.begin(), Traits<T>::keys.end());
        if ((statement.flags & DBWAY_ORM_LAST_ID) != 0) {
            if (!outcome.has_last_id)
                throw_error(Category::internal, std::string(description.name()) +
                                                    ": the provider did not tell the generated key");
            for (std::size_t i = 0; i < objects.size(); ++i)
                accessors<T>[Traits<T>::generated].decode(
                    *objects[i],
                    dbway::detail::make_int(DBWAY_T_I64, outcome.last_id + static_cast<std::int64_t>(i)));
            std::erase(wanted, Traits<T>::generated);
            // The first version of a row is known.
            if constexpr (Traits<T>::version != Traits<T>::none) {
                for (T* object : objects)
                    accessors<T>[Traits<T>::version].decode(*object, dbway::detail::make_int(DBWAY_T_I64, 1));
                std::erase(wanted, Traits<T>::version);
            }
        } else if (!by_row) {
            by = conflict_;
        }
        if (!wanted.empty()) read_back(objects, by, wanted);
    }

    // A text that two rows have in common only if their columns have the same values.
    static std::string identity(const std::vector<dbway_value>& values) {
        std::string result;
        for (const dbway_value& value : values) {
            const std::string text =
                value.type == DBWAY_T_NULL ? std::string() : dbway::detail::value_to_string(value);
            result += std::to_string(text.size()) + (value.type == DBWAY_T_NULL ? "n" : ":") + text;
        }
        return result;
    }

    // Finds the rows by `by`, whose values the objects have, and reads `wanted` into the objects.
    void read_back(const std::vector<T*>& objects, const Columns& by, const Columns& wanted) {
        const Description& description = kit::description<T>();
        const std::size_t most =
            by.size() == 1
                ? 1'024
                : std::max<std::size_t>(1, std::min<std::size_t>(512, executor_.max_params() / by.size()));
        for (std::size_t from = 0; from < objects.size(); from += most) {
            const std::size_t count = std::min(most, objects.size() - from);
            std::unordered_map<std::string, std::vector<T*>> index;
            dbway::detail::ItemStore items;
            Operation operation(DBWAY_ORM_FIND,
                                Traits<T>::deleted != Traits<T>::none ? DBWAY_ORM_WITH_DELETED : 0);
            if (by.size() > 1 || count == 1)
                operation.where.push_back({DBWAY_ORM_OR, 0, 0, static_cast<std::uint32_t>(count)});
            else
                operation.where.push_back({DBWAY_ORM_IN, by[0], 1, static_cast<std::uint32_t>(count)});
            for (std::size_t i = from; i < from + count; ++i) {
                std::vector<dbway_value> values;
                for (const std::uint32_t column : by)
                    values.push_back(accessors<T>[column].encode(*objects[i], items));
                index[identity(values)].push_back(objects[i]);
                if (by.size() > 1 || count == 1)
                    operation.where_equal(by, values);
                else
                    operation.add_value(values[0]);
            }
            operation.returned = by;
            for (const std::uint32_t column : wanted)
                if (std::find(by.begin(), by.end(), column) == by.end()) operation.returned.push_back(column);
            executor_.run(
                description, "load", executor_.plan_one(description, operation), operation.values,
                [&](const dbway::detail::Cursor& cursor) {
                    T row{};
                    read_columns(row, cursor, operation.returned);
                    std::vector<dbway_value> values;
                    dbway::detail::ItemStore row_items;
                    for (const std::uint32_t column : by)
                        values.push_back(accessors<T>[column].encode(row, row_items));
                    const auto found = index.find(identity(values));
                    if (found == index.end()) return;
                    for (T* object : found->second) read_columns(*object, cursor, operation.returned);
                },
                false);
        }
    }

    Executor& executor_;
    std::uint32_t kind_;
    std::uint32_t flags_;
    Columns conflict_;
    std::uint64_t defaults_ = 0;
};

}  // namespace dbway::kit
