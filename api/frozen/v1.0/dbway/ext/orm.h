/* orm.h - extension "dbway.orm/1": entities described by data, and the statements that
 * operations on them are in the provider's SQL. Looked up with
 * dbway_provider.get_extension(); lives as long as the provider.
 *
 *  O1 PURE      plan() asks no server and keeps nothing: the same description and
 *     operation give the same statements. They are executed like any other, so that
 *     transactions, deadlines, cancel, pipelining and the cache of prepared statements
 *     hold for entities without rules of their own.
 *  O2 VALUES    No value is ever part of a statement's text. Statements name values by
 *     their ordinals in the operation, $1, $2, ...; each statement uses all from $1 to
 *     $n_params, so that it can be prepared, and one text serves every execution.
 *  O3 NAMES     Names are quoted and mean exactly themselves. Texts called ..._sql are
 *     copied as they are: they belong to the program, never to its users.
 *  O4 ORDER     The sink is called on the calling thread, within the call, once for each
 *     statement, in the order of execution. What it is given lives within that call. A
 *     status other than DBWAY_OK from it ends plan() with that status.
 *  O5 ERRORS    A description or an operation that makes no sense gives
 *     DBWAY_ERR_INVALID and a diagnostic that names entity, column and reason; what
 *     this database cannot do, DBWAY_ERR_UNSUPPORTED; then no statement was given.
 *  O6 MIGRATE   adds what is missing and nothing else. It never drops, never changes
 *     what is there, and gives no statement but remarks when nothing is missing.
 *  O7 GROWTH    As R4 of provider.h for every struct with a struct_size. */
#ifndef DBWAY_EXT_ORM_H
#define DBWAY_EXT_ORM_H

#include <dbway/provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DBWAY_EXT_ORM "dbway.orm/1"

/* ---- entities ------------------------------------------------------------------ */

#define DBWAY_ORM_PRIMARY   1u     /* of the primary key, in the order of the columns  */
#define DBWAY_ORM_NOT_NULL  2u
#define DBWAY_ORM_GENERATED 4u     /* the server numbers it; the only key column, I64   */
#define DBWAY_ORM_VERSION   8u     /* I64: 1 at first, counted by each UPDATE           */
#define DBWAY_ORM_CREATED   16u    /* TIMESTAMPTZ: the server's time of the INSERT      */
#define DBWAY_ORM_UPDATED   32u    /* TIMESTAMPTZ: of the last INSERT or UPDATE         */
#define DBWAY_ORM_DELETED   64u    /* TIMESTAMPTZ: of the soft DELETE; NULL: it is alive  */
#define DBWAY_ORM_UNIQUE    128u

typedef struct dbway_orm_column {
    uint32_t struct_size;
    uint32_t flags;                            /* DBWAY_ORM_*                           */
    uint32_t type;                             /* DBWAY_T_*; see dialect.h              */
    uint32_t item_type;                        /* for DBWAY_T_ARRAY                     */
    int32_t  precision;                        /* -1: as large as the server can      */
    int32_t  scale;
    dbway_str  name;
    dbway_str  default_sql;                      /* an expression; empty: none          */
    dbway_str  type_sql;                         /* in place of type; empty: from it    */
} dbway_orm_column;

typedef struct dbway_orm_index {
    uint32_t        struct_size;
    uint32_t        flags;                     /* DBWAY_ORM_UNIQUE or 0                 */
    uint32_t        n_columns;
    uint32_t        reserved;
    const uint32_t *columns;                   /* numbers of the entity's, from 0     */
    dbway_str         name;                      /* empty: made from table and columns  */
} dbway_orm_index;

typedef struct dbway_orm_check {
    uint32_t struct_size;
    uint32_t reserved;
    dbway_str  name;
    dbway_str  sql;                              /* a condition                         */
} dbway_orm_check;

#define DBWAY_ORM_NO_ACTION   0u
#define DBWAY_ORM_RESTRICT    1u
#define DBWAY_ORM_CASCADE     2u
#define DBWAY_ORM_SET_NULL    3u
#define DBWAY_ORM_SET_DEFAULT 4u

typedef struct dbway_orm_reference {             /* a foreign key */
    uint32_t        struct_size;
    uint32_t        n_columns;
    uint32_t        on_delete;                 /* DBWAY_ORM_NO_ACTION...                */
    uint32_t        on_update;
    const uint32_t *columns;
    const dbway_str  *referenced;                /* as many columns of the other table  */
    dbway_str         schema;                    /* of the other table; empty: the path */
    dbway_str         table;
    dbway_str         name;                      /* empty: made from table and columns  */
} dbway_orm_reference;

typedef struct dbway_orm_entity {
    uint32_t struct_size;
    uint32_t n_columns;
    uint32_t n_indexes;
    uint32_t n_checks;
    uint32_t n_references;
    uint32_t reserved;
    const dbway_orm_column    *const *columns;
    const dbway_orm_index     *const *indexes;
    const dbway_orm_check     *const *checks;
    const dbway_orm_reference *const *references;
    dbway_str  schema;                           /* empty: the server's path            */
    dbway_str  table;
} dbway_orm_entity;

