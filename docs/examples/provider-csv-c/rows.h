/* rows.h - what an event points to: a batch of cells with the text they refer to, and descriptions of
 * columns. */
#ifndef CSV_ROWS_H
#define CSV_ROWS_H

#include <stdbool.h>

#include "failure.h"

/* Bytes that live until arena_clear(). */
struct arena_block;
struct arena {
    struct arena_block* blocks;
};
/* Null: out of memory. */
char* arena_take(struct arena* arena, size_t size);
void arena_clear(struct arena* arena);

/* Cells row after row. Reused from event to event, so that a row costs no allocation. */
struct batch {
    dbway_value* cells;
    size_t room; /* cells */
    uint32_t n_columns;
    uint32_t n_rows;
    struct arena text;
};
void batch_start(struct batch* batch, uint32_t n_columns);
/* A new row of NULLs; null: out of memory. */
dbway_value* batch_add(struct batch* batch);
void batch_free(struct batch* batch);

dbway_value text_cell(const char* text, size_t length);
dbway_value integer_cell(int64_t integer);

/* An announced result set. Names are copies: they outlive the file they were read from. */
struct columns {
    uint32_t count;
    dbway_column* items;
    const dbway_column** pointers;
};
struct column_source {
    dbway_str name, table;
    uint32_t type;
    uint32_t flags;
};
/* Null: out of memory. */
struct columns* columns_make(const struct column_source* sources, uint32_t count);
bool columns_equal(const struct columns* left, const struct columns* right);
void columns_free(struct columns* columns);

#endif
