// orm_operation.hpp - reads an operation on an entity and refuses what makes no sense (O5).
#pragma once

#include <dbway/sdk/orm_dialect.hpp>
#include <dbway/sdk/orm_input.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::orm {

// Borrows the lists of the C struct that it was made of.
struct Operation {
    std::uint32_t kind = 0;
    std::uint32_t flags = 0;
    std::uint32_t rows = 1;
    Columns set;
    Columns returned;
    Columns conflict;
    std::span<const dbway_orm_node> where;
    std::span<const dbway_orm_order> orders;
    std::uint32_t limit_value = 0;
    std::uint32_t offset_value = 0;
    std::uint32_t version_value = 0;
    const dbway_orm_existing* existing = nullptr;
    Server server;
    std::uint64_t n_params = 0;  // $1 to $n_params are named, each of them

    bool is(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
};

// Which ordinals an operation names: all from 1 on, since a statement is prepared with all its parameters.
class Ordinals {
  public:
    Ordinals(const Entity& entity, const SqlDialect& dialect, std::uint64_t of_set)
        : entity_(entity), dialect_(dialect), of_set_(of_set) {
        check(of_set);
    }

    void name(std::uint64_t first, std::uint64_t count) {
        if (first <= of_set_)
            refuse(entity_, {},
                   "the ordinal " + std::to_string(first) + " where one from " + std::to_string(of_set_ + 1) +
                       " on belongs");
        check(first + count - 1);
        const std::size_t last = static_cast<std::size_t>(first + count - 1 - of_set_);
        if (named_.size() < last) named_.resize(last, false);
        for (std::size_t i = static_cast<std::size_t>(first - of_set_ - 1); i < last; ++i) named_[i] = true;
    }

    std::uint64_t finish() const {
        const auto gap = std::find(named_.begin(), named_.end(), false);
        if (gap != named_.end())
            refuse(entity_, {},
                   "the value " +
                       std::to_string(of_set_ + 1 + static_cast<std::uint64_t>(gap - named_.begin())) +
                       " is not used, though later ones are");
        return of_set_ + named_.size();
    }

  private:
    void check(std::uint64_t last) const {
        if (last > dialect_.max_params)
            refuse(DBWAY_ERR_UNSUPPORTED, entity_, {},
                   std::to_string(last) + " values are more than the " + std::to_string(dialect_.max_params) +
                       " of a statement of " + dialect_.name + "; use several operations");
    }

    const Entity& entity_;
    const SqlDialect& dialect_;
    std::uint64_t of_set_;
    std::vector<bool> named_;  // those behind the values of `set`
};

// For one operation; read() once.
class OperationReader {
  public:
    OperationReader(const SqlDialect& dialect, const Entity& entity) noexcept
        : dialect_(dialect), entity_(entity) {}

    Operation read(const dbway_orm_operation* given) {
        from_ = orm::read(given, offsetof(dbway_orm_operation, n_rows), entity_, "the operation");
        result_.kind = from_.kind;
        result_.flags = from_.flags;
        check_kind();
        check_fields();
        check_lists();
        read_server();
        result_.existing = from_.existing;
        result_.limit_value = from_.limit_value;
        result_.offset_value = from_.offset_value;
        result_.version_value = from_.version_value;
        result_.set = columns(from_.set, from_.n_set, "set");
        result_.returned = columns(from_.returned, from_.n_returned, "returned");
        result_.conflict = columns(from_.conflict, from_.n_conflict, "conflict");
        result_.where = {from_.where, from_.n_where};
        result_.orders = {from_.orders, from_.n_orders};
        check_roles();
        check_orders();

        result_.rows = std::max(from_.n_rows, 1u);
        Ordinals ordinals(entity_, dialect_, std::uint64_t{result_.rows} * result_.set.size());
        std::size_t at = 0;
        if (!result_.where.empty()) check_node(at, 0, ordinals);
        if (at != result_.where.size()) refuse(entity_, {}, "where: conditions behind the end of the first");
        for (const std::uint32_t value : {result_.limit_value, result_.offset_value, result_.version_value})
            if (value != 0) ordinals.name(value, 1);
        result_.n_params = ordinals.finish();
        return std::move(result_);
    }

