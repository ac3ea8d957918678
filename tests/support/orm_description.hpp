// orm_description.hpp - entities and operations of dbway.orm/1 as tests write them, and what is planned.
#ifndef DBWAY_TESTS_SUPPORT_ORM_DESCRIPTION_HPP
#define DBWAY_TESTS_SUPPORT_ORM_DESCRIPTION_HPP

#include <dbway/ext/orm.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::test::orm {

inline constexpr std::uint32_t none = 0;

inline dbway_str str(std::string_view text) { return {text.data(), text.size()}; }
inline dbway_value integer(std::int64_t number) {
    dbway_value value{};
    value.v.i64 = number;
    value.type = DBWAY_T_I64;
    return value;
}
inline dbway_value text(std::string_view text) {
    dbway_value value{};
    value.v.text = text.data();
    value.len = static_cast<std::uint32_t>(text.size());
    value.type = DBWAY_T_TEXT;
    return value;
}

// A description that owns its lists.
struct Description {
    explicit Description(std::string_view table) {
        entity.struct_size = sizeof entity;
        entity.table = str(table);
    }
    Description& column(std::string_view name, std::uint32_t type, std::uint32_t flags = 0,
                        std::int32_t precision = -1, std::int32_t scale = -1) {
        dbway_orm_column& column = columns.emplace_back();
        column.struct_size = sizeof column;
        column.name = str(name);
        column.type = type;
        column.flags = flags;
        column.precision = precision;
        column.scale = scale;
        return *this;
    }
    Description& with_default(std::string_view sql) {
        columns.back().default_sql = str(sql);
        return *this;
    }
    Description& index(std::vector<std::uint32_t> numbers, std::uint32_t flags = 0) {
        dbway_orm_index& index = indexes.emplace_back();
        index.struct_size = sizeof index;
        index.flags = flags;
        index.n_columns = static_cast<std::uint32_t>(numbers.size());
        index.columns = lists.emplace_back(std::move(numbers)).data();
        return *this;
    }
    Description& check(std::string_view name, std::string_view sql) {
        dbway_orm_check& check = checks.emplace_back();
        check.struct_size = sizeof check;
        check.name = str(name);
        check.sql = str(sql);
        return *this;
    }
    Description& reference(std::vector<std::uint32_t> numbers, std::string_view table,
                           std::string_view referenced) {
        dbway_orm_reference& reference = references.emplace_back();
        reference.struct_size = sizeof reference;
        reference.n_columns = static_cast<std::uint32_t>(numbers.size());
        reference.columns = lists.emplace_back(std::move(numbers)).data();
        reference.table = str(table);
        reference.referenced = &names.emplace_back(str(referenced));
        reference.on_delete = DBWAY_ORM_CASCADE;
        return *this;
    }
    const dbway_orm_entity* abi() {
        const auto point = [](auto& items, auto& pointers, auto& to, std::uint32_t& count) {
            pointers.clear();
            for (auto& item : items) pointers.push_back(&item);
            to = pointers.data();
            count = static_cast<std::uint32_t>(pointers.size());
        };
        point(columns, column_pointers, entity.columns, entity.n_columns);
        point(indexes, index_pointers, entity.indexes, entity.n_indexes);
        point(checks, check_pointers, entity.checks, entity.n_checks);
        point(references, reference_pointers, entity.references, entity.n_references);
        return &entity;
    }

    dbway_orm_entity entity{};
    std::deque<dbway_orm_column> columns;
    std::deque<dbway_orm_index> indexes;
    std::deque<dbway_orm_check> checks;
    std::deque<dbway_orm_reference> references;
    std::deque<std::vector<std::uint32_t>> lists;
    std::deque<dbway_str> names;
    std::vector<const dbway_orm_column*> column_pointers;
    std::vector<const dbway_orm_index*> index_pointers;
    std::vector<const dbway_orm_check*> check_pointers;
    std::vector<const dbway_orm_reference*> reference_pointers;
};

struct Operation {
    explicit Operation(std::uint32_t of_kind, std::uint32_t with_flags = 0)
        : kind(of_kind), flags(with_flags) {}

    // Lives as long as the operation does not change; `server` as long as it.
    const dbway_orm_operation* abi(const dbway_conn_info* server = nullptr) const {
        c = {};
        c.struct_size = sizeof c;
        c.kind = kind;
        c.flags = flags;
        c.n_rows = rows;
        c.n_set = static_cast<std::uint32_t>(set.size());
        c.n_returned = static_cast<std::uint32_t>(returned.size());
        c.n_where = static_cast<std::uint32_t>(where.size());
        c.n_orders = static_cast<std::uint32_t>(orders.size());
        c.n_conflict = static_cast<std::uint32_t>(conflict.size());
        c.limit_value = limit;
        c.offset_value = offset;
        c.version_value = version;
        c.set = set.data();
        c.returned = returned.data();
        c.conflict = conflict.data();
        c.where = where.data();
        c.orders = orders.data();
        c.existing = existing;
        c.server = server;
        return &c;
    }

    std::uint32_t kind;
    std::uint32_t flags;
    std::uint32_t rows = 0;
    std::vector<std::uint32_t> set, returned, conflict;
    std::vector<dbway_orm_node> where;
    std::vector<dbway_orm_order> orders;
    std::uint32_t limit = 0, offset = 0, version = 0;
    const dbway_orm_existing* existing = nullptr;
    mutable dbway_orm_operation c{};
};

struct Statement {
    std::string sql;
    std::uint32_t flags = 0;
    std::uint32_t n_params = 0;
};

// What a call of plan() gave to its sink and reported.
struct Planned {
    dbway_status status = DBWAY_OK;
    std::vector<Statement> statements;
    std::string error, column;
    int diagnostics = 0;
};

inline Planned plan(const dbway_ext_orm& extension, dbway_provider* provider, const dbway_orm_entity* entity,
                    const dbway_orm_operation* operation) {
    Planned result;
    const dbway_orm_sink sink{&result, [](void* context, const dbway_orm_statement* one) noexcept {
                                  static_cast<Planned*>(context)->statements.push_back(
                                      {std::string(one->sql.ptr, one->sql.len), one->flags, one->n_params});
                                  return dbway_status{DBWAY_OK};
                              }};
    const dbway_diag_sink diag{
        &result, [](void* context, const dbway_diag* diagnostic) noexcept {
            Planned& planned = *static_cast<Planned*>(context);
            ++planned.diagnostics;
            planned.error.assign(diagnostic->message.ptr, diagnostic->message.len);
            planned.column.assign(diagnostic->column_name.ptr == nullptr ? "" : diagnostic->column_name.ptr,
                                  diagnostic->column_name.len);
        }};
    result.status = extension.plan(provider, entity, operation, &sink, &diag);
    return result;
}

}  // namespace dbway::test::orm

#endif
