/* connection.c - requests in, events out. The work of a request is done inside next(), all of it at once; its
 * rows then go out batch by batch. */
#include <pthread.h>
#include <stdlib.h>

#include "csv.h"

/* A request waits here from submit() to its final event. What it points to is the host's until then (R1). */
struct pending {
    struct pending* behind;
    dbway_request request;
    atomic_bool cancelled;
};

/* An EXECUTE begins with the text again and reads the file as it is then. */
struct prepared {
    struct prepared* other;
    uint64_t name;
    char* text;
    size_t length;
    struct result* described; /* has the columns that the host knows */
    const dbway_column* params[MAX_COLUMNS];
};

/* All but the queue belongs to the thread that is in a [serial] call. */
struct dbway_conn {
    dbway_diag_sink sink;
    char* directory;
    struct prepared* prepared;

    /* cancel() looks at these from any thread (R2). */
    pthread_mutex_t mutex;
    struct pending *first, *last;
    bool running; /* the first one has started */

    enum { IDLE, DESCRIBED /* COLUMNS of PREPARE is out, DONE follows */, ROWS } phase;
    bool chain_broken;         /* the first one is linked to one that failed... */
    dbway_status chain_status; /* ...so */
    bool discard;              /* no more rows of the first one */

    /* Of the first request, once it has started; what its last event points to stays until the next call. */
    struct result* result;     /* freed by then */
    struct prepared* executed; /* null for a QUERY */
    const struct result *rows, *columns;
    size_t given; /* rows that are out */
    bool announce;
};

/* ---- submit() ---- */

static dbway_status take_request(dbway_request* request, const dbway_request* from, struct failure* failure) {
    const uint32_t known_flags =
        DBWAY_RF_CHAIN | DBWAY_RF_NO_ROWS | DBWAY_RF_RAW | DBWAY_RF_SQL | DBWAY_RF_COLUMNS_KNOWN;
    const dbway_status status = take_struct(request, sizeof *request, from, offsetof(dbway_request, stmt));
    if (status == DBWAY_ERR_INVALID) return fail(failure, status, "", "a request that is null or too short");
    if (status != DBWAY_OK || (request->flags & ~known_flags) != 0 || request->reserved != NULL)
        return fail(failure, DBWAY_ERR_TOO_NEW, "", "an unknown field or flag of a request");
    if (request->id == 0) return fail(failure, DBWAY_ERR_INVALID, "", "a request without an id");
    if (request->kind == 0 || request->kind > DBWAY_R_SCHEMA)
        return fail(failure, DBWAY_ERR_UNSUPPORTED, "0A000", "unknown kind of request: %u", request->kind);
    if ((request->sql.ptr == NULL && request->sql.len != 0) ||
        (request->params == NULL && request->n_params != 0 && request->kind != DBWAY_R_PREPARE))
        return fail(failure, DBWAY_ERR_INVALID, "", "a null pointer in place of text or parameters");
    return DBWAY_OK;
}

static dbway_status DBWAY_CALL conn_submit(dbway_conn* conn, const dbway_request* const* requests, size_t n) {
    struct pending *first = NULL, *last = NULL, **link = &first;
    struct failure failure = {0};
    dbway_status status = DBWAY_OK;
    size_t i;
    if (requests == NULL && n != 0) status = fail(&failure, DBWAY_ERR_INVALID, "", "submit() of null");
    for (i = 0; i < n && status == DBWAY_OK; ++i) {
        struct pending* const made = *link = calloc(1, sizeof *made);
        if (made == NULL) break;
        status = take_request(&made->request, requests[i], &failure);
        last = made;
        link = &made->behind;
    }
    if (status == DBWAY_OK && i < n) status = fail_no_memory(&failure);
    if (status != DBWAY_OK) {
        report(&conn->sink, last != NULL ? last->request.id : 0, &failure);
        for (; first != NULL; first = last) {
            last = first->behind;
            free(first);
        }
    } else if (first != NULL) {
        pthread_mutex_lock(&conn->mutex);
        *(conn->first == NULL ? &conn->first : &conn->last->behind) = first;
        conn->last = last;
        pthread_mutex_unlock(&conn->mutex);
    }
    return status;
}

