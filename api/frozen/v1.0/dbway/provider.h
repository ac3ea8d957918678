/* provider.h - the C ABI between the dbway host and its providers, version 1.0
 *
 * A plugin is a shared library that exports ONE data symbol, dbway_entry_v1, and
 * depends on nothing of the host but this header.
 * Compiles as C11, C17 and C++11 and later.
 *
 * SHAPE     dbway_entry  --create-->  dbway_provider  --open-->  dbway_conn
 *           conn: submit(requests...)  then  next() until DBWAY_END
 *           Everything that talks to the server is a *request*; everything that
 *           comes back is an *event*. Hence pipelines, prepared statements,
 *           transactions, COPY and LISTEN need no functions of their own, and
 *           next() is the only call that waits for the network (open() and
 *           close() too in blocking mode).
 *
 * RULES (each one is checked by a test that carries its number)
 *  R1 OWNERSHIP  Whoever allocates, frees. Nothing is freed across the boundary.
 *     - what the host passes in is borrowed for the call; for submit(), until
 *       that request's final event, or close;
 *     - what the plugin hands out in an event lives until the next call of
 *       submit/next/discard/close on that connection; columns live until the
 *       request's final event, those of PREPARE until UNPREPARE, or until an
 *       EXECUTE of that statement announces others;
 *     - strings in a dbway_diag live only inside the report() call: copy them.
 *  R2 THREADS  Each function carries one of these tags:
 *     [any]    any thread, concurrently with everything but destroy/close;
 *     [serial] one thread at a time per object; may change thread between
 *              calls, so no state of a call may live in thread-local storage.
 *     The plugin never calls back into the host except through pointers the
 *     host gave it; report() and pull() only on the calling thread, within the
 *     call. After destroy() no thread, timer, atexit handler, TLS destructor,
 *     signal handler or callback of the plugin may remain.
 *  R3 ERRORS  No exception, panic or longjmp crosses the boundary (in C++17 the
 *     function types are noexcept). A function returns a dbway_status; details go
 *     to the diagnostic sink before it returns.
 *  R4 GROWTH  Structs marked FROZEN never change. Every other struct starts
 *     with struct_size, set by whoever fills or allocates it, and grows only at
 *     its end. Zero in an added field means "as before".
 *       Data in, reader knows more : missing fields are zero.
 *       Data in, reader knows less : the unknown tail must be all zero bytes,
 *                                    else DBWAY_ERR_TOO_NEW (the openat2 rule).
 *       Data out                   : write no more than the size given, and set
 *                                    struct_size to what was written if less.
 *       Function tables            : ignore an unknown tail; a pointer that is
 *                                    missing or null is "not supported" (DBWAY_HAS).
 *     Tables are dbway_entry, dbway_host, dbway_provider, dbway_conn_api, dbway_ext_*.
 *     Unknown flag bits: DBWAY_ERR_TOO_NEW. An unknown request kind:
 *     DBWAY_ERR_UNSUPPORTED. Growing structs are never passed as arrays by value,
 *     only as arrays of pointers.
 *  R5 VERSIONS  MAJOR is in the symbol name and is never bumped lightly; a
 *     plugin may export several. MINOR counts additions. Any 1.x plugin loads
 *     in any 1.y host. A plugin must not emit a value type, event or status
 *     newer than host->abi_minor. Big additions come as extensions, looked up
 *     by a string id that ends in "/revision"; a released revision is frozen.
 *  R6 TEXT  is UTF-8, pointer + length, not NUL-terminated. const char* is
 *     NUL-terminated printable ASCII (ids, keys) or UTF-8 (names).
 *  R7 TYPES  only fixed-width integers, double, pointers and size_t; no enum,
 *     bool, bit-field, long, varargs, by-value struct argument or return; no
 *     implicit padding.
 *  R8 EVENTS  arrive in the order of the requests. A request ends with exactly
 *     one final event: DONE, FAILED, SKIPPED, or ROWS with DBWAY_EF_FINAL. Each
 *     result set is announced once, by COLUMNS or by DBWAY_EF_SET on its first
 *     ROWS (which may hold no row); an EXECUTE with DBWAY_RF_COLUMNS_KNOWN
 *     announces only what has changed. FAILED follows a report() with the same
 *     request_id. A failed request leaves the connection usable unless
 *     DBWAY_DIAG_CONN_DEAD was reported; from then on next() returns
 *     DBWAY_ERR_CONNECTION and only close() is of use.
 *  R9 CHAINS  Requests are independent of one another unless DBWAY_RF_CHAIN links
 *     one to the next: when a linked request fails or is skipped, the next one is
 *     SKIPPED and the server never sees it. A chain may span several submits.
 *  R10 TIME  timeout_ns counts from submit() (for open: from the call). A provider
 *     with DBWAY_CAP_TIMEOUT ends the request itself, FAILED with
 *     DBWAY_ERR_TIMEOUT; for others the host calls cancel() at that time. cancel()
 *     stops the request it names, or the running one for id 0, which ends FAILED
 *     with DBWAY_ERR_CANCELLED; it never touches a request submitted later, and
 *     a request that had already ended stays as it ended.
 */
