/* provider.c - the exported entry, instances, and open(). */
#include <stdlib.h>

#include <dbway/ext/conformance.h>

#include "connection.h"
#include "growth.h"

static bool is_key(const dbway_option* option, const char* key) {
    return option->key != NULL && strcmp(option->key, key) == 0;
}

/* ---- open()
 * ------------------------------------------------------------------------------------------------------- */

static char* copy_string(dbway_str from) {
    char* const copy = malloc(from.len + 1);
    if (copy == NULL) return NULL;
    if (from.len != 0) memcpy(copy, from.ptr, from.len);
    copy[from.len] = '\0';
    return copy;
}

static dbway_status read_boolean(const dbway_option* option, bool* out, struct failure* failure) {
    static const char* const words[] = {"true", "yes", "on", "1", "false", "no", "off", "0"};
    size_t i;
    for (i = 0; i < sizeof words / sizeof *words; ++i)
        if (option->value.len == strlen(words[i]) &&
            memcmp(option->value.ptr, words[i], option->value.len) == 0) {
            *out = i < 4;
            return DBWAY_OK;
        }
    return fail(failure, DBWAY_ERR_INVALID, "", "option '%s' is '%.*s', expected true or false", option->key,
                (int)(option->value.len < 60 ? option->value.len : 60), option->value.ptr);
}

static dbway_status read_path(const dbway_option* option, char** out, struct failure* failure) {
    if (option->value.len == 0 || memchr(option->value.ptr, '\0', option->value.len) != NULL)
        return fail(failure, DBWAY_ERR_INVALID, "", "option '%s' is not a path", option->key);
    *out = copy_string(option->value);
    return *out != NULL ? DBWAY_OK : fail_no_memory(failure);
}

static dbway_status read_option(const dbway_option* option, struct database* database, bool seen[3],
                                struct failure* failure) {
    static const char* const keys[] = {"directory", "header", "null"};
    size_t i = 0;
    while (i < 3 && !is_key(option, keys[i])) ++i;
    if (i == 3)
        return fail(failure, DBWAY_ERR_INVALID, "",
                    "unknown option '%s'; there are directory, header and null",
                    option->key != NULL ? option->key : "");
    if (seen[i]) return fail(failure, DBWAY_ERR_INVALID, "", "option '%s' is given twice", option->key);
    seen[i] = true;
    if (option->value.ptr == NULL && option->value.len != 0)
        return fail(failure, DBWAY_ERR_INVALID, "", "option '%s' has a null pointer in place of text",
                    option->key);
    if (i == 0) return read_path(option, &database->directory, failure);
    if (i == 1) return read_boolean(option, &database->format.header, failure);
    database->null_text = copy_string(option->value);
    if (database->null_text == NULL) return fail_no_memory(failure);
    database->format.has_null = true;
    database->format.null.ptr = database->null_text;
    database->format.null.len = option->value.len;
    return DBWAY_OK;
}

static dbway_status read_options(const dbway_open_args* args, struct database* database,
                                 struct failure* failure) {
    bool seen[3] = {false, false, false};
    size_t i;
    dbway_status status = DBWAY_OK;
    if (args->options == NULL && args->n_options != 0)
        return fail(failure, DBWAY_ERR_INVALID, "", "a null pointer in place of the options");
    for (i = 0; i < args->n_options && status == DBWAY_OK; ++i)
        status = read_option(&args->options[i], database, seen, failure);
    if (status == DBWAY_OK && !seen[0])
        return fail(failure, DBWAY_ERR_INVALID, "", "option 'directory' is required but missing");
    return status;
}

/* Fails now rather than at the first statement. */
static dbway_status try_directory(const struct database* database, struct failure* failure) {
    struct csv_names names;
    const dbway_status status = csv_list(database->directory, &names, failure);
    csv_names_free(&names);
    return status;
}

