// orm_existing.hpp - the answers of DBWAY_R_SCHEMA about one table, as a migration needs them. The columns of
// the answers are documented in provider.h.
#pragma once

#include <dbway/sdk/lexer.hpp>
#include <dbway/sdk/orm_dialect.hpp>
#include <dbway/sdk/orm_input.hpp>
#include <dbway/sdk/orm_operation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk::orm {

struct ExistingColumn {
    std::string_view name;
    std::string_view type;
    std::string_view default_value;
    bool nullable = false;
    bool computed = false;
    std::int64_t in_key = 0;  // position, from 1
};

struct ExistingIndex {
    std::string_view name;
    std::vector<std::string_view> columns;  // "": an expression
    bool unique = false;
    bool partial = false;
};

struct ExistingConstraint {
    std::string_view name;
    std::string_view kind;
    std::vector<std::string_view> columns;
    std::string_view referenced_table;
    std::vector<std::string_view> referenced;
};

// Borrows the cells.
struct ExistingTable {
    std::vector<ExistingColumn> columns;  // none: there is no table
    std::vector<ExistingIndex> indexes;
    std::vector<ExistingConstraint> constraints;
};

class ExistingReader {
  public:
    ExistingReader(const SqlDialect& dialect, const Entity& entity, const Operation& operation)
        : dialect_(dialect), entity_(entity), operation_(operation) {}

    ExistingTable read() {
        const auto from = orm::read(operation_.existing, sizeof(dbway_orm_existing), entity_, "what exists");
        check_list(from.columns, from.n_columns, max_nodes, entity_, "existing columns");
        check_list(from.indexes, from.n_indexes, max_nodes, entity_, "existing indexes");
        check_list(from.constraints, from.n_constraints, max_nodes, entity_, "existing constraints");
        choose_schema(from);
        for (std::uint32_t row = 0; row < from.n_columns; ++row)
            add_column(from.columns + row * column_cells);
        for (std::uint32_t row = 0; row < from.n_indexes; ++row) add_index(from.indexes + row * index_cells);
        for (std::uint32_t row = 0; row < from.n_constraints; ++row)
            add_constraint(from.constraints + row * constraint_cells);
        return std::move(table_);
    }

  private:
    static constexpr std::size_t column_cells = 9;
    static constexpr std::size_t index_cells = 7;
    static constexpr std::size_t constraint_cells = 9;

    std::string_view text(const dbway_value& cell, const char* what) const {
        if (cell.type == DBWAY_T_NULL) return {};
        if (cell.type != DBWAY_T_TEXT || (cell.v.text == nullptr && cell.len != 0))
            refuse(entity_, {}, std::string("existing ") + what + ": the cells are no answer of SCHEMA");
        return {cell.v.text, cell.len};
    }
    std::int64_t number(const dbway_value& cell, std::uint8_t type, const char* what) const {
        if (cell.type == DBWAY_T_NULL) return 0;
        if (cell.type != type)
            refuse(entity_, {}, std::string("existing ") + what + ": the cells are no answer of SCHEMA");
        return cell.v.i64;
    }

    bool same(std::string_view a, std::string_view b) const {
        return same_name(a, b, dialect_.names_fold_case);
    }

    // Several schemas may have a table of this name; the answers tell them apart.
    void choose_schema(const dbway_orm_existing& from) {
        schema_ = entity_.schema;
        if (!schema_.empty()) return;
        std::set<std::string_view> schemas;
        for (std::uint32_t row = 0; row < from.n_columns; ++row) {
            const dbway_value* cells = from.columns + row * column_cells;
            if (same(text(cells[1], "columns"), entity_.table)) schemas.insert(text(cells[0], "columns"));
        }
        if (schemas.empty()) return;
        schema_ = dialect_.schema_of(schemas, operation_.server);
        if (schema_.empty())
            refuse(entity_, {},
                   "there are tables of this name in the schemas \"" + std::string(*schemas.begin()) +
                       "\" and \"" + std::string(*schemas.rbegin()) + "\"; name one");
    }

    bool is_ours(const dbway_value* cells, const char* what) const {
        return same(text(cells[0], what), schema_) && same(text(cells[1], what), entity_.table);
    }

    void add_column(const dbway_value* cells) {
        if (!is_ours(cells, "columns")) return;
        ExistingColumn column;
        column.name = text(cells[2], "columns");
        column.type = text(cells[4], "columns");
        column.nullable = number(cells[5], DBWAY_T_BOOL, "columns") != 0;
        column.default_value = text(cells[6], "columns");
        column.in_key = number(cells[7], DBWAY_T_I64, "columns");
        column.computed = number(cells[8], DBWAY_T_BOOL, "columns") != 0;
        table_.columns.push_back(column);
    }

    void add_index(const dbway_value* cells) {
        if (!is_ours(cells, "indexes")) return;
        const std::string_view name = text(cells[2], "indexes");
        const std::int64_t position = number(cells[3], DBWAY_T_I64, "indexes");
        if (table_.indexes.empty() || table_.indexes.back().name != name || position <= 1) {
            ExistingIndex& index = table_.indexes.emplace_back();
            index.name = name;
            index.unique = number(cells[5], DBWAY_T_BOOL, "indexes") != 0;
            index.partial = has_condition(text(cells[6], "indexes"));
        }
        table_.indexes.back().columns.push_back(text(cells[4], "indexes"));
    }

    bool has_condition(std::string_view definition) const {
        Lexer lexer(definition, Dialect::generic);
        for (Token token = lexer.next_significant(); token.kind != TokenKind::end;
             token = lexer.next_significant())
            if (token.kind == TokenKind::word && is_keyword(token.text, "where")) return true;
        return false;
    }

    void add_constraint(const dbway_value* cells) {
        if (!is_ours(cells, "constraints")) return;
        const std::string_view name = text(cells[2], "constraints");
        const std::string_view kind = text(cells[3], "constraints");
        const std::int64_t position = number(cells[4], DBWAY_T_I64, "constraints");
        if (table_.constraints.empty() || table_.constraints.back().name != name || position <= 1) {
            ExistingConstraint& constraint = table_.constraints.emplace_back();
            constraint.name = name;
            constraint.kind = kind;
            constraint.referenced_table = text(cells[6], "constraints");
        }
        table_.constraints.back().columns.push_back(text(cells[5], "constraints"));
        table_.constraints.back().referenced.push_back(text(cells[7], "constraints"));
    }

    const SqlDialect& dialect_;
    const Entity& entity_;
    const Operation& operation_;
    std::string_view schema_;
    ExistingTable table_;
};

}  // namespace dbway::sdk::orm