#ifndef DBWAY_PROVIDER_H
#define DBWAY_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) || defined(__CYGWIN__)
#  define DBWAY_CALL __cdecl
#  define DBWAY_EXPORT __declspec(dllexport)
#elif defined(__GNUC__) || defined(__clang__)
#  define DBWAY_CALL
#  define DBWAY_EXPORT __attribute__((visibility("default")))
#else
#  define DBWAY_CALL
#  define DBWAY_EXPORT
#endif

#if defined(__cplusplus) && __cplusplus >= 201703L
#  define DBWAY_NOEXCEPT noexcept
#else
#  define DBWAY_NOEXCEPT
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define DBWAY_ABI_MAJOR 1
#define DBWAY_ABI_MINOR 0

typedef int32_t dbway_status;

typedef struct dbway_conn      dbway_conn;      /* opaque: belongs to the plugin */
typedef struct dbway_host      dbway_host;
typedef struct dbway_provider  dbway_provider;
typedef struct dbway_conn_api  dbway_conn_api;

/* ---- status = category: what the caller can do about it ----------------- */

#define DBWAY_OK                 0
#define DBWAY_AGAIN              1   /* non-blocking, or a COPY source without rows:
                                      wait as wait_info() says, then call again */
#define DBWAY_END                2   /* next(): nothing outstanding; pull(): done */
#define DBWAY_ERR_UNSUPPORTED   -1   /* this provider or server cannot do it      */
#define DBWAY_ERR_INVALID       -2   /* caller's mistake: bad argument or state   */
#define DBWAY_ERR_TOO_NEW       -3   /* field or flag unknown to this side (R4)   */
#define DBWAY_ERR_NOMEM         -4
#define DBWAY_ERR_INTERNAL      -5   /* bug in the plugin                         */
#define DBWAY_ERR_CONNECTION    -6   /* unreachable or lost                       */
#define DBWAY_ERR_AUTH          -7
#define DBWAY_ERR_TIMEOUT       -8
#define DBWAY_ERR_CANCELLED     -9
#define DBWAY_ERR_SYNTAX       -10   /* statement text or undefined object        */
#define DBWAY_ERR_PERMISSION   -11
#define DBWAY_ERR_CONSTRAINT   -12   /* unique, foreign key, check, not null      */
#define DBWAY_ERR_DATA         -13   /* value out of range, bad encoding...       */
#define DBWAY_ERR_CONFLICT     -14   /* serialization failure, deadlock, busy     */
#define DBWAY_ERR_RESOURCE     -15   /* server is out of something                */
#define DBWAY_ERR_DATABASE     -16   /* any other error the server reported       */

/* ---- frozen plain data --------------------------------------------------- */

typedef struct dbway_str {                       /* FROZEN */
    const char *ptr;                           /* may be null when len is 0 */
    size_t      len;
} dbway_str;

typedef struct dbway_interval {                  /* FROZEN */
    int32_t months;
    int32_t days;
    int64_t micros;
} dbway_interval;

