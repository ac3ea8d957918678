#include "connection.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "growth.h"
#include "schema.h"

/* A request waits here from submit() to its final event. What it points to is the host's until then (R1). */
struct pending {
    struct pending* behind;
    dbway_request request;
    atomic_bool cancelled;
};

struct prepared {
    struct prepared* other;
    uint64_t name;
    struct select* select;
    struct columns* columns; /* as the host knows them */
    struct columns* params;
};

enum phase {
    IDLE,      /* the first request of the queue has not started */
    DESCRIBED, /* PREPARE: COLUMNS is out, DONE follows */
    ROWS
};

/* All but the queue belongs to the thread that is in a [serial] call. */
struct dbway_conn {
    dbway_diag_sink sink;
    struct database database;
    struct prepared* prepared;

    /* cancel() looks at these from any thread (R2). */
    pthread_mutex_t mutex;
    struct pending *first, *last;
    bool running; /* the first one has started */

    enum phase phase;
    bool chain_broken; /* the first one is linked to one that failed */
    dbway_status chain_status;
    bool discard; /* no more rows of the first one */

    /* Of the first request, once it has started; what its last event points to stays until the next call. */
    struct select* own_select; /* null for a prepared statement */
    struct prepared* executed;
    struct scan scan;
    bool from_schema; /* the rows are in `batch` already, all of them */
    struct columns* own_columns;
    const struct columns* columns;
    bool announce;
    struct columns* replaced_columns;
    uint32_t set;
    uint32_t schema_row;
    int64_t rows;
    struct batch batch;
    char tag[32];
};

/* ---- reports
 * ------------------------------------------------------------------------------------------------------ */

void report(const dbway_diag_sink* sink, uint64_t request_id, uint32_t flags, const struct failure* failure) {
    dbway_diag diag;
    if (sink->report == NULL) return;
    memset(&diag, 0, sizeof diag);
    diag.struct_size = sizeof diag;
    diag.status = failure->status;
    diag.severity = failure->status == DBWAY_OK ? DBWAY_LOG_WARN : DBWAY_LOG_ERROR;
    diag.flags = flags;
    diag.request_id = request_id;
    diag.native_code = failure->native_code;
    diag.position = failure->position;
    memcpy(diag.sqlstate, failure->sqlstate, sizeof diag.sqlstate);
    diag.message.ptr = failure->message;
    diag.message.len = strlen(failure->message);
    sink->report(sink->ctx, &diag);
}

static void notice_of_running(void* context, const struct failure* failure) {
    const dbway_conn* const conn = context;
    struct failure notice = *failure;
    notice.status = DBWAY_OK;
    report(&conn->sink, conn->first->request.id, 0, &notice);
}

/* ---- submit()
 * ------------------------------------------------------------------------------------------------------ */

static bool bad_str(dbway_str text) { return text.ptr == NULL && text.len != 0; }

static bool bad_value(const dbway_value* value) {
    switch (value->type) {
        case DBWAY_T_DECIMAL:
        case DBWAY_T_TEXT:
        case DBWAY_T_JSON:
            return value->v.text == NULL && value->len != 0;
        default:
            return false; /* the statement says whether it takes the others */
    }
}

