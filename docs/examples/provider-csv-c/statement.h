/* statement.h - the statements this provider understands, as a tree:
 *
 *   SELECT * | column, … | count(*)  FROM table, …
 *   [WHERE column = value [AND …]] [ORDER BY column [ASC|DESC]] [LIMIT value]
 *
 * A column or a count may be followed by [AS] name, a table by [AS] name. A value is 'text', a number or $1.
 * Keywords and plain identifiers match in any case, "quoted" ones exactly. Several tables make their cross
 * product. `rownum`, where no column has that name, counts the rows of the result. */
#ifndef CSV_STATEMENT_H
#define CSV_STATEMENT_H

#include <stdbool.h>

#include "failure.h"

#define MAX_TABLES 16
#define MAX_ITEMS 256
#define MAX_CONDITIONS 64

struct name {
    dbway_str text; /* ptr is null: absent */
    bool exact;     /* was quoted */
    uint32_t position;
};

struct column_name {
    struct name table;
    struct name column;
};

struct value {
    dbway_str text;
    uint32_t parameter; /* n of $n; 0: the value is `text` */
    uint32_t position;
};

struct select_item {
    bool star;
    struct column_name source;
    struct name alias;
};

struct select {
    char* text; /* what all names and texts point into */
    bool count;
    struct name count_alias;
    uint32_t n_items;
    struct select_item items[MAX_ITEMS];
    uint32_t n_tables;
    struct name tables[MAX_TABLES];
    struct name table_aliases[MAX_TABLES];
    uint32_t n_conditions;
    struct column_name condition_columns[MAX_CONDITIONS];
    struct value condition_values[MAX_CONDITIONS];
    bool ordered, descending;
    struct column_name order;
    bool limited;
    struct value limit;
    uint32_t n_params;
};

/* *out is null after a failure; free it with select_free(). */
dbway_status select_parse(dbway_str sql, struct select** out, struct failure* failure);
/* SELECT the columns (all if there are none) FROM table: what COPY_OUT of a table means. */
dbway_status select_make(dbway_str table, const dbway_str* columns, uint32_t n_columns, struct select** out,
                         struct failure* failure);
void select_free(struct select* select);

bool same_name(const struct name* name, dbway_str text);

#endif
