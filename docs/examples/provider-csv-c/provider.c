/* provider.c - requests in, events out: what every provider has, whatever it gives access to. The work of a
 * request is done inside next(), batch by batch. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <dbway/ext/conformance.h>

#include "csv.h"

#define CAPS DBWAY_CAP_CANCEL

/* R4: copies a struct that came in. Fields its sender does not know are zero; a tail that we do not know must
 * be. `minimum`: the bytes without which it makes no sense; INVALID leaves *to as it was. */
static dbway_status take_struct(void* to, size_t known, const void* from, size_t minimum) {
    uint32_t given;
    if (from == NULL) return DBWAY_ERR_INVALID;
    memcpy(&given, from, sizeof given);
    if (given < minimum) return DBWAY_ERR_INVALID;
    memset(to, 0, known);
    memcpy(to, from, given < known ? given : known);
    return dbway_check_tail(from, given, known);
}

/* R4: writes a struct out, no more than there is room for, and says how much that was. */
static dbway_status give_struct(void* to, const void* from, size_t known) {
    uint32_t size;
    memcpy(&size, to, sizeof size);
    if (size > known) size = (uint32_t)known;
    memcpy(to, from, size);
    memcpy(to, &size, sizeof size);
    return DBWAY_OK;
}

bool fail(struct call* call, dbway_status status, const char* sqlstate, const char* format, ...) {
    char message[512];
    dbway_diag diag = {.struct_size = sizeof diag,
                       .status = status,
                       .severity = DBWAY_LOG_ERROR,
                       .request_id = call->request_id,
                       .message.ptr = message};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    diag.message.len = utf8_prefix(message, strlen(message)); /* it may be cut, or quote what is no UTF-8 */
    snprintf(diag.sqlstate, sizeof diag.sqlstate, "%s", sqlstate);
    if (call->sink.report != NULL) call->sink.report(call->sink.ctx, &diag);
    call->status = status;
    return false;
}

bool go_on(struct call* call) {
    if (!atomic_load_explicit(call->cancelled, memory_order_relaxed)) return true;
    return fail(call, DBWAY_ERR_CANCELLED, "57014", "the request was cancelled");
}

/* A request waits here from submit() to its final event. What it points to is the host's until then (R1). */
struct pending {
    dbway_request request;
    atomic_bool cancelled;
};

/* All but the queue belongs to the thread that is in a [serial] call. */
struct dbway_conn {
    dbway_diag_sink sink;
    char directory[MAX_PATH];

    /* cancel() looks at these from any thread (R2). */
    pthread_mutex_t mutex;
    struct pending queue[MAX_QUEUE]; /* a ring */
    size_t first, n_pending;
    bool running; /* the first one has started */

    bool announced, discarded; /* its columns are out; the host wants no more of its rows */
    dbway_status chain;        /* not OK: it is linked to one that ended so (R9) */
    struct query query;        /* what its last event points to stays until the next one starts (R1) */
};

static struct pending* pending_at(dbway_conn* conn, size_t i) {
    return &conn->queue[(conn->first + i) % MAX_QUEUE];
}

static bool take_request(dbway_request* request, const dbway_request* from, struct call* call) {
    const uint32_t known_flags =
        DBWAY_RF_CHAIN | DBWAY_RF_NO_ROWS | DBWAY_RF_RAW | DBWAY_RF_SQL | DBWAY_RF_COLUMNS_KNOWN;
    const dbway_status status = take_struct(request, sizeof *request, from, offsetof(dbway_request, stmt));
    if (status == DBWAY_ERR_INVALID || request->id == 0)
        return fail(call, DBWAY_ERR_INVALID, "", "a request that is null, too short or without an id");
    if (status != DBWAY_OK || (request->flags & ~known_flags) != 0 || request->reserved != NULL)
        return fail(call, DBWAY_ERR_TOO_NEW, "", "an unknown field or flag of a request");
    if ((request->sql.ptr == NULL && request->sql.len != 0) ||
        (request->params == NULL && request->n_params != 0 && request->kind == DBWAY_R_QUERY))
        return fail(call, DBWAY_ERR_INVALID, "", "a null pointer in place of text or parameters");
    return true;
}

/* Behind the queue's end nobody looks: a refused request is overwritten by the next one. */
static dbway_status DBWAY_CALL conn_submit(dbway_conn* conn, const dbway_request* const* requests, size_t n) {
    struct call call = {.sink = conn->sink};
    size_t i;
    if (n > MAX_QUEUE - conn->n_pending)
        fail(&call, DBWAY_ERR_RESOURCE, "54000", "more than %d requests wait", MAX_QUEUE);
    for (i = 0; i < n && call.status == DBWAY_OK; ++i) {
        struct pending* const pending = pending_at(conn, conn->n_pending + i);
        take_request(&pending->request, requests[i], &call);
        atomic_store(&pending->cancelled, false);
    }
    pthread_mutex_lock(&conn->mutex);
    if (call.status == DBWAY_OK) conn->n_pending += n;
    pthread_mutex_unlock(&conn->mutex);
    return call.status;
}