/* ---- conditions ---------------------------------------------------------------- */

/* A tree in prefix order: an AND or OR of `count` conditions, or a NOT of one, is
 * followed by them. `value` is an ordinal, from 1. */
#define DBWAY_ORM_AND         1u   /* count: 0 is true                                 */
#define DBWAY_ORM_OR          2u   /* count: 0 is false                                */
#define DBWAY_ORM_NOT         3u
#define DBWAY_ORM_EQ          4u   /* column, value                                    */
#define DBWAY_ORM_NE          5u
#define DBWAY_ORM_LT          6u
#define DBWAY_ORM_LE          7u
#define DBWAY_ORM_GT          8u
#define DBWAY_ORM_GE          9u
#define DBWAY_ORM_LIKE        10u  /* column, value: % and _, with \ before them meaning
                                    themselves; case matters                         */
#define DBWAY_ORM_IN          11u  /* column, value: the first of `count` ordinals     */
#define DBWAY_ORM_IN_ARRAY    12u  /* column, value: an ARRAY; see DBWAY_ORM_ARRAYS      */
#define DBWAY_ORM_BETWEEN     13u  /* column, value and the ordinal after it           */
#define DBWAY_ORM_IS_NULL     14u  /* column                                           */
#define DBWAY_ORM_IS_NOT_NULL 15u

typedef struct dbway_orm_node {                  /* FROZEN */
    uint32_t kind;                             /* DBWAY_ORM_AND...                      */
    uint32_t column;                           /* number of the entity's, from 0      */
    uint32_t value;
    uint32_t count;
} dbway_orm_node;

#define DBWAY_ORM_DESCENDING  1u
#define DBWAY_ORM_NULLS_FIRST 2u   /* neither: as the server does by itself            */
#define DBWAY_ORM_NULLS_LAST  4u

typedef struct dbway_orm_order {                 /* FROZEN */
    uint32_t column;
    uint32_t flags;
} dbway_orm_order;

/* ---- operations ---------------------------------------------------------------- */

#define DBWAY_ORM_CREATE  1u       /* the table, its indexes and constraints           */
#define DBWAY_ORM_MIGRATE 2u       /* what `existing` lacks of them                    */
#define DBWAY_ORM_INSERT  3u       /* n_rows rows of the `set` columns                 */
#define DBWAY_ORM_UPSERT  4u       /* the same; rows that exist by `conflict` are updated */
#define DBWAY_ORM_FIND    5u       /* the `returned` columns                           */
#define DBWAY_ORM_UPDATE  6u       /* the `set` columns of the rows of `where`         */
#define DBWAY_ORM_DELETE  7u
#define DBWAY_ORM_COUNT   8u       /* one row, one I64                                 */
#define DBWAY_ORM_EXISTS  9u       /* one row, one BOOL or I64, 0 or 1                 */

#define DBWAY_ORM_SOFT         1u  /* DELETE: by the DELETED column; UPDATE: revive the
                                    rows that have one; UPSERT: what exists, too     */
#define DBWAY_ORM_WITH_DELETED 2u  /* rows with a DELETED time, too                    */
#define DBWAY_ORM_FOR_UPDATE   4u  /* FIND: lock the rows until the transaction's end  */
#define DBWAY_ORM_IF_ABSENT    8u  /* CREATE: no error if it exists                    */
#define DBWAY_ORM_KEEP        16u  /* UPSERT: rows that exist stay as they are, and need
                                    not be among the returned ones                   */

/* Rows with a DELETED time are left out of FIND, UPDATE, DELETE, COUNT and EXISTS, unless
 * WITH_DELETED asks for them. INSERT fills VERSION, CREATED and UPDATED columns that are not
 * `set`; UPDATE and a soft DELETE count VERSION and renew UPDATED; UPSERT does so for rows
 * that exist, whose PRIMARY, CREATED and VERSION columns keep their values otherwise. */

/* Answers of DBWAY_R_SCHEMA about the entity's table: cells, row after row. Those of other
 * tables are left out of account; tables of its name in several schemas, when the entity
 * names none and the database has no usual one, are an error. Indexes and foreign keys are
 * known by their columns, checks by their names. A column that must not be NULL, without a
 * default that rows which exist could get, is added as nullable, with a remark. */
typedef struct dbway_orm_existing {
    uint32_t         struct_size;
    uint32_t         n_columns;                /* rows of SCHEMA_COLUMNS              */
    uint32_t         n_indexes;                /* rows of SCHEMA_INDEXES              */
    uint32_t         n_constraints;            /* rows of SCHEMA_CONSTRAINTS          */
    const dbway_value *columns;                  /* no row: there is no such table      */
    const dbway_value *indexes;
    const dbway_value *constraints;
} dbway_orm_existing;

/* Ordinals of values: those of `set` first, row after row ($1 to $(n_rows * n_set));
 * behind them whatever conditions, limit, offset and version name, without gaps. */