static dbway_status check_request(const dbway_request* request, struct failure* failure) {
    const uint32_t known_flags =
        DBWAY_RF_CHAIN | DBWAY_RF_NO_ROWS | DBWAY_RF_RAW | DBWAY_RF_SQL | DBWAY_RF_COLUMNS_KNOWN;
    const bool has_values = request->kind == DBWAY_R_QUERY || request->kind == DBWAY_R_EXECUTE;
    const size_t sets = request->n_sets == 0 ? 1 : request->n_sets;
    size_t i;
    if (request->id == 0) return fail(failure, DBWAY_ERR_INVALID, "", "a request needs an id that is not 0");
    if (request->kind == 0 || request->kind > DBWAY_R_SCHEMA)
        return fail(failure, DBWAY_ERR_UNSUPPORTED, "0A000", "unknown kind of request: %u",
                    (unsigned)request->kind);
    if ((request->flags & ~known_flags) != 0 || request->reserved != NULL)
        return fail(failure, DBWAY_ERR_TOO_NEW, "",
                    "a request flag or field that this provider does not know");
    if (bad_str(request->sql) || (request->names == NULL && request->n_names != 0) ||
        (has_values && request->params == NULL && request->n_params != 0))
        return fail(failure, DBWAY_ERR_INVALID, "", "a null pointer in place of text, parameters or names");
    for (i = 0; i < request->n_names; ++i)
        if (bad_str(request->names[i]))
            return fail(failure, DBWAY_ERR_INVALID, "", "a null pointer in place of a name");
    if (!has_values && request->kind != DBWAY_R_PREPARE && (request->n_params != 0 || request->n_sets > 1))
        return fail(failure, DBWAY_ERR_INVALID, "", "parameters for a request that takes none");
    for (i = 0; has_values && i < sets * request->n_params; ++i)
        if (bad_value(&request->params[i]))
            return fail(failure, DBWAY_ERR_INVALID, "", "a null pointer in place of the text of a parameter");
    return DBWAY_OK;
}

static struct pending* take_request(const dbway_request* from, uint64_t* id, struct failure* failure) {
    struct pending* const pending = calloc(1, sizeof *pending);
    dbway_status status;
    *id = 0;
    if (pending == NULL) {
        fail_no_memory(failure);
        return NULL;
    }
    status = take_struct(&pending->request, sizeof pending->request, from, offsetof(dbway_request, stmt));
    if (status == DBWAY_ERR_TOO_NEW)
        failure_set(failure, status, "", "a request field that this provider does not know");
    else if (status != DBWAY_OK)
        failure_set(failure, status, "", "a request that is null or too short");
    else
        status = check_request(&pending->request, failure);
    if (status == DBWAY_OK) return pending;
    *id = pending->request.id;
    free(pending);
    return NULL;
}

static dbway_status DBWAY_CALL conn_submit(dbway_conn* conn, const dbway_request* const* requests, size_t n) {
    struct pending *first = NULL, *last = NULL;
    struct failure failure = {0};
    size_t i;
    if (requests == NULL && n != 0) {
        failure_set(&failure, DBWAY_ERR_INVALID, "", "submit() without requests");
        report(&conn->sink, 0, DBWAY_DIAG_NOT_EXECUTED, &failure);
        return DBWAY_ERR_INVALID;
    }
    for (i = 0; i < n; ++i) {
        uint64_t id;
        struct pending* const pending = take_request(requests[i], &id, &failure);
        if (pending == NULL) {
            while (first != NULL) {
                last = first->behind;
                free(first);
                first = last;
            }
            report(&conn->sink, id, DBWAY_DIAG_NOT_EXECUTED, &failure);
            return failure.status;
        }
        if (first == NULL)
            first = pending;
        else
            last->behind = pending;
        last = pending;
    }
    if (first == NULL) return DBWAY_OK;
    pthread_mutex_lock(&conn->mutex);
    if (conn->first == NULL)
        conn->first = first;
    else
        conn->last->behind = first;
    conn->last = last;
    pthread_mutex_unlock(&conn->mutex);
    return DBWAY_OK;
}

/* ---- the end of a request
 * ------------------------------------------------------------------------------------------- */

static void begin_event(const dbway_conn* conn, dbway_event* event, uint32_t kind) {
    memset(event, 0, sizeof *event);
    event->struct_size = sizeof *event;
    event->kind = kind;
    event->request_id = conn->first->request.id;
    event->tx_state = DBWAY_TX_STATE_IDLE;
}

/* Takes the first request off the queue. Its columns and cells stay for the event that tells of its end. */
static void end_request(dbway_conn* conn, bool failed) {
    struct pending* const ended = conn->first;
    conn->chain_broken = failed && (ended->request.flags & DBWAY_RF_CHAIN) != 0;
    conn->phase = IDLE;
    conn->discard = false;
    pthread_mutex_lock(&conn->mutex);
    conn->first = ended->behind;
    if (conn->first == NULL) conn->last = NULL;
    conn->running = false;
    pthread_mutex_unlock(&conn->mutex);
    free(ended);
}

