// orm_insert.hpp - INSERT and UPSERT as SQL.
#pragma once

#include <dbway/sdk/orm_statement.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::orm {

class InsertWriter {
  public:
    InsertWriter(const SqlDialect& dialect, const Entity& entity, const Operation& operation)
        : dialect_(dialect), entity_(entity), operation_(operation) {}

    Planned plan() const {
        std::string sql = "INSERT INTO " + dialect_.quoted(entity_.schema, entity_.table) + values();
        if (operation_.kind == DBWAY_ORM_UPSERT) sql += on_conflict();
        Planned planned{std::move(sql), 0, operation_.n_params};
        if (!operation_.returned.empty()) add_returning(planned);
        return planned;
    }

  private:
    bool sets(std::uint32_t column) const {
        return std::find(operation_.set.begin(), operation_.set.end(), column) != operation_.set.end();
    }

    // What the planner fills in by itself: column and value.
    std::vector<std::pair<std::uint32_t, std::string_view>> kept_columns() const {
        std::vector<std::pair<std::uint32_t, std::string_view>> result;
        if (entity_.version && !sets(*entity_.version)) result.emplace_back(*entity_.version, "1");
        if (entity_.created && !sets(*entity_.created)) result.emplace_back(*entity_.created, dialect_.now());
        if (entity_.updated && !sets(*entity_.updated)) result.emplace_back(*entity_.updated, dialect_.now());
        return result;
    }

    std::string values() const {
        const auto kept = kept_columns();
        Columns columns = operation_.set;
        for (const auto& [column, value] : kept) columns.push_back(column);
        if (columns.empty()) {
            std::string rows = dialect_.default_rows(entity_, operation_.rows);
            if (rows.empty())
                refuse(DBWAY_ERR_UNSUPPORTED, entity_, {},
                       std::string(dialect_.name) + " inserts rows of nothing but defaults one by one only");
            return rows;
        }
        std::string result = " (" + dialect_.quoted(entity_, columns) + ") VALUES ";
        std::uint64_t ordinal = 1;
        for (std::uint32_t row = 0; row < operation_.rows; ++row) {
            result += row == 0 ? "(" : ", (";
            bool first = true;
            const auto add = [&](std::string_view value) {
                result.append(std::exchange(first, false) ? "" : ", ").append(value);
            };
            for (std::size_t i = 0; i < operation_.set.size(); ++i) add(placeholder(ordinal++));
            for (const auto& [column, value] : kept) add(value);
            result += ')';
        }
        return result;
    }

    std::string on_conflict() const {
        const Columns& conflict = operation_.conflict.empty() ? entity_.key : operation_.conflict;
        if (dialect_.upserts_by_any_key) {
            std::string set = operation_.is(DBWAY_ORM_KEEP) ? std::string() : assignments(conflict);
            std::string id;
            // So that last_id is that of the row that was found.
            if (entity_.generated && !sets(*entity_.generated)) {
                const std::string key = dialect_.quoted(entity_.columns[*entity_.generated].name);
                id = key + " = LAST_INSERT_ID(" + key + ")";
            } else if (set.empty()) {
                const std::string column = dialect_.quoted(entity_.columns[conflict.front()].name);
                id = column + " = " + column;
            }
            return " ON DUPLICATE KEY UPDATE " + id + (id.empty() || set.empty() ? "" : ", ") + set;
        }
        const std::string target = " ON CONFLICT (" + dialect_.quoted(entity_, conflict) + ") DO ";
        if (operation_.is(DBWAY_ORM_KEEP)) return target + "NOTHING";
        std::string set = assignments(conflict);
        // A row that exists is to be returned as well.
        if (set.empty()) set = assignment(conflict.front());
        return target + "UPDATE SET " + set;
    }

    std::string new_value(std::uint32_t column) const {
        const std::string name = dialect_.quoted(entity_.columns[column].name);
        return dialect_.upserts_by_any_key ? "VALUES(" + name + ")" : "excluded." + name;
    }
    std::string assignment(std::uint32_t column) const {
        return dialect_.quoted(entity_.columns[column].name) + " = " + new_value(column);
    }

    // Of a row that exists. Its key, its time of creation and the columns it was found by stay.
    std::string assignments(const Columns& conflict) const {
        std::string result;
        const auto add = [&](const std::string& text) {
            result.append(result.empty() ? "" : ", ").append(text);
        };
        for (const std::uint32_t column : operation_.set) {
            const bool found_by = std::find(conflict.begin(), conflict.end(), column) != conflict.end();
            if (found_by ||
                entity_.columns[column].is(DBWAY_ORM_PRIMARY | DBWAY_ORM_CREATED | DBWAY_ORM_VERSION))
                continue;
            add(assignment(column));
        }
        const auto name = [&](std::uint32_t column) { return dialect_.quoted(entity_.columns[column].name); };
        if (operation_.is(DBWAY_ORM_SOFT)) add(name(*entity_.deleted) + " = NULL");
        if (entity_.version)
            add(name(*entity_.version) + " = " + dialect_.quoted(entity_.table) + "." +
                name(*entity_.version) + " + 1");
        if (entity_.updated && !sets(*entity_.updated))
            add(name(*entity_.updated) + " = " + std::string(dialect_.now()));
        return result;
    }

    void add_returning(Planned& planned) const {
        switch (dialect_.returning_insert(operation_.server)) {
            case Returning::rows:
                planned.sql += returning_clause(dialect_, entity_, operation_.returned);
                planned.flags = DBWAY_ORM_ROWS;
                return;
            case Returning::last_id:
                if (entity_.generated && !sets(*entity_.generated)) {
                    if (operation_.kind == DBWAY_ORM_UPSERT && operation_.rows > 1) break;
                    planned.flags = DBWAY_ORM_LAST_ID;
                    return;
                }
                // The caller has the key, by which the rest is found.
                if (!entity_.key.empty() && std::all_of(entity_.key.begin(), entity_.key.end(),
                                                        [&](std::uint32_t column) { return sets(column); }))
                    return;
                break;
            case Returning::none:
                break;
        }
        refuse(DBWAY_ERR_UNSUPPORTED, entity_, {},
               std::string("this ") + dialect_.name +
                   " returns nothing of such rows; insert them one by one, or without returned columns");
    }

    const SqlDialect& dialect_;
    const Entity& entity_;
    const Operation& operation_;
};

}  // namespace dbway::sdk::orm