static dbway_status DBWAY_CALL provider_open(dbway_provider* provider, const dbway_open_args* from,
                                             dbway_conn** out) {
    struct database database = {0};
    struct failure failure = {0};
    dbway_open_args args;
    dbway_status status;
    (void)provider;
    if (out == NULL) return DBWAY_ERR_INVALID;
    *out = NULL;
    status = take_struct(&args, sizeof args, from, offsetof(dbway_open_args, timeout_ns));
    if (status == DBWAY_ERR_INVALID) return status; /* there is no sink to report to */
    if (status == DBWAY_ERR_TOO_NEW) memcpy(&args, from, sizeof args);
    if (status == DBWAY_ERR_TOO_NEW || (args.flags & ~(DBWAY_OPEN_NONBLOCK | DBWAY_OPEN_READONLY)) != 0)
        status = fail(&failure, DBWAY_ERR_TOO_NEW, "",
                      "open() with a flag or field that this provider does not know");
    else if ((args.flags & DBWAY_OPEN_NONBLOCK) != 0)
        status = fail(&failure, DBWAY_ERR_UNSUPPORTED, "0A000", "this provider opens in blocking mode only");
    database.format.header = true;
    if (status == DBWAY_OK) status = read_options(&args, &database, &failure);
    if (status == DBWAY_OK) status = try_directory(&database, &failure);
    if (status != DBWAY_OK) {
        database_close(&database);
    } else {
        *out = connection_make(&database, &args.diag);
        if (*out == NULL) status = fail_no_memory(&failure);
    }
    if (status != DBWAY_OK) report(&args.diag, 0, DBWAY_DIAG_NOT_EXECUTED, &failure);
    return status;
}

/* ---- instances
 * ---------------------------------------------------------------------------------------------------- */

/* Statements for `dbway check`, on the files in this example's data/. Six copies of the ten digits make a
 * million rows; sixteen make a statement that does not end while anyone waits. */
#define SIX_DIGITS "digits a, digits b, digits c, digits d, digits e, digits f"
static const dbway_ext_conformance conformance = {
    sizeof(dbway_ext_conformance),
    0,
    "select * from cities order by name",
    "select rownum as n from " SIX_DIGITS " limit $1",
    "select missing from cities",
    "select count(*) from " SIX_DIGITS
    ", digits g, digits h, digits i, digits j, digits k, digits l, digits m, digits n, digits o, digits p",
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
        status = fail(&failure, DBWAY_ERR_TOO_NEW, "",
                      "create() with a flag or field that this provider does not know");
    else if (args.n_options != 0)
        status =
            fail(&failure, DBWAY_ERR_INVALID, "", "unknown option '%s'; this provider as a whole has none",
                 args.options != NULL && args.options[0].key != NULL ? args.options[0].key : "");
    else if ((*out = calloc(1, sizeof **out)) == NULL)
        status = fail_no_memory(&failure);
    if (status != DBWAY_OK) {
        report(&args.diag, 0, 0, &failure);
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

/* ---- the entry
 * ---------------------------------------------------------------------------------------------------- */

#define ID "csv"
#define VERSION "1.0.0"
#define NAME "CSV files"
#define VENDOR "dbway examples"
#define URL "https://www.rfc-editor.org/rfc/rfc4180"

static const char meta[] =
    DBWAY_META("id = '" ID "'\nversion = '" VERSION "'\nabi = '1.0'\nname = '" NAME "'\nvendor = '" VENDOR
               "'\nurl = '" URL
               "'\nlicense = 'MIT'\n"
               "description = 'A directory of CSV files as read-only tables'\n"
               "[[option]]\nname = 'directory'\ntype = 'path'\nrequired = true\n"
               "help = 'where the files are: NAME.csv is the table NAME'\n"
               "[[option]]\nname = 'header'\ntype = 'boolean'\ndefault = 'true'\n"
               "help = 'the first record of each file names its columns; else they are c1, c2 and so on'\n"
               "[[option]]\nname = 'null'\ntype = 'string'\n"
               "help = 'an unquoted field of this text is NULL; without it nothing is'\n");

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