#define DBWAY_T_NULL         0   /* aux: the intended type of a null parameter */
#define DBWAY_T_BOOL         1   /* i64: 0 or 1                                 */
#define DBWAY_T_I64          2
#define DBWAY_T_U64          3
#define DBWAY_T_F64          4
#define DBWAY_T_DECIMAL      5   /* text: [-]digits[.digits] | NaN | [-]Infinity */
#define DBWAY_T_TEXT         6
#define DBWAY_T_BLOB         7   /* bytes                                       */
#define DBWAY_T_DATE         8   /* i64: days since 1970-01-01                  */
#define DBWAY_T_TIME         9   /* i64: microseconds since midnight            */
#define DBWAY_T_TIMESTAMP   10   /* i64: microseconds since 1970-01-01, no zone */
#define DBWAY_T_TIMESTAMPTZ 11   /* i64: microseconds since the Unix epoch, UTC */
#define DBWAY_T_INTERVAL    12   /* interval                                    */
#define DBWAY_T_UUID        13   /* bytes, len 16, network order                */
#define DBWAY_T_JSON        14   /* text                                        */
#define DBWAY_T_ARRAY       15   /* items, len = number of items; may nest      */
#define DBWAY_T_NATIVE      16   /* bytes in the server's own form, see column  */
/* DATE, TIMESTAMP, TIMESTAMPTZ: INT64_MIN and INT64_MAX are -/+ infinity. */

/* Ranges that every provider accepts or refuses with DBWAY_ERR_DATA, never bends:
 * DATE and TIMESTAMP from 0001-01-01 to 9999-12-31 at least, TIME from 0 to
 * 86,400,000,000 inclusive ("24:00:00"). */

/* One type for parameters, result cells, COPY rows and array items: 16 bytes,
 * so four to a cache line. Variable-size payloads are borrowed (R1). */
struct dbway_value;
typedef union dbway_payload {                    /* FROZEN */
    int64_t                 i64;
    uint64_t                u64;
    double                  f64;
    const char             *text;
    const uint8_t          *bytes;
    const dbway_interval     *interval;
    const struct dbway_value *items;
} dbway_payload;

typedef struct dbway_value {                     /* FROZEN */
    dbway_payload v;
    uint32_t    len;                           /* bytes, or number of items */
    uint8_t     type;                          /* DBWAY_T_*                   */
    uint8_t     flags;                         /* 0                         */
    uint16_t    aux;                           /* 0, but see DBWAY_T_NULL     */
} dbway_value;

typedef struct dbway_option {                    /* FROZEN */
    const char *key;                           /* "host", "port", "user"... */
    dbway_str     value;
} dbway_option;

/* ---- diagnostics: pushed, so there is nothing to free -------------------- */

#define DBWAY_LOG_ERROR 1
#define DBWAY_LOG_WARN  2
#define DBWAY_LOG_INFO  3
#define DBWAY_LOG_DEBUG 4

#define DBWAY_DIAG_CONN_DEAD     1u  /* the connection is unusable, close it        */
#define DBWAY_DIAG_NOT_EXECUTED  2u  /* certain that the server did not act on it   */
#define DBWAY_DIAG_RETRY         4u  /* the same request may succeed later          */
#define DBWAY_DIAG_RETRY_TX      8u  /* the whole transaction may succeed if re-run */

typedef struct dbway_diag {
    uint32_t struct_size;
    int32_t  status;        /* DBWAY_ERR_*; DBWAY_OK: a notice, warning or log line */
    int32_t  severity;      /* DBWAY_LOG_*                                        */
    uint32_t flags;         /* DBWAY_DIAG_*                                       */
    uint64_t request_id;    /* 0: none                                          */
    int64_t  native_code;   /* errno-like code of the server or client library  */
    uint32_t position;      /* 1-based character in the statement; 0: unknown   */
    char     sqlstate[6];   /* "23505"; "" when there is none                   */
    uint8_t  reserved[6];
    dbway_str  message;
    dbway_str  detail;
    dbway_str  hint;
    dbway_str  context;
    dbway_str  schema_name;
    dbway_str  table_name;
    dbway_str  column_name;
    dbway_str  constraint_name;
} dbway_diag;

typedef struct dbway_diag_sink {                 /* FROZEN */
    void *ctx;
    void (DBWAY_CALL *report)(void *ctx, const dbway_diag *diag) DBWAY_NOEXCEPT;
} dbway_diag_sink;

/* ---- what the host gives a plugin ---------------------------------------- */

struct dbway_host {
    uint32_t    struct_size;
    uint32_t    abi_major;
    uint32_t    abi_minor;
    uint32_t    reserved;
    const char *name;
    const char *version;
    void       *impl;                          /* the host's own */
    /* [any] must not block */
    void (DBWAY_CALL *log)(const dbway_host *, int32_t level, const char *msg, size_t len) DBWAY_NOEXCEPT;
    /* [any] monotonic nanoseconds; tests substitute a fake */
    uint64_t (DBWAY_CALL *now_ns)(const dbway_host *) DBWAY_NOEXCEPT;
    /* [any] null when unknown; valid until the provider is destroyed */
    const void *(DBWAY_CALL *get_extension)(const dbway_host *, const char *id) DBWAY_NOEXCEPT;
};