/* Frees what the request that has ended left for its last event. */
static void forget_request(dbway_conn* conn) {
    scan_free(&conn->scan);
    select_free(conn->own_select);
    columns_free(conn->own_columns);
    columns_free(conn->replaced_columns);
    conn->own_select = NULL;
    conn->executed = NULL;
    conn->own_columns = conn->replaced_columns = NULL;
    conn->columns = NULL;
    conn->announce = conn->from_schema = false;
    conn->set = conn->schema_row = 0;
    conn->rows = 0;
    conn->tag[0] = '\0';
}

static void fill_success(dbway_conn* conn, dbway_event* event) {
    if (conn->columns != NULL && conn->phase == ROWS)
        snprintf(conn->tag, sizeof conn->tag, "SELECT %lld", (long long)conn->rows);
    event->affected = 0; /* nothing here changes a row */
    event->tag.ptr = conn->tag;
    event->tag.len = strlen(conn->tag);
}

static dbway_status done(dbway_conn* conn, dbway_event* event) {
    begin_event(conn, event, DBWAY_E_DONE);
    fill_success(conn, event);
    end_request(conn, false);
    return DBWAY_OK;
}

static dbway_status failed(dbway_conn* conn, dbway_event* event, uint32_t flags,
                           const struct failure* failure) {
    report(&conn->sink, conn->first->request.id, flags, failure);
    begin_event(conn, event, DBWAY_E_FAILED);
    event->status = failure->status;
    event->affected = -1;
    conn->chain_status = failure->status;
    end_request(conn, true);
    return DBWAY_OK;
}

static dbway_status skipped(dbway_conn* conn, dbway_event* event) {
    begin_event(conn, event, DBWAY_E_SKIPPED);
    event->status = conn->chain_status;
    event->affected = -1;
    end_request(conn, true);
    return DBWAY_OK;
}

/* ---- rows
 * -----------------------------------------------------------------------------------------------------------
 */

static dbway_status start_set(dbway_conn* conn, struct failure* failure) {
    const dbway_request* const request = &conn->first->request;
    const dbway_value* const values =
        request->n_params == 0 ? NULL : request->params + (size_t)conn->set * request->n_params;
    return scan_start(&conn->scan, values, failure);
}

/* Adds rows until the batch is full or the last set of parameters has ended (*ended). */
static dbway_status fill(dbway_conn* conn, uint32_t most, bool* ended, struct failure* failure) {
    const uint32_t n_sets = conn->first->request.n_sets;
    dbway_status status = DBWAY_OK;
    *ended = false;
    while (status == DBWAY_OK && conn->batch.n_rows < most) {
        status = scan_fill(&conn->scan, &conn->batch, most, failure);
        if (status != DBWAY_OK || !conn->scan.ended) break;
        *ended = n_sets <= 1 || conn->set + 1 == n_sets;
        if (*ended) break;
        ++conn->set;
        status = start_set(conn, failure);
    }
    return status;
}

/* The host keeps these columns of the prepared statement from now on, in place of what it had. */
static void adopt_columns(dbway_conn* conn) {
    if (conn->executed == NULL || conn->columns != conn->own_columns) return;
    conn->replaced_columns = conn->executed->columns;
    conn->executed->columns = conn->own_columns;
    conn->own_columns = NULL;
}

static dbway_status row_event(dbway_conn* conn, dbway_event* event, const dbway_value* cells, uint32_t n_rows,
                              bool ended) {
    conn->rows += n_rows;
    if (ended && n_rows == 0 && !conn->announce) return done(conn, event);
    begin_event(conn, event, DBWAY_E_ROWS);
    event->cells = cells;
    event->n_rows = n_rows;
    event->n_columns = conn->columns->count;
    event->columns = conn->columns->pointers;
    if (conn->announce) {
        event->flags |= DBWAY_EF_SET;
        conn->announce = false;
        adopt_columns(conn);
    }
    if (ended) {
        event->flags |= DBWAY_EF_FINAL;
        fill_success(conn, event);
        end_request(conn, false);
    }
    return DBWAY_OK;
}

