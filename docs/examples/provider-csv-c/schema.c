#include "schema.h"

#include <string.h>

#define TEXT(name) \
    { {name, sizeof name - 1}, {0, 0}, DBWAY_T_TEXT, 0 }
#define INTEGER(name) \
    { {name, sizeof name - 1}, {0, 0}, DBWAY_T_I64, 0 }
#define BOOLEAN(name) \
    { {name, sizeof name - 1}, {0, 0}, DBWAY_T_BOOL, 0 }

/* The columns are those that provider.h lists at DBWAY_SCHEMA_SCHEMAS. */
static const struct column_source schemas[] = {TEXT("schema")};
static const struct column_source tables[] = {TEXT("schema"), TEXT("table"), TEXT("kind"),
                                              TEXT("definition")};
static const struct column_source fields[] = {
    TEXT("schema"),      TEXT("table"),         TEXT("column"),         INTEGER("position"), TEXT("type"),
    BOOLEAN("nullable"), TEXT("default_value"), INTEGER("primary_key"), BOOLEAN("generated")};
static const struct column_source indexes[] = {TEXT("schema"),      TEXT("table"),  TEXT("index"),
                                               INTEGER("position"), TEXT("column"), BOOLEAN("unique"),
                                               TEXT("definition")};
static const struct column_source constraints[] = {
    TEXT("schema"),      TEXT("table"),  TEXT("constraint"),       TEXT("kind"),
    INTEGER("position"), TEXT("column"), TEXT("referenced_table"), TEXT("referenced_column"),
    TEXT("definition")};

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))
static const struct {
    const struct column_source* columns;
    uint32_t count;
} answers[] = {
    {0, 0},
    {schemas, COUNT(schemas)},
    {tables, COUNT(tables)},
    {fields, COUNT(fields)},
    {indexes, COUNT(indexes)},
    {constraints, COUNT(constraints)},
};

static dbway_value boolean_cell(bool value) {
    dbway_value cell = integer_cell(value);
    cell.type = DBWAY_T_BOOL;
    return cell;
}

/* A cell whose text lives as long as the batch. */
static bool keep_text(struct batch* batch, dbway_value* cell, const char* text, size_t length) {
    char* const copy = arena_take(&batch->text, length);
    if (copy == NULL) return false;
    if (length != 0) memcpy(copy, text, length);
    *cell = text_cell(copy, length);
    return true;
}

static bool add_table(struct batch* batch, const char* table) {
    dbway_value* const row = batch_add(batch);
    if (row == NULL || !keep_text(batch, &row[1], table, strlen(table))) return false;
    row[2] = text_cell("table", 5);
    return true;
}

static bool add_fields(struct batch* batch, const struct database* database, const struct table* table) {
    uint32_t i;
    for (i = 0; i < table->file->n_columns; ++i) {
        const dbway_str column = table->file->columns[i];
        dbway_value* const row = batch_add(batch);
        if (row == NULL || !keep_text(batch, &row[1], table->name, strlen(table->name)) ||
            !keep_text(batch, &row[2], column.ptr, column.len))
            return false;
        row[3] = integer_cell((int64_t)i + 1);
        row[4] = text_cell("TEXT", 4);
        row[5] = boolean_cell(database->format.has_null);
        row[7] = integer_cell(0);
        row[8] = boolean_cell(false);
    }
    return true;
}

static dbway_status add_table_fields(struct database* database, const char* name,
                                     const struct listener* listener, struct batch* batch,
                                     struct failure* failure) {
    struct name exact = {{name, strlen(name)}, true, 0};
    struct table* table;
    const dbway_status status = database_table(database, &exact, &table, failure);
    if (status == DBWAY_ERR_NOMEM) return status;
    if (status != DBWAY_OK) {
        listener->notice(listener->context, failure);
        return DBWAY_OK;
    }
    return add_fields(batch, database, table) ? DBWAY_OK : fail_no_memory(failure);
}

dbway_status schema_rows(struct database* database, uint32_t kind, dbway_str schema, dbway_str table,
                         const struct listener* listener, struct batch* batch, struct columns** columns,
                         struct failure* failure) {
    struct csv_names names = {NULL, 0};
    dbway_status status = DBWAY_OK;
    size_t i;
    *columns = NULL;
    if (kind == 0 || kind >= COUNT(answers))
        return fail(failure, DBWAY_ERR_UNSUPPORTED, "0A000", "unknown kind of schema request: %u",
                    (unsigned)kind);
    *columns = columns_make(answers[kind].columns, answers[kind].count);
    if (*columns == NULL) return fail_no_memory(failure);
    batch_start(batch, answers[kind].count);
    ++database->execution;
    /* A directory has no schemas, and CSV files no indexes and no constraints. */
    if (schema.len == 0 && (kind == DBWAY_SCHEMA_TABLES || kind == DBWAY_SCHEMA_COLUMNS))
        status = csv_list(database->directory, &names, failure);
    for (i = 0; i < names.count && status == DBWAY_OK; ++i) {
        const struct name wanted = {table, true, 0};
        const dbway_str name = {names.items[i], strlen(names.items[i])};
        if (table.len != 0 && !same_name(&wanted, name)) continue;
        if (kind == DBWAY_SCHEMA_COLUMNS)
            status = add_table_fields(database, names.items[i], listener, batch, failure);
        else if (!add_table(batch, names.items[i]))
            status = fail_no_memory(failure);
    }
    csv_names_free(&names);
    return status;
}