/* ---- the end of a request ---- */

static void begin_event(const dbway_conn* conn, dbway_event* event, uint32_t kind) {
    memset(event, 0, sizeof *event);
    event->struct_size = sizeof *event;
    event->kind = kind;
    event->request_id = conn->first->request.id;
    event->tx_state = DBWAY_TX_STATE_IDLE;
}

/* Takes the first request off the queue. Its columns and cells stay for the event that tells of its end. */
static void end_request(dbway_conn* conn, dbway_status status) {
    struct pending* const ended = conn->first;
    conn->chain_broken = status != DBWAY_OK && (ended->request.flags & DBWAY_RF_CHAIN) != 0;
    conn->chain_status = status;
    conn->phase = IDLE;
    conn->discard = false;
    pthread_mutex_lock(&conn->mutex);
    conn->first = ended->behind;
    conn->running = false;
    pthread_mutex_unlock(&conn->mutex);
    free(ended);
}

/* Frees what the request that has ended left for its last event. */
static void forget_request(dbway_conn* conn) {
    result_free(conn->result);
    conn->result = NULL;
    conn->executed = NULL;
    conn->given = 0;
}

/* DONE, FAILED or SKIPPED. */
static dbway_status end_event(dbway_conn* conn, dbway_event* event, uint32_t kind, dbway_status status) {
    begin_event(conn, event, kind);
    event->status = status;
    event->affected = status == DBWAY_OK ? 0 : -1; /* nothing here changes a row */
    end_request(conn, status);
    return DBWAY_OK;
}

static dbway_status failed(dbway_conn* conn, dbway_event* event, const struct failure* failure) {
    report(&conn->sink, conn->first->request.id, failure);
    return end_event(conn, event, DBWAY_E_FAILED, failure->status);
}

/* ---- rows ---- */

/* The host keeps the columns of a prepared statement that were announced last. */
static void announced(dbway_conn* conn) {
    struct result* const before = conn->result;
    conn->announce = false;
    if (conn->executed == NULL || conn->columns != before) return;
    conn->result = conn->executed->described;
    conn->executed->described = before;
}

static dbway_status next_rows(dbway_conn* conn, dbway_event* event) {
    const dbway_request* const request = &conn->first->request;
    const size_t most = request->batch_rows == 0 ? 256 : request->batch_rows;
    const size_t left = conn->rows->cells.count / conn->rows->n_columns - conn->given;
    struct failure failure = {0};
    if (conn->discard || (request->flags & DBWAY_RF_NO_ROWS) != 0 || (left == 0 && !conn->announce))
        return end_event(conn, event, DBWAY_E_DONE, DBWAY_OK);
    if (check_cancelled(&conn->first->cancelled, &failure) != DBWAY_OK) return failed(conn, event, &failure);
    begin_event(conn, event, DBWAY_E_ROWS);
    event->columns = conn->columns->pointers;
    event->n_columns = conn->columns->n_columns;
    event->n_rows = (uint32_t)(left < most ? left : most);
    if (left != 0) event->cells = conn->rows->cells.items + conn->given * conn->rows->n_columns;
    conn->given += event->n_rows;
    if (conn->announce) {
        event->flags |= DBWAY_EF_SET;
        announced(conn);
    }
    if (event->n_rows == left) {
        event->flags |= DBWAY_EF_FINAL;
        end_request(conn, DBWAY_OK);
    }
    return DBWAY_OK;
}

/* ---- the start of a request ---- */

static struct prepared** find_prepared(dbway_conn* conn, uint64_t name) {
    struct prepared** link = &conn->prepared;
    while (*link != NULL && (*link)->name != name) link = &(*link)->other;
    return link;
}

static void free_prepared(struct prepared* prepared) {
    result_free(prepared->described);
    free(prepared->text);
    free(prepared);
}

