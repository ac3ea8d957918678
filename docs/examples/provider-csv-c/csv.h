/* csv.h - what the two sides of this provider share. */
#ifndef CSV_H
#define CSV_H

#include <stdatomic.h>
#include <stdbool.h>

#include <dbway/provider.h>

#define MAX_COLUMNS 256
#define MAX_QUEUE 1024 /* requests */
#define MAX_PATH 4096
#define BATCH_CELLS 4096

/* ---- provider.c: the ABI ---- */

/* Whom to tell when it fails. */
struct call {
    dbway_diag_sink sink;
    uint64_t request_id;
    const atomic_bool* cancelled;
    dbway_status status; /* OK until fail() */
};
/* R3: reports, sets call->status and returns false. `sqlstate`: five characters, or "". */
bool fail(struct call* call, dbway_status status, const char* sqlstate, const char* format, ...);
/* Fails if the request was cancelled. */
bool go_on(struct call* call);

/* ---- csv.c: statements and files ---- */

/* A file in memory, whose records are taken one after another. */
struct table {
    dbway_str name;
    char *bytes, *at, *end;
    unsigned long long line, record_line; /* of `at`, of the record that was begun last */
    uint32_t n_columns;
    dbway_value names[MAX_COLUMNS]; /* they and all records point into `bytes` */
};

/* A statement that runs; zero: none. */
struct query {
    struct table table;
    bool count;                   /* SELECT count(*) */
    uint32_t n_columns;           /* of the result */
    uint32_t fields[MAX_COLUMNS]; /* which of the table's columns they are */
    dbway_column columns[MAX_COLUMNS];
    const dbway_column* pointers[MAX_COLUMNS];
    uint32_t n_params, condition; /* 1: this column of the table equals the parameter */
    const dbway_value* params;    /* the host's (R1) */
    uint32_t n_rows;              /* of the current batch, in `cells` */
    bool ended;                   /* no batch follows */
    dbway_value cells[BATCH_CELLS];
};
/* Understands the text and opens its table. Give the query to query_end(), after a failure too. */
bool query_begin(struct query* query, const char* directory, const dbway_request* request, struct call* call);
/* Makes the next batch, of at most `most` rows. */
bool query_fetch(struct query* query, uint32_t most, struct call* call);
void query_end(struct query* query);

/* The bytes before the first that is not well-formed UTF-8 (RFC 3629); `length` if all are. */
size_t utf8_prefix(const char* text, size_t length);

#endif
