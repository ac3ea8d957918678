/* plugin.c - a provider that opens nothing, with one defect that a FIXTURE_ macro chooses. */
#include <dbway/provider.h>

#ifndef FIXTURE_VERSION
#define FIXTURE_VERSION "1.9.0"
#endif
#ifndef FIXTURE_MAGIC
#define FIXTURE_MAGIC DBWAY_MAGIC
#endif
#ifndef FIXTURE_MAJOR
#define FIXTURE_MAJOR 1
#endif
#ifndef FIXTURE_MINOR
#define FIXTURE_MINOR 0
#endif
#define FIXTURE_TEXT_(x) #x
#define FIXTURE_TEXT(x) FIXTURE_TEXT_(x)
#ifndef FIXTURE_META_ABI
#define FIXTURE_META_ABI FIXTURE_TEXT(FIXTURE_MAJOR) "." FIXTURE_TEXT(FIXTURE_MINOR)
#endif
#ifndef FIXTURE_ENTRY_ID
#define FIXTURE_ENTRY_ID "fixture"
#endif
#ifndef FIXTURE_ENTRY_VERSION
#define FIXTURE_ENTRY_VERSION FIXTURE_VERSION
#endif
#ifndef FIXTURE_ENTRY_SIZE
#define FIXTURE_ENTRY_SIZE sizeof(dbway_entry)
#endif
#ifndef FIXTURE_PROVIDER_SIZE
#define FIXTURE_PROVIDER_SIZE sizeof(dbway_provider)
#endif
#ifndef FIXTURE_CONN_SIZE
#define FIXTURE_CONN_SIZE sizeof(dbway_conn_api)
#endif

#ifdef FIXTURE_UNDEFINED_SYMBOL
extern int dbway_fixture_undefined_function(void);
#endif
#ifdef FIXTURE_NEEDS_ABSENT
extern int dbway_absent_function(void);
#endif

static dbway_status report_invalid(const dbway_create_args* args, const char* text, size_t length) {
    dbway_diag diag = {0};
    diag.struct_size = sizeof diag;
    diag.status = DBWAY_ERR_INVALID;
    diag.severity = DBWAY_LOG_ERROR;
    diag.message.ptr = text;
    diag.message.len = length;
    args->diag.report(args->diag.ctx, &diag);
    return DBWAY_ERR_INVALID;
}

static void close_connection(dbway_conn* connection) { (void)connection; }

static dbway_status submit(dbway_conn* connection, const dbway_request* const* requests, size_t n) {
    (void)connection, (void)requests, (void)n;
    return DBWAY_ERR_UNSUPPORTED;
}

static dbway_status next(dbway_conn* connection, dbway_event* event) {
    (void)connection, (void)event;
    return DBWAY_END;
}

static const dbway_conn_api connection_api = {FIXTURE_CONN_SIZE,
                                              0,
#ifdef FIXTURE_NULL_CLOSE
                                              NULL,
#else
                                              close_connection,
#endif
#ifdef FIXTURE_NULL_SUBMIT
                                              NULL,
#else
                                              submit,
#endif
#ifdef FIXTURE_NULL_NEXT
                                              NULL,
#else
                                              next,
#endif
                                              NULL,
                                              NULL,
                                              NULL,
                                              NULL,
                                              NULL};

static void destroy(dbway_provider* provider) { (void)provider; }

static dbway_status open_connection(dbway_provider* provider, const dbway_open_args* args, dbway_conn** out) {
    (void)provider, (void)args, (void)out;
    return DBWAY_ERR_UNSUPPORTED;
}

static dbway_provider the_provider;

