/* provider.c - the exported entry, instances, options, and errors on their way out. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <dbway/ext/conformance.h>

#include "csv.h"

/* ---- errors ---- */

dbway_status fail(struct failure* failure, dbway_status status, const char* sqlstate, const char* format,
                  ...) {
    va_list arguments;
    memset(failure, 0, sizeof *failure);
    failure->status = status;
    snprintf(failure->sqlstate, sizeof failure->sqlstate, "%s", sqlstate);
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    /* A message that was cut may end in the middle of a character, which R6 does not allow. */
    failure->message[utf8_prefix(failure->message, strlen(failure->message))] = '\0';
    return status;
}

dbway_status fail_no_memory(struct failure* failure) {
    return fail(failure, DBWAY_ERR_NOMEM, "53200", "out of memory");
}

void report(const dbway_diag_sink* sink, uint64_t request_id, const struct failure* failure) {
    dbway_diag diag;
    if (sink->report == NULL) return;
    memset(&diag, 0, sizeof diag);
    diag.struct_size = sizeof diag;
    diag.status = failure->status;
    diag.severity = DBWAY_LOG_ERROR;
    diag.request_id = request_id;
    diag.position = failure->position;
    memcpy(diag.sqlstate, failure->sqlstate, sizeof diag.sqlstate);
    diag.message.ptr = failure->message;
    diag.message.len = strlen(failure->message);
    sink->report(sink->ctx, &diag);
}

/* ---- open() ---- */

static dbway_status read_directory(const dbway_option* option, char** out, struct failure* failure) {
    const dbway_str value = option->value;
    if (option->key == NULL || strcmp(option->key, "directory") != 0)
        return fail(failure, DBWAY_ERR_INVALID, "", "unknown option '%s'; the only one is 'directory'",
                    option->key != NULL ? option->key : "");
    if (*out != NULL) return fail(failure, DBWAY_ERR_INVALID, "", "option 'directory' is given twice");
    if (value.ptr == NULL || value.len == 0 || memchr(value.ptr, '\0', value.len) != NULL)
        return fail(failure, DBWAY_ERR_INVALID, "", "option 'directory' is not a path");
    *out = malloc(value.len + 1);
    if (*out == NULL) return fail_no_memory(failure);
    memcpy(*out, value.ptr, value.len);
    (*out)[value.len] = '\0';
    return DBWAY_OK;
}

static dbway_status read_options(const dbway_open_args* args, char** directory, struct failure* failure) {
    struct stat found;
    dbway_status status = DBWAY_OK;
    size_t i;
    if (args->options == NULL && args->n_options != 0)
        return fail(failure, DBWAY_ERR_INVALID, "", "a null pointer in place of the options");
    for (i = 0; i < args->n_options && status == DBWAY_OK; ++i)
        status = read_directory(&args->options[i], directory, failure);
    if (status != DBWAY_OK) return status;
    if (*directory == NULL)
        return fail(failure, DBWAY_ERR_INVALID, "", "option 'directory' is required but missing");
    if (stat(*directory, &found) != 0 || !S_ISDIR(found.st_mode))
        return fail(failure, DBWAY_ERR_CONNECTION, "08001", "there is no directory \"%s\"", *directory);
    return DBWAY_OK;
}

