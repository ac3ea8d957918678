#include "scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables
 * ----------------------------------------------------------------------------------------------------- */

void database_forget(struct database* database) {
    while (database->tables != NULL) {
        struct table* const table = database->tables;
        database->tables = table->other;
        csv_file_free(table->file);
        free(table->name);
        free(table);
    }
}

void database_close(struct database* database) {
    database_forget(database);
    free(database->directory);
    free(database->null_text);
}

static dbway_str to_str(const char* text) {
    const dbway_str str = {text, strlen(text)};
    return str;
}

/* Looks for a file, so that a name cannot lead out of the directory. */
static dbway_status find_file(const struct database* database, const struct name* name, char** out,
                              struct failure* failure) {
    struct csv_names names;
    size_t i;
    dbway_status status = csv_list(database->directory, &names, failure);
    *out = NULL;
    if (status != DBWAY_OK) return status;
    for (i = 0; i < names.count && status == DBWAY_OK; ++i) {
        if (!same_name(name, to_str(names.items[i]))) continue;
        if (*out != NULL) {
            status = fail(failure, DBWAY_ERR_SYNTAX, "42P09",
                          "both \"%s.csv\" and \"%s.csv\" exist; quote the name", *out, names.items[i]);
            failure->position = name->position;
        } else {
            *out = names.items[i];
            names.items[i] = NULL;
        }
    }
    csv_names_free(&names);
    if (status == DBWAY_OK && *out == NULL) {
        status =
            fail(failure, DBWAY_ERR_SYNTAX, "42P01", "no table \"%.*s\": there is no such file in \"%s\"",
                 (int)(name->text.len < 100 ? name->text.len : 100), name->text.ptr, database->directory);
        failure->position = name->position;
    }
    if (status != DBWAY_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}

dbway_status database_table(struct database* database, const struct name* name, struct table** out,
                            struct failure* failure) {
    char* file_name;
    struct table* table;
    dbway_status status;
    *out = NULL;
    status = find_file(database, name, &file_name, failure);
    if (status != DBWAY_OK) return status;
    for (table = database->tables; table != NULL; table = table->other)
        if (strcmp(table->name, file_name) == 0) break;
    if (table != NULL) {
        free(file_name);
    } else {
        table = calloc(1, sizeof *table);
        if (table == NULL) {
            free(file_name);
            return fail_no_memory(failure);
        }
        table->name = file_name;
        table->other = database->tables;
        database->tables = table;
    }
    /* Looked at once per execution, so that a table named twice is the same file both times. */
    if (table->file != NULL && table->verified != database->execution &&
        !csv_file_is_current(table->file, database->directory, table->name)) {
        csv_file_free(table->file);
        table->file = NULL;
    }
    if (table->file == NULL)
        status = csv_file_read(database->directory, table->name, &database->format, &table->file, failure);
    if (status != DBWAY_OK) {
        failure->position = name->position;
        return status;
    }
    table->verified = database->execution;
    *out = table;
    return DBWAY_OK;
}

/* ---- names
 * ------------------------------------------------------------------------------------------------------ */

static dbway_status fail_column(const struct column_name* column, const char* what, const char* sqlstate,
                                struct failure* failure) {
    const dbway_str text = column->column.text;
    fail(failure, DBWAY_ERR_SYNTAX, sqlstate, "%s \"%.*s\"", what, (int)(text.len < 100 ? text.len : 100),
         text.ptr);
    failure->position = column->column.position;
    return DBWAY_ERR_SYNTAX;
}

static bool is_table(const struct scan* scan, uint32_t i, const struct name* name) {
    const struct name* const alias = &scan->select->table_aliases[i];
    if (name->text.ptr == NULL) return true;
    return same_name(name, alias->text.ptr != NULL ? alias->text : to_str(scan->tables[i]->name));
}

static dbway_status find_column(const struct scan* scan, const struct column_name* column,
                                bool number_allowed, struct place* out, struct failure* failure) {
    uint32_t t, f, found = 0;
    for (t = 0; t < scan->select->n_tables; ++t) {
        const struct csv_file* const file = scan->tables[t]->file;
        if (!is_table(scan, t, &column->table)) continue;
        for (f = 0; f < file->n_columns; ++f) {
            if (!same_name(&column->column, file->columns[f])) continue;
            if (++found > 1) return fail_column(column, "ambiguous column", "42702", failure);
            out->table = t;
            out->field = f;
        }
    }
    if (found == 1) return DBWAY_OK;
    if (number_allowed && column->table.text.ptr == NULL && !column->column.exact &&
        same_name(&column->column, to_str("rownum"))) {
        out->table = ROW_NUMBER;
        out->field = 0;
        return DBWAY_OK;
    }
    return fail_column(column, "no column", "42703", failure);
}

static void add_output(struct scan* scan, struct column_source* sources, struct place at,
                       const struct select_item* item) {
    struct column_source* const source = &sources[scan->n_output];
    if (at.table == ROW_NUMBER) {
        source->name = item->source.column.text;
        source->type = DBWAY_T_I64;
        source->flags = DBWAY_COL_NOT_NULL;
    } else {
        source->name = scan->tables[at.table]->file->columns[at.field];
        source->table = to_str(scan->tables[at.table]->name);
        source->type = DBWAY_T_TEXT;
        source->flags = scan->database->format.has_null ? 0 : DBWAY_COL_NOT_NULL;
    }
    if (item->alias.text.ptr != NULL) source->name = item->alias.text;
    scan->output[scan->n_output++] = at;
}

static void add_all_fields(struct scan* scan, struct column_source* sources, const struct select_item* star) {
    struct place at;
    for (at.table = 0; at.table < scan->select->n_tables; ++at.table)
        for (at.field = 0; at.field < scan->tables[at.table]->file->n_columns; ++at.field)
            add_output(scan, sources, at, star);
}

static dbway_status bind_output(struct scan* scan, struct columns** columns, struct failure* failure) {
    const struct select* const select = scan->select;
    struct column_source* sources;
    uint32_t i;
    size_t fields = 0, most = 1; /* of one star; of the result */
    dbway_status status = DBWAY_OK;
    for (i = 0; i < select->n_tables; ++i) fields += scan->tables[i]->file->n_columns;
    for (i = 0; i < select->n_items; ++i) most += select->items[i].star ? fields : 1;
    if (most > UINT32_MAX) return fail(failure, DBWAY_ERR_RESOURCE, "54011", "more than 4294967294 columns");
    sources = calloc(most, sizeof *sources);
    scan->output = calloc(most, sizeof *scan->output);
    if (sources == NULL || scan->output == NULL) status = fail_no_memory(failure);
    if (status == DBWAY_OK && select->count) {
        sources[0].name =
            select->count_alias.text.ptr != NULL ? select->count_alias.text : to_str("count(*)");
        sources[0].type = DBWAY_T_I64;
        sources[0].flags = DBWAY_COL_NOT_NULL;
        scan->n_output = 1;
    }
    for (i = 0; i < select->n_items && status == DBWAY_OK; ++i) {
        const struct select_item* const item = &select->items[i];
        struct place at;
        if (item->star) {
            add_all_fields(scan, sources, item);
        } else {
            status = find_column(scan, &item->source, true, &at, failure);
            if (status == DBWAY_OK) add_output(scan, sources, at, item);
        }
    }
    if (status == DBWAY_OK && (*columns = columns_make(sources, scan->n_output)) == NULL)
        status = fail_no_memory(failure);
    free(sources);
    return status;
}

dbway_status scan_bind(struct database* database, const struct select* select, struct scan* scan,
                       struct columns** columns, struct failure* failure) {
    uint32_t i;
    dbway_status status;
    *columns = NULL;
    memset(scan, 0, sizeof *scan);
    scan->select = select;
    scan->database = database;
    ++database->execution;
    for (i = 0; i < select->n_tables; ++i) {
        status = database_table(database, &select->tables[i], &scan->tables[i], failure);
        if (status != DBWAY_OK) return status;
    }
    for (i = 0; i < select->n_tables; ++i) {
        scan->fields[i] = calloc(scan->tables[i]->file->n_columns, sizeof **scan->fields);
        if (scan->fields[i] == NULL) return fail_no_memory(failure);
    }
    for (i = 0; i < select->n_conditions; ++i) {
        status = find_column(scan, &select->condition_columns[i], false, &scan->conditions[i], failure);
        if (status != DBWAY_OK) return status;
    }
    if (select->ordered) {
        status = find_column(scan, &select->order, false, &scan->order, failure);
        if (status != DBWAY_OK) return status;
    }
    return bind_output(scan, columns, failure);
}

/* ---- values
 * ----------------------------------------------------------------------------------------------------- */

/* The text a value is compared by. *out points to the value or into `number`; ptr null: NULL. */
static dbway_status value_text(const struct value* value, const dbway_value* values, char number[24],
                               dbway_str* out, struct failure* failure) {
    const dbway_value* given;
    *out = value->text;
    if (value->parameter == 0) return DBWAY_OK;
    given = &values[value->parameter - 1];
    out->ptr = NULL;
    out->len = 0;
    switch (given->type) {
        case DBWAY_T_NULL:
            return DBWAY_OK;
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
        case DBWAY_T_DECIMAL:
            out->ptr = given->len != 0 ? given->v.text : "";
            out->len = given->len;
            return DBWAY_OK;
        case DBWAY_T_I64:
            out->len = (size_t)snprintf(number, 24, "%" PRId64, given->v.i64);
            break;
        case DBWAY_T_U64:
            out->len = (size_t)snprintf(number, 24, "%" PRIu64, given->v.u64);
            break;
        default:
            fail(failure, DBWAY_ERR_DATA, "42804",
                 "parameter $%u: a CSV field is text, pass text or an integer", (unsigned)value->parameter);
            failure->position = value->position;
            return DBWAY_ERR_DATA;
    }
    out->ptr = number;
    return DBWAY_OK;
}

static dbway_status set_limit(struct scan* scan, const dbway_value* values, struct failure* failure) {
    char number[24];
    dbway_str text;
    size_t i;
    const dbway_status status = value_text(&scan->select->limit, values, number, &text, failure);
    if (status != DBWAY_OK) return status;
    scan->limited = text.ptr != NULL;
    for (i = 0; i < text.len; ++i) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || scan->limit > (UINT64_MAX - 9) / 10) break;
        scan->limit = scan->limit * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (!scan->limited || (text.len != 0 && i == text.len)) return DBWAY_OK;
    fail(failure, DBWAY_ERR_DATA, "2201W", "LIMIT is '%.*s', expected a number of rows",
         (int)(text.len < 40 ? text.len : 40), text.ptr);
    failure->position = scan->select->limit.position;
    return DBWAY_ERR_DATA;
}

