// orm_condition.hpp - conditions as SQL.
#pragma once

#include <dbway/sdk/orm_operation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk::orm {

// Of a tree that OperationReader has accepted.
class ConditionWriter {
  public:
    ConditionWriter(const SqlDialect& dialect, const Entity& entity, std::span<const dbway_orm_node> nodes)
        : dialect_(dialect), entity_(entity), nodes_(nodes) {}

    // Can stand beside others, between ANDs.
    std::string write() {
        const dbway_orm_node& node = nodes_[at_++];
        switch (node.kind) {
            case DBWAY_ORM_AND:
                return write_group(node.count, " AND ", "1 = 1");
            case DBWAY_ORM_OR:
                return write_group(node.count, " OR ", "1 = 0");
            case DBWAY_ORM_NOT:
                return "NOT (" + write() + ")";
            default:
                return write_leaf(node);
        }
    }

  private:
    // SQLite counts a chain of ANDs as a tree of that depth, of which it takes 1000; long ones are split.
    static constexpr std::size_t longest_chain = 64;

    std::string write_group(std::uint32_t count, std::string_view operation, std::string_view of_none) {
        if (count == 0) return std::string(of_none);
        std::vector<std::string> parts;
        for (std::uint32_t i = 0; i < count; ++i) parts.push_back(write());
        return count == 1 ? parts.front() : join(parts, operation);
    }

    static std::string join(std::span<const std::string> parts, std::string_view operation) {
        std::string result = "(";
        if (parts.size() > longest_chain) {
            const std::size_t half = parts.size() / 2;
            result += join(parts.first(half), operation);
            result.append(operation).append(join(parts.subspan(half), operation));
        } else {
            for (std::size_t i = 0; i < parts.size(); ++i)
                result.append(i == 0 ? "" : operation).append(parts[i]);
        }
        return result += ')';
    }

    std::string write_leaf(const dbway_orm_node& node) const {
        const std::string column = dialect_.quoted(entity_.columns[node.column].name);
        const std::string value = placeholder(node.value);
        switch (node.kind) {
            case DBWAY_ORM_EQ:
                return column + " = " + value;
            case DBWAY_ORM_NE:
                return column + " <> " + value;
            case DBWAY_ORM_LT:
                return column + " < " + value;
            case DBWAY_ORM_LE:
                return column + " <= " + value;
            case DBWAY_ORM_GT:
                return column + " > " + value;
            case DBWAY_ORM_GE:
                return column + " >= " + value;
            case DBWAY_ORM_LIKE:
                return dialect_.like(column, value);
            case DBWAY_ORM_IN: {
                if (node.count == 0) return "1 = 0";
                std::string result = column + " IN (";
                for (std::uint32_t i = 0; i < node.count; ++i)
                    result.append(i == 0 ? "" : ", ").append(placeholder(std::uint64_t{node.value} + i));
                return result + ")";
            }
            case DBWAY_ORM_IN_ARRAY:
                return dialect_.in_array(column, value);
            case DBWAY_ORM_BETWEEN:
                return column + " BETWEEN " + value + " AND " + placeholder(std::uint64_t{node.value} + 1);
            case DBWAY_ORM_IS_NULL:
                return column + " IS NULL";
            default:
                return column + " IS NOT NULL";
        }
    }

    const SqlDialect& dialect_;
    const Entity& entity_;
    std::span<const dbway_orm_node> nodes_;
    std::size_t at_ = 0;
};

// " WHERE ..." of an operation: its conditions, its version, and which of the soft-deleted rows it means;
// empty: all rows.
inline std::string where_clause(const SqlDialect& dialect, const Entity& entity, const Operation& operation) {
    std::vector<std::string> parts;
    if (!operation.where.empty()) parts.push_back(ConditionWriter(dialect, entity, operation.where).write());
    if (operation.version_value != 0)
        parts.push_back(dialect.quoted(entity.columns[*entity.version].name) + " = " +
                        placeholder(operation.version_value));
    if (entity.deleted && !operation.is(DBWAY_ORM_WITH_DELETED)) {
        const bool revives = operation.kind == DBWAY_ORM_UPDATE && operation.is(DBWAY_ORM_SOFT);
        parts.push_back(dialect.quoted(entity.columns[*entity.deleted].name) +
                        (revives ? " IS NOT NULL" : " IS NULL"));
    }
    std::string result;
    for (const std::string& part : parts) result.append(result.empty() ? " WHERE " : " AND ").append(part);
    return result;
}

}  // namespace dbway::sdk::orm