static dbway_status prepare(dbway_conn* conn, const struct pending* pending, struct failure* failure) {
    static const dbway_column param = {
        .struct_size = sizeof param, .type = DBWAY_T_TEXT, .precision = -1, .scale = -1};
    const dbway_str sql = pending->request.sql;
    struct prepared* made;
    dbway_status status;
    uint32_t i;
    if (*find_prepared(conn, pending->request.stmt) != NULL)
        return fail(failure, DBWAY_ERR_INVALID, "42P05", "this statement is prepared already");
    status = result_describe(&conn->result, conn->directory, sql, &pending->cancelled, failure);
    if (status != DBWAY_OK) return status;
    made = calloc(1, sizeof *made);
    if (made == NULL || (made->text = malloc(sql.len)) == NULL) {
        free(made);
        return fail_no_memory(failure);
    }
    memcpy(made->text, sql.ptr, sql.len);
    made->length = sql.len;
    made->name = pending->request.stmt;
    made->described = conn->result;
    conn->result = NULL;
    for (i = 0; i < made->described->n_params; ++i) made->params[i] = &param;
    made->other = conn->prepared;
    conn->prepared = made;
    conn->phase = DESCRIBED;
    return DBWAY_OK;
}

/* Makes all rows of a QUERY or EXECUTE; they go out by next_rows(). */
static dbway_status run(dbway_conn* conn, const struct pending* pending, struct failure* failure) {
    const struct prepared* const executed = conn->executed;
    dbway_str sql = pending->request.sql;
    dbway_status status;
    if (executed != NULL) {
        sql.ptr = executed->text;
        sql.len = executed->length;
    }
    status = result_describe(&conn->result, conn->directory, sql, &pending->cancelled, failure);
    if (status == DBWAY_OK)
        status = result_run(conn->result, &pending->request, &pending->cancelled, failure);
    if (status != DBWAY_OK) return status;
    conn->rows = conn->columns = conn->result;
    conn->announce = true;
    if (executed != NULL && same_columns(executed->described, conn->result)) {
        conn->columns = executed->described;
        conn->announce = (pending->request.flags & DBWAY_RF_COLUMNS_KNOWN) == 0;
    }
    conn->phase = ROWS;
    return DBWAY_OK;
}

/* Acts on the first request. Leaves its phase IDLE if nothing but DONE is to come. */
static dbway_status start(dbway_conn* conn, const struct pending* pending, struct failure* failure) {
    const uint32_t kind = pending->request.kind;
    struct prepared** const link = find_prepared(conn, pending->request.stmt);
    struct prepared* const found = *link;
    dbway_status status = check_cancelled(&pending->cancelled, failure);
    if (status != DBWAY_OK) return status;
    switch (kind) {
        case DBWAY_R_QUERY:
            return run(conn, pending, failure);
        case DBWAY_R_PREPARE:
            return prepare(conn, pending, failure);
        case DBWAY_R_EXECUTE:
        case DBWAY_R_UNPREPARE:
            if (found == NULL)
                return fail(failure, DBWAY_ERR_INVALID, "26000", "this statement is not prepared");
            if (kind == DBWAY_R_UNPREPARE) {
                *link = found->other;
                free_prepared(found);
                return DBWAY_OK;
            }
            conn->executed = found;
            return run(conn, pending, failure);
        case DBWAY_R_PING:
        case DBWAY_R_RESET: /* there is no state but prepared statements, whose names are the host's */
            return DBWAY_OK;
        default:
            return fail(failure, DBWAY_ERR_UNSUPPORTED, "0A000", "this provider answers SELECT only");
    }
}