/* ---- entry: the only exported symbol, constant data ----------------------- */

#define DBWAY_MAGIC "DBWAY_PV"                    /* 8 bytes, no NUL */
#define DBWAY_ENTRY_SYMBOL "dbway_entry_v1"

/* The author vouches that after the last destroy() the library leaves nothing
 * behind (R2) and may be unmapped. Without it the host never unloads. */
#define DBWAY_ENTRY_UNLOAD_SAFE 1u

/* What create() gets: the options that a configuration gives to the provider as a
 * whole ("[provider.NAME]"), and where to report. */
typedef struct dbway_create_args {
    uint32_t            struct_size;
    uint32_t            flags;                 /* 0                             */
    const dbway_option *options;               /* unknown key: DBWAY_ERR_INVALID */
    size_t              n_options;
    dbway_diag_sink     diag;                  /* for create() only              */
} dbway_create_args;

typedef struct dbway_entry {
    char        magic[8];
    uint32_t    struct_size;
    uint32_t    abi_major;
    uint32_t    abi_minor;                     /* header compiled against */
    uint32_t    flags;                         /* DBWAY_ENTRY_*             */
    const char *meta;                          /* DBWAY_META blob, findable in the file */
    const char *id;                            /* "sqlite": what a configuration names;
                                                  [a-z0-9][a-z0-9._-]*, at most 63    */
    const char *version;                       /* "1.4.2"                 */
    const char *name;
    const char *vendor;
    const char *url;
    const char *const *schemes;                /* {"postgres","postgresql",0} */
    /* [any] May be called several times; instances are independent. */
    dbway_status (DBWAY_CALL *create)(const dbway_host *, const dbway_create_args *, dbway_provider **out) DBWAY_NOEXCEPT;
} dbway_entry;

/* TOML text that a host can find with a plain byte search, before it runs any
 * code of the file. Reference it from dbway_entry.meta so that no linker drops it:
 *   static const char meta[] = DBWAY_META("id='pg'\nversion='1.4.2'\nabi='1.0'\n");
 * Keys: id, version and abi ("major.minor") are required and agree with the entry;
 * name, vendor, url, license and description are for people. [[option]] tables,
 * when there are any, list every option that open() (scope = "source") or create()
 * (scope = "provider") knows, so that a host can check a configuration without
 * running the plugin:
 *   [[option]]
 *   name = "busy_timeout"      # as in dbway_option.key
 *   scope = "source"           # default
 *   type = "duration"          # string, integer, number, boolean, duration ("5s"),
 *                              # path, secret, choice
 *   default = "5s"             # as text; absent: none
 *   required = false
 *   min = 0                    # integer, number; a duration: in seconds
 *   max = 3600
 *   values = ["a", "b"]        # choice
 *   literal = [":memory:"]     # path: prefixes that are not a file's path
 *   help = "how long …"
 * At most 64 KiB. */
#define DBWAY_META(toml) "\177DBWAY-META/1\n" toml "\177DBWAY-END\n"

/* ---- provider -------------------------------------------------------------- */

#define DBWAY_CAP_NONBLOCK     (1u << 0)   /* DBWAY_OPEN_NONBLOCK                     */
#define DBWAY_CAP_PIPELINE     (1u << 1)   /* many requests, one round trip         */
#define DBWAY_CAP_STREAM       (1u << 2)   /* rows arrive before the last one exists */
#define DBWAY_CAP_CANCEL       (1u << 3)
#define DBWAY_CAP_PREPARE      (1u << 4)   /* prepared on the server                */
#define DBWAY_CAP_COPY_IN      (1u << 5)
#define DBWAY_CAP_COPY_OUT     (1u << 6)
#define DBWAY_CAP_NOTIFY       (1u << 7)
#define DBWAY_CAP_SAVEPOINT    (1u << 8)
#define DBWAY_CAP_RETURNING    (1u << 9)
#define DBWAY_CAP_ARRAYS       (1u << 10)
#define DBWAY_CAP_SCRIPT       (1u << 11)  /* several statements in one text        */
#define DBWAY_CAP_TX_DDL       (1u << 12)
#define DBWAY_CAP_SCHEMA       (1u << 13)
#define DBWAY_CAP_TLS          (1u << 14)
#define DBWAY_CAP_MULTI_SET    (1u << 15)  /* n_sets > 1 is native, not a loop      */
#define DBWAY_CAP_TRANSACTION  (1u << 16)  /* BEGIN, COMMIT, ROLLBACK               */
#define DBWAY_CAP_WRITE        (1u << 17)  /* statements that change data or schema */
#define DBWAY_CAP_TIMEOUT      (1u << 18)  /* ends a request at its timeout itself  */
#define DBWAY_CAP_BINARY       (1u << 19)  /* values without a detour through text  */

