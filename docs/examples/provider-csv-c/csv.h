/* csv.h - what the source files of this provider share: structs of other versions, errors, tables, results. */
#ifndef CSV_H
#define CSV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include <dbway/provider.h>

#define CSV_CAPS (DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE)

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

/* ---- R3: errors, on their way to the diagnostic sink (provider.c) ---- */

struct failure {
    dbway_status status;
    uint32_t position; /* 1-based character in the statement; 0: none */
    int64_t native_code;
    char sqlstate[6];
    char message[480];
};

/* Fills *failure and returns the status. `sqlstate`: five characters, or "". */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
dbway_status fail(struct failure *failure, dbway_status status, const char *sqlstate, const char *format, ...);
dbway_status fail_no_memory(struct failure* failure);
void report(const dbway_diag_sink* sink, uint64_t request_id, uint32_t flags, const struct failure* failure);

/* ---- the files (csv_file.c) ---- */

struct database {
    char* directory;
    char* null_text; /* an unquoted field that reads so is NULL; null: nothing is */
    size_t null_length;
};

/* Cells one after another; who uses them knows how many make a row. */
struct cells {
    dbway_value* items;
    size_t count, room;
};
/* A new cell, NULL; null: out of memory. */
dbway_value* cells_add(struct cells* cells);

/* One file in memory. Text cells point into `bytes`. */
struct table {
    char* bytes;
    uint32_t n_columns;
    struct cells cells; /* the first n_columns are the columns' names */
};

/* Fails if there is no such directory. */
dbway_status directory_check(const struct database* database, struct failure* failure);
/* Reads NAME.csv; stops when *cancelled. Give the table to table_free(), after a failure too. */
dbway_status table_read(const struct database* database, dbway_str name, const atomic_bool* cancelled,
                        struct table* table, struct failure* failure);
void table_free(struct table* table);
/* The bytes before the first that is not well-formed UTF-8 (RFC 3629); `length` if all are. */
size_t utf8_prefix(const char* text, size_t length);

/* ---- statements (query.c) ---- */

#define MAX_COLUMNS 256
#define MAX_CONDITIONS 32

/* Descriptions with their names, in one block of memory: they outlive the file. */
struct columns {
    uint32_t count;
    dbway_column* items;
    const dbway_column** pointers;
};

/* A statement that was understood, and its rows once it has run. */
struct result {
    struct table table;
    bool count; /* SELECT count(*) */
    uint32_t n_fields;
    uint32_t* fields; /* of the table, in the order of the result */
    uint32_t n_conditions;
    struct {
        uint32_t field, parameter; /* 1 is $1 */
    } conditions[MAX_CONDITIONS];
    uint64_t limit;
    uint32_t n_params;
    struct columns* columns;
    struct cells cells;
    size_t n_rows;
};

/* Understands the text and reads its table. Give the result to result_free(), after a failure too. */
dbway_status result_describe(struct result* result, const struct database* database, dbway_str sql,
                             const atomic_bool* cancelled, struct failure* failure);
/* Makes the rows: those of the first set of parameters, those of the second and so on. */
dbway_status result_run(struct result* result, const dbway_request* request, const atomic_bool* cancelled,
                        struct failure* failure);
void result_free(struct result* result);

/* `n` columns without a name, all TEXT; null: out of memory. */
struct columns* columns_of_params(uint32_t n);
bool columns_equal(const struct columns* left, const struct columns* right);

static inline dbway_status check_cancelled(const atomic_bool* cancelled, struct failure* failure) {
    if (!atomic_load_explicit(cancelled, memory_order_relaxed)) return DBWAY_OK;
    return fail(failure, DBWAY_ERR_CANCELLED, "57014", "the request was cancelled");
}

#endif