static dbway_status next_rows(dbway_conn* conn, dbway_event* event) {
    const dbway_request* const request = &conn->first->request;
    const uint32_t most = request->batch_rows == 0 ? 256 : request->batch_rows;
    const bool unwanted = (request->flags & DBWAY_RF_NO_ROWS) != 0;
    struct failure failure = {0};
    dbway_status status;
    bool ended = false;
    if (conn->discard) return done(conn, event);
    if (conn->from_schema) {
        const uint32_t at = conn->schema_row;
        const uint32_t left = conn->batch.n_rows - at;
        const uint32_t n = left < most ? left : most;
        if (unwanted) return done(conn, event);
        conn->schema_row += n;
        return row_event(conn, event, conn->batch.cells + (size_t)at * conn->batch.n_columns, n, n == left);
    }
    do {
        batch_start(&conn->batch, conn->columns->count);
        status = fill(conn, most, &ended, &failure);
    } while (unwanted && status == DBWAY_OK && !ended);
    if (status != DBWAY_OK) return failed(conn, event, 0, &failure);
    if (unwanted) return done(conn, event);
    return row_event(conn, event, conn->batch.cells, conn->batch.n_rows, ended);
}

/* ---- the start of a request
 * ----------------------------------------------------------------------------------------- */

static struct prepared** find_prepared(dbway_conn* conn, uint64_t name) {
    struct prepared** link = &conn->prepared;
    while (*link != NULL && (*link)->name != name) link = &(*link)->other;
    return link;
}

static void free_prepared(struct prepared* prepared) {
    if (prepared == NULL) return;
    select_free(prepared->select);
    columns_free(prepared->columns);
    columns_free(prepared->params);
    free(prepared);
}

static dbway_status not_prepared(uint64_t name, struct failure* failure) {
    return fail(failure, DBWAY_ERR_INVALID, "26000", "statement %llu is not prepared",
                (unsigned long long)name);
}

static dbway_status prepare(dbway_conn* conn, struct failure* failure) {
    const dbway_request* const request = &conn->first->request;
    static const struct column_source parameter = {{"", 0}, {"", 0}, DBWAY_T_TEXT, 0};
    struct column_source* params;
    struct prepared* made;
    struct scan scan = {0};
    uint32_t i;
    dbway_status status;
    if (*find_prepared(conn, request->stmt) != NULL)
        return fail(failure, DBWAY_ERR_INVALID, "42P05", "statement %llu is prepared already",
                    (unsigned long long)request->stmt);
    made = calloc(1, sizeof *made);
    if (made == NULL) return fail_no_memory(failure);
    made->name = request->stmt;
    status = select_parse(request->sql, &made->select, failure);
    if (status == DBWAY_OK) status = scan_bind(&conn->database, made->select, &scan, &made->columns, failure);
    scan_free(&scan);
    if (status == DBWAY_OK) {
        params = calloc((size_t)made->select->n_params + 1, sizeof *params);
        for (i = 0; params != NULL && i < made->select->n_params; ++i) params[i] = parameter;
        if (params != NULL) made->params = columns_make(params, made->select->n_params);
        free(params);
        if (made->params == NULL) status = fail_no_memory(failure);
    }
    if (status != DBWAY_OK) {
        free_prepared(made);
        return status;
    }
    made->other = conn->prepared;
    conn->prepared = made;
    conn->phase = DESCRIBED;
    return DBWAY_OK;
}

static dbway_status unprepare(dbway_conn* conn, struct failure* failure) {
    const uint64_t name = conn->first->request.stmt;
    struct prepared** const link = find_prepared(conn, name);
    struct prepared* const found = *link;
    if (found == NULL) return not_prepared(name, failure);
    *link = found->other;
    free_prepared(found);
    return DBWAY_OK;
}