static void sorted_free(struct sorted_rows* sorted);

dbway_status scan_start(struct scan* scan, const dbway_value* values, struct failure* failure) {
    const struct select* const select = scan->select;
    uint32_t i;
    dbway_status status;
    sorted_free(scan->sorted);
    scan->sorted = NULL;
    scan->produced = 0;
    scan->limit = 0;
    scan->started = scan->ended = scan->never = false;
    for (i = 0; i < select->n_conditions; ++i) {
        status =
            value_text(&select->condition_values[i], values, scan->numbers[i], &scan->wanted[i], failure);
        if (status != DBWAY_OK) return status;
        scan->never = scan->never || scan->wanted[i].ptr == NULL;
    }
    return select->limited ? set_limit(scan, values, failure) : DBWAY_OK;
}

static bool is_null(const struct scan* scan, const struct csv_field* field) {
    const struct csv_format* const format = &scan->database->format;
    return format->has_null && !field->quoted && field->len == format->null.len &&
           memcmp(field->ptr, format->null.ptr, field->len) == 0;
}

static bool equals(const struct csv_field* field, dbway_str wanted) {
    size_t at, i = 0;
    if (!field->escaped) return field->len == wanted.len && memcmp(field->ptr, wanted.ptr, wanted.len) == 0;
    for (at = 0; at < field->len; ++at, ++i) {
        if (field->ptr[at] == '"') ++at;
        if (i == wanted.len || field->ptr[at] != wanted.ptr[i]) return false;
    }
    return i == wanted.len;
}