static void start(dbway_conn* conn, const dbway_request* request, struct call* call) {
    query_end(&conn->query);
    pthread_mutex_lock(&conn->mutex);
    conn->running = true;
    pthread_mutex_unlock(&conn->mutex);
    if (request->kind == DBWAY_R_QUERY)
        query_begin(&conn->query, conn->directory, request, call);
    else if (request->kind != DBWAY_R_PING && request->kind != DBWAY_R_RESET) /* there is no state to reset */
        fail(call, DBWAY_ERR_UNSUPPORTED, "0A000", "this provider answers QUERY only");
}

/* Fills the final event and takes the first request off the queue. */
static void end_request(dbway_conn* conn, dbway_event* event, uint32_t kind, dbway_status status) {
    const bool linked = (pending_at(conn, 0)->request.flags & DBWAY_RF_CHAIN) != 0;
    event->kind = kind;
    event->status = status;
    event->affected = status == DBWAY_OK ? 0 : -1; /* nothing here changes a row */
    conn->chain = linked ? status : DBWAY_OK;
    conn->announced = conn->discarded = false;
    pthread_mutex_lock(&conn->mutex);
    conn->first = (conn->first + 1) % MAX_QUEUE;
    --conn->n_pending;
    conn->running = false;
    pthread_mutex_unlock(&conn->mutex);
}

static void make_event(dbway_conn* conn, dbway_event* event) {
    const struct query* const query = &conn->query;
    struct pending* const pending = pending_at(conn, 0);
    const dbway_request* const request = &pending->request;
    struct call call = {conn->sink, request->id, &pending->cancelled, DBWAY_OK};
    bool rows;
    event->request_id = request->id;
    event->tx_state = DBWAY_TX_STATE_IDLE;
    if (conn->chain != DBWAY_OK) {
        end_request(conn, event, DBWAY_E_SKIPPED, conn->chain);
        return;
    }
    if (go_on(&call) && !conn->running) start(conn, request, &call);
    rows = request->kind == DBWAY_R_QUERY && (request->flags & DBWAY_RF_NO_ROWS) == 0 && !conn->discarded;
    if (call.status == DBWAY_OK && rows)
        query_fetch(&conn->query, request->batch_rows == 0 ? 256 : request->batch_rows, &call);
    if (call.status != DBWAY_OK) {
        end_request(conn, event, DBWAY_E_FAILED, call.status);
    } else if (!rows || (query->n_rows == 0 && conn->announced)) {
        end_request(conn, event, DBWAY_E_DONE, DBWAY_OK);
    } else {
        event->kind = DBWAY_E_ROWS;
        event->columns = query->pointers;
        event->n_columns = query->n_columns;
        event->cells = query->cells;
        event->n_rows = query->n_rows;
        event->flags = (conn->announced ? 0 : DBWAY_EF_SET) | (query->ended ? DBWAY_EF_FINAL : 0);
        conn->announced = true;
        if (query->ended) end_request(conn, event, DBWAY_E_ROWS, DBWAY_OK);
    }
}

static dbway_status DBWAY_CALL conn_next(dbway_conn* conn, dbway_event* out) {
    dbway_event event = {.struct_size = sizeof event};
    if (out->struct_size < offsetof(dbway_event, status)) return DBWAY_ERR_INVALID;
    if (conn->n_pending == 0) return DBWAY_END;
    make_event(conn, &event);
    return give_struct(out, &event, sizeof event);
}

static dbway_status DBWAY_CALL conn_discard(dbway_conn* conn) {
    conn->discarded = conn->running;
    return DBWAY_OK;
}

/* [any] A request stays queued while its flag is set; one submitted later is never touched (R10). */
static dbway_status DBWAY_CALL conn_cancel(dbway_conn* conn, uint64_t request_id) {
    size_t i;
    pthread_mutex_lock(&conn->mutex);
    for (i = 0; i < conn->n_pending; ++i) {
        struct pending* const pending = pending_at(conn, i);
        if (request_id == 0 ? i == 0 && conn->running : pending->request.id == request_id)
            atomic_store(&pending->cancelled, true);
    }
    pthread_mutex_unlock(&conn->mutex);
    return DBWAY_OK;
}

static dbway_status DBWAY_CALL conn_info(dbway_conn* conn, dbway_conn_info* out) {
    dbway_conn_info info = {.struct_size = sizeof info, .tx_state = DBWAY_TX_STATE_IDLE, .caps = CAPS};
    info.session_id = -1;
    info.database = (dbway_str){conn->directory, strlen(conn->directory)};
    return give_struct(out, &info, sizeof info);
}

static void DBWAY_CALL conn_close(dbway_conn* conn) {
    query_end(&conn->query);
    pthread_mutex_destroy(&conn->mutex);
    free(conn);
}

/* Without wait_info(), as next() never answers AGAIN. */
static const dbway_conn_api conn_api = {.struct_size = sizeof conn_api,
                                        .close = conn_close,
                                        .submit = conn_submit,
                                        .next = conn_next,
                                        .discard = conn_discard,
                                        .cancel = conn_cancel,
                                        .info = conn_info};

