/* csv.h - what the source files of this provider share: structs of other versions, errors, tables, results.
 */
#ifndef CSV_H
#define CSV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include <dbway/provider.h>

#define CSV_CAPS (DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE)
#define MAX_COLUMNS 256 /* of a file or a statement; conditions too */

/* ---- R4: structs of an older or a newer header than this provider was built with ---- */

/* Copies a struct that came in. Fields its sender does not know are zero; a tail that we do not know must be.
 * `minimum`: the bytes without which it makes no sense. */
static inline dbway_status take_struct(void* to, size_t known, const void* from, size_t minimum) {
    uint32_t given;
    if (from == NULL) return DBWAY_ERR_INVALID;
    memcpy(&given, from, sizeof given);
    if (given < minimum) return DBWAY_ERR_INVALID;
    if (dbway_check_tail(from, given, known) != DBWAY_OK) return DBWAY_ERR_TOO_NEW;
    memset(to, 0, known);
    memcpy(to, from, given < known ? given : known);
    return DBWAY_OK;
}

/* Writes a struct out: no more than there is room for, and says how much that was. */
static inline dbway_status give_struct(void* to, const void* from, size_t known, size_t minimum) {
    uint32_t room;
    if (to == NULL) return DBWAY_ERR_INVALID;
    memcpy(&room, to, sizeof room);
    if (room < minimum) return DBWAY_ERR_INVALID;
    if (room > known) room = (uint32_t)known;
    memcpy(to, from, room);
    memcpy(to, &room, sizeof room);
    return DBWAY_OK;
}

/* ---- provider.c: R3, errors on their way to the diagnostic sink ---- */

struct failure {
    dbway_status status;
    uint32_t position; /* 1-based character in the statement; 0: none */
    char sqlstate[6];
    char message[480];
};

/* Fills *failure and returns the status. `sqlstate`: five characters, or "". */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
dbway_status
fail(struct failure* failure, dbway_status status, const char* sqlstate, const char* format, ...);
dbway_status fail_no_memory(struct failure* failure);
void report(const dbway_diag_sink* sink, uint64_t request_id, const struct failure* failure);

/* ---- csv_file.c: one file in memory ---- */

struct cells {
    dbway_value* items;
    size_t count, room;
};
/* A new cell, NULL; null: out of memory. */
dbway_value* cells_add(struct cells* cells);

struct table {
    char* bytes; /* what the cells point into */
    struct cells cells;
    uint32_t n_columns; /* the first cells are their names, all others the rows */
};

/* Reads NAME.csv; stops when *cancelled. Give the table to table_free(), after a failure too. */
dbway_status table_read(struct table* table, const char* directory, dbway_str name,
                        const atomic_bool* cancelled, struct failure* failure);
void table_free(struct table* table);
dbway_status check_cancelled(const atomic_bool* cancelled, struct failure* failure);
/* The bytes before the first that is not well-formed UTF-8 (RFC 3629); `length` if all are. */
size_t utf8_prefix(const char* text, size_t length);

/* ---- query.c: a statement that was understood, and its rows once it has run ---- */

struct result {
    struct table table;
    bool count;                              /* SELECT count(*) */
    uint32_t n_columns, fields[MAX_COLUMNS]; /* of the table, in the order of the result */
    dbway_column columns[MAX_COLUMNS];
    const dbway_column* pointers[MAX_COLUMNS];
    uint32_t n_conditions, n_params;
    struct {
        uint32_t field, parameter;
    } conditions[MAX_COLUMNS];
    uint64_t limit;
    struct cells cells;
};
bool same_columns(const struct result* left, const struct result* right);

/* Understands the text and reads its table. *out was null; give it to result_free(), after a failure too. */
dbway_status result_describe(struct result** out, const char* directory, dbway_str sql,
                             const atomic_bool* cancelled, struct failure* failure);
/* Makes the rows: those of the first set of parameters, those of the second and so on. */
dbway_status result_run(struct result* result, const dbway_request* request, const atomic_bool* cancelled,
                        struct failure* failure);
void result_free(struct result* result);

/* ---- connection.c ---- */

extern const dbway_conn_api csv_conn_api;

/* Owns `directory` from then on; null: out of memory, and it does not. */
dbway_conn* connection_make(char* directory, const dbway_diag_sink* sink);

#endif