static bool matches(const struct scan* scan) {
    uint32_t i;
    for (i = 0; i < scan->select->n_conditions; ++i) {
        const struct place at = scan->conditions[i];
        const struct csv_field* const field = &scan->fields[at.table][at.field];
        if (is_null(scan, field) || !equals(field, scan->wanted[i])) return false;
    }
    return true;
}

/* ---- rows, in the order of the files
 * ------------------------------------------------------------------------------ */

static dbway_status check_cancelled(const struct scan* scan, struct failure* failure) {
    if (!atomic_load_explicit(scan->cancelled, memory_order_relaxed)) return DBWAY_OK;
    return fail(failure, DBWAY_ERR_CANCELLED, "57014", "the request was cancelled");
}

static dbway_status read_record(struct scan* scan, uint32_t t, struct failure* failure) {
    const struct table* const table = scan->tables[t];
    scan->starts[t] = scan->readers[t].at;
    return csv_next(table->file, table->name, &scan->readers[t], scan->fields[t], failure);
}

static dbway_status first_record(struct scan* scan, uint32_t t, struct failure* failure) {
    scan->readers[t] = csv_begin(scan->tables[t]->file);
    return read_record(scan, t, failure);
}

/* The next combination of records, the last table's changing fastest. DBWAY_END: no more. */
static dbway_status next_combination(struct scan* scan, struct failure* failure) {
    uint32_t t;
    dbway_status status = check_cancelled(scan, failure);
    if (status != DBWAY_OK) return status;
    if (!scan->started) {
        scan->started = true;
        for (t = 0; t < scan->select->n_tables && status == DBWAY_OK; ++t)
            status = first_record(scan, t, failure);
        return status;
    }
    for (t = scan->select->n_tables; t-- > 0;) {
        status = read_record(scan, t, failure);
        if (status != DBWAY_END || t == 0) break;
        status = first_record(scan, t, failure);
        if (status != DBWAY_OK) break;
    }
    return status;
}