#define DBWAY_OPEN_NONBLOCK 1u
#define DBWAY_OPEN_READONLY 2u

typedef struct dbway_open_args {
    uint32_t          struct_size;
    uint32_t          flags;                   /* DBWAY_OPEN_*                    */
    uint64_t          timeout_ns;              /* 0: none                       */
    const dbway_option *options;                 /* unknown key: DBWAY_ERR_INVALID  */
    size_t            n_options;
    dbway_diag_sink     diag;                    /* for open and all that follows */
} dbway_open_args;

struct dbway_provider {                          /* owned by the plugin */
    uint32_t            struct_size;
    uint32_t            reserved;
    uint64_t            caps;                  /* upper bound; see dbway_conn_info */
    void               *impl;                  /* the plugin's own               */
    const dbway_conn_api *conn;
    /* [serial] all connections are closed before */
    void (DBWAY_CALL *destroy)(dbway_provider *) DBWAY_NOEXCEPT;
    /* [any] non-blocking: returns at once; wait for the READY event */
    dbway_status (DBWAY_CALL *open)(dbway_provider *, const dbway_open_args *, dbway_conn **out) DBWAY_NOEXCEPT;
    /* [any] */
    const void *(DBWAY_CALL *get_extension)(dbway_provider *, const char *id) DBWAY_NOEXCEPT;
    void               *reserved2;
};

/* ---- requests ---------------------------------------------------------------- */

#define DBWAY_R_QUERY        1   /* sql, params                                      */
#define DBWAY_R_PREPARE      2   /* stmt, sql; params give types, may be absent      */
#define DBWAY_R_EXECUTE      3   /* stmt, params                                     */
#define DBWAY_R_UNPREPARE    4   /* stmt                                             */
#define DBWAY_R_SCRIPT       5   /* sql with many statements, no params; a result set
                                  for each that yields rows; affected: their sum   */
#define DBWAY_R_BEGIN        6   /* arg: DBWAY_TX_*                                    */
#define DBWAY_R_COMMIT       7
#define DBWAY_R_ROLLBACK     8
#define DBWAY_R_SAVEPOINT    9   /* sql: name                                        */
#define DBWAY_R_RELEASE     10   /* sql: name                                        */
#define DBWAY_R_ROLLBACK_TO 11   /* sql: name                                        */
#define DBWAY_R_COPY_IN     12   /* sql: table, or a statement with RF_SQL; source   */
#define DBWAY_R_COPY_OUT    13   /* likewise; ROWS events                            */
#define DBWAY_R_LISTEN      14   /* sql: channel                                     */
#define DBWAY_R_UNLISTEN    15   /* sql: channel; empty: all                         */
#define DBWAY_R_PING        16
#define DBWAY_R_RESET       17   /* session as new: a pool calls it between users    */
#define DBWAY_R_SCHEMA      18   /* arg: DBWAY_SCHEMA_*, names: filter; ROWS events    */

#define DBWAY_RF_CHAIN   1u      /* if this fails, the next one is SKIPPED (and so on);
                                  otherwise requests are independent. Only BEGIN..
                                  COMMIT makes a chain atomic. */
#define DBWAY_RF_NO_ROWS 2u      /* the host does not want the rows                  */
#define DBWAY_RF_RAW     4u      /* COPY: one BLOB per row in the server's own format */
#define DBWAY_RF_SQL     8u      /* COPY: sql is a whole statement                   */
#define DBWAY_RF_COLUMNS_KNOWN 16u /* EXECUTE: the host keeps the columns announced by
                                  PREPARE; send COLUMNS only if they changed       */