typedef struct dbway_orm_operation {
    uint32_t                  struct_size;
    uint32_t                  kind;            /* DBWAY_ORM_CREATE...                   */
    uint32_t                  flags;           /* DBWAY_ORM_SOFT...                     */
    uint32_t                  n_rows;          /* INSERT, UPSERT; 0: one              */
    uint32_t                  n_set;
    uint32_t                  n_returned;      /* FIND: 0 is all                      */
    uint32_t                  n_where;
    uint32_t                  n_orders;
    uint32_t                  n_conflict;      /* UPSERT: 0 is the primary key        */
    uint32_t                  limit_value;     /* ordinals; 0: none                   */
    uint32_t                  offset_value;
    uint32_t                  version_value;   /* UPDATE, DELETE: only rows of that VERSION */
    const uint32_t           *set;             /* numbers of columns                  */
    const uint32_t           *returned;        /* INSERT, UPSERT, UPDATE: of each row */
    const uint32_t           *conflict;
    const dbway_orm_node       *where;           /* 0: all rows                         */
    const dbway_orm_order      *orders;
    const dbway_orm_existing   *existing;        /* MIGRATE                             */
    const dbway_conn_info      *server;          /* what is known of it, or null        */
} dbway_orm_operation;

/* ---- statements ---------------------------------------------------------------- */

#define DBWAY_ORM_ROWS    1u       /* it yields the `returned` columns, in their order */
#define DBWAY_ORM_LAST_ID 2u       /* `last_id` of its DONE is the GENERATED key of the
                                    first row, the next rows' follow it. What else was
                                    to be returned has to be found by the key.       */
#define DBWAY_ORM_REMARK  4u       /* not to be executed: MIGRATE says what differs    */

typedef struct dbway_orm_statement {
    uint32_t struct_size;
    uint32_t flags;                            /* DBWAY_ORM_ROWS...                     */
    uint32_t n_params;
    uint32_t reserved;
    dbway_str  sql;
} dbway_orm_statement;

typedef struct dbway_orm_sink {
    void *ctx;
    dbway_status (DBWAY_CALL *statement)(void *ctx, const dbway_orm_statement *) DBWAY_NOEXCEPT;
} dbway_orm_sink;

/* What every server of the database can do. Where a flag is missing, `server` may still make a
 * difference: the flags of each statement tell. */
#define DBWAY_ORM_RETURNING 1u     /* INSERT and UPSERT give `returned` columns as rows  */
#define DBWAY_ORM_RETURNING_UPDATE 2u /* UPDATE, too                                   */
#define DBWAY_ORM_ARRAYS    4u     /* DBWAY_ORM_IN_ARRAY                                 */

typedef struct dbway_ext_orm {
    uint32_t struct_size;
    uint32_t flags;                            /* DBWAY_ORM_RETURNING...                */
    uint32_t max_params;                       /* of a statement; 0: no known limit   */
    uint32_t reserved;
    /* [any] Gives the operation's statements to the sink. Errors are reported to
     * `diag`, which may be empty or null. A provider of SQL makes this table of a
     * description of its dialect: see dbway/sdk/orm_planner.hpp. */
    dbway_status (DBWAY_CALL *plan)(dbway_provider *, const dbway_orm_entity *,
                                  const dbway_orm_operation *, const dbway_orm_sink *,
                                  const dbway_diag_sink *diag) DBWAY_NOEXCEPT;
} dbway_ext_orm;

DBWAY_ASSERT_(orm_column,    sizeof(dbway_orm_column) == 24 + 3 * sizeof(dbway_str));
DBWAY_ASSERT_(orm_index,     sizeof(dbway_orm_index) == 16 + sizeof(void *) + sizeof(dbway_str));
DBWAY_ASSERT_(orm_check,     sizeof(dbway_orm_check) == 8 + 2 * sizeof(dbway_str));
DBWAY_ASSERT_(orm_reference, sizeof(dbway_orm_reference) == 16 + 2 * sizeof(void *) + 3 * sizeof(dbway_str));
DBWAY_ASSERT_(orm_entity,    sizeof(dbway_orm_entity) == 24 + 4 * sizeof(void *) + 2 * sizeof(dbway_str));
DBWAY_ASSERT_(orm_node,      sizeof(dbway_orm_node) == 16);
DBWAY_ASSERT_(orm_order,     sizeof(dbway_orm_order) == 8);
DBWAY_ASSERT_(orm_existing,  sizeof(dbway_orm_existing) == 16 + 3 * sizeof(void *));
DBWAY_ASSERT_(orm_operation, sizeof(dbway_orm_operation) == 48 + 7 * sizeof(void *));
DBWAY_ASSERT_(orm_statement, sizeof(dbway_orm_statement) == 16 + sizeof(dbway_str));
DBWAY_ASSERT_(orm_sink,      sizeof(dbway_orm_sink) == 2 * sizeof(void *));
DBWAY_ASSERT_(ext_orm,       sizeof(dbway_ext_orm) == 16 + sizeof(void *));

#ifdef __cplusplus
}
#endif
#endif /* DBWAY_EXT_ORM_H */