  private:
    // Deeper trees are refused: they would not be readable by the servers either.
    static constexpr std::uint32_t max_depth = 100;

    bool writes_rows() const { return from_.kind == DBWAY_ORM_INSERT || from_.kind == DBWAY_ORM_UPSERT; }

    void check_kind() const {
        std::uint32_t possible = 0;
        switch (from_.kind) {
            case DBWAY_ORM_CREATE:
            case DBWAY_ORM_MIGRATE:
                possible = DBWAY_ORM_IF_ABSENT;
                break;
            case DBWAY_ORM_INSERT:
                break;
            case DBWAY_ORM_UPSERT:
                possible = DBWAY_ORM_KEEP | DBWAY_ORM_SOFT;
                break;
            case DBWAY_ORM_FIND:
                possible = DBWAY_ORM_WITH_DELETED | DBWAY_ORM_FOR_UPDATE;
                break;
            case DBWAY_ORM_UPDATE:
            case DBWAY_ORM_DELETE:
                possible = DBWAY_ORM_SOFT | DBWAY_ORM_WITH_DELETED;
                break;
            case DBWAY_ORM_COUNT:
            case DBWAY_ORM_EXISTS:
                possible = DBWAY_ORM_WITH_DELETED;
                break;
            case 0:
                refuse(entity_, {}, "an operation without a kind");
            default:
                refuse(DBWAY_ERR_UNSUPPORTED, entity_, {},
                       "an operation of the unknown kind " + std::to_string(from_.kind));
        }
        constexpr std::uint32_t known = DBWAY_ORM_SOFT | DBWAY_ORM_WITH_DELETED | DBWAY_ORM_FOR_UPDATE |
                                        DBWAY_ORM_IF_ABSENT | DBWAY_ORM_KEEP;
        if ((from_.flags & ~known) != 0)
            refuse(DBWAY_ERR_TOO_NEW, entity_, {},
                   "the operation has a flag that this provider does not know");
        if ((from_.flags & ~possible) != 0)
            refuse(entity_, {}, "a flag that means nothing to this operation");
        if ((from_.flags & DBWAY_ORM_SOFT) != 0 && (from_.flags & DBWAY_ORM_KEEP) != 0)
            refuse(entity_, {}, "rows that are kept as they are cannot be revived");
        if ((from_.flags & DBWAY_ORM_SOFT) != 0 && !entity_.deleted)
            refuse(entity_, {}, "it has no DELETED column for what is soft");
    }

    // What an operation does not know would silently be left out.
    void check_fields() const {
        const std::uint32_t kind = from_.kind;
        const bool find = kind == DBWAY_ORM_FIND;
        const bool update = kind == DBWAY_ORM_UPDATE;
        const bool remove = kind == DBWAY_ORM_DELETE;
        const bool reads = find || kind == DBWAY_ORM_COUNT || kind == DBWAY_ORM_EXISTS;
        const auto only = [&](bool possible, bool given, const char* what) {
            if (given && !possible)
                refuse(entity_, {}, std::string(what) + " mean nothing to this operation");
        };
        only(writes_rows(), from_.n_rows > 1, "several rows");
        only(writes_rows() || update, from_.n_set != 0, "columns to set");
        only(writes_rows() || update || find, from_.n_returned != 0, "returned columns");
        only(reads || update || remove, from_.n_where != 0, "conditions");
        only(find, from_.n_orders != 0, "orders");
        only(find, from_.limit_value != 0 || from_.offset_value != 0, "limit and offset");
        only(kind == DBWAY_ORM_UPSERT, from_.n_conflict != 0, "columns of a conflict");
        only(update || remove, from_.version_value != 0, "versions");
        only(kind == DBWAY_ORM_MIGRATE, from_.existing != nullptr, "existing tables");
        if (kind == DBWAY_ORM_MIGRATE && from_.existing == nullptr)
            refuse(entity_, {}, "MIGRATE needs what exists");
        if (from_.n_rows > max_nodes)
            refuse(DBWAY_ERR_UNSUPPORTED, entity_, {},
                   "too many rows for one statement; use several operations");
        if (from_.version_value != 0 && !entity_.version)
            refuse(entity_, {}, "it has no VERSION column to compare");
    }