static bool take_options(dbway_conn* conn, const dbway_open_args* args, struct call* call) {
    dbway_str path = {NULL, 0};
    struct stat found;
    size_t i;
    for (i = 0; i < args->n_options; ++i) {
        const char* const key = args->options[i].key;
        if (strcmp(key, "directory") != 0)
            return fail(call, DBWAY_ERR_INVALID, "", "unknown option '%s'; the only one is 'directory'", key);
        path = args->options[i].value;
    }
    if (path.len == 0 || path.len >= MAX_PATH || memchr(path.ptr, '\0', path.len) != NULL)
        return fail(call, DBWAY_ERR_INVALID, "", "option 'directory' is missing, or no path");
    memcpy(conn->directory, path.ptr, path.len);
    if (stat(conn->directory, &found) == 0 && S_ISDIR(found.st_mode)) return true;
    return fail(call, DBWAY_ERR_CONNECTION, "08001", "there is no directory \"%s\"", conn->directory);
}

static dbway_status DBWAY_CALL provider_open(dbway_provider* provider, const dbway_open_args* from,
                                             dbway_conn** out) {
    dbway_open_args args;
    const dbway_status status = take_struct(&args, sizeof args, from, offsetof(dbway_open_args, timeout_ns));
    struct call call = {0};
    dbway_conn* conn = NULL;
    (void)provider;
    if (status == DBWAY_ERR_INVALID) return status; /* there is no sink to report to */
    call.sink = args.diag;
    if (status != DBWAY_OK || (args.flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0)
        fail(&call, DBWAY_ERR_TOO_NEW, "", "open() with an unknown flag or field");
    else if ((args.flags & DBWAY_OPEN_NONBLOCK) != 0)
        fail(&call, DBWAY_ERR_UNSUPPORTED, "0A000", "this provider opens in blocking mode only");
    else if ((conn = calloc(1, sizeof *conn)) == NULL)
        fail(&call, DBWAY_ERR_NOMEM, "53200", "no memory for a connection");
    else if (take_options(conn, &args, &call)) {
        pthread_mutex_init(&conn->mutex, NULL); /* cannot fail with the default attributes */
        conn->sink = args.diag;
        *out = conn;
        return DBWAY_OK;
    }
    free(conn);
    return call.status;
}

/* Statements for `dbway check`, on the files in data/. None here makes a series or runs for minutes. */
static const dbway_ext_conformance conformance = {.struct_size = sizeof conformance,
                                                  .sample = "select * from cities",
                                                  .failing = "select missing from cities",
                                                  .lookup = "select * from cities where name = $1",
                                                  .lookup_value = "Zürich"};

static const void* DBWAY_CALL provider_get_extension(dbway_provider* provider, const char* id) {
    (void)provider;
    return strcmp(id, DBWAY_EXT_CONFORMANCE) == 0 ? &conformance : NULL;
}

static void DBWAY_CALL provider_destroy(dbway_provider* provider) { free(provider); }

static dbway_status DBWAY_CALL create(const dbway_host* host, const dbway_create_args* from,
                                      dbway_provider** out) {
    struct call call = {0};
    dbway_create_args args;
    const dbway_status status = take_struct(&args, sizeof args, from, offsetof(dbway_create_args, options));
    (void)host;
    if (status == DBWAY_ERR_INVALID) return status;
    call.sink = args.diag;
    if (status != DBWAY_OK || args.flags != 0)
        fail(&call, DBWAY_ERR_TOO_NEW, "", "create() with an unknown flag or field");
    else if (args.n_options != 0)
        fail(&call, DBWAY_ERR_INVALID, "", "unknown option '%s': there is none", args.options[0].key);
    else if ((*out = malloc(sizeof **out)) == NULL)
        fail(&call, DBWAY_ERR_NOMEM, "53200", "no memory for an instance");
    else
        **out = (dbway_provider){.struct_size = sizeof **out,
                                 .caps = CAPS,
                                 .conn = &conn_api,
                                 .destroy = provider_destroy,
                                 .open = provider_open,
                                 .get_extension = provider_get_extension};
    return call.status;
}

static const char meta[] = DBWAY_META(
    "id = 'csv'\nversion = '1.0.0'\nabi = '1.0'\nname = 'CSV files'\nlicense = 'MIT'\n"
    "description = 'A directory of CSV files as read-only tables'\n"
    "[[option]]\nname = 'directory'\ntype = 'path'\nrequired = true\n"
    "help = 'where the files are: NAME.csv is the table NAME'\n");

static const char* const schemes[] = {"csv", NULL};

extern DBWAY_EXPORT const dbway_entry dbway_entry_v1;
const dbway_entry dbway_entry_v1 = {.magic = DBWAY_MAGIC,
                                    .struct_size = sizeof dbway_entry_v1,
                                    .abi_major = DBWAY_ABI_MAJOR,
                                    .abi_minor = DBWAY_ABI_MINOR,
                                    .flags = DBWAY_ENTRY_UNLOAD_SAFE,
                                    .meta = meta,
                                    .id = "csv",
                                    .version = "1.0.0",
                                    .name = "CSV files",
                                    .schemes = schemes,
                                    .create = create};
