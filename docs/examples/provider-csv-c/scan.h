/* scan.h - runs a statement: binds its names to files, then yields rows. */
#ifndef CSV_SCAN_H
#define CSV_SCAN_H

#include <stdatomic.h>

#include "csv_file.h"
#include "rows.h"
#include "statement.h"

/* The directory, and the files of it that were read. Files are looked at again once per execution, not while
 * one runs. [serial] */
struct table {
    struct table* other;
    char* name;
    struct csv_file* file;
    uint64_t verified; /* the execution that last looked at the file */
};
struct database {
    char* directory;
    char* null_text;
    struct csv_format format;
    struct table* tables;
    uint64_t execution;
};
void database_close(struct database* database);
/* Forgets every file. */
void database_forget(struct database* database);
/* The table of this name, its file read. */
dbway_status database_table(struct database* database, const struct name* name, struct table** out,
                            struct failure* failure);

struct place { /* of a column: in which table, which field */
    uint32_t table, field;
};
#define ROW_NUMBER UINT32_MAX /* place.table of `rownum` */

struct sorted_rows;
struct scan {
    const struct select* select;
    const struct database* database;
    const atomic_bool* cancelled;
    struct table* tables[MAX_TABLES];
    struct csv_reader readers[MAX_TABLES];
    struct csv_field* fields[MAX_TABLES];
    const char* starts[MAX_TABLES]; /* of the current records */
    struct place* output;
    uint32_t n_output;
    struct place conditions[MAX_CONDITIONS];
    struct place order;
    dbway_str wanted[MAX_CONDITIONS];
    char numbers[MAX_CONDITIONS][24];
    bool never; /* a condition compares with NULL */
    bool limited;
    uint64_t limit;
    uint64_t produced;
    bool started, ended;
    struct sorted_rows* sorted;
};

/* Finds the tables and columns. `columns` is what the rows will have; free both with their functions. */
dbway_status scan_bind(struct database* database, const struct select* select, struct scan* scan,
                       struct columns** columns, struct failure* failure);
/* Starts an execution with these values, n_params of them. */
dbway_status scan_start(struct scan* scan, const dbway_value* values, struct failure* failure);
/* Adds rows until there are `most` in the batch or scan->ended. */
dbway_status scan_fill(struct scan* scan, struct batch* batch, uint32_t most, struct failure* failure);
void scan_free(struct scan* scan);

#endif