static dbway_status next_match(struct scan* scan, struct failure* failure) {
    dbway_status status;
    if (scan->never) return DBWAY_END;
    do {
        status = next_combination(scan, failure);
    } while (status == DBWAY_OK && !matches(scan));
    return status;
}

/* ---- rows, sorted
 * ------------------------------------------------------------------------------------------------- */

struct sort_key {
    dbway_str text; /* ptr null: NULL, which sorts before all text */
    size_t row;
};

/* All rows of an execution, as the places where their records start. */
struct sorted_rows {
    struct sort_key* keys;
    const char** starts; /* n_tables for each row */
    size_t count, room, at;
    struct arena text;
};

static void sorted_free(struct sorted_rows* sorted) {
    if (sorted == NULL) return;
    arena_clear(&sorted->text);
    free(sorted->keys);
    free(sorted->starts);
    free(sorted);
}

static bool sorted_add(struct scan* scan, struct sorted_rows* sorted) {
    const struct csv_field* const field = &scan->fields[scan->order.table][scan->order.field];
    const uint32_t n_tables = scan->select->n_tables;
    struct sort_key* key;
    if (sorted->count == sorted->room) {
        const size_t room = sorted->room == 0 ? 256 : sorted->room * 2;
        struct sort_key* keys = realloc(sorted->keys, room * sizeof *keys);
        const char** starts;
        if (keys == NULL) return false;
        sorted->keys = keys;
        starts = realloc(sorted->starts, room * n_tables * sizeof *starts);
        if (starts == NULL) return false;
        sorted->starts = starts;
        sorted->room = room;
    }
    memcpy(sorted->starts + sorted->count * n_tables, scan->starts, n_tables * sizeof *scan->starts);
    key = &sorted->keys[sorted->count];
    key->row = sorted->count++;
    key->text.ptr = is_null(scan, field) ? NULL : field->ptr;
    key->text.len = field->len;
    if (key->text.ptr != NULL && field->escaped) {
        char* const text = arena_take(&sorted->text, field->len);
        if (text == NULL) return false;
        key->text.len = csv_unescape(field, text);
        key->text.ptr = text;
    }
    return true;
}

/* By bytes, as SQLite and the C locale do. */
static int compare_keys(const struct sort_key* left, const struct sort_key* right) {
    const size_t shorter = left->text.len < right->text.len ? left->text.len : right->text.len;
    int order;
    if (left->text.ptr == NULL || right->text.ptr == NULL)
        return (left->text.ptr != NULL) - (right->text.ptr != NULL);
    order = memcmp(left->text.ptr, right->text.ptr, shorter);
    return order != 0 ? order : (left->text.len > right->text.len) - (left->text.len < right->text.len);
}