    void check_lists() const {
        check_list(from_.where, from_.n_where, max_nodes, entity_, "where");
        check_list(from_.orders, from_.n_orders, max_items, entity_, "orders");
    }

    void read_server() {
        if (from_.server == nullptr) return;
        const auto info =
            orm::read(from_.server, offsetof(dbway_conn_info, session_id), entity_, "the server");
        result_.server.version = info.server_version;
        const std::string_view product = read_text(info.product, entity_, {}, "the server's product");
        const std::string_view version = read_text(info.version, entity_, {}, "the server's version");
        result_.server.is_mariadb = product.find("MariaDB") != std::string_view::npos ||
                                    version.find("MariaDB") != std::string_view::npos;
        result_.server.database = read_text(info.database, entity_, {}, "the server's database");
    }

    Columns columns(const std::uint32_t* given, std::uint32_t count, std::string_view what) const {
        check_list(given, count, max_items, entity_, what);
        std::vector<bool> seen(entity_.columns.size(), false);
        Columns result;
        for (std::uint32_t i = 0; i < count; ++i) {
            check_column(given[i], what);
            if (seen[given[i]])
                refuse(entity_, entity_.columns[given[i]].name, std::string(what) + ": named twice");
            seen[given[i]] = true;
            result.push_back(given[i]);
        }
        return result;
    }

    void check_column(std::uint32_t column, std::string_view what) const {
        if (column >= entity_.columns.size())
            refuse(entity_, {}, std::string(what) + ": there is no column " + std::to_string(column));
    }

    static bool contains(const Columns& columns, std::uint32_t column) {
        return std::find(columns.begin(), columns.end(), column) != columns.end();
    }

    void check_roles() const {
        if (from_.kind == DBWAY_ORM_UPDATE || from_.kind == DBWAY_ORM_UPSERT) {
            if (result_.is(DBWAY_ORM_SOFT) && contains(result_.set, *entity_.deleted))
                refuse(entity_, entity_.columns[*entity_.deleted].name, "reviving sets it already");
        }
        if (from_.kind == DBWAY_ORM_UPDATE) {
            if (entity_.version && contains(result_.set, *entity_.version))
                refuse(entity_, entity_.columns[*entity_.version].name, "an UPDATE counts it by itself");
            if (result_.set.empty() && !result_.is(DBWAY_ORM_SOFT) && !entity_.version && !entity_.updated)
                refuse(entity_, {}, "an UPDATE that sets nothing");
        }
        if (from_.kind == DBWAY_ORM_UPSERT) check_conflict();
    }

    void check_conflict() const {
        Columns conflict = result_.conflict.empty() ? entity_.key : result_.conflict;
        if (conflict.empty()) refuse(entity_, {}, "an UPSERT needs a primary key or columns of a conflict");
        for (const std::uint32_t column : conflict)
            if (!contains(result_.set, column))
                refuse(entity_, entity_.columns[column].name, "an UPSERT by it needs its value");
        if (!is_unique(conflict))
            refuse(entity_, entity_.columns[conflict.front()].name,
                   "the columns of the conflict are neither the primary key nor those of a unique index");
        if (!dialect_.upserts_by_any_key) return;
        // The database updates whatever row any of its keys finds.
        const auto rival = [&](Columns key) {
            const bool given = std::any_of(key.begin(), key.end(), [&](std::uint32_t column) {
                return contains(result_.set, column) || !entity_.columns[column].default_sql.empty();
            });
            if (given && !same_set(key, conflict))
                refuse(DBWAY_ERR_UNSUPPORTED, entity_, entity_.columns[key.front()].name,
                       std::string("an UPSERT of ") + dialect_.name +
                           " cannot tell the conflict of one key from that of another");
        };
        if (!entity_.key.empty()) rival(entity_.key);
        for (const Index& index : entity_.indexes)
            if (index.unique) rival(index.columns);
    }