static dbway_status next_event(dbway_conn* conn, dbway_event* event) {
    struct failure failure = {0};
    if (conn->phase == IDLE) {
        forget_request(conn);
        if (conn->first == NULL) return DBWAY_END;
        if (conn->chain_broken) return end_event(conn, event, DBWAY_E_SKIPPED, conn->chain_status);
        pthread_mutex_lock(&conn->mutex);
        conn->running = true;
        pthread_mutex_unlock(&conn->mutex);
        if (start(conn, conn->first, &failure) != DBWAY_OK) return failed(conn, event, &failure);
        if (conn->phase == DESCRIBED) {
            const struct prepared* const made = conn->prepared; /* the newest one */
            begin_event(conn, event, DBWAY_E_COLUMNS);
            event->columns = made->described->pointers;
            event->n_columns = made->described->n_columns;
            event->params = made->params;
            event->n_params = made->described->n_params;
            return DBWAY_OK;
        }
    }
    return conn->phase == ROWS ? next_rows(conn, event) : end_event(conn, event, DBWAY_E_DONE, DBWAY_OK);
}

/* ---- the table of functions ---- */

static dbway_status DBWAY_CALL conn_next(dbway_conn* conn, dbway_event* out) {
    const size_t least = offsetof(dbway_event, status);
    dbway_event event;
    dbway_status status;
    if (out == NULL || out->struct_size < least) return DBWAY_ERR_INVALID; /* before anything is lost */
    status = next_event(conn, &event);
    return status == DBWAY_OK ? give_struct(out, &event, sizeof event, least) : status;
}

static dbway_status DBWAY_CALL conn_discard(dbway_conn* conn) {
    if (conn->first != NULL) conn->discard = true;
    return DBWAY_OK;
}

static dbway_status DBWAY_CALL conn_wait_info(dbway_conn* conn, dbway_wait* out) {
    const dbway_wait wait = {sizeof wait, 0, -1, 0};
    (void)conn;
    return give_struct(out, &wait, sizeof wait, sizeof wait.struct_size);
}

/* [any] The mutex keeps a request alive while its flag is set; one submitted later is never touched (R10). */
static dbway_status DBWAY_CALL conn_cancel(dbway_conn* conn, uint64_t request_id) {
    struct pending* pending;
    pthread_mutex_lock(&conn->mutex);
    if (request_id == 0) {
        if (conn->running) atomic_store(&conn->first->cancelled, true);
    } else {
        for (pending = conn->first; pending != NULL; pending = pending->behind)
            if (pending->request.id == request_id) atomic_store(&pending->cancelled, true);
    }
    pthread_mutex_unlock(&conn->mutex);
    return DBWAY_OK;
}

static dbway_status DBWAY_CALL conn_info(dbway_conn* conn, dbway_conn_info* out) {
    dbway_conn_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    info.tx_state = DBWAY_TX_STATE_IDLE;
    info.caps = CSV_CAPS;
    info.session_id = -1;
    info.product.ptr = "CSV files";
    info.product.len = strlen(info.product.ptr);
    info.database.ptr = conn->directory;
    info.database.len = strlen(conn->directory);
    return give_struct(out, &info, sizeof info, sizeof info.struct_size);
}

static void DBWAY_CALL conn_close(dbway_conn* conn) {
    while (conn->first != NULL) end_request(conn, DBWAY_OK);
    forget_request(conn);
    while (conn->prepared != NULL) {
        struct prepared* const prepared = conn->prepared;
        conn->prepared = prepared->other;
        free_prepared(prepared);
    }
    pthread_mutex_destroy(&conn->mutex);
    free(conn->directory);
    free(conn);
}

const dbway_conn_api csv_conn_api = {
    sizeof(dbway_conn_api), 0,           conn_close, conn_submit, conn_next, conn_discard,
    conn_wait_info,         conn_cancel, conn_info,  NULL, /* no extensions of a connection */
};

dbway_conn* connection_make(char* directory, const dbway_diag_sink* sink) {
    dbway_conn* const conn = calloc(1, sizeof *conn);
    if (conn == NULL || pthread_mutex_init(&conn->mutex, NULL) != 0) {
        free(conn);
        return NULL;
    }
    conn->directory = directory;
    conn->sink = *sink;
    return conn;
}
