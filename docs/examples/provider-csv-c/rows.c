#include "rows.h"

#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block* older;
    size_t used, size;
    char bytes[];
};

char* arena_take(struct arena* arena, size_t size) {
    struct arena_block* block = arena->blocks;
    if (block == NULL || block->size - block->used < size) {
        const size_t room = size > 16384 ? size : 16384;
        block = malloc(sizeof *block + room);
        if (block == NULL) return NULL;
        block->older = arena->blocks;
        block->used = 0;
        block->size = room;
        arena->blocks = block;
    }
    block->used += size;
    return block->bytes + block->used - size;
}

void arena_clear(struct arena* arena) {
    while (arena->blocks != NULL) {
        struct arena_block* const older = arena->blocks->older;
        free(arena->blocks);
        arena->blocks = older;
    }
}

void batch_start(struct batch* batch, uint32_t n_columns) {
    batch->n_columns = n_columns;
    batch->n_rows = 0;
    arena_clear(&batch->text);
}

dbway_value* batch_add(struct batch* batch) {
    const size_t used = (size_t)batch->n_rows * batch->n_columns;
    dbway_value* row;
    if (batch->room - used < batch->n_columns || batch->cells == NULL) {
        const size_t room = (used + batch->n_columns) * 2;
        dbway_value* cells = realloc(batch->cells, room * sizeof *cells);
        if (cells == NULL) return NULL;
        batch->cells = cells;
        batch->room = room;
    }
    row = batch->cells + used;
    memset(row, 0, batch->n_columns * sizeof *row);
    ++batch->n_rows;
    return row;
}

void batch_free(struct batch* batch) {
    arena_clear(&batch->text);
    free(batch->cells);
    batch->cells = NULL;
    batch->room = 0;
}

dbway_value text_cell(const char* text, size_t length) {
    dbway_value cell = {0};
    cell.type = DBWAY_T_TEXT;
    cell.v.text = text;
    cell.len = (uint32_t)length;
    return cell;
}

dbway_value integer_cell(int64_t integer) {
    dbway_value cell = {0};
    cell.type = DBWAY_T_I64;
    cell.v.i64 = integer;
    return cell;
}

static dbway_str copy_text(char** to, dbway_str from) {
    dbway_str copy = {*to, from.len};
    if (from.len != 0) memcpy(*to, from.ptr, from.len);
    *to += from.len;
    return copy;
}

struct columns* columns_make(const struct column_source* sources, uint32_t count) {
    size_t size = sizeof(struct columns) + count * (sizeof(dbway_column) + sizeof(dbway_column*));
    struct columns* columns;
    char* text;
    uint32_t i;
    for (i = 0; i < count; ++i) size += sources[i].name.len + sources[i].table.len;
    columns = calloc(1, size);
    if (columns == NULL) return NULL;
    columns->count = count;
    columns->items = (dbway_column*)(void*)(columns + 1);
    columns->pointers = (const dbway_column**)(void*)(columns->items + count);
    text = (char*)(columns->pointers + count);
    for (i = 0; i < count; ++i) {
        dbway_column* const column = &columns->items[i];
        const char* const native = sources[i].type == DBWAY_T_I64    ? "INTEGER"
                                   : sources[i].type == DBWAY_T_BOOL ? "BOOLEAN"
                                                                     : "TEXT";
        column->struct_size = sizeof *column;
        column->flags = sources[i].flags;
        column->type = sources[i].type;
        column->precision = -1;
        column->scale = -1;
        column->name = copy_text(&text, sources[i].name);
        column->native_name.ptr = native;
        column->native_name.len = strlen(native);
        column->table_name = copy_text(&text, sources[i].table);
        columns->pointers[i] = column;
    }
    return columns;
}

static bool same(dbway_str left, dbway_str right) {
    return left.len == right.len && (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}

bool columns_equal(const struct columns* left, const struct columns* right) {
    uint32_t i;
    if (left->count != right->count) return false;
    for (i = 0; i < left->count; ++i) {
        const dbway_column* const a = &left->items[i];
        const dbway_column* const b = &right->items[i];
        if (a->type != b->type || a->flags != b->flags || !same(a->name, b->name) ||
            !same(a->table_name, b->table_name))
            return false;
    }
    return true;
}

void columns_free(struct columns* columns) { free(columns); }
