#include "catalog.hpp"

#include <algorithm>
#include <map>

namespace dbway::sqlite {
namespace {

// A query over the catalog with text parameters, row by row.
class CatalogQuery {
  public:
    CatalogQuery(Database& database, std::string_view sql, std::initializer_list<std::string_view> parameters)
        : database_(database), statement_(database.prepare(sql)) {
        int index = 0;
        for (const std::string_view parameter : parameters) bind_text(statement_.get(), ++index, parameter);
    }
    bool next() {
        const int code = sqlite3_step(statement_.get());
        if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail(code);
        return code == SQLITE_ROW;
    }
    std::string text(int column) const { return std::string(column_text(statement_.get(), column)); }
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
    bool null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

  private:
    Database& database_;
    StatementHandle statement_;
};

std::string definition_of(Database& database, const std::string& schema, const std::string& name) {
    CatalogQuery query(
        database, "SELECT sql FROM " + quote_identifier(schema) + ".sqlite_schema WHERE name = ?1", {name});
    return query.next() ? query.text(0) : std::string();
}

bool equals(const std::string& a, const char* b) { return sqlite3_stricmp(a.c_str(), b) == 0; }

}  // namespace

std::vector<std::string> list_schemas(Database& database, std::string_view schema_filter) {
    CatalogQuery query(
        database,
        "SELECT name FROM pragma_database_list WHERE ?1 = '' OR name = ?1 COLLATE NOCASE ORDER BY name",
        {schema_filter});
    std::vector<std::string> result;
    while (query.next()) result.push_back(query.text(0));
    return result;
}

std::vector<CatalogTable> list_tables(Database& database, std::string_view schema_filter,
                                      std::string_view table_filter) {
    std::vector<CatalogTable> result;
    {
        CatalogQuery query(
            database,
            "SELECT schema, name, type FROM pragma_table_list "
            "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND (?1 = '' OR schema = ?1 COLLATE NOCASE) "
            "AND (?2 = '' OR name = ?2 COLLATE NOCASE) ORDER BY schema, name",
            {schema_filter, table_filter});
        while (query.next()) result.push_back({query.text(0), query.text(1), query.text(2), {}});
    }
    for (CatalogTable& table : result) table.definition = definition_of(database, table.schema, table.name);
    return result;
}

std::vector<CatalogColumn> list_columns(Database& database, const CatalogTable& table) {
    CatalogQuery query(
        database,
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, ?2) "
        "WHERE hidden <> 1 ORDER BY cid",
        {table.name, table.schema});
    std::vector<CatalogColumn> result;
    while (query.next()) {
        CatalogColumn column{static_cast<std::int64_t>(result.size()) + 1,
                             query.text(0),
                             query.text(1),
                             query.number(2) == 0,
                             {},
                             query.number(4),
                             query.number(5) != 0};
        if (!query.null(3)) column.default_value = query.text(3);
        result.push_back(std::move(column));
    }
    // An INTEGER PRIMARY KEY is another name of the rowid, which is never NULL.
    const auto in_key = [](const CatalogColumn& column) { return column.primary_key != 0; };
    if (std::count_if(result.begin(), result.end(), in_key) == 1) {
        CatalogColumn& key = *std::find_if(result.begin(), result.end(), in_key);
        if (equals(key.type, "INTEGER")) key.nullable = false;
    }
    return result;
}

std::vector<CatalogIndex> list_indexes(Database& database, const CatalogTable& table) {
    std::vector<CatalogIndex> result;
    {
        CatalogQuery query(database,
                           "SELECT name, \"unique\", origin FROM pragma_index_list(?1, ?2) ORDER BY name",
                           {table.name, table.schema});
        while (query.next())
            result.push_back({query.text(0), query.number(1) != 0, query.text(2).front(), {}, {}});
    }
    for (CatalogIndex& index : result) {
        index.definition = definition_of(database, table.schema, index.name);
        CatalogQuery query(database, "SELECT name FROM pragma_index_xinfo(?1, ?2) WHERE key ORDER BY seqno",
                           {index.name, table.schema});
        while (query.next()) index.columns.push_back(query.text(0));
    }
    return result;
}

std::vector<CatalogForeignKey> list_foreign_keys(Database& database, const CatalogTable& table) {
    std::map<std::int64_t, CatalogForeignKey, std::greater<>>
        by_id;  // SQLite numbers them from the last to the first
    {
        CatalogQuery query(database,
                           "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete "
                           "FROM pragma_foreign_key_list(?1, ?2) ORDER BY id, seq",
                           {table.name, table.schema});
        while (query.next()) {
            CatalogForeignKey& key = by_id[query.number(0)];
            key.table = query.text(1);
            key.from.push_back(query.text(2));
            key.to.push_back(query.text(3));
            key.on_update = query.text(4);
            key.on_delete = query.text(5);
        }
    }
    std::vector<CatalogForeignKey> result;
    for (auto& [id, key] : by_id) {
        if (!key.to.empty() && key.to.front().empty()) {
            // Without names it means the other table's primary key.
            CatalogQuery query(database,
                               "SELECT name FROM pragma_table_info(?1, ?2) WHERE pk > 0 ORDER BY pk",
                               {key.table, table.schema});
            for (std::string& column : key.to) column = query.next() ? query.text(0) : std::string();
        }
        result.push_back(std::move(key));
    }
    return result;
}

}  // namespace dbway::sqlite