static dbway_status create(const dbway_host* host, const dbway_create_args* args, dbway_provider** out) {
    static const char log_line[] = "fixture created";
    if (args->n_options != 0) {
        static const char unknown[] = "unknown option";
        return report_invalid(args, unknown, sizeof unknown - 1);
    }
#ifdef FIXTURE_UNDEFINED_SYMBOL
    if (dbway_fixture_undefined_function() != 0) return DBWAY_ERR_INTERNAL;
#endif
#ifdef FIXTURE_NEEDS_ABSENT
    if (dbway_absent_function() != 3) return DBWAY_ERR_INTERNAL;
#endif
#ifdef FIXTURE_CREATE_FAILS
    static const char failure[] = "the fixture refuses to start";
    return report_invalid(args, failure, sizeof failure - 1);
#endif
    the_provider.struct_size = FIXTURE_PROVIDER_SIZE;
    the_provider.caps = DBWAY_CAP_PREPARE | DBWAY_CAP_SCRIPT;
#ifndef FIXTURE_NULL_CONN
    the_provider.conn = &connection_api;
#endif
#ifndef FIXTURE_NULL_DESTROY
    the_provider.destroy = destroy;
#endif
#ifndef FIXTURE_NULL_OPEN
    the_provider.open = open_connection;
#endif
    (void)out, (void)open_connection, (void)destroy, (void)connection_api, (void)close_connection,
        (void)submit, (void)next;
    host->log(host, DBWAY_LOG_INFO, log_line, sizeof log_line - 1);
#ifndef FIXTURE_CREATES_NOTHING
    *out = &the_provider;
#endif
    return DBWAY_OK;
}

#ifdef FIXTURE_NO_METADATA
#define FIXTURE_META "not metadata"
#else
#define FIXTURE_META                                                                                         \
    DBWAY_META("id = 'fixture'\nversion = '" FIXTURE_VERSION "'\nabi = '" FIXTURE_META_ABI                   \
               "'\n"                                                                                         \
               "name = 'Fixture'\ndescription = 'Opens nothing.'\n"                                          \
               "[[option]]\nname = 'database'\ntype = 'path'\nliteral = [':memory:', '']\nrequired = true\n" \
               "help = 'The file.'\n"                                                                        \
               "[[option]]\nname = 'mode'\ntype = 'choice'\nvalues = ['read', 'write']\n"                    \
               "[[option]]\nname = 'busy_timeout'\ntype = 'duration'\ndefault = '5s'\nmax = 60\n"            \
               "[[option]]\nname = 'cache'\ntype = 'integer'\nmin = -10\nmax = 100\n"                        \
               "[[option]]\nname = 'ratio'\ntype = 'number'\nmin = 0.5\n"                                    \
               "[[option]]\nname = 'foreign_keys'\ntype = 'boolean'\ndefault = 'true'\n"                     \
               "[[option]]\nname = 'password'\ntype = 'secret'\n"                                            \
               "[[option]]\nname = 'shared'\nscope = 'provider'\ntype = 'integer'\n")
#endif

#ifdef FIXTURE_NULL_CREATE
/* Used by no entry then. */
static dbway_status (*const unused_create)(const dbway_host*, const dbway_create_args*,
                                           dbway_provider**) = create;
#endif

static const char metadata[] = FIXTURE_META;

#ifdef FIXTURE_NO_ENTRY
DBWAY_EXPORT extern const dbway_entry dbway_entry_v2;
#define FIXTURE_ENTRY dbway_entry_v2
#else
DBWAY_EXPORT extern const dbway_entry dbway_entry_v1;
#define FIXTURE_ENTRY dbway_entry_v1
#endif

const dbway_entry FIXTURE_ENTRY = {
    .magic = FIXTURE_MAGIC,
    .struct_size = FIXTURE_ENTRY_SIZE,
    .abi_major = FIXTURE_MAJOR,
    .abi_minor = FIXTURE_MINOR,
    .meta = metadata,
    .id = FIXTURE_ENTRY_ID,
    .version = FIXTURE_ENTRY_VERSION,
    .name = "Fixture",
#ifdef FIXTURE_NULL_CREATE
    .schemes = (unused_create != NULL) ? NULL : NULL,
#else
    .create = create,
#endif
};