    static bool same_set(Columns a, Columns b) {
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        return a == b;
    }

    bool is_unique(const Columns& columns) const {
        return same_set(columns, entity_.key) ||
               std::any_of(entity_.indexes.begin(), entity_.indexes.end(), [&](const Index& index) {
                   return index.unique && same_set(columns, index.columns);
               });
    }

    void check_orders() const {
        constexpr std::uint32_t nulls = DBWAY_ORM_NULLS_FIRST | DBWAY_ORM_NULLS_LAST;
        for (const dbway_orm_order& order : result_.orders) {
            check_column(order.column, "orders");
            const Column& column = entity_.columns[order.column];
            if ((order.flags & ~(nulls | DBWAY_ORM_DESCENDING)) != 0)
                refuse(DBWAY_ERR_TOO_NEW, entity_, column.name, "an unknown flag of an order");
            if ((order.flags & nulls) == nulls) refuse(entity_, column.name, "NULLs both first and last");
            check_compares(column);
        }
    }

    void check_compares(const Column& column) const {
        if (!dialect_.compares(column))
            refuse(DBWAY_ERR_UNSUPPORTED, entity_, column.name,
                   std::string(dialect_.name) + " cannot compare values of its type");
    }

    void check_node(std::size_t& at, std::uint32_t depth, Ordinals& ordinals) const {
        if (depth > max_depth) refuse(entity_, {}, "where: conditions nested too deeply");
        if (at == result_.where.size()) refuse(entity_, {}, "where: a condition is missing at its end");
        const dbway_orm_node& node = result_.where[at++];
        switch (node.kind) {
            case DBWAY_ORM_AND:
            case DBWAY_ORM_OR:
                for (std::uint32_t i = 0; i < node.count; ++i) check_node(at, depth + 1, ordinals);
                return;
            case DBWAY_ORM_NOT:
                if (node.count > 1) refuse(entity_, {}, "where: a NOT of several conditions");
                return check_node(at, depth + 1, ordinals);
            case DBWAY_ORM_EQ:
            case DBWAY_ORM_NE:
            case DBWAY_ORM_LT:
            case DBWAY_ORM_LE:
            case DBWAY_ORM_GT:
            case DBWAY_ORM_GE:
                check_column(node.column, "where");
                check_compares(entity_.columns[node.column]);
                return ordinals.name(node.value, 1);
            case DBWAY_ORM_LIKE:
                check_column(node.column, "where");
                check_text(entity_.columns[node.column]);
                return ordinals.name(node.value, 1);
            case DBWAY_ORM_IN:
                check_column(node.column, "where");
                check_compares(entity_.columns[node.column]);
                if (node.count != 0) ordinals.name(node.value, node.count);
                return;
            case DBWAY_ORM_IN_ARRAY:
                check_column(node.column, "where");
                check_compares(entity_.columns[node.column]);
                if ((dialect_.flags & DBWAY_ORM_ARRAYS) == 0)
                    refuse(DBWAY_ERR_UNSUPPORTED, entity_, entity_.columns[node.column].name,
                           std::string(dialect_.name) + " has no arrays; use IN");
                return ordinals.name(node.value, 1);
            case DBWAY_ORM_BETWEEN:
                check_column(node.column, "where");
                check_compares(entity_.columns[node.column]);
                return ordinals.name(node.value, 2);
            case DBWAY_ORM_IS_NULL:
            case DBWAY_ORM_IS_NOT_NULL:
                return check_column(node.column, "where");
            default:
                refuse(node.kind == 0 ? DBWAY_ERR_INVALID : DBWAY_ERR_UNSUPPORTED, entity_, {},
                       "where: a condition of the unknown kind " + std::to_string(node.kind));
        }
    }

    void check_text(const Column& column) const {
        if (column.type != DBWAY_T_TEXT && column.type_sql.empty())
            refuse(entity_, column.name, "where: LIKE is for texts");
    }

    const SqlDialect& dialect_;
    const Entity& entity_;
    dbway_orm_operation from_{};
    Operation result_;
};

}  // namespace dbway::sdk::orm