static int compare_ascending(const void* left, const void* right) {
    const struct sort_key* const a = left;
    const struct sort_key* const b = right;
    const int order = compare_keys(a, b);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static int compare_descending(const void* left, const void* right) {
    const struct sort_key* const a = left;
    const struct sort_key* const b = right;
    const int order = compare_keys(b, a);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static dbway_status sort_rows(struct scan* scan, struct failure* failure) {
    struct sorted_rows* const sorted = calloc(1, sizeof *sorted);
    dbway_status status;
    if (sorted == NULL) return fail_no_memory(failure);
    scan->sorted = sorted;
    while ((status = next_match(scan, failure)) == DBWAY_OK)
        if (!sorted_add(scan, sorted)) return fail_no_memory(failure);
    if (status != DBWAY_END) return status;
    if (sorted->count > 1)
        qsort(sorted->keys, sorted->count, sizeof *sorted->keys,
              scan->select->descending ? compare_descending : compare_ascending);
    return DBWAY_OK;
}

/* Reads the records of the next row once more. */
static dbway_status next_sorted(struct scan* scan, struct failure* failure) {
    struct sorted_rows* const sorted = scan->sorted;
    const uint32_t n_tables = scan->select->n_tables;
    uint32_t t;
    dbway_status status = check_cancelled(scan, failure);
    if (status == DBWAY_OK && sorted->at == sorted->count) return DBWAY_END;
    for (t = 0; t < n_tables && status == DBWAY_OK; ++t) {
        scan->readers[t].at = sorted->starts[sorted->keys[sorted->at].row * n_tables + t];
        status = read_record(scan, t, failure);
    }
    ++sorted->at;
    return status;
}

/* ---- output
 * ------------------------------------------------------------------------------------------------------- */

static dbway_status next_row(struct scan* scan, struct failure* failure) {
    if (scan->limited && scan->produced == scan->limit) return DBWAY_END;
    return scan->sorted != NULL ? next_sorted(scan, failure) : next_match(scan, failure);
}

/* Text that stands in the file as it is costs no copy. */
static bool add_row(struct scan* scan, struct batch* batch) {
    dbway_value* const row = batch_add(batch);
    uint32_t i;
    if (row == NULL) return false;
    for (i = 0; i < scan->n_output; ++i) {
        const struct place at = scan->output[i];
        const struct csv_field* field;
        if (at.table == ROW_NUMBER) {
            row[i] = integer_cell((int64_t)scan->produced + 1);
            continue;
        }
        field = &scan->fields[at.table][at.field];
        if (is_null(scan, field)) continue;
        if (field->escaped) {
            char* const text = arena_take(&batch->text, field->len);
            if (text == NULL) return false;
            row[i] = text_cell(text, csv_unescape(field, text));
        } else {
            row[i] = text_cell(field->ptr, field->len);
        }
    }
    return true;
}

static dbway_status count_rows(struct scan* scan, struct batch* batch, struct failure* failure) {
    int64_t count = 0;
    dbway_value* row;
    dbway_status status;
    scan->ended = true;
    if (scan->limited && scan->limit == 0) return DBWAY_OK;
    while ((status = next_match(scan, failure)) == DBWAY_OK) ++count;
    if (status != DBWAY_END) return status;
    row = batch_add(batch);
    if (row == NULL) return fail_no_memory(failure);
    row[0] = integer_cell(count);
    return DBWAY_OK;
}

dbway_status scan_fill(struct scan* scan, struct batch* batch, uint32_t most, struct failure* failure) {
    dbway_status status = DBWAY_OK;
    if (scan->select->count) return count_rows(scan, batch, failure);
    if (scan->select->ordered && scan->sorted == NULL) status = sort_rows(scan, failure);
    while (status == DBWAY_OK && batch->n_rows < most) {
        status = next_row(scan, failure);
        if (status != DBWAY_OK) break;
        if (!add_row(scan, batch)) return fail_no_memory(failure);
        ++scan->produced;
    }
    scan->ended = status == DBWAY_END || (scan->limited && scan->produced == scan->limit);
    return status == DBWAY_END ? DBWAY_OK : status;
}

void scan_free(struct scan* scan) {
    uint32_t t;
    sorted_free(scan->sorted);
    for (t = 0; t < MAX_TABLES; ++t) free(scan->fields[t]);
    free(scan->output);
    memset(scan, 0, sizeof *scan);
}