#define DBWAY_TX_DEFAULT          0u             /* isolation: low 4 bits */
#define DBWAY_TX_READ_UNCOMMITTED 1u
#define DBWAY_TX_READ_COMMITTED   2u
#define DBWAY_TX_REPEATABLE_READ  3u
#define DBWAY_TX_SNAPSHOT         4u
#define DBWAY_TX_SERIALIZABLE     5u
#define DBWAY_TX_READ_ONLY        0x10u
#define DBWAY_TX_READ_WRITE       0x20u
#define DBWAY_TX_DEFERRABLE       0x40u
#define DBWAY_TX_WRITE_LOCK       0x80u          /* take the write lock now (SQLite) */

/* SCHEMA answers one row per item, ordered by its names and positions. The filter
 * names[0] is a schema, names[1] a table; empty or absent: any. Columns:
 *   SCHEMAS      schema
 *   TABLES       schema, table, kind ("table", "view", "virtual", ...), definition
 *   COLUMNS      schema, table, column, position, type, nullable, default_value,
 *                primary_key (position in the key, 0: not in it), generated
 *   INDEXES      schema, table, index, position, column, unique, definition
 *   CONSTRAINTS  schema, table, constraint, kind ("primary key", "unique",
 *                "foreign key", "check"), position, column, referenced_table,
 *                referenced_column, definition
 * position and primary_key are I64; nullable, generated and unique BOOL; all else
 * TEXT, NULL where the server has no such thing. */
#define DBWAY_SCHEMA_SCHEMAS     1u
#define DBWAY_SCHEMA_TABLES      2u
#define DBWAY_SCHEMA_COLUMNS     3u
#define DBWAY_SCHEMA_INDEXES     4u
#define DBWAY_SCHEMA_CONSTRAINTS 5u

/* Where COPY_IN gets its rows. The plugin pulls when it has room to send.
 * DBWAY_OK: n_rows (> 0) rows; DBWAY_END: no more; negative: abort the COPY, which
 * then leaves nothing behind and ends FAILED with that status; DBWAY_AGAIN: not yet,
 * in blocking mode too: next() then returns DBWAY_AGAIN, wait_info() tells of nothing
 * to wait for (fd -1, no timeout), and the host calls next() once it has rows.
 * Cells live until the next pull or the end. */
typedef struct dbway_row_source {
    uint32_t struct_size;
    uint32_t n_columns;
    void    *ctx;
    dbway_status (DBWAY_CALL *pull)(void *ctx, const dbway_value **cells, uint32_t *n_rows) DBWAY_NOEXCEPT;
} dbway_row_source;

typedef struct dbway_request {
    uint32_t              struct_size;
    uint32_t              kind;                /* DBWAY_R_*                           */
    uint64_t              id;                  /* host's token, not 0, in each event */
    uint64_t              stmt;                /* host's name for a prepared statement */
    uint64_t              timeout_ns;          /* 0: none                           */
    uint32_t              flags;               /* DBWAY_RF_*                          */
    uint32_t              arg;
    uint32_t              batch_rows;          /* most rows per ROWS event; 0: 256  */
    uint32_t              n_params;
    uint32_t              n_sets;              /* 0 or 1: one; n: params holds n rows */
    uint32_t              n_names;
    dbway_str               sql;
    const dbway_value      *params;              /* n_sets * n_params, row after row  */
    const dbway_str        *names;               /* column names or filter            */
    const dbway_row_source *source;
    void                 *reserved;
} dbway_request;

/* ---- events -------------------------------------------------------------------- */

#define DBWAY_E_READY   1        /* the connection is open (non-blocking open)        */
#define DBWAY_E_COLUMNS 2        /* a result set begins, or PREPARE is described      */
#define DBWAY_E_ROWS    3        /* n_rows rows, row-major                            */
#define DBWAY_E_DONE    4        /* final: success                                    */
#define DBWAY_E_FAILED  5        /* final: see status; the diagnostic came before     */
#define DBWAY_E_SKIPPED 6        /* final: an earlier request of the chain failed     */
#define DBWAY_E_NOTIFY  7        /* cells: channel text, payload text, sender i64     */

/* A small result costs one call of next(): the last (or only) ROWS event of a
 * request may carry its columns and its end as well. */
#define DBWAY_EF_SET   1u      /* ROWS: a result set begins, columns are new        */
#define DBWAY_EF_FINAL 2u      /* ROWS: no DONE follows; the DONE fields are filled */