/* Binds and starts a statement; its rows come by next_rows(). */
static dbway_status run(dbway_conn* conn, const struct select* select, struct failure* failure) {
    const struct pending* const pending = conn->first;
    const dbway_request* const request = &pending->request;
    dbway_status status;
    if (request->n_params != select->n_params)
        return fail(failure, DBWAY_ERR_INVALID, "07001",
                    "the statement takes %u parameters, the request has %u", (unsigned)select->n_params,
                    (unsigned)request->n_params);
    status = scan_bind(&conn->database, select, &conn->scan, &conn->own_columns, failure);
    if (status != DBWAY_OK) return status;
    conn->scan.cancelled = &pending->cancelled;
    conn->columns = conn->own_columns;
    conn->announce = true;
    if (conn->executed != NULL && columns_equal(conn->executed->columns, conn->own_columns)) {
        conn->columns = conn->executed->columns;
        conn->announce = (request->flags & DBWAY_RF_COLUMNS_KNOWN) == 0;
    }
    conn->phase = ROWS;
    return start_set(conn, failure);
}

static dbway_status query(dbway_conn* conn, struct failure* failure) {
    const dbway_request* const request = &conn->first->request;
    dbway_status status;
    if (request->kind == DBWAY_R_COPY_OUT && (request->flags & DBWAY_RF_RAW) != 0)
        return fail(failure, DBWAY_ERR_UNSUPPORTED, "0A000",
                    "COPY_OUT gives rows of cells only, not raw records");
    if (request->sql.len == 0) return fail(failure, DBWAY_ERR_INVALID, "42601", "a request without a text");
    if (request->kind == DBWAY_R_COPY_OUT && (request->flags & DBWAY_RF_SQL) == 0)
        status = select_make(request->sql, request->names, request->n_names, &conn->own_select, failure);
    else
        status = select_parse(request->sql, &conn->own_select, failure);
    return status == DBWAY_OK ? run(conn, conn->own_select, failure) : status;
}

static dbway_status execute(dbway_conn* conn, struct failure* failure) {
    const uint64_t name = conn->first->request.stmt;
    conn->executed = *find_prepared(conn, name);
    if (conn->executed == NULL) return not_prepared(name, failure);
    return run(conn, conn->executed->select, failure);
}

static dbway_status schema(dbway_conn* conn, struct failure* failure) {
    const dbway_request* const request = &conn->first->request;
    const struct listener listener = {conn, notice_of_running};
    const dbway_str any = {NULL, 0};
    const dbway_status status = schema_rows(
        &conn->database, request->arg, request->n_names > 0 ? request->names[0] : any,
        request->n_names > 1 ? request->names[1] : any, &listener, &conn->batch, &conn->own_columns, failure);
    conn->columns = conn->own_columns;
    conn->announce = conn->from_schema = true;
    conn->phase = ROWS;
    return status;
}

/* Acts on the first request. Leaves its phase IDLE if nothing but DONE is to come. */
static dbway_status start(dbway_conn* conn, struct failure* failure) {
    switch (conn->first->request.kind) {
        case DBWAY_R_QUERY:
        case DBWAY_R_COPY_OUT:
            return query(conn, failure);
        case DBWAY_R_PREPARE:
            return prepare(conn, failure);
        case DBWAY_R_EXECUTE:
            return execute(conn, failure);
        case DBWAY_R_UNPREPARE:
            return unprepare(conn, failure);
        case DBWAY_R_SCHEMA:
            return schema(conn, failure);
        case DBWAY_R_PING:
            return DBWAY_OK;
        case DBWAY_R_RESET:
            database_forget(&conn->database); /* prepared statements stay: their names are the host's */
            return DBWAY_OK;
        default:
            return fail(
                failure, DBWAY_ERR_UNSUPPORTED, "0A000",
                "CSV files are only read, statement by statement: no transactions, scripts, loading or "
                "notifications");
    }
}