static dbway_status DBWAY_CALL provider_open(dbway_provider* provider, const dbway_open_args* from,
                                             dbway_conn** out) {
    struct failure failure = {0};
    dbway_open_args args;
    dbway_status status;
    char* directory = NULL;
    (void)provider;
    if (out == NULL) return DBWAY_ERR_INVALID;
    *out = NULL;
    status = take_struct(&args, sizeof args, from, offsetof(dbway_open_args, timeout_ns));
    if (status == DBWAY_ERR_INVALID) return status; /* there is no sink to report to */
    if (status == DBWAY_ERR_TOO_NEW) memcpy(&args, from, sizeof args);
    if (status == DBWAY_ERR_TOO_NEW || (args.flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0)
        status = fail(&failure, DBWAY_ERR_TOO_NEW, "", "open() with an unknown flag or field");
    else if ((args.flags & DBWAY_OPEN_NONBLOCK) != 0)
        status = fail(&failure, DBWAY_ERR_UNSUPPORTED, "0A000", "this provider opens in blocking mode only");
    else
        status = read_options(&args, &directory, &failure);
    if (status == DBWAY_OK && (*out = connection_make(directory, &args.diag)) == NULL)
        status = fail_no_memory(&failure);
    if (status == DBWAY_OK) return DBWAY_OK;
    free(directory);
    report(&args.diag, 0, &failure);
    return status;
}

/* ---- instances ---- */

/* Statements for `dbway check`, on the files in data/. None here makes a series or runs for minutes. */
static const dbway_ext_conformance conformance = {
    sizeof(dbway_ext_conformance),
    0,
    "select * from cities",
    NULL,
    "select missing from cities",
    NULL,
    "select * from cities where name = $1",
    "Zürich",
};

static const void* DBWAY_CALL provider_get_extension(dbway_provider* provider, const char* id) {
    (void)provider;
    return id != NULL && strcmp(id, DBWAY_EXT_CONFORMANCE) == 0 ? &conformance : NULL;
}

static void DBWAY_CALL provider_destroy(dbway_provider* provider) { free(provider); }

static dbway_status DBWAY_CALL create(const dbway_host* host, const dbway_create_args* from,
                                      dbway_provider** out) {
    struct failure failure = {0};
    dbway_create_args args;
    dbway_status status;
    (void)host;
    if (out == NULL) return DBWAY_ERR_INVALID;
    *out = NULL;
    status = take_struct(&args, sizeof args, from, offsetof(dbway_create_args, options));
    if (status == DBWAY_ERR_INVALID) return status;
    if (status == DBWAY_ERR_TOO_NEW) memcpy(&args, from, sizeof args);
    if (status == DBWAY_ERR_TOO_NEW || args.flags != 0)
        status = fail(&failure, DBWAY_ERR_TOO_NEW, "", "create() with an unknown flag or field");
    else if (args.n_options != 0)
        status =
            fail(&failure, DBWAY_ERR_INVALID, "", "unknown option '%s'; this provider as a whole has none",
                 args.options != NULL && args.options[0].key != NULL ? args.options[0].key : "");
    else if ((*out = calloc(1, sizeof **out)) == NULL)
        status = fail_no_memory(&failure);
    if (status != DBWAY_OK) {
        report(&args.diag, 0, &failure);
        return status;
    }
    (*out)->struct_size = sizeof **out;
    (*out)->caps = CSV_CAPS;
    (*out)->conn = &csv_conn_api;
    (*out)->destroy = provider_destroy;
    (*out)->open = provider_open;
    (*out)->get_extension = provider_get_extension;
    return DBWAY_OK;
}

/* ---- the entry ---- */

#define ID "csv"
#define VERSION "1.0.0"
#define NAME "CSV files"
#define VENDOR "dbway examples"
#define URL "https://www.rfc-editor.org/rfc/rfc4180"

static const char meta[] = DBWAY_META("id = '" ID "'\nversion = '" VERSION "'\nabi = '1.0'\nname = '" NAME
                                      "'\nvendor = '" VENDOR "'\nurl = '" URL
                                      "'\nlicense = 'MIT'\n"
                                      "description = 'A directory of CSV files as read-only tables'\n"
                                      "[[option]]\nname = 'directory'\ntype = 'path'\nrequired = true\n"
                                      "help = 'where the files are: NAME.csv is the table NAME'\n");

static const char* const schemes[] = {"csv", NULL};

extern DBWAY_EXPORT const dbway_entry dbway_entry_v1;
const dbway_entry dbway_entry_v1 = {
    {'D', 'B', 'W', 'A', 'Y', '_', 'P', 'V'},
    sizeof(dbway_entry),
    DBWAY_ABI_MAJOR,
    DBWAY_ABI_MINOR,
    DBWAY_ENTRY_UNLOAD_SAFE,
    meta,
    ID,
    VERSION,
    NAME,
    VENDOR,
    URL,
    schemes,
    create,
};