#define DBWAY_TX_STATE_UNKNOWN 0
#define DBWAY_TX_STATE_IDLE    1
#define DBWAY_TX_STATE_ACTIVE  2
#define DBWAY_TX_STATE_FAILED  3

#define DBWAY_COL_NOT_NULL   1u
#define DBWAY_COL_PRIMARY    2u
#define DBWAY_COL_GENERATED  4u

typedef struct dbway_column {
    uint32_t struct_size;
    uint32_t flags;                            /* DBWAY_COL_*                        */
    uint32_t type;                             /* DBWAY_T_* to expect; cells decide  */
    uint32_t item_type;                        /* for DBWAY_T_ARRAY                  */
    uint64_t native_type;                      /* e.g. the PostgreSQL type OID     */
    int32_t  precision;                        /* -1: unknown                      */
    int32_t  scale;
    dbway_str  name;
    dbway_str  native_name;                      /* "numeric", "VARCHAR"...          */
    dbway_str  schema_name;                      /* origin, when known               */
    dbway_str  table_name;
} dbway_column;

typedef struct dbway_event {                     /* allocated by the host */
    uint32_t                 struct_size;
    uint32_t                 kind;             /* DBWAY_E_*                          */
    uint64_t                 request_id;       /* 0: unsolicited                   */
    dbway_status               status;
    uint32_t                 tx_state;         /* after a final event              */
    int64_t                  affected;         /* DONE: rows; -1: unknown          */
    const dbway_value         *cells;            /* ROWS: n_rows * n_columns         */
    const dbway_column *const *columns;          /* COLUMNS, ROWS                    */
    const dbway_column *const *params;           /* COLUMNS after PREPARE            */
    const dbway_value         *last_id;          /* DONE: generated key, or null     */
    uint32_t                 n_rows;
    uint32_t                 n_columns;
    uint32_t                 n_params;
    uint32_t                 flags;            /* DBWAY_EF_*                       */
    dbway_str                  tag;              /* DONE: "INSERT 0 1", or empty     */
} dbway_event;

/* A final event fills status, tx_state and, on success, affected, last_id and tag. */

/* ---- connection ------------------------------------------------------------------ */

#define DBWAY_WAIT_READ  1u
#define DBWAY_WAIT_WRITE 2u

typedef struct dbway_wait {                      /* allocated by the host */
    uint32_t struct_size;
    uint32_t interest;                         /* DBWAY_WAIT_*                          */
    int64_t  fd;                               /* fd or SOCKET; -1: only time; may
                                                  change with every call              */
    uint64_t timeout_ns;                       /* call next() by then; 0: no limit    */
} dbway_wait;

typedef struct dbway_conn_info {                 /* allocated by the host */
    uint32_t struct_size;
    uint32_t tx_state;
    uint64_t caps;                             /* what this server really offers      */
    uint64_t server_version;                   /* major * 1000000 + minor * 1000 + patch */
    int64_t  session_id;                       /* backend pid, thread id; -1: none    */
    dbway_str  product;                          /* "PostgreSQL"                        */
    dbway_str  version;                          /* as the server words it              */
    dbway_str  database;
    dbway_str  user;
} dbway_conn_info;

struct dbway_conn_api {                          /* constant data of the plugin */
    uint32_t struct_size;
    uint32_t reserved;

    /* [serial] Ends everything, frees the connection. Never fails. */
    void (DBWAY_CALL *close)(dbway_conn *) DBWAY_NOEXCEPT;

    /* [serial] Appends requests to the connection's queue: all of them or, on a
     * negative status, none. Does not wait for the server; a provider without
     * pipelining simply keeps them for next(). */
    dbway_status (DBWAY_CALL *submit)(dbway_conn *, const dbway_request *const *requests, size_t n) DBWAY_NOEXCEPT;

    /* [serial] The next event, in the order of the requests. DBWAY_OK: *event is
     * filled. DBWAY_AGAIN: wait as wait_info() says. DBWAY_END: queue empty. Negative:
     * the connection is lost, every queued request is void. */
    dbway_status (DBWAY_CALL *next)(dbway_conn *, dbway_event *event) DBWAY_NOEXCEPT;

    /* [serial] The host is not interested in further ROWS of the current request;
     * its final event still comes. The plugin may cancel, close a portal or drain. */
    dbway_status (DBWAY_CALL *discard)(dbway_conn *) DBWAY_NOEXCEPT;