static dbway_status next_event(dbway_conn* conn, dbway_event* event) {
    struct failure failure = {0};
    const struct prepared* prepared;
    if (conn->phase == IDLE) {
        forget_request(conn);
        if (conn->first == NULL) return DBWAY_END;
        if (conn->chain_broken) return skipped(conn, event);
        pthread_mutex_lock(&conn->mutex);
        conn->running = true;
        pthread_mutex_unlock(&conn->mutex);
        if (atomic_load(&conn->first->cancelled)) {
            failure_set(&failure, DBWAY_ERR_CANCELLED, "57014",
                        "the request was cancelled before it started");
            return failed(conn, event, DBWAY_DIAG_NOT_EXECUTED, &failure);
        }
        if (start(conn, &failure) != DBWAY_OK) return failed(conn, event, 0, &failure);
        if (conn->phase == DESCRIBED) {
            prepared = conn->prepared; /* the newest one */
            begin_event(conn, event, DBWAY_E_COLUMNS);
            event->columns = prepared->columns->pointers;
            event->n_columns = prepared->columns->count;
            event->params = prepared->params->pointers;
            event->n_params = prepared->params->count;
            return DBWAY_OK;
        }
    }
    return conn->phase == ROWS ? next_rows(conn, event) : done(conn, event);
}

/* ---- the table of functions
 * ------------------------------------------------------------------------------------------ */

static dbway_status too_small(const dbway_conn* conn, const char* function) {
    struct failure failure;
    failure_set(&failure, DBWAY_ERR_INVALID, "", "%s() without room for its answer", function);
    report(&conn->sink, 0, 0, &failure);
    return DBWAY_ERR_INVALID;
}

static dbway_status DBWAY_CALL conn_next(dbway_conn* conn, dbway_event* out) {
    const size_t least = offsetof(dbway_event, status);
    dbway_event event;
    dbway_status status;
    if (out == NULL || out->struct_size < least) return too_small(conn, "next");
    status = next_event(conn, &event);
    return status == DBWAY_OK ? give_struct(out, &event, sizeof event, least) : status;
}

static dbway_status DBWAY_CALL conn_discard(dbway_conn* conn) {
    if (conn->first != NULL) conn->discard = true;
    return DBWAY_OK;
}

static dbway_status DBWAY_CALL conn_wait_info(dbway_conn* conn, dbway_wait* out) {
    dbway_wait wait;
    memset(&wait, 0, sizeof wait);
    wait.struct_size = sizeof wait;
    wait.fd = -1;
    return give_struct(out, &wait, sizeof wait, sizeof wait.struct_size) == DBWAY_OK
               ? DBWAY_OK
               : too_small(conn, "wait_info");
}

/* [any] The mutex keeps the request alive while its flag is set; one submitted later is never touched (R10).
 */
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
    static const char product[] = "CSV files", version[] = "RFC 4180";
    dbway_conn_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    info.tx_state = DBWAY_TX_STATE_IDLE;
    info.caps = CSV_CAPS;
    info.session_id = -1;
    info.product.ptr = product;
    info.product.len = sizeof product - 1;
    info.version.ptr = version;
    info.version.len = sizeof version - 1;
    info.database.ptr = conn->database.directory;
    info.database.len = strlen(conn->database.directory);
    return give_struct(out, &info, sizeof info, sizeof info.struct_size) == DBWAY_OK
               ? DBWAY_OK
               : too_small(conn, "info");
}

static const void* DBWAY_CALL conn_get_extension(dbway_conn* conn, const char* id) {
    (void)conn;
    (void)id;
    return NULL;
}

static void DBWAY_CALL conn_close(dbway_conn* conn) {
    while (conn->first != NULL) end_request(conn, false);
    forget_request(conn);
    while (conn->prepared != NULL) {
        struct prepared* const prepared = conn->prepared;
        conn->prepared = prepared->other;
        free_prepared(prepared);
    }
    batch_free(&conn->batch);
    database_close(&conn->database);
    pthread_mutex_destroy(&conn->mutex);
    free(conn);
}

const dbway_conn_api csv_conn_api = {
    sizeof(dbway_conn_api), 0,           conn_close, conn_submit,        conn_next, conn_discard,
    conn_wait_info,         conn_cancel, conn_info,  conn_get_extension,
};

dbway_conn* connection_make(const struct database* database, const dbway_diag_sink* sink) {
    dbway_conn* const conn = calloc(1, sizeof *conn);
    if (conn == NULL || pthread_mutex_init(&conn->mutex, NULL) != 0) {
        struct database unused = *database;
        database_close(&unused);
        free(conn);
        return NULL;
    }
    conn->database = *database;
    conn->sink = *sink;
    return conn;
}