    /* [serial] What to wait for: after DBWAY_AGAIN, or when idle for DBWAY_E_NOTIFY. */
    dbway_status (DBWAY_CALL *wait_info)(dbway_conn *, dbway_wait *out) DBWAY_NOEXCEPT;

    /* [any] but not after close began. Asks the server to stop the current request,
     * whose outcome then arrives by next() as usual. request_id 0: whatever runs.
     * May take a round trip of its own: not for the thread that runs the poll loop.
     * Reports nothing to the sink: another thread may be using it. */
    dbway_status (DBWAY_CALL *cancel)(dbway_conn *, uint64_t request_id) DBWAY_NOEXCEPT;

    /* [serial] No round trip. Strings live as in R1. */
    dbway_status (DBWAY_CALL *info)(dbway_conn *, dbway_conn_info *out) DBWAY_NOEXCEPT;

    /* [any] */
    const void *(DBWAY_CALL *get_extension)(dbway_conn *, const char *id) DBWAY_NOEXCEPT;
};

/* ---- helpers ------------------------------------------------------------------------ */

/* Does table p (of type T) have a usable member m? */
#define DBWAY_HAS(T, p, m) \
    ((p)->struct_size >= offsetof(T, m) + sizeof((p)->m) && (p)->m != NULL)

/* R4 for input structs: DBWAY_OK, or DBWAY_ERR_TOO_NEW when the unknown tail is used. */
static
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
inline
#endif
dbway_status dbway_check_tail(const void *p, size_t given, size_t known)
{
    const unsigned char *b = (const unsigned char *)p;
    size_t i;
    for (i = known; i < given; ++i)
        if (b[i] != 0)
            return DBWAY_ERR_TOO_NEW;
    return DBWAY_OK;
}

/* The layout is the contract: a compiler that disagrees must not build a plugin. */
#define DBWAY_ASSERT_(name, cond) typedef char dbway_assert_##name[(cond) ? 1 : -1]
DBWAY_ASSERT_(value,      sizeof(dbway_value) == 16);
DBWAY_ASSERT_(value_len,  offsetof(dbway_value, len) == 8);
DBWAY_ASSERT_(value_type, offsetof(dbway_value, type) == 12);
DBWAY_ASSERT_(value_aux,  offsetof(dbway_value, aux) == 14);
DBWAY_ASSERT_(interval,   sizeof(dbway_interval) == 16);
DBWAY_ASSERT_(str,        sizeof(dbway_str) == 2 * sizeof(void *));
DBWAY_ASSERT_(option,     sizeof(dbway_option) == 3 * sizeof(void *));
DBWAY_ASSERT_(sink,       sizeof(dbway_diag_sink) == 2 * sizeof(void *));
DBWAY_ASSERT_(host,       sizeof(dbway_host) == 16 + 6 * sizeof(void *));
DBWAY_ASSERT_(entry,      sizeof(dbway_entry) == 24 + 8 * sizeof(void *));
DBWAY_ASSERT_(create_args, sizeof(dbway_create_args) == 8 + 4 * sizeof(void *));
DBWAY_ASSERT_(provider,   sizeof(dbway_provider) == 16 + 6 * sizeof(void *));
DBWAY_ASSERT_(open_args,  sizeof(dbway_open_args) == 16 + 4 * sizeof(void *));
DBWAY_ASSERT_(diag,       sizeof(dbway_diag) == 48 + 16 * sizeof(void *));
DBWAY_ASSERT_(source,     sizeof(dbway_row_source) == 8 + 2 * sizeof(void *));
DBWAY_ASSERT_(request,    sizeof(dbway_request) == 56 + 6 * sizeof(void *));
DBWAY_ASSERT_(column,     sizeof(dbway_column) == 32 + 8 * sizeof(void *));
DBWAY_ASSERT_(event,      sizeof(dbway_event) == 48 + 6 * sizeof(void *));
DBWAY_ASSERT_(event_rows, offsetof(dbway_event, n_rows) == 32 + 4 * sizeof(void *));
DBWAY_ASSERT_(wait,       sizeof(dbway_wait) == 24);
DBWAY_ASSERT_(conn_info,  sizeof(dbway_conn_info) == 32 + 8 * sizeof(void *));
DBWAY_ASSERT_(conn_api,   sizeof(dbway_conn_api) == 8 + 8 * sizeof(void *));

#ifdef __cplusplus
}
#endif
#endif /* DBWAY_PROVIDER_H */
